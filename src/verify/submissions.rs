//! Every submission stands as its history says, with the cases it was handed in with and those parted from them.

use super::PAGE;
use super::histories::{self, Told};
use super::readable;
use crate::ids::{CaseId, StreamId, SubmissionId};
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::schema::{cases, submissions};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// What is compared of a submission.
#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions)]
struct Stored {
    submission_id: SubmissionId,
    state: String,
    receipt_number: Option<String>,
    version: i64,
}

/// What a submission's events say of it by now.
#[derive(Default)]
struct Said<'h> {
    state: Option<&'h str>,
    version: Option<i64>,
    receipt: Option<&'h str>,
    cases: HashSet<&'h str>,
}

impl<'h> Said<'h> {
    fn by(history: &'h [Told]) -> Self {
        history.iter().fold(Self::default(), Self::and)
    }

    fn and(self, event: &'h Told) -> Self {
        let said = Self { version: event.data["version"].as_i64(), ..self };
        match event.kind.as_str() {
            "DRAFT_CREATED" | "DRAFT_SAVED" => Self { state: Some("DRAFT"), ..said },
            "DRAFT_DISCARDED" => Self { state: Some("DISCARDED"), ..said },
            "SUBMISSION_WITHDRAWN" => Self { state: Some("WITHDRAWN"), ..said },
            "SUBMISSION_SUBMITTED" => Self {
                state: Some("SUBMITTED"),
                receipt: event.data["receiptNumber"].as_str(),
                cases: event.data["cases"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect(),
                ..said
            },
            // Taken over or whatever else: the state stays.
            _ => said,
        }
    }
}

pub(super) fn check(conn: &mut Conn, faults: &mut Vec<String>) -> Result<(), Problem> {
    let mut after: Option<SubmissionId> = None;
    loop {
        let mut query = submissions::table
            .order(submissions::submission_id.asc())
            .limit(PAGE)
            .select(submissions::submission_id)
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(submissions::submission_id.gt(after));
        }
        let ids: Vec<SubmissionId> = query.load(conn)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        let load = |conn: &mut Conn, ids: &[SubmissionId]| -> QueryResult<Vec<Stored>> {
            let page = submissions::table.filter(submissions::submission_id.eq_any(ids));
            page.order(submissions::submission_id.asc()).select(Stored::as_select()).load(conn)
        };
        let (page, unreadable) = readable::rows(conn, &ids, &load)?;
        faults.extend(unreadable.iter().map(|id| format!("submission {id}: its row cannot be read")));
        check_page(conn, &page, faults)?;
    }
}

fn check_page(conn: &mut Conn, page: &[Stored], faults: &mut Vec<String>) -> Result<(), Problem> {
    let streams: Vec<StreamId> = page.iter().map(|stored| StreamId(stored.submission_id.0)).collect();
    let histories = histories::read(conn, &streams)?;
    let cases = cases_of(conn, page)?;
    let mut unforeseen: Vec<(SubmissionId, CaseId)> = Vec::new();
    for stored in page {
        let id = stored.submission_id;
        let its_cases = cases.get(&id).map_or(&[][..], Vec::as_slice);
        let mut found = own_faults(stored, its_cases);
        match histories.get(&StreamId(id.0)) {
            None => found.push("it has no history".to_owned()),
            Some(None) => {}
            Some(Some(history)) => {
                let said = Said::by(history);
                found.extend(history_faults(stored, history, &said, its_cases));
                let handed_in = |case: &&CaseId| said.cases.contains(case.to_string().as_str());
                unforeseen.extend(its_cases.iter().filter(|case| !handed_in(case)).map(|case| (id, *case)));
            }
        }
        faults.extend(found.into_iter().map(|fault| format!("submission {id}: {fault}")));
    }
    let parted = parted_from(conn, &cases, &unforeseen)?;
    unforeseen.retain(|(_, case)| !parted.contains(&case.to_string()));
    faults.extend(unforeseen.into_iter().map(|(id, case)| {
        format!("submission {id}: case {case} was neither handed in with it nor parted from one of its cases")
    }));
    Ok(())
}

fn cases_of(conn: &mut Conn, page: &[Stored]) -> Result<HashMap<SubmissionId, Vec<CaseId>>, Problem> {
    let ids: Vec<SubmissionId> = page.iter().map(|stored| stored.submission_id).collect();
    let rows: Vec<(SubmissionId, CaseId)> = cases::table
        .filter(cases::submission_id.eq_any(ids))
        .order(cases::case_id.asc())
        .select((cases::submission_id, cases::case_id))
        .load(conn)?;
    let mut cases: HashMap<SubmissionId, Vec<CaseId>> = HashMap::new();
    for (submission, case) in rows {
        cases.entry(submission).or_default().push(case);
    }
    Ok(cases)
}

/// Cases that were parted from cases of the same submissions, by the word of those.
fn parted_from(
    conn: &mut Conn,
    cases: &HashMap<SubmissionId, Vec<CaseId>>,
    unforeseen: &[(SubmissionId, CaseId)],
) -> Result<HashSet<String>, Problem> {
    let siblings = unforeseen.iter().filter_map(|(id, _)| cases.get(id)).flatten();
    let streams: HashSet<StreamId> = siblings.map(|case| StreamId(case.0)).collect();
    let streams: Vec<StreamId> = streams.into_iter().collect();
    let mut parted = HashSet::new();
    for streams in streams.chunks(500) {
        let histories = histories::read(conn, streams)?;
        let told = histories.values().flatten().flatten().filter(|event| event.kind == "CASE_SPLIT");
        parted.extend(told.filter_map(|event| event.data["newCaseId"].as_str().map(str::to_owned)));
    }
    Ok(parted)
}

/// What rows alone show: a receipt and cases come together, at handing in.
fn own_faults(stored: &Stored, cases: &[CaseId]) -> Vec<String> {
    let mut faults = Vec::new();
    if stored.receipt_number.is_some() && cases.is_empty() {
        faults.push("it has a receipt and no case".to_owned());
    }
    if matches!(stored.state.as_str(), "DRAFT" | "DISCARDED") && !cases.is_empty() {
        faults.push(format!("it is in state {} and has cases", stored.state));
    }
    faults
}

fn history_faults(stored: &Stored, history: &[Told], said: &Said<'_>, cases: &[CaseId]) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(last) = history.last()
        && (said.version != Some(stored.version) || said.state != Some(stored.state.as_str()))
    {
        let sequence = last.sequence;
        faults.push(format!("event {sequence} is its last, but does not say its present state and version"));
    }
    if stored.receipt_number.as_deref() != said.receipt {
        faults.push("its receipt number is not the one that its history says".to_owned());
    }
    let present: HashSet<String> = cases.iter().map(ToString::to_string).collect();
    let mut missing: Vec<&str> = said.cases.iter().copied().filter(|case| !present.contains(*case)).collect();
    missing.sort_unstable();
    faults.extend(
        missing
            .iter()
            .map(|case| format!("case {case}, which was handed in with it, is not among its cases")),
    );
    faults
}
