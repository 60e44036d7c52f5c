//! Signs checkpoints and appends them to this server's file. Every server that has a folder of its own keeps a file of
//! its own, under a key of its own; any one of them proves the whole log.

use super::checkpoint::Point;
use super::checkpoint_file::{Appended, CheckpointFile};
use super::key;
use super::note::{SigningKey, VerifierKey};
use super::records::{self, Signed};
use crate::access::Window;
use crate::clock::UtcTime;
use crate::problem::Problem;
use actix_web::web::{self, Data};
use chrono::Duration;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// With the half second between two rounds and the time to write, checkpoints are at most ten seconds apart.
const APART: Duration = Duration::seconds(9);
/// With the batch of 500 that comes on top, checkpoints are at most a thousand events apart.
const UNCOVERED: u64 = 500;

/// Cheap to clone; every clone writes to the same file.
#[derive(Clone)]
pub struct Notary(Arc<Inner>);

struct Inner {
    key: SigningKey,
    book: Mutex<Book>,
}

struct Book {
    file: CheckpointFile,
    written_at: Option<UtcTime>,
}

impl Notary {
    /// Opens key and file, each made if it is not there. `name` is what a new key and its log are called.
    pub fn open(key: &Path, file: &Path, name: &str, seed: [u8; 32]) -> Result<Self, String> {
        let key = key::load_or_make(key, name, seed)?;
        let file = CheckpointFile::open(file)
            .map_err(|error| format!("the checkpoints {} cannot be opened: {error}", file.display()))?;
        let book = Mutex::new(Book { file, written_at: None });
        Ok(Self(Arc::new(Inner { key, book })))
    }

    /// The verifier key of the key in this file; `None` when there is no file.
    pub fn verifier_at(key: &Path) -> Result<Option<VerifierKey>, String> {
        Ok(key::load(key)?.map(|key| key.verifier().clone()))
    }

    pub fn verifier(&self) -> &VerifierKey {
        self.0.key.verifier()
    }

    /// Writes a checkpoint if there is something new and it is due; answers whether it did.
    pub async fn checkpoint(&self, window: &Data<Window>) -> Result<bool, Problem> {
        let now = window.now();
        let point = Point::from(&window.store().read(records::read).await?);
        let inner = self.0.clone();
        let written = web::block(move || inner.append(point, now))
            .await
            .map_err(|_| Problem::internal("writing a checkpoint was abandoned"))??;
        let Some(note) = written else { return Ok(false) };
        let signed = Signed {
            verifier_key: self.verifier().to_string(),
            size: point.size.cast_signed(),
            note,
            signed_at: now,
        };
        // After the file, so that the database never knows of one that is not there.
        window.store().write(move |conn| records::keep(conn, &signed)).await?;
        Ok(true)
    }
}

impl Inner {
    fn append(&self, point: Point, now: UtcTime) -> Result<Option<String>, Problem> {
        // What another thread left is on disk or is not: the file says which.
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if !book.is_due(point, now) {
            return Ok(None);
        }
        let failed = |error| Problem::internal(format!("the file of checkpoints: {error}"));
        match book.file.append(&self.key, point).map_err(failed)? {
            Appended::Written(note) => {
                book.written_at = Some(now);
                Ok(Some(note))
            }
            Appended::Known => {
                book.written_at = Some(now);
                Ok(None)
            }
            Appended::Ahead(size) => Err(Problem::internal(format!(
                "a checkpoint of {size} events was signed and the log has {}: events were lost",
                point.size
            ))),
        }
    }
}

impl Book {
    fn is_due(&self, point: Point, now: UtcTime) -> bool {
        let covered = self.file.last().map_or(0, |last| last.size);
        let long_ago = self.written_at.is_none_or(|at| now >= at.plus(APART) || now < at);
        point.size != covered && (long_ago || point.size < covered || point.size - covered >= UNCOVERED)
    }
}
