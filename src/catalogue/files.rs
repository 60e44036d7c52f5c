//! The files of a pack as text: read from a folder, kept in the database, written back byte for byte.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Path inside the pack (with `/`) → content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackFiles(pub BTreeMap<String, String>);

/// Something wrong with a pack, with the place to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// A pack's files are few and small; more is a mistake in the path.
const MOST_FILES: usize = 500;
const MOST_BYTES: u64 = 1024 * 1024;

impl PackFiles {
    /// Reads every `.toml` file below a folder.
    pub fn read(folder: &Path) -> Result<Self, Fault> {
        let mut files = Self::default();
        files.read_below(folder, folder)?;
        if files.0.contains_key("pack.toml") {
            return Ok(files);
        }
        Err(Fault {
            file: folder.display().to_string(),
            line: 1,
            message: "there is no pack.toml here".to_owned(),
        })
    }

    fn read_below(&mut self, root: &Path, folder: &Path) -> Result<(), Fault> {
        let failed =
            |path: &Path, message: String| Fault { file: path.display().to_string(), line: 1, message };
        let entries = std::fs::read_dir(folder).map_err(|error| failed(folder, error.to_string()))?;
        for entry in entries {
            let path = entry.map_err(|error| failed(folder, error.to_string()))?.path();
            if path.is_dir() {
                self.read_below(root, &path)?;
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let size = path.metadata().map_err(|error| failed(&path, error.to_string()))?.len();
                if size > MOST_BYTES || self.0.len() >= MOST_FILES {
                    return Err(failed(&path, "too large for a pack".to_owned()));
                }
                let content =
                    std::fs::read_to_string(&path).map_err(|error| failed(&path, error.to_string()))?;
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                self.0.insert(name, content);
            }
        }
        Ok(())
    }

    /// Writes the files into a folder that has no pack yet.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        if folder.join("pack.toml").exists() {
            return Err(std::io::Error::other(format!("{} holds a pack already", folder.display())));
        }
        for (name, content) in &self.0 {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, content)?;
        }
        Ok(())
    }

    /// The same files give the same digest, wherever they were read.
    pub fn digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new_with_prefix(b"onewindow/pack/v1\0");
        for part in self.0.iter().flat_map(|(name, content)| [name, content]) {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().into()
    }

    pub fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .iter()
            .filter(move |(name, _)| name.starts_with(folder))
            .map(|(name, content)| (name.as_str(), content.as_str()))
    }

    /// The place of an entry in the files of a kind: the line of `key = "code"`, then the first line from there on that
    /// holds `text`.
    pub fn locate(&self, folder: &str, code: &str, text: &str) -> (String, usize) {
        let is_entry = |line: &str| {
            line.split_once('=').is_some_and(|(key, value)| {
                matches!(key.trim(), "code" | "serviceCode" | "id" | "itemKey")
                    && value.trim().trim_end_matches(',').trim_matches('"') == code
            })
        };
        for (name, content) in self.under(folder) {
            let Some(entry) = content.lines().position(is_entry) else { continue };
            let line = content.lines().skip(entry).position(|line| line.contains(text)).unwrap_or(0);
            return (name.to_owned(), entry + line + 1);
        }
        (folder.to_owned(), 1)
    }
}

/// Line of a byte offset, from 1.
pub fn line_of(content: &str, offset: usize) -> usize {
    content.get(..offset).unwrap_or(content).bytes().filter(|byte| *byte == b'\n').count() + 1
}
