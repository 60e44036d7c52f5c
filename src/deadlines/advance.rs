//! Moves the clocks of a case along with its state: starts, pauses, resumes, stops. elapsed = total − suspensions.

use super::records::{self, ClockState, DeadlineRow};
use crate::calendar::{Limit, WorkingCalendar, due};
use crate::catalogue::workflow::{Clock, Workflow};
use crate::catalogue::{Catalogue, Service, ServiceLimit};
use crate::command::Act;
use crate::ids::{CaseId, DeadlineId};
use crate::problem::Problem;
use crate::store::{Conn, lock_case};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The date that a case shows: that of the clock which runs in its present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseDue {
    pub due_on: Option<NaiveDate>,
    pub provisional: bool,
}

impl CaseDue {
    /// The soonest running clock is the one shown.
    fn consider(&mut self, row: &DeadlineRow) {
        if row.state == ClockState::Running
            && self.due_on.is_none_or(|date| row.due_on.is_some_and(|due_on| due_on < date))
        {
            *self = Self { due_on: row.due_on, provisional: row.provisional };
        }
    }
}

/// What a change of state does to one clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Start,
    Resume,
    Pause,
    Stop,
    Leave,
}

fn turn(clock: &Clock, row: Option<ClockState>, from: Option<&str>, to: &str) -> Turn {
    let lists = |states: &[String], state: &str| states.iter().any(|code| code == state);
    let runs = lists(&clock.runs_in, to);
    let enters = runs && !from.is_some_and(|from| lists(&clock.runs_in, from));
    match row {
        None | Some(ClockState::Stopped) if runs && (row.is_none() || clock.restarts) => Turn::Start,
        Some(ClockState::Paused) if runs => Turn::Resume,
        Some(ClockState::Running) if enters && clock.restarts => Turn::Start,
        Some(ClockState::Running) if lists(&clock.paused_in, to) => Turn::Pause,
        Some(ClockState::Running | ClockState::Paused) if !runs && !lists(&clock.paused_in, to) => Turn::Stop,
        _ => Turn::Leave,
    }
}

/// The clocks that a case begins with, before there is a row of the case that theirs could name.
pub struct FirstClocks {
    rows: Vec<DeadlineRow>,
    pub due: CaseDue,
}

/// Starts the clocks of a case that is handed in on a local date; nothing is written yet.
pub fn first_clocks(
    act: &mut Act<'_>,
    catalogue: &Catalogue,
    workflow: &Workflow,
    service: &Service,
    case: CaseId,
) -> Result<FirstClocks, Problem> {
    let mut first = FirstClocks { rows: Vec::new(), due: CaseDue::default() };
    for clock in &workflow.clocks {
        if turn(clock, None, None, &workflow.initial) == Turn::Start {
            let row = started(act, catalogue, case, service, clock, 1)?;
            first.due.consider(&row);
            first.rows.push(row);
        }
    }
    Ok(first)
}

impl FirstClocks {
    pub fn keep(&self, conn: &mut Conn) -> Result<(), Problem> {
        self.rows.iter().try_for_each(|row| records::insert(conn, row))
    }
}

/// Follows a case from one state to another on a local date.
pub fn advance(
    act: &mut Act<'_>,
    catalogue: &Catalogue,
    workflow: &Workflow,
    service: &Service,
    case: CaseId,
    from: &str,
    to: &str,
) -> Result<CaseDue, Problem> {
    let today = catalogue.today(act.now);
    let rows = records::of_case(act.conn, case)?;
    let mut shown = CaseDue::default();
    for clock in &workflow.clocks {
        let row = rows.iter().rev().find(|row| row.clock == clock.code).cloned();
        let turn = turn(clock, row.as_ref().map(|row| row.state), Some(from), to);
        let row = match (turn, row) {
            (Turn::Start, last) => {
                let round = last.map_or(1, |row| row.round + 1);
                let row = started(act, catalogue, case, service, clock, round)?;
                records::insert(act.conn, &row)?;
                Some(row)
            }
            (Turn::Leave, row) => row,
            (_, None) => None,
            (Turn::Resume, Some(row)) => {
                records::resume(act.conn, row.deadline_id, today)?;
                Some(rederive(act.conn, &catalogue.calendar, row, ClockState::Running)?)
            }
            (Turn::Pause, Some(row)) => {
                records::pause(act.conn, row.deadline_id, today, to)?;
                Some(rederive(act.conn, &catalogue.calendar, row, ClockState::Paused)?)
            }
            (Turn::Stop, Some(row)) => {
                let row = DeadlineRow { state: ClockState::Stopped, ..row };
                records::update(act.conn, &row)?;
                None
            }
        };
        if let Some(row) = row {
            shown.consider(&row);
        }
    }
    Ok(shown)
}

/// A clock that starts now.
fn started(
    act: &mut Act<'_>,
    catalogue: &Catalogue,
    case: CaseId,
    service: &Service,
    clock: &Clock,
    round: i32,
) -> Result<DeadlineRow, Problem> {
    let no_limit = || Problem::internal(format!("{} has no limit {}", service.code, clock.code));
    let rule: &ServiceLimit = service.limit(&clock.code).ok_or_else(no_limit)?;
    let today = catalogue.today(act.now);
    let limit = rule.limit().map_err(|error| Problem::internal(error.to_string()))?;
    let due = due(&catalogue.calendar, &limit, today, &[]);
    Ok(DeadlineRow {
        deadline_id: DeadlineId(act.ids.draw()),
        case_id: case,
        clock: rule.clock.clone(),
        round,
        amount: limit.amount().cast_signed(),
        unit: limit.unit(),
        roll: limit.roll(),
        source: rule.source.clone(),
        started_on: today,
        due_on: due.due_on,
        provisional: due.provisional,
        state: ClockState::Running,
        trace: serde_json::to_string(&due.trace).map_err(|error| Problem::internal(error.to_string()))?,
    })
}

/// Works a date out again from its limit, start and pauses.
fn rederive(
    conn: &mut Conn,
    calendar: &WorkingCalendar,
    row: DeadlineRow,
    state: ClockState,
) -> Result<DeadlineRow, Problem> {
    let limit: Limit = row.limit()?;
    let due = due(calendar, &limit, row.started_on, &records::pauses(conn, row.deadline_id)?);
    let trace = serde_json::to_string(&due.trace).map_err(|error| Problem::internal(error.to_string()))?;
    let row = DeadlineRow { due_on: due.due_on, provisional: due.provisional, state, trace, ..row };
    records::update(conn, &row)?;
    Ok(row)
}

/// After a new calendar: every open clock is derived afresh, closed ones stay as they were decided. Answers the cases
/// whose shown date changed, with that date.
pub fn recalculate(conn: &mut Conn, catalogue: &Catalogue) -> Result<Vec<(CaseId, CaseDue)>, Problem> {
    const BATCH: i64 = 500;
    let mut changed = Vec::new();
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let rows = records::open_after(conn, after, BATCH)?;
        let Some(last) = rows.last() else { return Ok(changed) };
        after = Some(last.deadline_id);
        for row in rows {
            if seen.insert(row.case_id)
                && let Some(due) = rederive_case(conn, &catalogue.calendar, row.case_id)?
            {
                changed.push((row.case_id, due));
            }
        }
    }
}

/// Under the lock of its case no clock is paused or stopped between the read and the write.
fn rederive_case(
    conn: &mut Conn,
    calendar: &WorkingCalendar,
    case: CaseId,
) -> Result<Option<CaseDue>, Problem> {
    lock_case(conn, case)?;
    let (mut before, mut after) = (CaseDue::default(), CaseDue::default());
    for row in records::of_case(conn, case)? {
        if row.state == ClockState::Stopped {
            continue;
        }
        before.consider(&row);
        let state = row.state;
        after.consider(&rederive(conn, calendar, row, state)?);
    }
    Ok((before != after).then_some(after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Bilingual;

    fn clock(restarts: bool) -> Clock {
        Clock {
            code: "ACCEPTANCE".to_owned(),
            name: Bilingual::default(),
            runs_in: vec!["SUBMITTED".to_owned()],
            paused_in: vec!["CORRECTION_REQUIRED".to_owned()],
            restarts,
            when_overdue: None,
        }
    }

    #[test]
    fn a_clock_starts_pauses_resumes_and_stops_with_the_state() {
        use ClockState::{Paused, Running, Stopped};
        for (restarts, row, from, to, expected) in [
            (false, None, None, "SUBMITTED", Turn::Start),
            (false, Some(Running), Some("SUBMITTED"), "SUBMITTED", Turn::Leave),
            (false, Some(Running), Some("SUBMITTED"), "CORRECTION_REQUIRED", Turn::Pause),
            (false, Some(Paused), Some("CORRECTION_REQUIRED"), "SUBMITTED", Turn::Resume),
            (false, Some(Running), Some("SUBMITTED"), "ACCEPTED", Turn::Stop),
            (false, Some(Paused), Some("CORRECTION_REQUIRED"), "WITHDRAWN", Turn::Stop),
            (false, Some(Stopped), Some("ACCEPTED"), "SUBMITTED", Turn::Leave),
            (true, Some(Stopped), Some("ACCEPTED"), "SUBMITTED", Turn::Start),
            (false, None, None, "ACCEPTED", Turn::Leave),
        ] {
            assert_eq!(turn(&clock(restarts), row, from, to), expected, "{row:?} {from:?} → {to}");
        }
    }
}
