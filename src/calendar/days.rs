//! The official working-day calendar: the ordinary week, and the exceptions that each year's notice of the
//! State Council makes to it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound::{Excluded, Included};

use chrono::{DateTime, Datelike, FixedOffset, LocalResult, NaiveDate, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a day is to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayKind {
    /// Monday to Friday, as usual.
    Working,
    /// A Saturday or Sunday that is worked in exchange for a day off (调休).
    MakeUpWorking,
    /// A Saturday or Sunday, as usual.
    Weekend,
    /// A day off by notice, on whatever weekday it falls.
    Holiday,
}

impl DayKind {
    pub const fn is_working(self) -> bool {
        matches!(self, Self::Working | Self::MakeUpWorking)
    }

    /// The kind that the ordinary week gives a day, before any notice.
    pub fn of_week(date: NaiveDate) -> Self {
        match date.weekday() {
            Weekday::Sat | Weekday::Sun => Self::Weekend,
            _ => Self::Working,
        }
    }
}

/// One day or an inclusive range of days, as a city pack writes them: `"2026-01-01"` or
/// `{ from = "2026-10-01", to = "2026-10-07" }`. Dates are quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected a quoted day \"2026-01-01\" or a range { from = \"…\", to = \"…\" }"
)]
#[schema(description = "One day, or the first and the last of several.")]
pub enum DateRange {
    Day(NaiveDate),
    Range { from: NaiveDate, to: NaiveDate },
}

impl DateRange {
    /// First and last day.
    pub const fn bounds(self) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Day(day) => (day, day),
            Self::Range { from, to } => (from, to),
        }
    }
}

/// What one year's notice says. Both lists ascend and stay inside `year`: where a notice reaches over New
/// Year, each day is written with the year it falls in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarYear {
    #[schema(example = 2026, minimum = 2000, maximum = 9999)]
    pub year: i32,
    /// The source document.
    #[schema(example = "国务院办公厅关于2026年部分节假日安排的通知", max_length = 400)]
    pub notice: String,
    #[schema(max_items = 366)]
    pub days_off: Vec<DateRange>,
    /// Saturdays and Sundays that are worked.
    #[schema(max_items = 366, example = json!(["2026-02-14", "2026-02-28"]))]
    pub extra_working_days: Vec<NaiveDate>,
}

/// Why a calendar was refused. Every variant names the year or the day at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalendarError {
    YearTwice(i32),
    /// A range whose `from`, given here, lies after its `to`.
    Reversed(NaiveDate),
    OutsideYear {
        year: i32,
        day: NaiveDate,
    },
    /// A day given twice, or after a later one.
    NotAscending(NaiveDate),
    /// An extra working day from Monday to Friday, which is worked anyway.
    NotWeekend(NaiveDate),
    OffAndWorking(NaiveDate),
}

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::YearTwice(year) => write!(f, "{year} 年的日历重复 / the calendar of {year} is given twice"),
            Self::Reversed(day) => {
                write!(f, "自 {day} 起的放假区间首尾颠倒 / the range from {day} ends before it begins")
            }
            Self::OutsideYear { year, day } => {
                write!(f, "{day} 不在 {year} 年内 / {day} does not lie in {year}")
            }
            Self::NotAscending(day) => {
                write!(f, "{day} 重复或未按日期先后排列 / {day} is given twice or out of order")
            }
            Self::NotWeekend(day) => {
                write!(f, "调休上班日 {day} 不是周末 / the extra working day {day} is not a weekend day")
            }
            Self::OffAndWorking(day) => {
                write!(f, "{day} 既为放假日又为上班日 / {day} is both off and an extra working day")
            }
        }
    }
}

impl std::error::Error for CalendarError {}

/// The working days of all years whose notice is loaded. A year that is not loaded follows the ordinary week,
/// and a due date that touches it is provisional. The default knows no year.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkingCalendar {
    revision: u32,
    /// The notice of each loaded year.
    years: BTreeMap<i32, String>,
    /// The days that differ from the ordinary week, and weekend days inside a range of days off.
    exceptions: BTreeMap<NaiveDate, DayKind>,
}

impl WorkingCalendar {
    /// `revision` is the loader's: it rises with every change of the years, and each trace names it.
    pub fn new(years: impl IntoIterator<Item = CalendarYear>, revision: u32) -> Result<Self, CalendarError> {
        let mut calendar = Self { revision, ..Self::default() };
        for year in years {
            calendar.add(year)?;
        }
        Ok(calendar)
    }

    fn add(&mut self, added: CalendarYear) -> Result<(), CalendarError> {
        let CalendarYear { year, notice, days_off, extra_working_days } = added;
        if self.years.insert(year, notice).is_some() {
            return Err(CalendarError::YearTwice(year));
        }
        let mut latest = None;
        for range in days_off {
            let (from, to) = range.bounds();
            if from > to {
                return Err(CalendarError::Reversed(from));
            }
            check_place(year, latest, from)?;
            check_place(year, latest, to)?;
            latest = Some(to);
            let days = from.iter_days().take_while(|day| *day <= to);
            self.exceptions.extend(days.map(|day| (day, DayKind::Holiday)));
        }
        latest = None;
        for day in extra_working_days {
            check_place(year, latest, day)?;
            latest = Some(day);
            if DayKind::of_week(day) != DayKind::Weekend {
                return Err(CalendarError::NotWeekend(day));
            }
            if self.exceptions.insert(day, DayKind::MakeUpWorking).is_some() {
                return Err(CalendarError::OffAndWorking(day));
            }
        }
        Ok(())
    }

    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// The source document of a loaded year.
    pub fn notice(&self, year: i32) -> Option<&str> {
        self.years.get(&year).map(String::as_str)
    }

    /// What the day is; in a year that is not loaded, what the ordinary week makes it.
    pub fn kind(&self, date: NaiveDate) -> DayKind {
        self.exceptions.get(&date).copied().unwrap_or_else(|| DayKind::of_week(date))
    }

    /// Whether the year of this day is loaded.
    pub fn known(&self, date: NaiveDate) -> bool {
        self.years.contains_key(&date.year())
    }

    /// Whether the years of all days from `from` to `to`, both included, are loaded.
    pub fn knows_all(&self, from: NaiveDate, to: NaiveDate) -> bool {
        (from.year()..=to.year()).all(|year| self.years.contains_key(&year))
    }
}

fn check_place(year: i32, latest: Option<NaiveDate>, day: NaiveDate) -> Result<(), CalendarError> {
    if day.year() != year {
        return Err(CalendarError::OutsideYear { year, day });
    }
    if latest.is_some_and(|latest| day <= latest) {
        return Err(CalendarError::NotAscending(day));
    }
    Ok(())
}

/// The number of working days after `a`, up to and including `b`; none when `b` is not after `a`. Its cost
/// grows with the loaded years, not with the span.
pub fn working_days_between(calendar: &WorkingCalendar, a: NaiveDate, b: NaiveDate) -> u32 {
    if b <= a {
        return 0;
    }
    let exceptions = calendar.exceptions.range((Excluded(a), Included(b)));
    exceptions.fold(weekdays_between(a, b), |count, (&day, &kind)| {
        match (DayKind::of_week(day).is_working(), kind.is_working()) {
            (true, false) => count - 1,
            (false, true) => count + 1,
            (true, true) | (false, false) => count,
        }
    })
}

/// Mondays to Fridays after `a` up to `b`. Day 1 of the common era was a Monday.
fn weekdays_between(a: NaiveDate, b: NaiveDate) -> u32 {
    let up_to = |date: NaiveDate| {
        let day = date.num_days_from_ce();
        5 * day.div_euclid(7) + day.rem_euclid(7).min(5)
    };
    up_to(a).abs_diff(up_to(b))
}

/// The end of a due date, 24:00 local time: 00:00 of the next day.
pub fn ends_at(due_on: NaiveDate, offset: FixedOffset) -> DateTime<Utc> {
    let midnight = due_on.succ_opt().map(|next| next.and_time(NaiveTime::MIN).and_local_timezone(offset));
    midnight.and_then(LocalResult::single).map_or(DateTime::<Utc>::MAX_UTC, |at| at.to_utc())
}

/// The local day in which an instant lies.
pub fn local_date(at: DateTime<Utc>, offset: FixedOffset) -> NaiveDate {
    at.naive_utc().checked_add_offset(offset).map_or_else(|| at.date_naive(), |local| local.date())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    /// The calendars of 2024 to 2026 as the State Council's notices give them.
    const OFFICIAL: &str = r#"
[[years]]
year = 2024
notice = "国务院办公厅关于2024年部分节假日安排的通知"
daysOff = [
    "2024-01-01", { from = "2024-02-10", to = "2024-02-17" }, { from = "2024-04-04", to = "2024-04-06" },
    { from = "2024-05-01", to = "2024-05-05" }, "2024-06-10", { from = "2024-09-15", to = "2024-09-17" },
    { from = "2024-10-01", to = "2024-10-07" },
]
extraWorkingDays = [
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14",
    "2024-09-29", "2024-10-12",
]
[[years]]
year = 2025
notice = "国务院办公厅关于2025年部分节假日安排的通知"
daysOff = [
    "2025-01-01", { from = "2025-01-28", to = "2025-02-04" }, { from = "2025-04-04", to = "2025-04-06" },
    { from = "2025-05-01", to = "2025-05-05" }, { from = "2025-05-31", to = "2025-06-02" },
    { from = "2025-10-01", to = "2025-10-08" },
]
extraWorkingDays = ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"]
[[years]]
year = 2026
notice = "国务院办公厅关于2026年部分节假日安排的通知"
daysOff = [
    { from = "2026-01-01", to = "2026-01-03" }, { from = "2026-02-15", to = "2026-02-23" },
    { from = "2026-04-04", to = "2026-04-06" }, { from = "2026-05-01", to = "2026-05-05" },
    { from = "2026-06-19", to = "2026-06-21" }, { from = "2026-09-25", to = "2026-09-27" },
    { from = "2026-10-01", to = "2026-10-07" },
]
extraWorkingDays = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]
    "#;

    #[derive(Deserialize)]
    struct Pack {
        years: Vec<CalendarYear>,
    }

    pub fn official_years() -> Vec<CalendarYear> {
        toml::from_str::<Pack>(OFFICIAL).expect("the notices parse").years
    }

    pub fn official() -> WorkingCalendar {
        WorkingCalendar::new(official_years(), 3).expect("the notices are sound")
    }

    pub fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    /// Any year's notice: some days off, and some of the other weekend days worked.
    pub fn any_year(year: i32) -> impl Strategy<Value = CalendarYear> {
        let days = || btree_set(1_u32..=365, 0..60);
        (days(), days()).prop_map(move |(off, extra)| {
            let date = |ordinal: &u32| NaiveDate::from_yo_opt(year, *ordinal).expect("a day of the year");
            let worked = |date: &NaiveDate| DayKind::of_week(*date) == DayKind::Weekend;
            CalendarYear {
                year,
                notice: format!("{year}"),
                days_off: off.iter().map(date).map(DateRange::Day).collect(),
                extra_working_days: extra.difference(&off).map(date).filter(worked).collect(),
            }
        })
    }

    fn refused(change: impl FnOnce(&mut CalendarYear)) -> CalendarError {
        let mut year = official_years().remove(2);
        change(&mut year);
        WorkingCalendar::new([year], 1).expect_err("the year is unsound")
    }

    #[test]
    fn official_years_have_their_working_days() {
        let calendar = official();
        let count = |year: i32| {
            let eve = NaiveDate::from_ymd_opt(year - 1, 12, 31).expect("a date");
            working_days_between(&calendar, eve, eve + chrono::Months::new(12))
        };
        assert_eq!([2024, 2025, 2026].map(count), [251, 248, 248]);
    }

    #[test]
    fn each_kind_of_day() {
        let calendar = official();
        assert_eq!(
            calendar.kind(day("2024-02-09")),
            DayKind::Working,
            "New Year's Eve 2024 is worked in law"
        );
        assert_eq!(calendar.kind(day("2026-02-14")), DayKind::MakeUpWorking);
        assert_eq!(calendar.kind(day("2026-02-15")), DayKind::Holiday);
        assert_eq!(calendar.kind(day("2026-03-01")), DayKind::Weekend);
        assert_eq!(calendar.notice(2026), Some("国务院办公厅关于2026年部分节假日安排的通知"));
        assert_eq!(calendar.revision(), 3);
    }

    #[test]
    fn an_unknown_year_follows_the_ordinary_week() {
        let calendar = official();
        assert!(calendar.known(day("2026-12-31")) && !calendar.known(day("2027-01-01")));
        assert!(!calendar.knows_all(day("2026-12-31"), day("2027-01-01")));
        assert_eq!(calendar.kind(day("2027-01-01")), DayKind::Working);
        assert_eq!(calendar.kind(day("2027-01-02")), DayKind::Weekend);
        assert_eq!(calendar.notice(2027), None);
    }

    #[test]
    fn an_unsound_year_is_refused_by_its_day() {
        let range = |from, to| DateRange::Range { from: day(from), to: day(to) };
        let off = |range| refused(move |year| year.days_off.push(range));
        let worked = |text| refused(move |year| year.extra_working_days.push(day(text)));
        assert_eq!(off(range("2026-12-05", "2026-12-04")), CalendarError::Reversed(day("2026-12-05")));
        assert_eq!(
            off(range("2026-12-31", "2027-01-02")),
            CalendarError::OutsideYear { year: 2026, day: day("2027-01-02") }
        );
        assert_eq!(off(DateRange::Day(day("2026-10-07"))), CalendarError::NotAscending(day("2026-10-07")));
        assert_eq!(worked("2026-10-12"), CalendarError::NotWeekend(day("2026-10-12")));
        assert_eq!(worked("2026-10-10"), CalendarError::NotAscending(day("2026-10-10")));
        let both = |year: &mut CalendarYear| year.extra_working_days = vec![day("2026-10-03")];
        assert_eq!(refused(both), CalendarError::OffAndWorking(day("2026-10-03")));
        assert!(refused(both).to_string().contains("2026-10-03"));
        let twice = official_years().into_iter().chain([CalendarYear {
            year: 2025,
            notice: String::new(),
            days_off: vec![],
            extra_working_days: vec![],
        }]);
        assert_eq!(WorkingCalendar::new(twice, 1), Err(CalendarError::YearTwice(2025)));
    }

    #[test]
    fn unknown_fields_and_unquoted_dates_are_refused() {
        let parse = |days_off: &str| {
            let text = format!("year = 2026\nnotice = 'n'\nextraWorkingDays = []\ndaysOff = [{days_off}]");
            toml::from_str::<CalendarYear>(&text)
        };
        assert!(parse("'2026-01-01', { from = '2026-10-01', to = '2026-10-07' }").is_ok());
        assert!(parse("{ from = '2026-10-01', to = '2026-10-07', why = 'x' }").is_err());
        let unquoted = parse("2026-01-01").expect_err("an unquoted date").to_string();
        assert!(unquoted.contains("a quoted day"), "{unquoted}");
        assert!(toml::from_str::<CalendarYear>("year = 2026\ndays = []").is_err());
    }

    #[test]
    fn a_due_date_ends_at_midnight_in_its_zone() {
        let end = ends_at(day("2026-02-26"), beijing());
        assert_eq!(end, "2026-02-26T16:00:00Z".parse::<DateTime<Utc>>().expect("an instant"));
        assert_eq!(local_date(end, beijing()), day("2026-02-27"));
        assert_eq!(local_date(end - chrono::TimeDelta::nanoseconds(1), beijing()), day("2026-02-26"));
    }

    fn beijing() -> FixedOffset {
        FixedOffset::east_opt(8 * 3600).expect("an offset")
    }

    proptest! {
        #[test]
        fn counting_by_arithmetic_agrees_with_counting_by_day(
            years in [2024, 2025, 2027].map(any_year), a in 738_000_i32..741_000, span in -9_i32..1500,
        ) {
            let calendar = WorkingCalendar::new(years, 1).expect("a sound calendar");
            let date = |number| NaiveDate::from_num_days_from_ce_opt(number).expect("a date");
            let working = |number: &i32| calendar.kind(date(*number)).is_working();
            let by_day = (a + 1..=a + span).filter(working).count();
            prop_assert_eq!(working_days_between(&calendar, date(a), date(a + span)) as usize, by_day);
        }
    }
}
