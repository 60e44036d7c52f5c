//! `onewindow verify`: whether everything in the database still holds together. It names what does not, and is silent
//! otherwise. Things are read a page at a time, with what belongs to them in one query a page.

mod cases;
mod clocks;
mod histories;
mod log;
mod messages;
mod orphans;
mod placement;
mod readable;
mod submissions;

use crate::journal;
use crate::problem::Problem;
use crate::store::schema::idempotency_keys;
use crate::store::{Conn, integrity_faults};
use diesel::prelude::*;

/// Cases or submissions looked at together.
const PAGE: i64 = 500;

pub use log::Checkpoints;

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Every fault in words, one a line.
    pub faults: Vec<String>,
    /// Events that no checkpoint covers yet: of them only the chains speak.
    pub uncovered: i64,
}

/// Every fault that the database shows by itself. Somebody who rewrote it hashes and all is found by checkpoints only.
pub fn verify(conn: &mut Conn) -> Result<Vec<String>, Problem> {
    verify_with_checkpoints(conn, &Checkpoints::default()).map(|verified| verified.faults)
}

/// Also compares the log with checkpoints that were kept outside the database.
pub fn verify_with_checkpoints(conn: &mut Conn, known: &Checkpoints) -> Result<Verified, Problem> {
    let mut faults = integrity_faults(conn)?;
    let chains = journal::verify(conn)?;
    for finding in chains.findings {
        faults.push(format!(
            "{} {}: event {} ({}) {}",
            finding.stream_kind.to_lowercase(),
            finding.stream,
            finding.sequence,
            finding.event,
            finding.fault
        ));
    }
    submissions::check(conn, &mut faults)?;
    cases::check(conn, &mut faults)?;
    orphans::check(conn, &mut faults)?;
    messages::check(conn, &mut faults)?;
    unanswered_keys(conn, &mut faults)?;
    let uncovered = log::check(conn, known, chains.events, &mut faults)?;
    Ok(Verified { faults, uncovered })
}

/// A key is committed together with its answer, or not at all.
fn unanswered_keys(conn: &mut Conn, faults: &mut Vec<String>) -> Result<(), Problem> {
    let unfinished: i64 =
        idempotency_keys::table.filter(idempotency_keys::status.eq(0)).count().get_result(conn)?;
    if unfinished > 0 {
        faults.push(format!("{unfinished} idempotency keys were committed without an answer"));
    }
    Ok(())
}
