//! Rows of clocks and their pauses.

use crate::access::{Authorized, ReadCase};
use crate::calendar::{Limit, Suspension, Trace, Unit};
use crate::ids::{CaseId, DeadlineId};
use crate::problem::Problem;
use crate::store::schema::{deadlines, suspensions};
use crate::store::{self, Conn, on_engine};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClockState {
    Running,
    Paused,
    Stopped,
}

impl ClockState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Running, Self::Paused, Self::Stopped].into_iter().find(|state| state.as_str() == code)
    }
}

crate::store::text_column!(ClockState);
crate::store::text_column!(Unit);

#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = deadlines, treat_none_as_default_value = false)]
pub(super) struct DeadlineRow {
    pub deadline_id: DeadlineId,
    pub case_id: CaseId,
    pub clock: String,
    pub round: i32,
    pub amount: i32,
    pub unit: Unit,
    pub roll: bool,
    pub source: String,
    pub started_on: NaiveDate,
    #[diesel(treat_none_as_null = true)]
    pub due_on: Option<NaiveDate>,
    pub provisional: bool,
    pub state: ClockState,
    pub trace: String,
}

impl DeadlineRow {
    pub fn limit(&self) -> Result<Limit, Problem> {
        Limit::new(self.amount.cast_unsigned(), self.unit, self.roll)
            .map_err(|error| Problem::internal(error.to_string()))
    }
}

pub(super) fn of_case(conn: &mut Conn, case: CaseId) -> Result<Vec<DeadlineRow>, Problem> {
    Ok(on_engine!(conn => deadlines::table
        .filter(deadlines::case_id.eq(case))
        .order((deadlines::clock.asc(), deadlines::round.asc()))
        .select(DeadlineRow::as_select())
        .load(conn))?)
}

/// Clocks that still run or pause, over all cases, whose date rests on an older calendar.
pub(super) fn open_after(
    conn: &mut Conn,
    after: Option<DeadlineId>,
    limit: i64,
) -> Result<Vec<DeadlineRow>, Problem> {
    let mut query = deadlines::table
        .filter(deadlines::state.ne(ClockState::Stopped))
        .order(deadlines::deadline_id.asc())
        .limit(limit)
        .select(DeadlineRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(deadlines::deadline_id.gt(after));
    }
    Ok(query.load(conn)?)
}

pub(super) fn insert(conn: &mut Conn, row: &DeadlineRow) -> Result<(), Problem> {
    on_engine!(conn => diesel::insert_into(deadlines::table).values(row).execute(conn))?;
    Ok(())
}

pub(super) fn update(conn: &mut Conn, row: &DeadlineRow) -> Result<(), Problem> {
    let id = deadlines::deadline_id.eq(row.deadline_id);
    on_engine!(conn => store::update(&deadlines::table, row, id).execute(conn))?;
    Ok(())
}

pub(super) fn pauses(conn: &mut Conn, deadline: DeadlineId) -> Result<Vec<Suspension>, Problem> {
    let rows: Vec<(NaiveDate, Option<NaiveDate>)> = suspensions::table
        .filter(suspensions::deadline_id.eq(deadline))
        .order(suspensions::position.asc())
        .select((suspensions::from_on, suspensions::until_on))
        .load(conn)?;
    Ok(rows.into_iter().map(|(from, until)| Suspension { from, until }).collect())
}

pub(super) fn pause(
    conn: &mut Conn,
    deadline: DeadlineId,
    from: NaiveDate,
    reason: &str,
) -> Result<(), Problem> {
    let position: i64 =
        suspensions::table.filter(suspensions::deadline_id.eq(deadline)).count().get_result(conn)?;
    diesel::insert_into(suspensions::table)
        .values((
            suspensions::deadline_id.eq(deadline),
            suspensions::position.eq(i32::try_from(position).unwrap_or(i32::MAX)),
            suspensions::from_on.eq(from),
            suspensions::reason.eq(reason),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn resume(conn: &mut Conn, deadline: DeadlineId, until: NaiveDate) -> Result<(), Problem> {
    diesel::update(
        suspensions::table.filter(suspensions::deadline_id.eq(deadline).and(suspensions::until_on.is_null())),
    )
    .set(suspensions::until_on.eq(until))
    .execute(conn)?;
    Ok(())
}

/// A clock of a case, with the proof of its date.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadlineView {
    pub deadline_id: DeadlineId,
    pub case_id: CaseId,
    /// The clock, as the workflow names it.
    #[schema(example = "ACCEPTANCE", max_length = 40)]
    pub clock: String,
    /// Counts from 1; a clock that starts afresh has another round.
    #[schema(example = 1, minimum = 1, maximum = 1000)]
    pub round: i32,
    pub state: ClockState,
    /// A local date of the city's zone; it ends at 24:00 there. Left out while the clock is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-30")]
    pub due_date: Option<NaiveDate>,
    /// The date touches a year whose official calendar is not published yet, and will be worked out again.
    pub provisional: bool,
    /// Law and article, or the city's rule.
    #[schema(example = "本市规则 (city rule)", max_length = 400)]
    pub source: String,
    /// Every step from the start day to the date, enough to work it out again without this service.
    pub trace: Trace,
}

/// The clocks of a case that the caller may read.
pub fn deadlines_of(
    conn: &mut Conn,
    case: &Authorized<ReadCase, CaseId>,
) -> Result<Vec<DeadlineView>, Problem> {
    of_case(conn, *case.subject())?
        .into_iter()
        .map(|row| {
            let trace =
                serde_json::from_str(&row.trace).map_err(|_| Problem::internal("a trace cannot be read"))?;
            Ok(DeadlineView {
                deadline_id: row.deadline_id,
                case_id: row.case_id,
                clock: row.clock,
                round: row.round,
                state: row.state,
                due_date: row.due_on,
                provisional: row.provisional,
                source: row.source,
                trace,
            })
        })
        .collect()
}

/// A clock that ran out.
#[derive(Debug, Clone, Queryable)]
pub struct Overdue {
    pub due_on: NaiveDate,
    pub deadline: DeadlineId,
    pub case: CaseId,
    pub clock: String,
}

/// Clocks of these names that ran out before today, longest ago first, from after a place on, for the timer.
pub fn overdue(
    conn: &mut Conn,
    clocks: &[String],
    today: NaiveDate,
    after: Option<(NaiveDate, DeadlineId)>,
    limit: i64,
) -> Result<Vec<Overdue>, Problem> {
    let mut query = deadlines::table
        .filter(deadlines::state.eq(ClockState::Running).and(deadlines::due_on.lt(today)))
        .filter(deadlines::clock.eq_any(clocks))
        .order((deadlines::due_on.asc(), deadlines::deadline_id.asc()))
        .limit(limit)
        .select((
            deadlines::due_on.assume_not_null(),
            deadlines::deadline_id,
            deadlines::case_id,
            deadlines::clock,
        ))
        .into_boxed();
    if let Some((due, id)) = after {
        query = query.filter(
            deadlines::due_on.gt(due).or(deadlines::due_on.eq(due).and(deadlines::deadline_id.gt(id))),
        );
    }
    Ok(query.load(conn)?)
}
