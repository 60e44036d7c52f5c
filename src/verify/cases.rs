//! Every case has a sound number and readable content, and stands as its history, its last routing decision and its
//! clocks say.

use super::PAGE;
use super::clocks::{self, Clock};
use super::histories::{self, Told};
use super::placement::{self, Holder, Said};
use super::readable;
use crate::casework::{is_sound, sort_date};
use crate::ids::{CaseId, StreamId, UserId};
use crate::problem::Problem;
use crate::store::schema::cases;
use crate::store::{Conn, Sealed};
use chrono::NaiveDate;
use diesel::prelude::*;

/// What is compared of a case.
#[derive(Queryable, Selectable)]
#[diesel(table_name = cases)]
struct Stored {
    case_id: CaseId,
    case_number: String,
    node_code: String,
    queue_code: String,
    state: String,
    assignee_id: Option<UserId>,
    due_on: Option<NaiveDate>,
    due_provisional: bool,
    sort_due: NaiveDate,
    content: Sealed,
    version: i64,
}

pub(super) fn check(conn: &mut Conn, faults: &mut Vec<String>) -> Result<(), Problem> {
    let mut after: Option<CaseId> = None;
    loop {
        let mut query =
            cases::table.order(cases::case_id.asc()).limit(PAGE).select(cases::case_id).into_boxed();
        if let Some(after) = after {
            query = query.filter(cases::case_id.gt(after));
        }
        let ids: Vec<CaseId> = query.load(conn)?;
        let Some(last) = ids.last() else { return Ok(()) };
        after = Some(*last);
        let load = |conn: &mut Conn, ids: &[CaseId]| -> QueryResult<Vec<Stored>> {
            let page = cases::table.filter(cases::case_id.eq_any(ids)).order(cases::case_id.asc());
            page.select(Stored::as_select()).load(conn)
        };
        let (page, unreadable) = readable::rows(conn, &ids, &load)?;
        faults.extend(unreadable.iter().map(|id| format!("case {id}: its row cannot be read")));
        check_page(conn, &page, faults)?;
    }
}

fn check_page(conn: &mut Conn, page: &[Stored], faults: &mut Vec<String>) -> Result<(), Problem> {
    let ids: Vec<CaseId> = page.iter().map(|case| case.case_id).collect();
    let streams: Vec<StreamId> = ids.iter().map(|id| StreamId(id.0)).collect();
    let histories = histories::read(conn, &streams)?;
    let decisions = placement::last_decisions(conn, &ids)?;
    let clocks = clocks::read(conn, &ids)?;
    for case in page {
        let mut found = own_faults(case);
        let said = match histories.get(&StreamId(case.case_id.0)) {
            None => {
                found.push("it has no history".to_owned());
                Said::default()
            }
            Some(None) => Said::default(),
            Some(Some(history)) => {
                let said = Said::by(history);
                found.extend(last_event_fault(case, history, &said));
                found.extend(history_faults(case, &said));
                said
            }
        };
        found.extend(placement::decision_faults(decisions.get(&case.case_id), &said));
        let shows = |clocks: &[Clock]| clocks::faults(clocks, case.due_on, case.due_provisional);
        found.extend(match clocks.get(&case.case_id) {
            None => shows(&[]),
            Some(None) => vec!["its clocks cannot be read".to_owned()],
            Some(Some(clocks)) => shows(clocks),
        });
        faults.extend(found.into_iter().map(|fault| format!("case {}: {fault}", case.case_id)));
    }
    Ok(())
}

/// What the row alone shows.
fn own_faults(case: &Stored) -> Vec<String> {
    let mut faults = Vec::new();
    if !is_sound(&case.case_number) {
        faults.push("the check character of its number does not fit".to_owned());
    }
    let readable =
        case.content.open().is_ok_and(|plain| serde_json::from_slice::<serde_json::Value>(plain).is_ok());
    if !readable {
        faults.push("its content cannot be read".to_owned());
    }
    if case.sort_due != sort_date(case.due_on) {
        faults.push(format!("its queue sorts it by {}, which is not its date", case.sort_due));
    }
    faults
}

/// The last event of a case must say the state and version that the case has: a history cut short shows here.
fn last_event_fault(case: &Stored, history: &[Told], said: &Said<'_>) -> Option<String> {
    let holds = said.version == Some(case.version) && said.state == Some(case.state.as_str());
    let sequence = history.last()?.sequence;
    let fault = || format!("event {sequence} is its last, but does not say its present state and version");
    (!holds).then(fault)
}

fn history_faults(case: &Stored, said: &Said<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut compare = |what: &str, stored: &str, said: Option<&str>| {
        if let Some(said) = said.filter(|said| *said != stored) {
            faults.push(format!("{what} {stored}, but its history says {said}"));
        }
    };
    compare("its number is", &case.case_number, said.number);
    compare("it lies in queue", &case.queue_code, said.queue);
    compare("it lies at node", &case.node_code, said.node);
    let holder = match said.holder {
        Holder::Unsaid => None,
        Holder::Nobody => Some("nobody"),
        Holder::User(user) => Some(user),
    };
    let assignee = case.assignee_id.map_or_else(|| "nobody".to_owned(), |user| user.to_string());
    compare("it is held by", &assignee, holder);
    faults
}
