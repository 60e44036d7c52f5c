//! The transparency log: every leaf is that of its event, and the tree is at every size the one that was signed. Roots
//! are taken over the stored leaves, so that one changed event is named alone and not with all behind it.

use crate::journal::hex;
use crate::problem::Problem;
use crate::store::schema::events;
use crate::store::{Conn, RawLeaf, event_without_leaf, raw_leaves};
use crate::transparency::{
    Frontier, Kept, Point, VerifierKey, head, leaf_hash, newest_checkpoint_of, read_checkpoints,
};
use diesel::prelude::*;
use diesel::result::Error;
use std::path::PathBuf;
use uuid::Uuid;

const BATCH: i64 = 1000;

/// Checkpoints kept outside the database; none, when there is nothing to compare with.
#[derive(Debug, Default)]
pub struct Checkpoints {
    kept: Kept,
    /// The file that a server appends to, and its key. It holds all that was signed; a copy only what was by then.
    appended_to: Option<(PathBuf, VerifierKey)>,
}

impl Checkpoints {
    /// What a copy holds.
    pub fn copied(kept: Kept) -> Self {
        Self { kept, appended_to: None }
    }

    /// What was read from the file that a server appends to.
    pub fn kept_by_server(path: PathBuf, key: VerifierKey, kept: Kept) -> Self {
        Self { kept, appended_to: Some((path, key)) }
    }
}

fn last_size(kept: &Kept) -> i64 {
    kept.points.last().map_or(0, |last| last.size.cast_signed())
}

/// Answers how many events no checkpoint covers.
pub(super) fn check(
    conn: &mut Conn,
    known: &Checkpoints,
    events: i64,
    faults: &mut Vec<String>,
) -> Result<i64, Problem> {
    faults.extend(known.kept.faults.iter().cloned());
    let mut walk = Walk::along(&known.kept.points);
    let mut next = Some(0);
    while let Some(from) = next {
        let page = raw_leaves(conn, from, BATCH)?;
        for leaf in &page {
            walk.step(leaf, faults);
        }
        next = page.last().and_then(|leaf| leaf.position.checked_add(1));
    }
    walk.end(faults);
    check_head(conn, &walk, faults)?;
    check_marks(conn, &walk, events, faults)?;
    check_newest(conn, known, faults)?;
    Ok(events.saturating_sub(last_size(&known.kept)).max(0))
}

/// Going along the leaves, with the checkpoints that are still ahead.
struct Walk<'k> {
    tree: Frontier,
    ahead: &'k [Point],
    /// The size up to which the tree is as it was signed, and the event that stands behind it.
    sound: u64,
    first_in_doubt: String,
    leaves: i64,
    /// A leaf is missing, or a checkpoint did not fit: roots say nothing more.
    lost: bool,
}

impl<'k> Walk<'k> {
    fn along(points: &'k [Point]) -> Self {
        Self {
            tree: Frontier::default(),
            ahead: points,
            sound: 0,
            first_in_doubt: String::new(),
            leaves: 0,
            lost: false,
        }
    }

    fn step(&mut self, leaf: &RawLeaf, faults: &mut Vec<String>) {
        let expected = self.tree.size().cast_signed();
        let event = name(&leaf.event_id);
        if leaf.position != expected && !self.lost {
            faults.push(format!(
                "log: position {expected} is missing, before event {event} at {}",
                leaf.position
            ));
            self.lost = true;
        }
        self.leaves += 1;
        match (&leaf.body, &leaf.hash) {
            (Some(body), Some(hash)) if leaf_hash(body, hash).as_slice() == leaf.leaf_hash => {}
            (Some(_), _) => {
                faults
                    .push(format!("log: event {event} at position {} is not what was logged", leaf.position));
            }
            (None, _) => faults.push(format!("log: event {event} at position {} is gone", leaf.position)),
        }
        if self.tree.size() == self.sound {
            self.first_in_doubt = event;
        }
        // A hash of another length is not what was logged, and was named.
        self.tree.push(leaf.leaf_hash.as_slice().try_into().unwrap_or_default());
        if let Some((point, rest)) = self.ahead.split_first()
            && point.size == self.tree.size()
            && !self.lost
        {
            self.ahead = rest;
            if point.root == self.tree.root() {
                self.sound = point.size;
            } else {
                self.lost = true;
                faults.push(format!(
                    "log: it is not the one whose first {} events were signed; the first that is not as it was stands \
                     at position {} (event {}) or behind it, before position {}",
                    point.size, self.sound, self.first_in_doubt, point.size
                ));
            }
        }
    }

    fn end(&self, faults: &mut Vec<String>) {
        if let Some(point) = self.ahead.first()
            && !self.lost
        {
            faults.push(format!(
                "log: a checkpoint of {} events was signed and it has {}: position {} is missing",
                point.size, self.leaves, self.leaves
            ));
        }
    }
}

fn name(id: &[u8]) -> String {
    Uuid::from_slice(id).map_or_else(|_| hex(id), |id| id.to_string())
}

fn check_head(conn: &mut Conn, walk: &Walk<'_>, faults: &mut Vec<String>) -> Result<(), Problem> {
    let stored = match head(conn) {
        Err(Error::DeserializationError(_)) => None,
        other => other?,
    };
    let fits = stored
        .and_then(|(size, bytes)| Frontier::from_parts(u64::try_from(size).ok()?, &bytes))
        .is_some_and(|stored| stored == walk.tree);
    if !fits {
        faults.push("log: its head is not that of its leaves".to_owned());
    }
    Ok(())
}

/// Every event but those that wait has its leaf.
fn check_marks(conn: &mut Conn, walk: &Walk<'_>, all: i64, faults: &mut Vec<String>) -> Result<(), Problem> {
    let waiting: i64 = events::table.filter(diesel::dsl::not(events::logged)).count().get_result(conn)?;
    let marked = all - waiting;
    if marked == walk.leaves {
        return Ok(());
    }
    faults.push(match event_without_leaf(conn)? {
        Some(id) => format!("log: event {} is marked as logged and is not in it", name(&id)),
        None => format!("log: it has {} events and {marked} are marked as logged", walk.leaves),
    });
    Ok(())
}

/// The database knows the newest checkpoint of each key: the server's own file, if it ends before that, was rolled back.
fn check_newest(conn: &mut Conn, known: &Checkpoints, faults: &mut Vec<String>) -> Result<(), Problem> {
    let Some((path, verifier)) = &known.appended_to else { return Ok(()) };
    let signed = match newest_checkpoint_of(conn, &verifier.to_string()) {
        Err(Error::DeserializationError(_)) => {
            faults.push(format!("log: what is kept of the checkpoints of {verifier} cannot be read"));
            return Ok(());
        }
        other => other?.unwrap_or(0),
    };
    let mut last = last_size(&known.kept);
    if signed > last {
        // A server that signs meanwhile is ahead of what was read before; then its file is, too.
        last = read_checkpoints(path, verifier).map_or(last, |now| last_size(&now));
    }
    if signed > last {
        faults.push(format!(
            "checkpoints: they end at {last} events, and one of {signed} was signed: they were rolled back"
        ));
    }
    Ok(())
}
