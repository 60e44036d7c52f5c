//! Recomputes every chain from its stored bytes and names the first event of each stream that does not hold.

use super::StreamKind;
use super::chain::{self, Body};
use crate::clock::UtcTime;
use crate::ids::{EventId, PrincipalId, StreamId};
use crate::problem::Problem;
use crate::store::schema::{event_texts, events};
use crate::store::{Conn, Sealed};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// An event that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub stream: StreamId,
    pub stream_kind: String,
    pub event: Option<EventId>,
    pub sequence: i64,
    pub fault: String,
}

#[derive(Queryable)]
struct Row {
    stream: StreamId,
    sequence: i64,
    event: EventId,
    stream_kind: String,
    kind: String,
    at: UtcTime,
    actor: PrincipalId,
    body: String,
    previous: Vec<u8>,
    hash: Vec<u8>,
}

const BATCH: i64 = 1000;

/// Goes through all streams in key order, a batch at a time.
pub fn verify(conn: &mut Conn) -> Result<Vec<Finding>, Problem> {
    let mut findings = Vec::new();
    let mut stream: Option<Expected> = None;
    let mut last: Option<(StreamId, i64)> = None;
    loop {
        let rows = batch(conn, last)?;
        let Some(end) = rows.last() else { break };
        last = Some((end.stream, end.sequence));
        let commitments = commitments(conn, &rows)?;
        for row in rows {
            if stream.as_ref().is_none_or(|expected| expected.stream != row.stream) {
                stream = Some(Expected {
                    stream: row.stream,
                    sequence: 1,
                    hash: chain::GENESIS.to_vec(),
                    broken: false,
                });
            }
            let Some(expected) = stream.as_mut() else { continue };
            // After the first fault of a stream everything behind it is in doubt; one finding says so.
            if expected.broken {
                continue;
            }
            if let Some(fault) = fault(&row, expected, &commitments) {
                expected.broken = true;
                findings.push(Finding {
                    stream: row.stream,
                    stream_kind: row.stream_kind,
                    event: Some(row.event),
                    sequence: row.sequence,
                    fault,
                });
            } else {
                expected.sequence += 1;
                expected.hash = row.hash;
            }
        }
    }
    Ok(findings)
}

struct Expected {
    stream: StreamId,
    sequence: i64,
    hash: Vec<u8>,
    broken: bool,
}

fn batch(conn: &mut Conn, last: Option<(StreamId, i64)>) -> Result<Vec<Row>, Problem> {
    let mut query = events::table
        .order((events::stream_id.asc(), events::sequence.asc()))
        .limit(BATCH)
        .select((
            events::stream_id,
            events::sequence,
            events::event_id,
            events::stream_kind,
            events::kind,
            events::at,
            events::actor_id,
            events::body,
            events::previous_hash,
            events::hash,
        ))
        .into_boxed();
    if let Some((stream, sequence)) = last {
        query = query.filter(
            events::stream_id.gt(stream).or(events::stream_id.eq(stream).and(events::sequence.gt(sequence))),
        );
    }
    Ok(query.load(conn)?)
}

/// Commitments recomputed from the texts that are still there. A text that was erased leaves no entry and no fault.
fn commitments(conn: &mut Conn, rows: &[Row]) -> Result<BTreeMap<(EventId, String), String>, Problem> {
    let ids: Vec<EventId> = rows.iter().map(|row| row.event).collect();
    let mut found = BTreeMap::new();
    for ids in ids.chunks(500) {
        let texts: Vec<(EventId, String, Vec<u8>, Sealed)> = event_texts::table
            .filter(event_texts::event_id.eq_any(ids))
            .select((event_texts::event_id, event_texts::name, event_texts::salt, event_texts::content))
            .load(conn)?;
        for (event, name, salt, content) in texts {
            let commitment =
                content.open().map_or_else(|_| String::new(), |text| chain::commitment(&salt, text));
            found.insert((event, name), commitment);
        }
    }
    Ok(found)
}

fn fault(
    row: &Row,
    expected: &Expected,
    commitments: &BTreeMap<(EventId, String), String>,
) -> Option<String> {
    if row.sequence != expected.sequence {
        return Some(format!("sequence {} stands where {} belongs", row.sequence, expected.sequence));
    }
    if row.previous != expected.hash {
        return Some("does not follow the event before it".to_owned());
    }
    if chain::hash(&row.previous, &row.body).as_slice() != row.hash {
        return Some("its bytes do not give its hash".to_owned());
    }
    let Ok(body) = serde_json::from_str::<Body>(&row.body) else {
        return Some("its body cannot be read".to_owned());
    };
    let columns_agree = body.event_id == row.event
        && body.stream_id == row.stream
        && body.stream_kind == row.stream_kind
        && StreamKind::from_code(&row.stream_kind).is_some()
        && body.sequence == row.sequence
        && body.kind == row.kind
        && body.at == row.at
        && body.actor_id == row.actor;
    if !columns_agree {
        return Some("its columns do not say what its body says".to_owned());
    }
    commitments
        .range((row.event, String::new())..)
        .take_while(|((event, _), _)| *event == row.event)
        .find(|((_, name), commitment)| body.commitments.get(name) != Some(commitment))
        .map(|((_, name), _)| format!("its text {name} is not the one it was bound to"))
}
