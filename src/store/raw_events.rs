//! Event rows as they lie in the database, for whoever verifies them: a column that was meddled with need not have the
//! form the program gave it, and must be named, not stumbled over.

use super::StoreError;
use super::conn::Conn;
use super::schema::events;
use crate::clock::UtcTime;
use crate::ids::{EventId, PrincipalId, StreamId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};

/// One row, every column but the sequence as bytes.
#[derive(QueryableByName)]
pub struct RawEvent {
    #[diesel(sql_type = Binary)]
    pub stream_id: Vec<u8>,
    #[diesel(sql_type = BigInt)]
    pub sequence: i64,
    #[diesel(sql_type = Binary)]
    pub event_id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub stream_kind: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub kind: Vec<u8>,
    /// As text, in the one form in which instants are written.
    #[diesel(sql_type = Binary)]
    pub at: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub actor_id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub body: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub previous_hash: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub hash: Vec<u8>,
}

/// SQLite keeps any value in any column, so each is taken for bytes. A NULL becomes no bytes at all.
const SQLITE: &str = "SELECT CAST(stream_id AS BLOB) AS stream_id, CAST(sequence AS INTEGER) AS sequence, \
    ifnull(CAST(event_id AS BLOB), x'') AS event_id, ifnull(CAST(stream_kind AS BLOB), x'') AS stream_kind, \
    ifnull(CAST(kind AS BLOB), x'') AS kind, ifnull(CAST(at AS BLOB), x'') AS at, \
    ifnull(CAST(actor_id AS BLOB), x'') AS actor_id, ifnull(CAST(body AS BLOB), x'') AS body, \
    ifnull(CAST(previous_hash AS BLOB), x'') AS previous_hash, ifnull(CAST(hash AS BLOB), x'') AS hash \
    FROM events";

type Typed = (StreamId, i64, EventId, String, String, UtcTime, PrincipalId, String, Vec<u8>, Vec<u8>);

/// Rows after a place in the order of streams and sequences.
pub fn raw_events(
    conn: &mut Conn,
    after: Option<&RawEvent>,
    limit: i64,
) -> Result<Vec<RawEvent>, StoreError> {
    match conn {
        Conn::Sqlite(sqlite) => {
            let order = "ORDER BY events.stream_id, events.sequence LIMIT ?";
            Ok(match after {
                None => {
                    diesel::sql_query(format!("{SQLITE} {order}")).bind::<BigInt, _>(limit).load(sqlite)?
                }
                Some(last) => diesel::sql_query(format!(
                    "{SQLITE} WHERE (events.stream_id, events.sequence) > (?, ?) {order}"
                ))
                .bind::<Binary, _>(&last.stream_id)
                .bind::<BigInt, _>(last.sequence)
                .bind::<BigInt, _>(limit)
                .load(sqlite)?,
            })
        }
        // PostgreSQL lets no value into a column that is not of its type.
        Conn::Pg(_) => {
            let mut query = events::table
                .order((events::stream_id.asc(), events::sequence.asc()))
                .limit(limit)
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
            if let Some(last) = after {
                let stream =
                    uuid::Uuid::from_slice(&last.stream_id).map_or(StreamId(uuid::Uuid::nil()), StreamId);
                query = query.filter(
                    events::stream_id
                        .gt(stream)
                        .or(events::stream_id.eq(stream).and(events::sequence.gt(last.sequence))),
                );
            }
            let rows: Vec<Typed> = query.load(conn)?;
            Ok(rows.into_iter().map(RawEvent::from).collect())
        }
    }
}

impl From<Typed> for RawEvent {
    fn from(
        (stream, sequence, event, stream_kind, kind, at, actor, body, previous_hash, hash): Typed,
    ) -> Self {
        Self {
            stream_id: stream.0.as_bytes().to_vec(),
            sequence,
            event_id: event.0.as_bytes().to_vec(),
            stream_kind: stream_kind.into_bytes(),
            kind: kind.into_bytes(),
            at: at.to_string().into_bytes(),
            actor_id: actor.0.as_bytes().to_vec(),
            body: body.into_bytes(),
            previous_hash,
            hash,
        }
    }
}
