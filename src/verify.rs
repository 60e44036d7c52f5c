//! `onewindow verify`: whether everything in the database still holds together. It names what does not, and is silent
//! otherwise.

use crate::calendar::{Trace, replay};
use crate::casework::is_sound;
use crate::ids::{CaseId, DeadlineId, SubmissionId};
use crate::journal;
use crate::problem::Problem;
use crate::store::schema::{
    cases, deadlines, events, idempotency_keys, messages, notices, routing_decisions, submissions,
};
use crate::store::{Conn, Sealed, integrity_faults};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// Every fault in words, one a line.
pub fn verify(conn: &mut Conn) -> Result<Vec<String>, Problem> {
    let mut faults = integrity_faults(conn)?;
    for finding in journal::verify(conn)? {
        faults.push(format!(
            "{} {}: event {} ({}) {}",
            finding.stream_kind.to_lowercase(),
            finding.stream,
            finding.sequence,
            finding.event,
            finding.fault
        ));
    }
    case_faults(conn, &mut faults)?;
    deadline_faults(conn, &mut faults)?;
    orphans(conn, &mut faults)?;
    Ok(faults)
}

/// Every case has a sound number, readable content, a recorded routing, and the state and version its last event says.
fn case_faults(conn: &mut Conn, faults: &mut Vec<String>) -> Result<(), Problem> {
    const BATCH: i64 = 500;
    let mut after: Option<CaseId> = None;
    loop {
        type Row = (CaseId, String, String, i64, Sealed);
        let mut query = cases::table
            .order(cases::case_id.asc())
            .limit(BATCH)
            .select((cases::case_id, cases::case_number, cases::state, cases::version, cases::content))
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(cases::case_id.gt(after));
        }
        let rows: Vec<Row> = query.load(conn)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.0);
        for (id, number, state, version, content) in rows {
            if !is_sound(&number) {
                faults.push(format!("case {id}: the check character of its number does not fit"));
            }
            let readable =
                content.open().is_ok_and(|plain| serde_json::from_slice::<serde_json::Value>(plain).is_ok());
            if !readable {
                faults.push(format!("case {id}: its content cannot be read"));
            }
            let decisions: i64 = routing_decisions::table
                .filter(routing_decisions::case_id.eq(id))
                .count()
                .get_result(conn)?;
            if decisions == 0 {
                faults.push(format!("case {id}: no routing decision is recorded"));
            }
            if let Some(fault) = last_event_fault(conn, id, &state, version) {
                faults.push(fault);
            }
        }
    }
}

/// The last event of a case must say the state and version that the case has: a history cut short shows here.
fn last_event_fault(conn: &mut Conn, id: CaseId, state: &str, version: i64) -> Option<String> {
    let last: Result<Option<(i64, String)>, _> = events::table
        .filter(events::stream_id.eq(crate::ids::StreamId(id.0)))
        .order(events::sequence.desc())
        .select((events::sequence, events::body))
        .first(conn)
        .optional();
    // A row that cannot be read is named with its chain.
    let Ok(last) = last else { return None };
    let Some((sequence, body)) = last else { return Some(format!("case {id}: it has no history")) };
    let Ok(body) = serde_json::from_str::<serde_json::Value>(&body) else { return None };
    let data = &body["data"];
    let said_state =
        data["to"].as_str().filter(|_| body["kind"] == "CASE_TRANSITIONED").or(data["state"].as_str());
    let holds = data["version"].as_i64() == Some(version) && said_state == Some(state);
    (!holds).then(|| {
        format!("case {id}: event {sequence} is its last, but does not say its present state and version")
    })
}

/// Every due date follows from its own trace.
fn deadline_faults(conn: &mut Conn, faults: &mut Vec<String>) -> Result<(), Problem> {
    const BATCH: i64 = 500;
    let mut after: Option<DeadlineId> = None;
    loop {
        type Row = (DeadlineId, CaseId, Option<chrono::NaiveDate>, String);
        let mut query = deadlines::table
            .order(deadlines::deadline_id.asc())
            .limit(BATCH)
            .select((deadlines::deadline_id, deadlines::case_id, deadlines::due_on, deadlines::trace))
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(deadlines::deadline_id.gt(after));
        }
        let rows: Vec<Row> = query.load(conn)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.0);
        for (id, case, due_on, trace) in rows {
            let follows =
                serde_json::from_str::<Trace>(&trace).is_ok_and(|trace| replay(&trace) == Ok(due_on));
            if !follows {
                faults.push(format!("case {case}: the date of clock {id} does not follow from its trace"));
            }
        }
    }
}

/// What must come together: submissions with cases, deliveries with notices, keys with answers.
fn orphans(conn: &mut Conn, faults: &mut Vec<String>) -> Result<(), Problem> {
    let empty: Vec<SubmissionId> = submissions::table
        .filter(submissions::receipt_number.is_not_null())
        .filter(not(exists(cases::table.filter(cases::submission_id.eq(submissions::submission_id)))))
        .select(submissions::submission_id)
        .load(conn)?;
    faults.extend(empty.iter().map(|id| format!("submission {id}: it has a receipt and no case")));
    let undelivered: i64 = messages::table
        .filter(messages::state.eq("DELIVERED"))
        .filter(not(exists(notices::table.filter(notices::message_id.eq(messages::message_id)))))
        .count()
        .get_result(conn)?;
    if undelivered > 0 {
        faults.push(format!("{undelivered} messages are marked delivered and have no notice"));
    }
    let unfinished: i64 =
        idempotency_keys::table.filter(idempotency_keys::status.eq(0)).count().get_result(conn)?;
    if unfinished > 0 {
        faults.push(format!("{unfinished} idempotency keys were committed without an answer"));
    }
    Ok(())
}
