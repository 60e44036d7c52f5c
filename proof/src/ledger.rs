//! What was asked and what was answered, on disk before the one and after the other: the memory that the program under
//! proof cannot touch.

use crate::operation::Request;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

/// What came of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Done: the status and body of a 2xx.
    Done(u16, Value),
    /// Refused: nothing may have been stored.
    Refused(u16, String),
    /// No answer, or one that says that the outcome is not known.
    Unknown,
}

/// A request with what came of it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub request: Request,
    pub outcome: Outcome,
    pub asked: Instant,
    /// When the answer was there, or that none would come.
    pub answered: Instant,
}

pub struct Ledger {
    file: Mutex<File>,
    path: PathBuf,
}

#[derive(Serialize)]
#[serde(tag = "line", rename_all = "camelCase")]
enum Line<'a> {
    /// Before sending. The key is the operation's id.
    Asked {
        key: &'a str,
        kind: &'a str,
        digest: String,
    },
    Answered {
        key: &'a str,
        status: Option<u16>,
        digest: Option<String>,
    },
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

impl Ledger {
    pub fn open(path: &Path) -> Result<Self, String> {
        let file = OpenOptions::new().create_new(true).append(true).open(path);
        let file = file.map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { file: Mutex::new(file), path: path.to_owned() })
    }

    /// The keys answered with 2xx by now.
    pub fn acknowledged(&self) -> Result<HashSet<String>, String> {
        let text = std::fs::read_to_string(&self.path).map_err(|error| error.to_string())?;
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let done =
            lines.filter(|line| line["status"].as_u64().is_some_and(|status| (200..300).contains(&status)));
        Ok(done.filter_map(|line| line["key"].as_str().map(str::to_owned)).collect())
    }

    pub fn ask(&self, request: &Request) {
        let digest = digest(request.body.to_string().as_bytes());
        self.append(&Line::Asked { key: &request.key, kind: request.kind.name(), digest });
    }

    pub fn answer(&self, request: &Request, outcome: &Outcome) {
        let (status, body) = match outcome {
            Outcome::Done(status, body) => (Some(*status), Some(digest(body.to_string().as_bytes()))),
            Outcome::Refused(status, body) => (Some(*status), Some(digest(body.as_bytes()))),
            Outcome::Unknown => (None, None),
        };
        self.append(&Line::Answered { key: &request.key, status, digest: body });
    }

    /// One line, and on disk.
    fn append(&self, line: &Line<'_>) {
        let mut text = serde_json::to_string(line).expect("a line is JSON");
        text.push('\n');
        let mut file = self.file.lock().expect("no writer of the ledger panics");
        file.write_all(text.as_bytes()).and_then(|()| file.sync_data()).expect("the ledger can be written");
    }
}
