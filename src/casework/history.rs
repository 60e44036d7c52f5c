//! The history of a case as it is shown: what happened, and the hashes that bind it.

use crate::clock::UtcTime;
use crate::ids::{CaseId, EventId, PrincipalId, StreamId};
use crate::journal::{self, Event, StreamKind};
use crate::problem::Problem;
use crate::store::Conn;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// One immutable entry of a case's history.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    pub event_id: EventId,
    pub case_id: CaseId,
    /// Counts from 1 in each case, without gaps.
    #[schema(example = 1, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub sequence: i64,
    #[schema(example = "CASE_CLAIMED", max_length = 60)]
    pub kind: String,
    pub at: UtcTime,
    /// Who acted: a user, a partner client, or the program (ffffffff-…).
    pub actor_id: PrincipalId,
    /// Facts of the event that are not confidential.
    #[schema(value_type = Object, example = json!({"version": 2}))]
    pub data: Value,
    /// Salted commitments to confidential texts of the event, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub commitments: BTreeMap<String, String>,
    /// The exact text the hash is made over, with the hash before it.
    #[schema(
        example = r#"{"algorithm":"SHA-256","sequence":1,"kind":"CASE_CLAIMED"}"#,
        max_length = 100_000
    )]
    pub hashed_text: String,
    /// SHA-256 in hex.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        max_length = 64,
        example = "c8f503d445cfbf10649e5fd722eabb8c2b3cbfa7a8ad9c4799ee69b1866abeac"
    )]
    pub hash: String,
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        max_length = 64,
        example = "0000000000000000000000000000000000000000000000000000000000000000"
    )]
    pub previous_hash: String,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self {
            event_id: event.body.event_id,
            case_id: CaseId(event.body.stream_id.0),
            sequence: event.body.sequence,
            kind: event.body.kind,
            at: event.body.at,
            actor_id: event.body.actor_id,
            data: event.body.data,
            commitments: event.body.commitments,
            hashed_text: event.bytes,
            hash: event.hash,
            previous_hash: event.previous_hash,
        }
    }
}

/// Events of a case that the caller may read, after a sequence number.
pub fn list(conn: &mut Conn, case: CaseId, after: i64, limit: u32) -> Result<Vec<EventView>, Problem> {
    let events = journal::events_of(conn, StreamKind::Case, StreamId(case.0), after, i64::from(limit) + 1)?;
    Ok(events.into_iter().map(EventView::from).collect())
}

/// One event of a case; an event of anything else answers as if it did not exist.
pub fn find(conn: &mut Conn, id: EventId) -> Result<EventView, Problem> {
    let event = journal::event_by_id(conn, id)?.ok_or_else(Problem::not_found)?;
    if event.body.stream_kind == StreamKind::Case.as_str() {
        Ok(event.into())
    } else {
        Err(Problem::not_found())
    }
}
