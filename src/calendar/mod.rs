//! Working days, limits and due dates: pure arithmetic on the official calendar.

mod days;
mod due;
mod limit;

pub use days::{
    CalendarError, CalendarYear, DateRange, DayKind, WorkingCalendar, ends_at, local_date,
    working_days_between,
};
pub use due::{Due, Reason, ReplayError, Trace, TracedDays, due, replay};
pub use limit::{Limit, LimitTooLong, Suspension, Unit, due_instant, elapsed};
