//! What histories say, read for a page of things at once. Whether a history itself is sound is the journal's to say;
//! here it is taken at its word.

use super::readable;
use crate::ids::StreamId;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::schema::events;
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// One event, as far as it is compared.
pub(super) struct Told {
    pub sequence: i64,
    pub kind: String,
    pub data: Value,
}

/// Streams that have events, each with them oldest first; `None` where one cannot be read, which is named with its chain.
pub(super) type Histories = HashMap<StreamId, Option<Vec<Told>>>;

#[derive(Deserialize)]
struct Body {
    kind: String,
    data: Value,
}

pub(super) fn read(conn: &mut Conn, streams: &[StreamId]) -> Result<Histories, Problem> {
    let load = |conn: &mut Conn, streams: &[StreamId]| -> QueryResult<Vec<(StreamId, i64, String)>> {
        events::table
            .filter(events::stream_id.eq_any(streams))
            .order((events::stream_id.asc(), events::sequence.asc()))
            .select((events::stream_id, events::sequence, events::body))
            .load(conn)
    };
    let (rows, unreadable) = readable::rows(conn, streams, &load)?;
    let mut histories: Histories = unreadable.into_iter().map(|stream| (stream, None)).collect();
    for (stream, sequence, body) in rows {
        let history = histories.entry(stream).or_insert_with(|| Some(Vec::new()));
        match (serde_json::from_str::<Body>(&body), history.as_mut()) {
            (Ok(Body { kind, data }), Some(told)) => told.push(Told { sequence, kind, data }),
            _ => *history = None,
        }
    }
    Ok(histories)
}
