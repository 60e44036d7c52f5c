//! What the server is built from: how much, how old, under which licences.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

use crate::json::Json;
use crate::version::Version;
use crate::workspace::Workspace;
use crate::{child, licence, lockfile, tally::Tally};

/// Crates with default features, those of the tests included.
const CRATES_ALLOWED: usize = 350;
/// Older ones may corrupt a database in write-ahead mode that several connections write.
const SQLITE_FLOOR: &str = "3.51.3";

pub fn run(workspace: &Workspace) -> Tally {
    let mut tally = Tally::default();
    tally.check(crate_count(workspace));
    match read(workspace, "Cargo.lock") {
        Ok(lock) => {
            let packages = lockfile::packages(&lock);
            for verdict in lockfile::check_floors(&packages) {
                tally.check(verdict);
            }
            tally.check(lockfile::check_bans(&packages));
        }
        Err(fault) => tally.check(Err::<&str, _>(fault)),
    }
    match workspace.metadata(false) {
        Ok(metadata) => {
            tally.check(bundled_sqlite(&metadata));
            tally.check(read(workspace, "deny.toml").and_then(|deny| licences(&metadata, &deny)));
        }
        Err(fault) => tally.check(Err::<&str, _>(fault)),
    }
    cargo_deny(workspace, &mut tally);
    tally
}

fn read(workspace: &Workspace, file: &str) -> Result<String, String> {
    fs::read_to_string(workspace.path(file)).map_err(|error| format!("{file}: {error}"))
}

fn crate_count(workspace: &Workspace) -> Result<String, String> {
    let tree =
        child::text_of(&mut workspace.cargo(["tree", "--locked", "--prefix", "none", "--format", "{p}"]))?;
    let crates: BTreeSet<Vec<&str>> =
        tree.lines().map(|line| line.split_whitespace().take(2).collect::<Vec<_>>()).collect();
    let text = format!("{} crates in cargo tree, {CRATES_ALLOWED} allowed", crates.len());
    if crates.len() <= CRATES_ALLOWED { Ok(text) } else { Err(text) }
}

/// The version that is compiled in, read from the amalgamation's own header.
fn bundled_sqlite(metadata: &Json) -> Result<String, String> {
    let package =
        metadata.list("packages").iter().find(|package| package.text("name") == Some("libsqlite3-sys"));
    let package = package.ok_or("libsqlite3-sys is not among the packages")?;
    let nodes = metadata.get("resolve").map_or(&[][..], |resolve| resolve.list("nodes"));
    let is_bundled = nodes
        .iter()
        .filter(|node| node.text("id") == package.text("id"))
        .any(|node| node.list("features").iter().any(|feature| feature.as_text() == Some("bundled")));
    if !is_bundled {
        return Err("libsqlite3-sys is built without its own SQLite (feature `bundled`)".to_owned());
    }
    let manifest = Path::new(package.text("manifest_path").ok_or("libsqlite3-sys has no folder")?);
    let header = manifest.with_file_name("sqlite3").join("sqlite3.h");
    let text = fs::read_to_string(&header).map_err(|error| format!("sqlite3.h: {error}"))?;
    let version = sqlite_version(&text).ok_or("sqlite3.h names no version")?;
    let floor = Version::found_in(SQLITE_FLOOR).expect("a floor is a version");
    if version >= floor {
        Ok(format!("SQLite {version} is compiled in, at least {floor}"))
    } else {
        Err(format!("SQLite {version} is compiled in, older than {floor}"))
    }
}

fn sqlite_version(header: &str) -> Option<Version> {
    let line = header.lines().find_map(|line| line.strip_prefix("#define SQLITE_VERSION "))?;
    Version::found_in(line.trim().trim_matches('"'))
}

fn licences(metadata: &Json, deny: &str) -> Result<String, String> {
    let allowed = licence::allowed_in(deny);
    let packages = metadata.list("packages");
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package.text("license").is_some_and(|terms| licence::permits(&allowed, terms)))
        .map(|package| {
            let terms = package.text("license").unwrap_or("no licence stated");
            format!("{}: {terms}", package.text("name").unwrap_or("?"))
        })
        .collect();
    if refused.is_empty() {
        Ok(format!("{} packages under licences that deny.toml allows", packages.len()))
    } else {
        Err(format!("licences that deny.toml does not allow:\n{}", refused.join("\n")))
    }
}

/// A second opinion where the tool is installed; the checks above stand without it.
fn cargo_deny(workspace: &Workspace, tally: &mut Tally) {
    if child::run_quietly(&mut workspace.cargo(["deny", "--version"])).is_err() {
        println!("  cargo-deny is not installed: its bans, sources and advisories were not run");
        return;
    }
    let mut deny = workspace.cargo(["deny", "--locked", "check", "bans", "licenses", "sources"]);
    tally.check(child::run_quietly(&mut deny).map(|()| "cargo-deny: bans, licences, sources"));
    if !advisories_are_here() {
        println!("  no local copy of the advisory database: cargo-deny's advisories were not run");
        return;
    }
    let mut deny = workspace.cargo(["deny", "--locked", "check", "--disable-fetch", "advisories"]);
    tally.check(child::run_quietly(&mut deny).map(|()| "cargo-deny: advisories"));
}

/// Where cargo-deny keeps its copy unless told otherwise.
fn advisories_are_here() -> bool {
    let home =
        env::var_os("CARGO_HOME").map(Into::into).or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    home.is_some_and(|home| {
        fs::read_dir(home.join("advisory-dbs")).is_ok_and(|mut entries| entries.next().is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_of_the_amalgamation() {
        let header = "#define SQLITE_VERSION        \"3.53.2\"\n#define SQLITE_VERSION_NUMBER 3053002\n";
        assert_eq!(sqlite_version(header), Version::found_in("3.53.2"));
    }

    #[test]
    fn a_package_under_other_terms_is_named() {
        let metadata =
            r#"{"packages":[{"name":"a","license":"MIT"},{"name":"b","license":"GPL-3.0"},{"name":"c"}]}"#;
        let metadata = Json::parse(metadata).unwrap();
        let refused = licences(&metadata, "[licenses]\nallow = [\"MIT\"]").unwrap_err();
        assert!(refused.ends_with("b: GPL-3.0\nc: no licence stated"), "{refused}");
    }
}
