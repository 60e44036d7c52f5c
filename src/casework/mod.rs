//! Cases: opened from a submission, waiting in queues, moved by the workflow of their service.

mod assign;
mod claim;
mod correction;
mod hand_over;
mod history;
mod http_acts;
mod http_lists;
mod http_staff;
mod link;
mod list;
mod model;
mod notices;
mod number;
mod open;
mod queues;
mod recalculate;
mod records;
mod remarks;
mod reroute;
mod routing_facts;
mod standing;
mod transition;
mod view;

pub use hand_over::hand_over;
pub use http_acts::routes as act_routes;
pub use http_lists::routes as list_routes;
pub use http_staff::routes as staff_routes;
pub use model::{Case, Content, LinkKind, phase};
pub use number::{Numbering, Series, is_sound};
pub use open::{NewCase, open};
pub use recalculate::recalculate;
pub use records::{depend, of_submission, open_of_submission, sort_date};
pub use routing_facts::{Origin, routing_facts};
pub use standing::standing;
pub use transition::{Transition, lapse, transition, withdraw_all};
