//! Time comes in from here and nowhere else: the system's clock in service, a set one in tests.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, SecondsFormat, Utc};
use diesel::expression::AsExpression;
use diesel::query_builder::QueryId;
use diesel::sql_types::SqlType;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;
use utoipa::ToSchema;

/// The SQL type of instants: `timestamptz` in PostgreSQL, sortable text in SQLite.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Moment;

/// An instant in UTC, to the microsecond.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    AsExpression,
    diesel::deserialize::FromSqlRow,
    ToSchema,
)]
#[diesel(sql_type = Moment)]
#[schema(value_type = String, format = DateTime, max_length = 35, example = "2026-11-22T08:30:00.000000Z")]
pub struct UtcTime(DateTime<Utc>);

impl UtcTime {
    /// Cuts to the microsecond, the finest both databases keep.
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at))
    }

    pub fn instant(self) -> DateTime<Utc> {
        self.0
    }

    pub fn milliseconds(self) -> u64 {
        u64::try_from(self.0.timestamp_millis()).unwrap_or_default()
    }

    pub fn seconds(self) -> i64 {
        self.0.timestamp()
    }

    /// The local date in a zone of fixed offset; a day ends at 24:00 there.
    pub fn date(self, offset: FixedOffset) -> NaiveDate {
        self.0.with_timezone(&offset).date_naive()
    }

    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.checked_add_signed(duration).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}

/// RFC 3339 of fixed width, so that the text sorts as the instants do.
impl fmt::Display for UtcTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl std::str::FromStr for UtcTime {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text).map(|at| Self::new(at.to_utc()))
    }
}

impl Serialize for UtcTime {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Tells a clock that goes on from one that was moved while the program ran.
#[derive(Debug)]
pub struct Watch {
    looked: Instant,
    shown: UtcTime,
}

impl Watch {
    /// Farther than any correction of a clock that is kept.
    const LEAP: Duration = Duration::minutes(10);
    /// A clock that has gone on so long from where it leapt to is right, or a person would have seen it.
    const PROBATION: std::time::Duration = std::time::Duration::from_hours(24);

    pub fn begin(now: UtcTime, looked: Instant) -> Self {
        Self { looked, shown: now }
    }

    /// Whether the clock shows what it showed when it was last believed, and the time since.
    pub fn believes(&mut self, now: UtcTime, looks: Instant) -> bool {
        let since = looks.saturating_duration_since(self.looked);
        let off = (now.0 - self.shown.0) - Duration::from_std(since).unwrap_or(Duration::MAX);
        let believed = off.abs() <= Self::LEAP || since >= Self::PROBATION;
        if believed {
            *self = Self::begin(now, looks);
        }
        believed
    }
}

/// Where "now" comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    #[default]
    System,
    /// Microseconds since 1970, moved by whoever holds the other end.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still until it is moved.
    pub fn set_to(at: UtcTime) -> Self {
        Self::Set(Arc::new(AtomicI64::new(at.0.timestamp_micros())))
    }

    /// Moves a set clock; the system's clock takes no notice.
    pub fn move_to(&self, at: UtcTime) {
        if let Self::Set(micros) = self {
            micros.store(at.0.timestamp_micros(), Ordering::SeqCst);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    pub fn now(&self) -> UtcTime {
        match self {
            Self::System => UtcTime::new(Utc::now()),
            Self::Set(micros) => UtcTime::new(
                DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst))
                    .unwrap_or(DateTime::<Utc>::MIN_UTC),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_has_one_width_and_reads_back() {
        let whole: UtcTime = "2026-11-22T08:30:00Z".parse().unwrap();
        assert_eq!(whole.to_string(), "2026-11-22T08:30:00.000000Z");
        assert_eq!(whole.to_string().parse::<UtcTime>().unwrap(), whole);
    }

    #[test]
    fn a_clock_that_leaps_is_not_believed_until_it_is_back_or_a_day_has_gone_by() {
        let (begun, seconds) = (Instant::now(), std::time::Duration::from_secs);
        let noon: UtcTime = "2026-11-22T12:00:00Z".parse().unwrap();
        let mut watch = Watch::begin(noon, begun);
        assert!(watch.believes(noon.plus(Duration::seconds(62)), begun + seconds(60)));
        assert!(watch.believes(noon.plus(Duration::minutes(9)), begun + seconds(61)), "corrected");
        assert!(!watch.believes(noon.plus(Duration::days(3652)), begun + seconds(62)));
        assert!(!watch.believes(noon.plus(Duration::hours(-1)), begun + seconds(63)));
        assert!(watch.believes(noon.plus(Duration::minutes(9)), begun + seconds(64)), "it is back");
        assert!(!watch.believes(noon.plus(Duration::days(1)), begun + seconds(65)));
        let day = seconds(24 * 3600);
        assert!(watch.believes(noon.plus(Duration::days(2)), begun + seconds(65) + day));
    }

    #[test]
    fn a_day_in_nantong_begins_at_sixteen_hours_utc() {
        let offset = FixedOffset::east_opt(8 * 3600).unwrap();
        let before: UtcTime = "2027-01-03T15:59:59.999999Z".parse().unwrap();
        let after: UtcTime = "2027-01-03T16:00:00Z".parse().unwrap();
        assert_eq!(before.date(offset).to_string(), "2027-01-03");
        assert_eq!(after.date(offset).to_string(), "2027-01-04");
    }
}
