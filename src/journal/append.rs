//! Adds one event to a stream, in the transaction of the change it tells of.

use super::StreamKind;
use super::chain::{self, Body};
use crate::clock::UtcTime;
use crate::ids::{EventId, PrincipalId, StreamId};
use crate::problem::Problem;
use crate::store::schema::{event_texts, events};
use crate::store::{Conn, Sealed, StoreError, on_engine};
use diesel::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

/// An event to be recorded.
pub struct NewEvent<'a> {
    /// It opens its stream: there is no event before it to be looked for.
    pub is_first: bool,
    pub id: EventId,
    pub stream: StreamId,
    pub stream_kind: StreamKind,
    pub kind: &'a str,
    pub actor: PrincipalId,
    pub at: UtcTime,
    /// Facts that are not confidential.
    pub data: Value,
    /// Confidential texts by name, each with a salt of its own.
    pub texts: Vec<(&'static str, [u8; 16], String)>,
}

/// Where the event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    pub id: EventId,
    pub sequence: i64,
}

/// Sequence and hash of the newest event of a stream.
fn head(conn: &mut Conn, stream: StreamId) -> Result<Option<(i64, Vec<u8>)>, Problem> {
    let newest = on_engine!(conn => events::table
        .filter(events::stream_id.eq(stream))
        .order(events::sequence.desc())
        .select((events::sequence, events::hash))
        .first(conn));
    Ok(newest.optional()?)
}

pub fn append(conn: &mut Conn, event: NewEvent<'_>) -> Result<Recorded, Problem> {
    let head = if event.is_first { None } else { head(conn, event.stream)? };
    let (last, previous) = head.unwrap_or((0, chain::GENESIS.to_vec()));
    let body = Body {
        algorithm: chain::ALGORITHM.to_owned(),
        event_id: event.id,
        stream_id: event.stream,
        stream_kind: event.stream_kind.as_str().to_owned(),
        sequence: last + 1,
        kind: event.kind.to_owned(),
        at: event.at,
        actor_id: event.actor,
        data: event.data,
        commitments: event
            .texts
            .iter()
            .map(|(name, salt, text)| ((*name).to_owned(), chain::commitment(salt, text.as_bytes())))
            .collect::<BTreeMap<_, _>>(),
    };
    let bytes = serde_json::to_string(&body).map_err(|error| Problem::internal(error.to_string()))?;
    let hash = chain::hash(&previous, &bytes).to_vec();
    let inserted = on_engine!(conn => diesel::insert_into(events::table)
        .values((
            events::stream_id.eq(body.stream_id),
            events::sequence.eq(body.sequence),
            events::event_id.eq(body.event_id),
            events::stream_kind.eq(event.stream_kind),
            events::kind.eq(event.kind),
            events::at.eq(event.at),
            events::actor_id.eq(event.actor),
            events::hash.eq(hash),
            events::previous_hash.eq(previous),
            events::body.eq(bytes),
        ))
        .execute(conn));
    inserted.map_err(|error| StoreError::from(error).lost_race("events"))?;
    for (name, salt, text) in event.texts {
        diesel::insert_into(event_texts::table)
            .values((
                event_texts::event_id.eq(event.id),
                event_texts::name.eq(name),
                event_texts::salt.eq(salt.to_vec()),
                event_texts::content.eq(Sealed::seal(text.as_bytes())),
            ))
            .execute(conn)?;
    }
    Ok(Recorded { id: event.id, sequence: body.sequence })
}
