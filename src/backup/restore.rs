//! Restores a backup where nothing is. What is damaged, foreign, newer or unfinished is refused before the target is
//! touched; what does not hold afterwards is taken away again.

use super::Refusal;
use super::manifest::Manifest;
use super::progress::watched;
use crate::access::revoke_sessions;
use crate::clock::UtcTime;
use crate::store::copy::{self, Engine};
use crate::store::{known_migrations, migrate};
use crate::verify::verify;
use std::path::Path;

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    pub manifest: Manifest,
    /// How many migrations brought it to this program's schema.
    pub migrated: usize,
    /// Sessions that were open in the backup, and are ended.
    pub sessions_ended: usize,
    /// What `verify` finds in it, and was kept in spite of.
    pub faults: Vec<String>,
}

/// Puts the backup in the folder at `url`. Faults that the database already had when it was backed up are a reason to
/// refuse, unless they are taken in the bargain.
pub fn restore(url: &str, from: &Path, despite_faults: bool, now: UtcTime) -> Result<Restored, Refusal> {
    let manifest = Manifest::read(from)?;
    require_ours(&manifest, Engine::of(url)?)?;
    copy::require_nothing(url)?;
    watched("checking the backup", None, || manifest.require_files(from))?;
    let file = from.join(manifest.engine.file_name());
    let settled = watched("restoring", None, || {
        copy::put(url, &file, manifest.tool_version, |staged| settle(staged, &manifest, despite_faults, now))
    });
    let (migrated, sessions_ended, faults) = settled?;
    Ok(Restored { manifest, migrated, sessions_ended, faults })
}

/// Of this engine, and not newer than this program.
fn require_ours(manifest: &Manifest, engine: Engine) -> Result<(), Refusal> {
    if manifest.engine != engine {
        return Err(Refusal::new(format!(
            "the backup is of {}, and the database address is of {engine}: they do not read each other's",
            manifest.engine
        )));
    }
    let known = known_migrations(engine)?;
    if let Some(newer) = manifest.migrations.iter().find(|name| !known.contains(name)) {
        return Err(Refusal::new(format!(
            "the backup is newer than this program: it holds migration {newer}; restore it with version {} or newer",
            manifest.program
        )));
    }
    let own = [manifest.engine.file_name()];
    if manifest.files.iter().map(|file| file.name.as_str()).ne(own) {
        return Err(Refusal::new(format!("the manifest does not name the one file {}", own[0])));
    }
    Ok(())
}

/// The checks, in the order in which they can be trusted: what was counted, then the schema, then everything.
fn settle(
    url: &str,
    manifest: &Manifest,
    despite_faults: bool,
    now: UtcTime,
) -> Result<(usize, usize, Vec<String>), Refusal> {
    require_counted(url, manifest)?;
    let migrated = migrate(url)?;
    let faults = copy::read(url, verify)?;
    if !faults.is_empty() && !despite_faults {
        return Err(Refusal::new(format!(
            "the database had these faults when it was backed up, and nothing is restored. --despite-faults restores \
             it with them. {} faults:\n{}",
            faults.len(),
            faults.join("\n")
        )));
    }
    let sessions_ended = copy::write(url, move |conn| revoke_sessions(conn, now))?;
    Ok((migrated, sessions_ended, faults))
}

fn require_counted(url: &str, manifest: &Manifest) -> Result<(), Refusal> {
    let found = copy::read(url, copy::contents)?;
    let tables = manifest.tables.keys().chain(found.tables.keys());
    for table in tables {
        let (then, now) = (manifest.tables.get(table), found.tables.get(table));
        if then != now {
            let rows = |count: Option<&i64>| {
                count.map_or_else(|| "no table".to_owned(), |rows| format!("{rows} rows"))
            };
            return Err(Refusal::new(format!(
                "{table} has {}, and had {} when the backup was taken",
                rows(now),
                rows(then)
            )));
        }
    }
    if found.migrations != manifest.migrations || found.last_event != manifest.events.last {
        return Err(Refusal::new("schema or last event are not what the manifest says".to_owned()));
    }
    Ok(())
}
