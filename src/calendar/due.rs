//! Due dates: what the law makes of a limit, a start day and the pauses of a case, with a proof that can be
//! replayed.
//!
//! The start day is not counted; months end on the corresponding day or on the last day of the month; a last
//! day that is a rest day rolls to the next working day (Implementing Rules of the Patent Law r. 5;
//! Implementing Regulations of the Trademark Law r. 12; Civil Procedure Law on periods). A due date is a
//! local date and ends at 24:00.
//!
//! Everything here is total: what lies beyond the last date or instant that chrono can hold saturates there.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::days::{DayKind, WorkingCalendar};
use super::limit::{Limit, Suspension, Unit, normalised};

/// A due date with its proof. While the clock is paused there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub due_on: Option<NaiveDate>,
    /// Whether a day from the start day to the due date lies in a year whose calendar is not loaded.
    pub provisional: bool,
    pub trace: Trace,
}

/// Why a due date is what it is. [`replay`] checks it without the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = DueDateTrace, description = "Every step from the start day to the due date: enough to derive it again.")]
pub struct Trace {
    pub limit: Limit,
    pub started_on: NaiveDate,
    #[schema(example = 1)]
    pub calendar_revision: u32,
    /// In order, the days that were not counted or on which the limit could not end, and the make-up days
    /// that were counted. Days that do not bear on the date are left out: a limit in calendar days counts
    /// weekends.
    pub days: Vec<TracedDays>,
    /// The last day of the limit, where it moved from there to a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolled_from: Option<NaiveDate>,
    pub due_on: Option<NaiveDate>,
    pub provisional: bool,
}

/// Consecutive days, both ends included, and what they have in common. A pause that still runs has no `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TracedDays {
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
    pub reason: Reason,
}

/// Why a trace names a day. Only `MAKE_UP` days are working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = TracedReason)]
pub enum Reason {
    Weekend,
    Holiday,
    Suspended,
    MakeUp,
}

/// The due date of a limit that began on `started_on`. Suspended days are never counted, and a limit that
/// rolls never ends on one; pauses after the due date change nothing. Hours become the calendar days within
/// which they surely end, 24 a day; `due_instant` tells the hour. An amount of zero is due on the start
/// day, rolled where the limit rolls.
pub fn due(
    calendar: &WorkingCalendar,
    limit: &Limit,
    started_on: NaiveDate,
    suspensions: &[Suspension],
) -> Due {
    let Course { days, rolled_from, due_on } =
        Course::run(*limit, started_on, suspensions, |day| (calendar.kind(day), day));
    let provisional = due_on.is_some_and(|due_on| !calendar.knows_all(started_on, due_on));
    let trace = Trace {
        limit: *limit,
        started_on,
        calendar_revision: calendar.revision(),
        days,
        rolled_from,
        due_on,
        provisional,
    };
    Due { due_on, provisional, trace }
}

/// Derives the due date again from the trace alone (`None`: paused) and refuses a trace that says anything
/// else than the derivation does. Limit, start day, holidays, make-up days and pauses are taken at the
/// trace's word, and so are the revision and `provisional`: whether they are true, only [`due`] on that
/// revision of the calendar can tell.
pub fn replay(trace: &Trace) -> Result<Option<NaiveDate>, ReplayError> {
    let suspended = trace.days.iter().filter(|days| days.reason == Reason::Suspended);
    let pauses: Vec<_> =
        suspended.map(|days| Suspension { from: day_before(days.from), until: days.to }).collect();
    let derived = Course::run(trace.limit, trace.started_on, &pauses, |day| trace.kind(day));
    if derived.due_on != trace.due_on {
        return Err(ReplayError::DueOn { stated: trace.due_on, derived: derived.due_on });
    }
    if derived.rolled_from != trace.rolled_from || derived.days != trace.days {
        return Err(ReplayError::Days);
    }
    Ok(derived.due_on)
}

impl Trace {
    /// What the trace makes of a day, and the last day up to which that goes on: a forged holiday may last
    /// for ages, so it is passed in one step.
    fn kind(&self, day: NaiveDate) -> (DayKind, NaiveDate) {
        let begun = self.days.partition_point(|days| days.from <= day);
        let named = self.days[..begun].last().and_then(|days| Some((days.reason, days.to?)));
        match (named.filter(|(_, to)| day <= *to), DayKind::of_week(day)) {
            (Some((Reason::Holiday, to)), _) => (DayKind::Holiday, to),
            (Some((Reason::MakeUp, _)), DayKind::Weekend) => (DayKind::MakeUpWorking, day),
            (_, of_week) => (of_week, day),
        }
    }
}

/// Why a trace proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayError {
    DueOn {
        stated: Option<NaiveDate>,
        derived: Option<NaiveDate>,
    },
    /// The date follows, but not by the days listed.
    Days,
}

impl fmt::Display for ReplayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DueOn { .. } => "所载到期日与推算不符 / the due date stated is not the one that follows",
            Self::Days => "所列各日与推算不符 / the days listed are not those that the derivation lists",
        })
    }
}

impl std::error::Error for ReplayError {}

/// The course of a limit over the days, as far as it has run.
struct Course {
    days: Vec<TracedDays>,
    rolled_from: Option<NaiveDate>,
    due_on: Option<NaiveDate>,
}

impl Course {
    fn run(
        limit: Limit,
        started_on: NaiveDate,
        suspensions: &[Suspension],
        kind: impl Fn(NaiveDate) -> (DayKind, NaiveDate),
    ) -> Self {
        let mut walk = Walk { pauses: normalised(suspensions), kind, days: Vec::new() };
        let last = walk.count(limit, started_on);
        let due_on = if limit.roll() { last.and_then(|last| walk.working(last)) } else { last };
        Self { days: walk.days, rolled_from: last.filter(|_| last != due_on), due_on }
    }
}

/// A walk over the days that notes what it passes. Its steps end with `None` at a pause that still runs.
/// `kind` tells the kind of a day, and up to which day that goes on as far as is known.
struct Walk<K> {
    pauses: Vec<Suspension>,
    kind: K,
    days: Vec<TracedDays>,
}

impl<K: Fn(NaiveDate) -> (DayKind, NaiveDate)> Walk<K> {
    /// The day that uses the limit up.
    fn count(&mut self, limit: Limit, started_on: NaiveDate) -> Option<NaiveDate> {
        (0..limit.days_from(started_on)).try_fold(started_on, |day, _| match limit.unit() {
            Unit::WorkingDay => self.working(day_after(day)),
            Unit::CalendarDay | Unit::Month | Unit::Year | Unit::Hour => self.running(day_after(day)),
        })
    }

    /// The first day from `day` on that is not suspended.
    fn running(&mut self, day: NaiveDate) -> Option<NaiveDate> {
        let begun = self.pauses.partition_point(|pause| pause.from < day);
        match self.pauses[..begun].last() {
            Some(&Suspension { until, .. }) if until.is_none_or(|until| day <= until) => {
                self.note(day, until, Reason::Suspended);
                until.map(day_after)
            }
            _ => Some(day),
        }
    }

    /// The first working day from `day` on that is not suspended.
    fn working(&mut self, mut day: NaiveDate) -> Option<NaiveDate> {
        loop {
            day = self.running(day)?;
            let (kind, to) = (self.kind)(day);
            let reason = match kind {
                DayKind::Working => return Some(day),
                DayKind::MakeUpWorking => Reason::MakeUp,
                DayKind::Weekend => Reason::Weekend,
                DayKind::Holiday => Reason::Holiday,
            };
            self.note(day, Some(to), reason);
            if kind.is_working() || to == NaiveDate::MAX {
                return Some(to);
            }
            day = day_after(to);
        }
    }

    /// Notes days of one reason; they lengthen the stretch before them where they touch it.
    fn note(&mut self, from: NaiveDate, to: Option<NaiveDate>, reason: Reason) {
        match self.days.last_mut() {
            Some(before)
                if before.reason == reason && before.to.is_some_and(|end| end >= day_before(from)) =>
            {
                before.to = to;
            }
            _ => self.days.push(TracedDays { from, to, reason }),
        }
    }
}

fn day_after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(NaiveDate::MAX)
}

fn day_before(day: NaiveDate) -> NaiveDate {
    day.pred_opt().unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use super::super::days::tests::{any_year, day, official};
    use super::super::days::{CalendarYear, ends_at, local_date};
    use super::super::limit::tests::{any_clock, suspended};
    use super::super::limit::{due_instant, elapsed};
    use super::*;
    use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Utc};
    use proptest::prelude::*;
    use proptest::sample::Index;

    fn limit(amount: u32, unit: Unit, roll: bool) -> Limit {
        Limit::new(amount, unit, roll).expect("a short limit")
    }

    fn pause(from: &str, until: &str) -> Suspension {
        Suspension { from: day(from), until: Some(day(until)) }
    }

    /// The due date by the official calendar, its proof checked.
    fn due_on(limit: Limit, start: &str, pauses: &[Suspension]) -> Option<NaiveDate> {
        let due = due(&official(), &limit, day(start), pauses);
        assert_eq!(replay(&due.trace), Ok(due.due_on));
        due.due_on
    }

    /// Amount, unit, roll, start day, pauses, due date.
    type Row<'a> = (u32, Unit, bool, &'a str, &'a [Suspension], &'a str);

    #[test]
    fn legal_scenarios() {
        use Unit::{CalendarDay, Hour, Month, WorkingDay, Year};
        let (march, saturday) = (pause("2026-03-04", "2026-03-06"), pause("2026-03-07", "2026-03-09"));
        let overlapping = &[pause("2026-03-05", "2026-03-06"), march, pause("2026-03-04", "2026-03-05")];
        let rows: [Row; 18] = [
            (5, WorkingDay, true, "2026-02-12", &[], "2026-02-26"),
            (15, CalendarDay, true, "2026-09-10", &[], "2026-09-28"),
            (15, CalendarDay, false, "2026-09-10", &[], "2026-09-25"),
            (2, Month, true, "2024-12-31", &[], "2025-02-28"),
            (1, Month, true, "2026-01-31", &[], "2026-02-28"), // a Saturday that is worked
            (1, Month, true, "2026-01-31", &[pause("2026-02-03", "2026-02-05")], "2026-03-02"),
            (1, Year, true, "2024-02-29", &[], "2025-02-28"),
            (24, Hour, false, "2026-03-06", &[], "2026-03-07"),
            (25, Hour, false, "2026-03-06", &[], "2026-03-08"),
            (0, WorkingDay, true, "2026-02-12", &[], "2026-02-12"),
            (0, CalendarDay, true, "2026-02-15", &[], "2026-02-24"),
            (0, WorkingDay, false, "2026-02-15", &[], "2026-02-15"),
            (5, WorkingDay, true, "2026-03-02", &[march], "2026-03-11"),
            (5, WorkingDay, true, "2026-03-02", overlapping, "2026-03-11"),
            (5, WorkingDay, true, "2026-03-02", &[pause("2026-03-04", "2026-03-04")], "2026-03-09"),
            (2, WorkingDay, true, "2026-03-02", &[march], "2026-03-04"), // used up on the day of the pause
            (5, CalendarDay, true, "2026-03-02", &[saturday], "2026-03-10"), // paused while it rolls
            (5, CalendarDay, false, "2026-03-02", &[saturday], "2026-03-07"),
        ];
        for (amount, unit, roll, start, pauses, expected) in rows {
            let due = due_on(limit(amount, unit, roll), start, pauses);
            assert_eq!(due, Some(day(expected)), "{amount} {unit:?} from {start}");
        }
    }

    #[test]
    fn a_paused_clock_has_no_due_date() {
        let open = Suspension { from: day("2026-03-04"), until: None };
        let three = limit(3, Unit::WorkingDay, true);
        assert_eq!(due_on(three, "2026-03-02", &[open]), None);
        assert_eq!(due_on(three, "2026-03-02", &[open, pause("2026-03-05", "2026-03-06")]), None);
        assert_eq!(due_on(three, "2026-02-27", &[open]), Some(day("2026-03-03")), "2026-02-28 is worked");
    }

    #[test]
    fn an_unknown_year_makes_the_date_provisional() {
        let ten = limit(10, Unit::WorkingDay, true);
        let into_2027 = due(&official(), &ten, day("2026-12-28"), &[]);
        assert_eq!((into_2027.due_on, into_2027.provisional), (Some(day("2027-01-11")), true));
        assert!(!due(&official(), &ten, day("2026-12-17"), &[]).provisional, "ends on 2026-12-31");
        assert!(due(&WorkingCalendar::default(), &ten, day("2026-12-17"), &[]).provisional);
    }

    #[test]
    fn the_trace_names_each_day() {
        let five = limit(5, Unit::WorkingDay, true);
        let trace = due(&official(), &five, day("2026-02-12"), &[pause("2026-02-24", "2026-02-25")]).trace;
        let expected = serde_json::json!({
            "limit": { "amount": 5, "unit": "WORKING_DAY", "roll": true },
            "startedOn": "2026-02-12",
            "calendarRevision": 3,
            "days": [
                { "from": "2026-02-14", "to": "2026-02-14", "reason": "MAKE_UP" },
                { "from": "2026-02-15", "to": "2026-02-23", "reason": "HOLIDAY" },
                { "from": "2026-02-25", "to": "2026-02-25", "reason": "SUSPENDED" },
            ],
            "dueOn": "2026-02-27",
            "provisional": false,
        });
        assert_eq!(serde_json::to_value(&trace).expect("serializes"), expected);
    }

    #[test]
    fn the_ends_of_time_saturate() {
        let calendar = official();
        let far = Suspension { from: day("2026-01-05"), until: Some(NaiveDate::MAX) };
        for unit in [Unit::WorkingDay, Unit::CalendarDay, Unit::Month, Unit::Year, Unit::Hour] {
            let longest = limit(unit.most(), unit, true);
            for (start, pauses) in
                [(NaiveDate::MAX, &[][..]), (NaiveDate::MIN, &[]), (day("2026-01-01"), &[far])]
            {
                let due = due(&calendar, &longest, start, pauses);
                assert_eq!(due.due_on == Some(NaiveDate::MAX), start != NaiveDate::MIN);
                assert_eq!(replay(&due.trace), Ok(due.due_on));
            }
            elapsed(&calendar, unit, NaiveDate::MIN, NaiveDate::MAX, &[far]);
        }
        let beijing = FixedOffset::east_opt(8 * 3600).expect("an offset");
        assert_eq!(ends_at(NaiveDate::MAX, beijing), DateTime::<Utc>::MAX_UTC);
        local_date(DateTime::<Utc>::MAX_UTC, beijing);
        ends_at(NaiveDate::MIN, beijing);
        assert_eq!(due_instant(DateTime::<Utc>::MAX_UTC, u32::MAX, &[]), Some(DateTime::<Utc>::MAX_UTC));
    }

    /// A case with its own calendar of 2024 to 2026; it may begin before and run on after.
    #[derive(Debug, Clone)]
    struct Case {
        years: [CalendarYear; 3],
        limit: Limit,
        start: NaiveDate,
        pauses: Vec<Suspension>,
    }

    impl Case {
        fn calendar(&self) -> WorkingCalendar {
            WorkingCalendar::new(self.years.clone(), 1).expect("a sound calendar")
        }

        fn due(&self) -> Due {
            due(&self.calendar(), &self.limit, self.start, &self.pauses)
        }

        /// Read from the notices, not from the calendar under test.
        fn working(&self, day: NaiveDate) -> bool {
            let off = |year: &CalendarYear| year.days_off.iter().any(|range| range.bounds() == (day, day));
            let extra = |year: &CalendarYear| year.extra_working_days.contains(&day);
            self.years.iter().any(extra)
                || (day.weekday().number_from_monday() < 6 && !self.years.iter().any(off))
        }

        fn counts(&self, day: NaiveDate) -> bool {
            !suspended(&self.pauses, day) && (self.limit.unit() != Unit::WorkingDay || self.working(day))
        }

        fn corresponding_day(&self, months: u32) -> NaiveDate {
            let month = self.start.month0() + months;
            let date = |day| {
                NaiveDate::from_ymd_opt(self.start.year() + (month / 12).cast_signed(), month % 12 + 1, day)
            };
            (1..=self.start.day()).rev().find_map(date).expect("a day of the month")
        }

        /// The due date, found by looking at one day after the other.
        fn oracle(&self) -> Option<NaiveDate> {
            let until = |end: NaiveDate| (end - self.start).num_days();
            let needed = match (self.limit.unit(), self.limit.amount()) {
                (Unit::WorkingDay | Unit::CalendarDay, days) => days.into(),
                (Unit::Month, months) => until(self.corresponding_day(months)),
                (Unit::Year, years) => until(self.corresponding_day(12 * years)),
                (Unit::Hour, hours) => {
                    (0..=i64::from(hours)).find(|days| days * 24 >= i64::from(hours)).expect("enough days")
                }
            };
            let mut counted = 0;
            self.start.iter_days().take(4000).find(|&day| {
                counted += i64::from(day > self.start && self.counts(day));
                counted >= needed
                    && (!self.limit.roll() || (self.working(day) && !suspended(&self.pauses, day)))
            })
        }
    }

    fn any_limit() -> impl Strategy<Value = Limit> {
        let amount = prop_oneof![
            (0_u32..300).prop_map(|days| (days, Unit::WorkingDay)),
            (0_u32..400).prop_map(|days| (days, Unit::CalendarDay)),
            (0_u32..24).prop_map(|months| (months, Unit::Month)),
            (0_u32..3).prop_map(|years| (years, Unit::Year)),
            (0_u32..600).prop_map(|hours| (hours, Unit::Hour)),
        ];
        (amount, any::<bool>()).prop_map(|((amount, unit), roll)| limit(amount, unit, roll))
    }

    fn any_case() -> impl Strategy<Value = Case> {
        let parts = ([2024, 2025, 2026].map(any_year), any_limit(), any_clock());
        parts.prop_map(|(years, limit, (start, pauses))| Case { years, limit, start, pauses })
    }

    /// A paused clock ends after every date.
    fn later(due: &Due) -> NaiveDate {
        due.due_on.unwrap_or(NaiveDate::MAX)
    }

    proptest! {
        #[test]
        fn agrees_with_looking_at_each_day(case in any_case()) {
            let due = case.due();
            prop_assert_eq!(due.due_on, case.oracle());
            let unknown = |date: NaiveDate| !(2024..=2026).contains(&date.year());
            let provisional = due.due_on.is_some_and(|end| unknown(case.start) || unknown(end));
            prop_assert_eq!(due.provisional, provisional);
        }

        #[test]
        fn a_rolled_limit_ends_on_a_working_day_that_runs(case in any_case()) {
            let end = case.due().due_on.filter(|_| case.limit.roll());
            prop_assert!(end.is_none_or(|end| case.working(end) && !suspended(&case.pauses, end)));
        }

        #[test]
        fn more_time_and_more_pauses_never_end_earlier(case in any_case(), other in any_case()) {
            let paused = Case { pauses: [&case.pauses[..], &other.pauses].concat(), ..case.clone() };
            prop_assert!(later(&paused.due()) >= later(&case.due()));
            let limit = limit(case.limit.amount() + 1, case.limit.unit(), case.limit.roll());
            let longer = Case { limit, ..case.clone() };
            prop_assert!(later(&longer.due()) >= later(&case.due()));
        }

        #[test]
        fn a_limit_is_used_up_on_its_last_day(case in any_case()) {
            let Case { limit, start, .. } = case;
            let due = case.due();
            if let Some(last) = due.trace.rolled_from.or(due.due_on).filter(|last| *last > start) {
                let used = |through| elapsed(&case.calendar(), limit.unit(), start, through, &case.pauses);
                prop_assert!(used(last) >= limit.amount());
                prop_assert!(limit.amount() == 0 || used(last - TimeDelta::days(1)) < limit.amount());
            }
        }

        #[test]
        fn a_trace_replays_and_an_edited_one_does_not(case in any_case(), any in any::<Index>()) {
            let trace = case.due().trace;
            let text = serde_json::to_string(&trace).expect("serializes");
            prop_assert_eq!(&serde_json::from_str::<Trace>(&text).expect("parses"), &trace);
            prop_assert_eq!(replay(&trace), Ok(trace.due_on));
            if trace.due_on.is_none() || trace.days.is_empty() {
                return Ok(());
            }
            let (index, due_on) = (any.index(trace.days.len()), trace.due_on);
            let (amount, unit, roll) = (trace.limit.amount() + 24, trace.limit.unit(), trace.limit.roll());
            let edits: [&dyn Fn(&mut Trace); 8] = [
                &|trace| trace.due_on = None,
                &|trace| trace.due_on = due_on.map(day_after),
                &|trace| trace.rolled_from = due_on,
                &|trace| trace.limit = limit(amount, unit, roll),
                &|trace| drop(trace.days.splice(index..=index, [])),
                &|trace| trace.days[index].to = None,
                &|trace| trace.days[index].to = Some(NaiveDate::MAX),
                &|trace| trace.days[index].from = day_before(trace.days[index].from),
            ];
            for (number, edit) in edits.iter().enumerate() {
                let mut edited = trace.clone();
                edit(&mut edited);
                prop_assert!(replay(&edited).is_err(), "edit {} is accepted", number);
            }
        }
    }
}
