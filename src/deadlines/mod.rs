//! What falls due, for whom: the clocks of a case as rows, each with the proof of its date.

mod advance;
mod calculate;
mod http;
mod records;

pub use advance::{CaseDue, advance, first_clocks, recalculate};
pub use http::routes;
pub use records::{DeadlineView, deadlines_of, overdue};
