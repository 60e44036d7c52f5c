//! SQLite: the engine writes a whole copy of one snapshot by itself (`VACUUM INTO`). Putting back is done beside the
//! target, under a name that no server opens.

use super::{StoreError, connect};
use crate::breakage::{self, Breakage};
use crate::store::conn::{Conn, Target};
use crate::store::transaction;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Files that SQLite keeps beside a database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

fn target(path: &str) -> Target {
    Target::Sqlite(path.to_owned())
}

fn refused(words: String) -> StoreError {
    StoreError::Refused(words)
}

pub fn take<T, E: From<StoreError>>(
    path: &str,
    to: &Path,
    look: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    // Opening would make it.
    if !Path::new(path).is_file() {
        return Err(refused(format!("there is no database {path}")).into());
    }
    let to = to.to_str().ok_or_else(|| refused("the folder's name is not UTF-8".to_owned()))?;
    if breakage::is(Breakage::BackupWithoutSnapshot) {
        fs::copy(path, to).map_err(|error| refused(format!("{to} cannot be written: {error}")))?;
    } else if let Conn::Sqlite(sqlite) = &mut connect(&target(path))? {
        diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(to).execute(sqlite).map_err(StoreError::from)?;
    }
    transaction::read(&mut connect(&target(to))?, look)
}

pub fn require_nothing(path: &str) -> Result<(), StoreError> {
    present(path).map_or(Ok(()), |name| {
        Err(refused(format!("{name} is there already: a backup is restored where nothing is")))
    })
}

/// A database, or what belongs to one, under this name.
fn present(path: &str) -> Option<String> {
    let mut names = [""].iter().chain(&BESIDE).map(|suffix| format!("{path}{suffix}"));
    names.find(|name| fs::symlink_metadata(name).is_ok())
}

pub fn put<T, E: From<StoreError>>(
    path: &str,
    from: &Path,
    settle: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, E> {
    require_nothing(path)?;
    let staged = format!("{path}.restoring");
    // A journal left beside it would be played into the new file.
    if let Some(left) = present(&staged) {
        return Err(refused(format!(
            "{left} is there: another restore is under way, or one was interrupted; in that case remove {staged}*"
        ))
        .into());
    }
    let cannot = |error: io::Error| refused(format!("{staged} cannot be written: {error}"));
    let folder = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty());
    fs::create_dir_all(folder.unwrap_or(Path::new("."))).map_err(cannot)?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&staged).map_err(cannot)?;
    let outcome = fill(file, from)
        .map_err(|error| cannot(error).into())
        .and_then(|()| settle(&format!("sqlite://{staged}")))
        .and_then(|settled| {
            show(&staged, path)?;
            Ok(settled)
        });
    for suffix in [""].iter().chain(&BESIDE) {
        // Under its own name it stays; what cannot be removed is refused by the next restore in words.
        let _ = fs::remove_file(format!("{staged}{suffix}"));
    }
    sync_folder(folder)?;
    outcome
}

fn fill(mut file: File, from: &Path) -> io::Result<()> {
    io::copy(&mut File::open(from)?, &mut file)?;
    file.sync_all()
}

/// Gives it its name, whole and on disk. A link, because a rename would replace what has come there meanwhile.
fn show(staged: &str, path: &str) -> Result<(), StoreError> {
    // Everything into the one file: what lies beside it has another name.
    let Conn::Sqlite(sqlite) = &mut connect(&target(staged))? else { return Ok(()) };
    let journal: Journal = diesel::sql_query("PRAGMA journal_mode = DELETE").get_result(sqlite)?;
    if journal.journal_mode != "delete" {
        return Err(refused(format!("{staged} is in use by another program")));
    }
    let cannot = |error: io::Error| refused(format!("{path} cannot be written: {error}"));
    File::open(staged).and_then(|file| file.sync_all()).map_err(cannot)?;
    fs::hard_link(staged, path).map_err(cannot)
}

#[derive(QueryableByName)]
struct Journal {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

fn sync_folder(folder: Option<&Path>) -> Result<(), StoreError> {
    let folder = folder.unwrap_or(Path::new("."));
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| refused(format!("{} cannot be written: {error}", folder.display())))
}
