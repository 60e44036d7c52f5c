//! The sequencer: gives every committed event its place in the log. Events are found by their own mark and never by a
//! number behind which nothing is looked for: a lower id may commit later.

use super::records;
use crate::access::Window;
use crate::command::by_program;
use crate::problem::Problem;
use actix_web::web::Data;

/// Events appended in one transaction: few enough that nobody waits long for SQLite's writer.
const BATCH: i64 = 500;

/// Appends the events that wait, at most 500; answers how many. Whichever server comes first does it, one at a
/// time over all of them.
pub async fn sequence(window: &Data<Window>) -> Result<usize, Problem> {
    // Looking is cheap, so that an idle service does not write.
    if !window.store().read(records::is_behind).await? {
        return Ok(0);
    }
    by_program(window, |act| {
        let mut tree = records::lock(act.conn)?;
        records::append_waiting(act.conn, &mut tree, BATCH)
    })
    .await
}
