//! The clocks of a case: each date follows from its own trace, and the case shows the soonest that runs.

use super::readable;
use crate::calendar::{Trace, replay};
use crate::ids::{CaseId, DeadlineId};
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::schema::deadlines;
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::HashMap;

pub(super) struct Clock {
    id: DeadlineId,
    runs: bool,
    due_on: Option<NaiveDate>,
    provisional: bool,
    trace: String,
}

/// Cases that have clocks, with them; `None` where they are not what the schema says.
pub(super) type Clocks = HashMap<CaseId, Option<Vec<Clock>>>;

pub(super) fn read(conn: &mut Conn, cases: &[CaseId]) -> Result<Clocks, Problem> {
    type Row = (CaseId, DeadlineId, String, Option<NaiveDate>, bool, String);
    let load = |conn: &mut Conn, cases: &[CaseId]| -> QueryResult<Vec<Row>> {
        deadlines::table
            .filter(deadlines::case_id.eq_any(cases))
            .order((deadlines::case_id.asc(), deadlines::clock.asc(), deadlines::round.asc()))
            .select((
                deadlines::case_id,
                deadlines::deadline_id,
                deadlines::state,
                deadlines::due_on,
                deadlines::provisional,
                deadlines::trace,
            ))
            .load(conn)
    };
    let (rows, unreadable) = readable::rows(conn, cases, &load)?;
    let mut clocks: Clocks = unreadable.into_iter().map(|case| (case, None)).collect();
    for (case, id, state, due_on, provisional, trace) in rows {
        let clock = Clock { id, runs: state == "RUNNING", due_on, provisional, trace };
        clocks.entry(case).or_insert_with(|| Some(Vec::new())).get_or_insert_default().push(clock);
    }
    Ok(clocks)
}

/// What a case with these clocks shows, against what it does show.
pub(super) fn faults(clocks: &[Clock], due_on: Option<NaiveDate>, provisional: bool) -> Vec<String> {
    let mut faults: Vec<String> = clocks
        .iter()
        .filter(|clock| !follows(clock))
        .map(|clock| format!("the date of clock {} does not follow from its trace", clock.id))
        .collect();
    let running: Vec<&Clock> = clocks.iter().filter(|clock| clock.runs).collect();
    let soonest = running.iter().filter_map(|clock| clock.due_on).min();
    // Two clocks may end on one day, one of them provisionally: either may be the one shown.
    let shown = running.iter().filter(|clock| clock.due_on == soonest).map(|clock| clock.provisional);
    let may_show: Vec<bool> = if running.is_empty() { vec![false] } else { shown.collect() };
    if due_on != soonest {
        let (shows, runs) = (date(due_on), date(soonest));
        faults.push(format!("it shows {shows}, but its soonest running clock says {runs}"));
    } else if !may_show.contains(&provisional) {
        let shows = if provisional { "provisional" } else { "certain" };
        faults.push(format!("it shows its date as {shows}, but its soonest running clock does not"));
    }
    faults
}

fn follows(clock: &Clock) -> bool {
    serde_json::from_str::<Trace>(&clock.trace).is_ok_and(|trace| replay(&trace) == Ok(clock.due_on))
}

fn date(date: Option<NaiveDate>) -> String {
    date.map_or_else(|| "no date".to_owned(), |date| date.to_string())
}
