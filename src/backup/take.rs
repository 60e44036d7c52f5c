//! Takes a backup. Servers go on writing: it holds one moment of the database, and whatever was acknowledged before.

use super::manifest::{Entry, Events, FORMAT, Manifest};
use super::progress::watched;
use super::{Refusal, folder};
use crate::catalogue;
use crate::clock::UtcTime;
use crate::store::Conn;
use crate::store::copy::{self, Contents, Engine};
use crate::store::known_migrations;
use std::path::Path;

/// Copies the database at `url` into the folder, which must be new or empty. `begun_at` is the time now.
pub fn take(url: &str, to: &Path, begun_at: UtcTime) -> Result<Manifest, Refusal> {
    let engine = Engine::of(url)?;
    let known = known_migrations(engine)?;
    folder::claim(to)?;
    let name = engine.file_name();
    let partial = folder::begin(to, name)?;
    let taken =
        watched("backing up", Some(&partial), || copy::take(url, &partial, |conn| look(conn, &known)));
    let taken = taken.inspect_err(|_| {
        // A folder that holds nothing can be used again. If this fails it says itself that it is no backup.
        let _ = std::fs::remove_file(&partial);
    })?;
    let measured = watched("computing the SHA-256", None, || folder::measure(&partial));
    let (bytes, sha256) =
        measured.map_err(|error| Refusal::new(format!("{} cannot be read: {error}", partial.display())))?;
    folder::finish(to, name)?;
    let (contents, pack_version) = taken.seen;
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        engine,
        begun_at,
        migrations: contents.migrations,
        pack_version,
        events: Events {
            count: contents.tables.get("events").copied().unwrap_or_default(),
            last: contents.last_event,
        },
        tables: contents.tables,
        files: vec![Entry { name: name.to_owned(), bytes, sha256 }],
        tool_version: taken.tool,
    };
    manifest.write(to)?;
    Ok(manifest)
}

/// What the copied snapshot holds.
fn look(conn: &mut Conn, known: &[String]) -> Result<(Contents, Option<i32>), Refusal> {
    let contents = copy::contents(conn)?;
    if let Some(newer) = contents.migrations.iter().find(|name| !known.contains(name)) {
        return Err(Refusal::new(format!(
            "the database is newer than this program: it holds migration {newer}; back it up with the program that \
             serves it"
        )));
    }
    let pack_version = catalogue::versions(conn)?.first().copied();
    Ok((contents, pack_version))
}
