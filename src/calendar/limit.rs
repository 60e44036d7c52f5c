//! A legal or configured limit, the pauses of its clock, and how much of it is used.

use std::fmt;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::days::{WorkingCalendar, working_days_between};

/// What a limit counts in. Which one a law means by "day" differs by law: Administrative Penalty Law art. 85
/// and Administrative Reconsideration Law art. 88 make their short limits working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unit {
    WorkingDay,
    CalendarDay,
    Month,
    Year,
    Hour,
}

impl Unit {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WorkingDay => "WORKING_DAY",
            Self::CalendarDay => "CALENDAR_DAY",
            Self::Month => "MONTH",
            Self::Year => "YEAR",
            Self::Hour => "HOUR",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::WorkingDay, Self::CalendarDay, Self::Month, Self::Year, Self::Hour]
            .into_iter()
            .find(|unit| unit.as_str() == code)
    }

    /// The longest limit in this unit: 10,000 days, or 1,200 months. No law comes near it; a mistyped pack
    /// might.
    pub const fn most(self) -> u32 {
        match self {
            Self::WorkingDay | Self::CalendarDay => 10_000,
            Self::Month => 1_200,
            Self::Year => 100,
            Self::Hour => 240_000,
        }
    }
}

/// A number of units, at most [`Unit::most`]. `roll` moves a last day that is a rest day to the next working
/// day (Implementing Rules of the Patent Law r. 5, Implementing Regulations of the Trademark Law r. 12);
/// unless told otherwise a limit rolls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Written")]
#[schema(
    description = "A number of units; `roll` moves a last day that is a rest day to the next working day."
)]
pub struct Limit {
    #[schema(example = 5, minimum = 0, maximum = 240_000)]
    amount: u32,
    unit: Unit,
    roll: bool,
}

impl Limit {
    pub fn new(amount: u32, unit: Unit, roll: bool) -> Result<Self, LimitTooLong> {
        match unit.most() {
            most if amount > most => Err(LimitTooLong { amount, most }),
            _ => Ok(Self { amount, unit, roll }),
        }
    }

    pub const fn amount(self) -> u32 {
        self.amount
    }

    pub const fn unit(self) -> Unit {
        self.unit
    }

    pub const fn roll(self) -> bool {
        self.roll
    }

    /// How many days use the limit up when it begins on `start`: working days where it counts those, else
    /// calendar days. Months end on the corresponding day, or on the last of a month that has none.
    pub(super) fn days_from(self, start: NaiveDate) -> u32 {
        let months = |count| {
            days_between(start, start.checked_add_months(Months::new(count)).unwrap_or(NaiveDate::MAX))
        };
        match self.unit {
            Unit::WorkingDay | Unit::CalendarDay => self.amount,
            Unit::Month => months(self.amount),
            Unit::Year => months(12 * self.amount),
            Unit::Hour => self.amount.div_ceil(24),
        }
    }
}

/// The amount is above the most that its unit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitTooLong {
    pub amount: u32,
    pub most: u32,
}

impl fmt::Display for LimitTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { amount, most } = self;
        write!(
            f,
            "期限 {amount} 超过该单位的上限 {most} / the amount {amount} is above {most}, the most for its unit"
        )
    }
}

impl std::error::Error for LimitTooLong {}

/// A limit as written, before its amount is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    amount: u32,
    unit: Unit,
    #[serde(default = "rolls")]
    roll: bool,
}

const fn rolls() -> bool {
    true
}

impl TryFrom<Written> for Limit {
    type Error = LimitTooLong;

    fn try_from(Written { amount, unit, roll }: Written) -> Result<Self, LimitTooLong> {
        Self::new(amount, unit, roll)
    }
}

/// A pause of the clock. In days: the clock stops at the end of `from`, which was used, and runs again after
/// `until`, which like a start day is not counted; so the days `from < d <= until` are suspended. In
/// instants: it stands still from `from` to `until`. Without `until` it is still paused; an `until` that is
/// not after `from` suspends nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspension<T = NaiveDate> {
    pub from: T,
    pub until: Option<T>,
}

/// The pauses in order, those that overlap or touch made one.
pub(super) fn normalised<T: Copy + Ord>(suspensions: &[Suspension<T>]) -> Vec<Suspension<T>> {
    let lasting = |pause: &&Suspension<T>| pause.until.is_none_or(|until| until > pause.from);
    let mut pauses: Vec<_> = suspensions.iter().filter(lasting).copied().collect();
    pauses.sort_unstable_by_key(|pause| pause.from);
    pauses.dedup_by(|later, earlier| {
        let meet = earlier.until.is_none_or(|until| until >= later.from);
        if meet {
            earlier.until = earlier.until.zip(later.until).map(|(a, b)| a.max(b));
        }
        meet
    });
    pauses
}

/// How much of a limit that began on `started_on` is used at the end of `through`, in whole units: the total
/// less what was suspended. Months and years are those that the days used make from the start day, an hour a
/// 24th of a day.
pub fn elapsed(
    calendar: &WorkingCalendar,
    unit: Unit,
    started_on: NaiveDate,
    through: NaiveDate,
    suspensions: &[Suspension],
) -> u32 {
    let net = |between: &dyn Fn(NaiveDate, NaiveDate) -> u32| {
        let suspended = |pause: &Suspension| {
            between(pause.from.max(started_on), pause.until.map_or(through, |until| until.min(through)))
        };
        between(started_on, through) - normalised(suspensions).iter().map(suspended).sum::<u32>()
    };
    match unit {
        Unit::WorkingDay => net(&|a, b| working_days_between(calendar, a, b)),
        Unit::CalendarDay => net(&days_between),
        Unit::Month => whole_months(started_on, net(&days_between)),
        Unit::Year => whole_months(started_on, net(&days_between)) / 12,
        Unit::Hour => net(&days_between).saturating_mul(24),
    }
}

/// The whole months in the given number of days after `start`.
fn whole_months(start: NaiveDate, days: u32) -> u32 {
    let end = start.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX);
    let month = |date: NaiveDate| 12 * date.year() + date.month0().cast_signed();
    let months = month(end).abs_diff(month(start));
    let full = start.checked_add_months(Months::new(months)).is_some_and(|day| day <= end);
    if full { months } else { months - 1 }
}

/// The calendar days after `a`, up to and including `b`.
fn days_between(a: NaiveDate, b: NaiveDate) -> u32 {
    u32::try_from((b - a).num_days()).unwrap_or(0)
}

/// The instant at which a limit in hours ends, net of pauses; `None` while the clock is paused. A pause that
/// begins as the limit ends, or later, changes nothing.
pub fn due_instant(
    started_at: DateTime<Utc>,
    hours: u32,
    suspensions: &[Suspension<DateTime<Utc>>],
) -> Option<DateTime<Utc>> {
    let mut at = started_at;
    let mut left = TimeDelta::hours(hours.into());
    for pause in normalised(suspensions) {
        let run = (pause.from - at).max(TimeDelta::zero());
        if run >= left {
            break;
        }
        left -= run;
        at = pause.until?.max(at);
    }
    Some(at.checked_add_signed(left).unwrap_or(DateTime::<Utc>::MAX_UTC))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::days::tests::official;
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn rolls_unless_told_otherwise() {
        let limit: Limit = toml::from_str("amount = 5\nunit = 'WORKING_DAY'").expect("a limit");
        assert_eq!(Ok(limit), Limit::new(5, Unit::WorkingDay, true));
        let limit: Limit = toml::from_str("amount = 24\nunit = 'HOUR'\nroll = false").expect("a limit");
        assert_eq!(Ok(limit), Limit::new(24, Unit::Hour, false));
    }

    #[test]
    fn refuses_what_is_too_long_or_unknown() {
        for unit in [Unit::WorkingDay, Unit::CalendarDay, Unit::Month, Unit::Year, Unit::Hour] {
            let (amount, most) = (unit.most() + 1, unit.most());
            assert!(Limit::new(most, unit, true).is_ok());
            assert_eq!(Limit::new(amount, unit, true), Err(LimitTooLong { amount, most }));
        }
        assert!(toml::from_str::<Limit>("amount = 1201\nunit = 'MONTH'").is_err());
        assert!(toml::from_str::<Limit>("amount = 1\nunit = 'MONTH'\nrol = true").is_err());
        assert!(toml::from_str::<Limit>("amount = 1\nunit = 'Fortnight'").is_err());
    }

    #[test]
    fn writes_what_it_reads() {
        let limit = Limit::new(15, Unit::CalendarDay, true).expect("a limit");
        let text = serde_json::to_string(&limit).expect("serializes");
        assert_eq!(text, r#"{"amount":15,"unit":"CALENDAR_DAY","roll":true}"#);
        assert_eq!(serde_json::from_str::<Limit>(&text).expect("parses"), limit);
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn hours_run_between_pauses() {
        let start = at("2026-03-06T10:00:00Z");
        let pause = |from: &str, until: Option<&str>| Suspension { from: at(from), until: until.map(at) };
        let night = pause("2026-03-06T12:00:00Z", Some("2026-03-07T00:00:00Z"));
        let later = pause("2026-03-06T20:00:00Z", Some("2026-03-07T02:00:00Z"));
        let open = pause("2026-03-06T12:00:00Z", None);
        assert_eq!(due_instant(start, 24, &[]), Some(at("2026-03-07T10:00:00Z")));
        assert_eq!(due_instant(start, 24, &[later, night]), Some(at("2026-03-08T00:00:00Z")));
        assert_eq!(due_instant(start, 24, &[open]), None);
        assert_eq!(due_instant(start, 2, &[open]), Some(at("2026-03-06T12:00:00Z")), "used up as it pauses");
    }

    pub fn any_date() -> impl Strategy<Value = NaiveDate> {
        (738_700_i32..740_000).prop_map(|day| NaiveDate::from_num_days_from_ce_opt(day).expect("a date"))
    }

    /// A start day and pauses before and after it, in no order; some overlap, suspend nothing or still run.
    pub fn any_clock() -> impl Strategy<Value = (NaiveDate, Vec<Suspension>)> {
        let pauses = vec((-30_i64..300, -3_i64..80, prop::bool::weighted(0.1)), 0..4);
        (any_date(), pauses).prop_map(|(start, pauses)| {
            let pause = |(after, length, open): (i64, i64, bool)| {
                let from = start + TimeDelta::days(after);
                Suspension { from, until: (!open).then(|| from + TimeDelta::days(length)) }
            };
            (start, pauses.into_iter().map(pause).collect())
        })
    }

    pub fn suspended(pauses: &[Suspension], day: NaiveDate) -> bool {
        pauses.iter().any(|pause| pause.from < day && pause.until.is_none_or(|until| day <= until))
    }

    proptest! {
        #[test]
        fn elapsed_is_the_total_less_the_suspended((start, pauses) in any_clock(), span in -9_i64..700) {
            let calendar = official();
            let through = start + TimeDelta::days(span);
            let days = || start.iter_days().skip(1).take_while(|day| *day <= through);
            let used = |unit| elapsed(&calendar, unit, start, through, &pauses) as usize;
            let still = days().filter(|day| suspended(&pauses, *day)).count();
            prop_assert_eq!(used(Unit::CalendarDay), days().count() - still);
            let counts = |day: &NaiveDate| calendar.kind(*day).is_working() && !suspended(&pauses, *day);
            prop_assert_eq!(used(Unit::WorkingDay), days().filter(counts).count());
        }

        #[test]
        fn hours_lengthen_by_what_is_suspended(hours in 1_u32..500, marks in vec(0_i64..900, 2..8)) {
            let start = at("2026-03-06T10:00:00Z");
            let hour = |hour: i64| start + TimeDelta::hours(hour);
            let pauses: Vec<_> = marks.windows(2).map(|pair| (pair[0], pair[1])).collect();
            let suspended = |at: i64| pauses.iter().any(|&(from, until)| from <= at && at < until);
            let running = (0..).take(2000).filter(|at| !suspended(*at));
            let last = running.take(hours as usize).last().expect("an hour that runs");
            let suspension =
                |&(from, until): &(i64, i64)| Suspension { from: hour(from), until: Some(hour(until)) };
            let suspensions: Vec<_> = pauses.iter().map(suspension).collect();
            prop_assert_eq!(due_instant(start, hours, &suspensions), Some(hour(last + 1)));
        }
    }
}
