//! `manifest.json`: what a backup holds, and the digests by which it is known to be whole.

use super::{Refusal, folder};
use crate::clock::UtcTime;
use crate::journal::hex;
use crate::store::copy::Engine;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

const NAME: &str = "manifest.json";
/// Raised when a program of today could misread what comes after.
pub const FORMAT: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    /// Version of the program that took it.
    pub program: String,
    pub engine: Engine,
    /// Whatever was acknowledged before this moment is in the backup.
    pub begun_at: UtcTime,
    /// The schema: migrations applied, oldest first.
    pub migrations: Vec<String>,
    /// Version of the city pack in force, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack_version: Option<i32>,
    pub events: Events,
    /// Rows by table, counted in the snapshot that was copied.
    pub tables: BTreeMap<String, i64>,
    pub files: Vec<Entry>,
    /// Major version of the tool that wrote the file; nothing older can read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_version: Option<u32>,
}

/// How far the histories go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Events {
    pub count: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

/// The manifest with the digest of its own compact text. It finds damage; it stops nobody who may write here.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    sha256: String,
    backup: Value,
}

fn digest(backup: &Value) -> String {
    hex(&Sha256::digest(backup.to_string().as_bytes()))
}

impl Manifest {
    /// Writes it, which makes the folder a backup.
    pub fn write(&self, folder: &Path) -> Result<(), Refusal> {
        let cannot =
            |error: &dyn std::fmt::Display| Refusal::new(format!("{NAME} cannot be written: {error}"));
        let backup = serde_json::to_value(self).map_err(|error| cannot(&error))?;
        let sealed = Sealed { sha256: digest(&backup), backup };
        let mut text = serde_json::to_string_pretty(&sealed).map_err(|error| cannot(&error))?;
        text.push('\n');
        let partial = folder::begin(folder, NAME)?;
        fs::write(partial, text).map_err(|error| cannot(&error))?;
        folder::finish(folder, NAME)
    }

    /// Reads what `write` wrote, unchanged since.
    pub fn read(folder: &Path) -> Result<Self, Refusal> {
        let file = folder.join(NAME);
        let text = fs::read_to_string(&file).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Refusal::new(format!(
                "there is no {}: this is no backup, or one that was never finished",
                file.display()
            )),
            _ => Refusal::new(format!("{} cannot be read: {error}", file.display())),
        })?;
        let damaged = |why: String| Refusal::new(format!("{} is damaged: {why}", file.display()));
        let sealed: Sealed = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
        if sealed.sha256 != digest(&sealed.backup) {
            return Err(damaged("it was changed after it was written, as its own SHA-256 says".to_owned()));
        }
        match sealed.backup["format"].as_u64() {
            Some(format) if format > u64::from(FORMAT) => {
                return Err(Refusal::new(format!(
                    "the backup has format {format}, which a newer program wrote: restore it with that one"
                )));
            }
            _ => {}
        }
        serde_json::from_value(sealed.backup).map_err(|error| damaged(error.to_string()))
    }

    /// Whether the files are there, byte for byte.
    pub fn require_files(&self, folder: &Path) -> Result<(), Refusal> {
        for entry in &self.files {
            let file = folder.join(&entry.name);
            let shown = file.display();
            let (bytes, sha256) = folder::measure(&file).map_err(|error| match error.kind() {
                ErrorKind::NotFound => Refusal::new(format!("{shown} is missing from the backup")),
                _ => Refusal::new(format!("{shown} cannot be read: {error}")),
            })?;
            if bytes != entry.bytes {
                return Err(Refusal::new(format!(
                    "{shown} has {bytes} bytes, and had {} when the backup was taken",
                    entry.bytes
                )));
            }
            if sha256 != entry.sha256 {
                return Err(Refusal::new(format!("{shown} is damaged: its SHA-256 is not the manifest's")));
            }
        }
        Ok(())
    }

    pub fn rows(&self) -> i64 {
        self.tables.values().sum()
    }

    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|entry| entry.bytes).sum()
    }
}
