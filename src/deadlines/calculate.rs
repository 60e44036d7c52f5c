//! Works out a due date for whoever asks: nothing is written.

use crate::calendar::{Limit, Suspension, Trace, Unit, due, working_days_between};
use crate::catalogue::Catalogue;
use crate::language::Text;
use crate::problem::Problem;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A limit to be counted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Calculation {
    /// Day of the event that starts the limit; it is not counted.
    pub start_date: NaiveDate,
    /// How many units: at most 10,000 days, 1,200 months, 100 years.
    #[schema(minimum = 0, maximum = 240_000)]
    pub amount: u32,
    pub unit: Unit,
    /// Whether a last day that is a rest day moves to the next working day; true unless told otherwise.
    #[serde(default = "yes")]
    pub roll: bool,
    /// Pauses of the clock.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub suspensions: Vec<Pause>,
}

fn yes() -> bool {
    true
}

/// A pause: the days after `from`, up to and including `until`, are not counted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    pub from: NaiveDate,
    /// Left out while the clock still stands.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

/// The due date, and every step that leads to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Calculated {
    /// A local date of the city's zone that ends at 24:00; left out while the clock is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-02-26")]
    pub due_date: Option<NaiveDate>,
    /// The span touches a year whose official calendar is not published yet.
    pub provisional: bool,
    /// Working days after the start date up to the due date.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 5, minimum = 0, maximum = 1_000_000)]
    pub working_days: Option<u32>,
    pub trace: Trace,
}

pub fn calculate(catalogue: &Catalogue, asked: &Calculation) -> Result<Calculated, Problem> {
    let limit = Limit::new(asked.amount, asked.unit, asked.roll).map_err(|_| {
        let rule = Text::new(
            "至多 10000 日、1200 个月、100 年、240000 小时",
            "at most 10,000 days, 1,200 months, 100 years, 240,000 hours",
        );
        Problem::invalid("/amount", asked.amount.to_string(), rule)
    })?;
    let pauses: Vec<Suspension> =
        asked.suspensions.iter().map(|pause| Suspension { from: pause.from, until: pause.until }).collect();
    let due = due(&catalogue.calendar, &limit, asked.start_date, &pauses);
    Ok(Calculated {
        due_date: due.due_on,
        provisional: due.provisional,
        working_days: due
            .due_on
            .map(|date| working_days_between(&catalogue.calendar, asked.start_date, date)),
        trace: due.trace,
    })
}
