//! Rows of the log: its head, its leaves, and the newest checkpoint of every key.

use super::leaf::leaf_hash;
use super::tree::Frontier;
use crate::clock::UtcTime;
use crate::ids::EventId;
use crate::problem::Problem;
use crate::store::schema::{events, log_checkpoints, log_heads, log_leaves};
use crate::store::{Conn, NewLeaf, insert_leaves, lock_log};
use diesel::prelude::*;
use std::collections::HashSet;

/// The log's name in `log_heads`.
const EVENTS: &str = "EVENTS";

/// Size and frontier as they are stored.
pub type Head = (i64, Vec<u8>);

fn frontier((size, bytes): &Head) -> Result<Frontier, Problem> {
    u64::try_from(*size)
        .ok()
        .and_then(|size| Frontier::from_parts(size, bytes))
        .ok_or_else(|| Problem::internal("the head of the transparency log does not fit its size"))
}

/// The head as it lies there, whether or not it makes sense.
pub fn head(conn: &mut Conn) -> QueryResult<Option<Head>> {
    log_heads::table.find(EVENTS).select((log_heads::size, log_heads::frontier)).first(conn).optional()
}

/// The tree as it is now.
pub fn read(conn: &mut Conn) -> Result<Frontier, Problem> {
    head(conn)?.ok_or_else(no_head).and_then(|head| frontier(&head))
}

/// The tree, which nobody else can append to until this transaction ends.
pub fn lock(conn: &mut Conn) -> Result<Frontier, Problem> {
    lock_log(conn, EVENTS)?.ok_or_else(no_head).and_then(|head| frontier(&head))
}

fn no_head() -> Problem {
    Problem::internal("the transparency log has no head")
}

pub fn is_behind(conn: &mut Conn) -> Result<bool, Problem> {
    let waiting: Option<EventId> = events::table
        .filter(diesel::dsl::not(events::logged))
        .select(events::event_id)
        .first(conn)
        .optional()?;
    Ok(waiting.is_some())
}

/// Appends the events that wait, at most so many; answers how many there were.
pub fn append_waiting(conn: &mut Conn, tree: &mut Frontier, most: i64) -> Result<usize, Problem> {
    let waiting: Vec<(EventId, String, Vec<u8>)> = events::table
        .filter(diesel::dsl::not(events::logged))
        .order(events::event_id.asc())
        .limit(most)
        .select((events::event_id, events::body, events::hash))
        .load(conn)?;
    let ids: Vec<EventId> = waiting.iter().map(|(id, ..)| *id).collect();
    // None, unless somebody took the mark off an event: it keeps the place it has.
    let placed: Vec<EventId> = log_leaves::table
        .filter(log_leaves::event_id.eq_any(&ids))
        .select(log_leaves::event_id)
        .load(conn)?;
    let placed: HashSet<EventId> = placed.into_iter().collect();
    let mut leaves = Vec::with_capacity(waiting.len());
    for (event_id, body, hash) in waiting.iter().filter(|(id, ..)| !placed.contains(id)) {
        let leaf = leaf_hash(body.as_bytes(), hash);
        let position = tree.size().cast_signed();
        leaves.push(NewLeaf { position, event_id: *event_id, leaf_hash: leaf.to_vec() });
        tree.push(leaf);
    }
    insert_leaves(conn, &leaves)?;
    diesel::update(events::table.filter(events::event_id.eq_any(&ids)))
        .set(events::logged.eq(true))
        .execute(conn)?;
    diesel::update(log_heads::table.find(EVENTS))
        .set((log_heads::size.eq(tree.size().cast_signed()), log_heads::frontier.eq(tree.bytes())))
        .execute(conn)?;
    Ok(waiting.len())
}

/// A checkpoint as it was signed and put on disk.
#[derive(Debug, Clone, Queryable)]
pub struct Signed {
    pub verifier_key: String,
    pub size: i64,
    pub note: String,
    pub signed_at: UtcTime,
}

/// Keeps the newest checkpoint of a key, so that anybody can be shown it and a file that was rolled back is noticed.
pub fn keep(conn: &mut Conn, signed: &Signed) -> Result<(), Problem> {
    let values = (
        log_checkpoints::size.eq(signed.size),
        log_checkpoints::note.eq(&signed.note),
        log_checkpoints::signed_at.eq(signed.signed_at),
    );
    let row = log_checkpoints::table.find(&signed.verifier_key);
    if diesel::update(row).set(values).execute(conn)? == 0 {
        diesel::insert_into(log_checkpoints::table)
            .values((log_checkpoints::verifier_key.eq(&signed.verifier_key), values))
            .execute(conn)?;
    }
    Ok(())
}

/// The newest of all, whoever signed it.
pub fn newest(conn: &mut Conn) -> Result<Option<Signed>, Problem> {
    Ok(log_checkpoints::table
        .order((log_checkpoints::size.desc(), log_checkpoints::verifier_key.asc()))
        .first(conn)
        .optional()?)
}

/// The size of the newest that this key signed.
pub fn newest_of(conn: &mut Conn, verifier_key: &str) -> QueryResult<Option<i64>> {
    log_checkpoints::table.find(verifier_key).select(log_checkpoints::size).first(conn).optional()
}
