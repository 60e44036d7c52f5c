//! Routing: which track, queue and node a case goes to, kept with the reason for every row and cell.

mod assign;
mod http;
mod records;
mod simulate;

pub use assign::{
    Cause, CauseKind, Explanation, Placement, Preview, keep_decision, manual, place_by_hand, preview,
};
pub use http::routes;
pub use records::{RoutingDecisionView, decisions_of, reason_codes_of};
