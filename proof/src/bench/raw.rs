//! What SQLite itself could do on this disk: commits of one row, one after the other, as durable as the program's.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};

const SETTINGS: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, text TEXT NOT NULL)";

/// Commits a second.
#[expect(clippy::disallowed_methods, reason = "the baseline is SQLite without the program")]
pub fn commits(folder: &Path, time: Duration) -> Result<f64, String> {
    let file = folder.join("raw.sqlite");
    let said = |error: diesel::result::Error| error.to_string();
    let mut conn =
        SqliteConnection::establish(&file.display().to_string()).map_err(|error| error.to_string())?;
    conn.batch_execute(SETTINGS).map_err(said)?;
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < time {
        diesel::sql_query("INSERT INTO rows (text) VALUES ('one row of a single commit')")
            .execute(&mut conn)
            .map_err(said)?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}
