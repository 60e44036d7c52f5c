//! Recomputes every chain from its stored bytes and names the first event of each stream that does not hold.

use super::StreamKind;
use super::chain::{self, Body, hex};
use crate::ids::EventId;
use crate::problem::Problem;
use crate::store::schema::event_texts;
use crate::store::{Conn, RawEvent, Sealed, raw_events};
use diesel::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An event that does not hold. Ids are as they were found, which may be no ids any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub stream: String,
    /// What the stream tells of, as far as the event still says.
    pub stream_kind: String,
    pub event: String,
    pub sequence: i64,
    pub fault: String,
}

/// What going through all of them found.
#[derive(Debug, Default)]
pub struct Chains {
    pub findings: Vec<Finding>,
    /// How many events there are.
    pub events: i64,
}

const BATCH: i64 = 1000;

/// Goes through all streams in key order, a batch at a time.
pub fn verify(conn: &mut Conn) -> Result<Chains, Problem> {
    let mut chains = Chains::default();
    let mut stream: Option<Expected> = None;
    let mut last: Option<RawEvent> = None;
    loop {
        let mut rows = raw_events(conn, last.as_ref(), BATCH)?;
        let commitments = commitments(conn, &rows)?;
        for row in &rows {
            chains.events += 1;
            if stream.as_ref().is_none_or(|expected| expected.stream != row.stream_id) {
                stream = Some(Expected {
                    stream: row.stream_id.clone(),
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
            if let Some(fault) = fault(row, expected, &commitments) {
                expected.broken = true;
                chains.findings.push(Finding {
                    stream: id_text(&row.stream_id),
                    stream_kind: stream_kind(row),
                    event: id_text(&row.event_id),
                    sequence: row.sequence,
                    fault,
                });
            } else {
                expected.sequence += 1;
                expected.hash.clone_from(&row.hash);
            }
        }
        last = rows.pop();
        if last.is_none() {
            return Ok(chains);
        }
    }
}

struct Expected {
    stream: Vec<u8>,
    sequence: i64,
    hash: Vec<u8>,
    broken: bool,
}

fn id_text(bytes: &[u8]) -> String {
    Uuid::from_slice(bytes).map_or_else(|_| hex(bytes), |id| id.to_string())
}

/// The column may have been changed, and so may the body: whichever still names a kind is believed.
fn stream_kind(row: &RawEvent) -> String {
    let column = String::from_utf8_lossy(&row.stream_kind).into_owned();
    let body = serde_json::from_slice::<Body>(&row.body).map(|body| body.stream_kind).unwrap_or_default();
    [body, column]
        .into_iter()
        .find(|kind| StreamKind::from_code(kind).is_some())
        .unwrap_or_else(|| "stream".to_owned())
}

/// Commitments recomputed from the texts that are still there. A text that was erased leaves no entry and no fault.
fn commitments(conn: &mut Conn, rows: &[RawEvent]) -> Result<BTreeMap<(EventId, String), String>, Problem> {
    let ids: Vec<EventId> = rows.iter().filter_map(event_id).collect();
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

fn event_id(row: &RawEvent) -> Option<EventId> {
    Uuid::from_slice(&row.event_id).ok().map(EventId)
}

fn fault(
    row: &RawEvent,
    expected: &Expected,
    commitments: &BTreeMap<(EventId, String), String>,
) -> Option<String> {
    if row.sequence != expected.sequence {
        return Some(format!("sequence {} stands where {} belongs", row.sequence, expected.sequence));
    }
    if row.previous_hash != expected.hash {
        return Some("does not follow the event before it".to_owned());
    }
    let Ok(text) = std::str::from_utf8(&row.body) else {
        return Some("its body is not text".to_owned());
    };
    if chain::hash(&row.previous_hash, text).as_slice() != row.hash {
        return Some("its bytes do not give its hash".to_owned());
    }
    let Ok(body) = serde_json::from_str::<Body>(text) else {
        return Some("its body cannot be read".to_owned());
    };
    let columns_agree = body.event_id.0.as_bytes() == row.event_id.as_slice()
        && body.stream_id.0.as_bytes() == row.stream_id.as_slice()
        && body.stream_kind.as_bytes() == row.stream_kind
        && StreamKind::from_code(&body.stream_kind).is_some()
        && body.sequence == row.sequence
        && body.kind.as_bytes() == row.kind
        && body.at.to_string().as_bytes() == row.at
        && body.actor_id.0.as_bytes() == row.actor_id.as_slice();
    if !columns_agree {
        return Some("its columns do not say what its body says".to_owned());
    }
    commitments
        .range((body.event_id, String::new())..)
        .take_while(|((event, _), _)| *event == body.event_id)
        .find(|((_, name), commitment)| body.commitments.get(name) != Some(commitment))
        .map(|((_, name), _)| format!("its text {name} is not the one it was bound to"))
}
