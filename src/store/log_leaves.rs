//! The transparency log's statements that differ by engine, and its leaves as they lie in the database, for whoever
//! verifies them.

use super::conn::Conn;
use super::schema::{log_heads, log_leaves};
use crate::ids::EventId;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable};

/// Takes the row lock of the log's head: events are appended by one server at a time. SQLite's writer is alone.
pub fn lock_log(conn: &mut Conn, log: &str) -> QueryResult<Option<(i64, Vec<u8>)>> {
    let head = log_heads::table.find(log).select((log_heads::size, log_heads::frontier));
    match conn {
        Conn::Pg(pg) => head.for_no_key_update().first(pg).optional(),
        Conn::Sqlite(sqlite) => head.first(sqlite).optional(),
    }
}

#[derive(Insertable)]
#[diesel(table_name = log_leaves, treat_none_as_default_value = false)]
pub struct NewLeaf {
    pub position: i64,
    pub event_id: EventId,
    pub leaf_hash: Vec<u8>,
}

pub fn insert_leaves(conn: &mut Conn, leaves: &[NewLeaf]) -> QueryResult<usize> {
    match conn {
        Conn::Pg(pg) => diesel::insert_into(log_leaves::table).values(leaves).execute(pg),
        Conn::Sqlite(sqlite) => diesel::insert_into(log_leaves::table).values(leaves).execute(sqlite),
    }
}

/// A leaf with what its event holds now.
#[derive(QueryableByName)]
pub struct RawLeaf {
    #[diesel(sql_type = BigInt)]
    pub position: i64,
    #[diesel(sql_type = Binary)]
    pub event_id: Vec<u8>,
    #[diesel(sql_type = Binary)]
    pub leaf_hash: Vec<u8>,
    /// `None` when the event is gone.
    #[diesel(sql_type = Nullable<Binary>)]
    pub body: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    pub hash: Option<Vec<u8>>,
}

/// Leaves from a position on. SQLite keeps any value in any column, so each is taken for bytes.
pub fn raw_leaves(conn: &mut Conn, from: i64, limit: i64) -> QueryResult<Vec<RawLeaf>> {
    let rest = "FROM log_leaves l LEFT JOIN events e ON e.event_id = l.event_id WHERE l.position >= ";
    let order = "ORDER BY l.position LIMIT ";
    match conn {
        Conn::Pg(pg) => diesel::sql_query(format!(
            "SELECT l.position, uuid_send(l.event_id) AS event_id, l.leaf_hash, convert_to(e.body, 'UTF8') AS body, \
             e.hash {rest} $1 {order} $2"
        ))
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(limit)
        .load(pg),
        Conn::Sqlite(sqlite) => diesel::sql_query(format!(
            "SELECT l.position, CAST(l.event_id AS BLOB) AS event_id, CAST(l.leaf_hash AS BLOB) AS leaf_hash, \
             CAST(e.body AS BLOB) AS body, CAST(e.hash AS BLOB) AS hash {rest} ? {order} ?"
        ))
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(limit)
        .load(sqlite),
    }
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Binary)]
    event_id: Vec<u8>,
}

/// An event that is marked as logged and has no leaf. It goes through all events: only for when there is one.
pub fn event_without_leaf(conn: &mut Conn) -> QueryResult<Option<Vec<u8>>> {
    let rest = "FROM events e LEFT JOIN log_leaves l ON l.event_id = e.event_id \
                WHERE e.logged AND l.event_id IS NULL ORDER BY e.event_id LIMIT 1";
    let found: Option<Id> = match conn {
        Conn::Pg(pg) => diesel::sql_query(format!("SELECT uuid_send(e.event_id) AS event_id {rest}"))
            .get_result(pg)
            .optional(),
        Conn::Sqlite(sqlite) => {
            diesel::sql_query(format!("SELECT CAST(e.event_id AS BLOB) AS event_id {rest}"))
                .get_result(sqlite)
                .optional()
        }
    }?;
    Ok(found.map(|found| found.event_id))
}
