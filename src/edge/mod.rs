//! What HTTP adds to every operation: bodies, headers, queries, answers. It knows nothing of the trade.

mod answer;
mod body;
mod door;
mod headers;
pub mod json;
mod limit;
mod malformed;
mod patience;
mod query;
mod refusals;
mod registry;
mod shell;
mod traffic;

pub use answer::{Rendering, created, listed, no_content, shown, shown_by_content};
pub use body::{Body, EmptyBody, Nothing, Patch, RawBody};
pub use door::{Door, Turned, Visit};
pub use headers::{IdempotencyKey, IfMatch, already_held, etag, language};
pub use limit::{Allowance, Limits, Quotas};
pub use patience::Patience;
pub use query::{Query, decode};
pub use refusals::Refusals;
pub use registry::Registry;
pub use shell::{CorrelationId, Shell};
pub use traffic::Traffic;
