//! Reads histories back. The caller has been authorised for the thing whose history it is.

use super::StreamKind;
use super::chain::{Body, hex};
use crate::ids::{EventId, StreamId};
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::schema::events;
use diesel::prelude::*;

/// One event as it is shown: what its body says, and the hashes that bind it.
#[derive(Debug, Clone)]
pub struct Event {
    pub body: Body,
    /// The exact bytes that were hashed.
    pub bytes: String,
    pub hash: String,
    pub previous_hash: String,
}

/// Events of one stream after a sequence number, oldest first.
pub fn events_of(
    conn: &mut Conn,
    kind: StreamKind,
    stream: StreamId,
    after: i64,
    limit: i64,
) -> Result<Vec<Event>, Problem> {
    let rows: Vec<(String, Vec<u8>, Vec<u8>)> = events::table
        .filter(events::stream_id.eq(stream).and(events::stream_kind.eq(kind)))
        .filter(events::sequence.gt(after))
        .order(events::sequence.asc())
        .limit(limit)
        .select((events::body, events::hash, events::previous_hash))
        .load(conn)?;
    rows.into_iter()
        .map(|(bytes, hash, previous)| {
            let body =
                serde_json::from_str(&bytes).map_err(|_| Problem::internal("an event cannot be read"))?;
            Ok(Event { body, bytes, hash: hex(&hash), previous_hash: hex(&previous) })
        })
        .collect()
}

/// The sequence of the last event of a stream, 0 when there is none.
pub fn last_sequence(conn: &mut Conn, stream: StreamId) -> Result<i64, Problem> {
    let last: Option<i64> = events::table
        .filter(events::stream_id.eq(stream))
        .order(events::sequence.desc())
        .select(events::sequence)
        .first(conn)
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// One event by its id, wherever it stands.
pub fn event_by_id(conn: &mut Conn, id: EventId) -> Result<Option<Event>, Problem> {
    let row: Option<(String, Vec<u8>, Vec<u8>)> = events::table
        .filter(events::event_id.eq(id))
        .select((events::body, events::hash, events::previous_hash))
        .first(conn)
        .optional()?;
    row.map(|(bytes, hash, previous)| {
        let body = serde_json::from_str(&bytes).map_err(|_| Problem::internal("an event cannot be read"))?;
        Ok(Event { body, bytes, hash: hex(&hash), previous_hash: hex(&previous) })
    })
    .transpose()
}
