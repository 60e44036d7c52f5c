//! The file that checkpoints are appended to, and reading it back. Each is a signed note and an empty line.

use super::checkpoint::{Checkpoint, Point};
use super::key::sync_folder_of;
use super::note::{SigningKey, VerifierKey};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// An open file; several programs may append to it, one at a time.
pub struct CheckpointFile {
    file: File,
    /// Bytes up to the end of the last whole note that was seen.
    end: u64,
    last: Option<Point>,
}

/// What came of appending.
#[derive(Debug, PartialEq, Eq)]
pub enum Appended {
    /// The note that is on disk now.
    Written(String),
    /// Another program was first.
    Known,
    /// The last checkpoint covers more than the log now has: events were lost.
    Ahead(u64),
}

impl CheckpointFile {
    pub fn open(path: &Path) -> std::io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
            sync_folder_of(folder)?;
        }
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        sync_folder_of(path)?;
        let mut opened = Self { file, end: 0, last: None };
        opened.catch_up()?;
        Ok(opened)
    }

    pub fn last(&self) -> Option<Point> {
        self.last
    }

    /// Reads what others appended since.
    fn catch_up(&mut self) -> std::io::Result<()> {
        if self.file.metadata()?.len() < self.end {
            return Err(std::io::Error::other("it was cut while it was in use"));
        }
        self.file.seek(SeekFrom::Start(self.end))?;
        let mut notes = Notes { lines: BufReader::new(&self.file) };
        while let Some((note, length)) = notes.next()? {
            self.end += length;
            // One that cannot be read is named by `verify`; the next is signed all the same.
            self.last = note
                .rsplit_once("\n\n")
                .and_then(|(text, _)| Checkpoint::parse(&note[..=text.len()]))
                .map_or(self.last, |checkpoint| Some(checkpoint.point));
        }
        Ok(())
    }

    /// Appends a checkpoint; when it returns, it is on disk.
    pub fn append(&mut self, key: &SigningKey, point: Point) -> std::io::Result<Appended> {
        self.file.lock()?;
        let appended = self.append_alone(key, point);
        self.file.unlock()?;
        appended
    }

    fn append_alone(&mut self, key: &SigningKey, point: Point) -> std::io::Result<Appended> {
        self.catch_up()?;
        match self.last {
            Some(last) if last.size > point.size => return Ok(Appended::Ahead(last.size)),
            Some(last) if last.size == point.size => return Ok(Appended::Known),
            _ => {}
        }
        // The beginning of a note that a power cut left: nobody was ever told of it.
        if self.file.metadata()?.len() > self.end {
            self.file.set_len(self.end)?;
        }
        let note = key.sign(&Checkpoint { origin: key.verifier().name().to_owned(), point }.text());
        self.file.write_all(format!("{note}\n").as_bytes())?;
        self.file.sync_all()?;
        self.end += note.len() as u64 + 1;
        self.last = Some(point);
        Ok(Appended::Written(note))
    }
}

/// Whole notes, one after the other; what an unfinished write left at the end is none.
struct Notes<R> {
    lines: R,
}

impl<R: BufRead> Notes<R> {
    /// The next one, and how many bytes it takes with its empty line.
    fn next(&mut self) -> std::io::Result<Option<(String, u64)>> {
        let mut note = Vec::new();
        // The first empty line ends the text, the second the signatures.
        for _ in 0..2 {
            loop {
                let from = note.len();
                self.lines.by_ref().read_until(b'\n', &mut note)?;
                match &note[from..] {
                    b"\n" => break,
                    [.., b'\n'] => {}
                    _ => return Ok(None),
                }
            }
        }
        let length = note.len() as u64;
        note.pop();
        // A note with other bytes is still a note, and one that nobody signed.
        Ok(Some((String::from_utf8_lossy(&note).into_owned(), length)))
    }
}

/// Checkpoints as they were found in a file.
#[derive(Debug, Default)]
pub struct Kept {
    /// Those whose signature holds, by rising size.
    pub points: Vec<Point>,
    pub faults: Vec<String>,
}

/// Reads a file of checkpoints by whoever holds the verifier key.
pub fn read(path: &Path, key: &VerifierKey) -> std::io::Result<Kept> {
    let mut notes = Notes { lines: BufReader::new(File::open(path)?) };
    let mut kept = Kept::default();
    let mut number = 0;
    while let Some((note, _)) = notes.next()? {
        number += 1;
        let Some(text) = key.open(&note) else {
            kept.faults.push(format!("checkpoint {number}: its signature does not hold under {key}"));
            continue;
        };
        let Some(checkpoint) = Checkpoint::parse(text).filter(|read| read.origin == key.name()) else {
            kept.faults.push(format!("checkpoint {number}: it is none of {}", key.name()));
            continue;
        };
        match kept.points.last() {
            Some(last) if last.size >= checkpoint.point.size => kept.faults.push(format!(
                "checkpoint {number}: it is of size {} and stands behind one of size {}",
                checkpoint.point.size, last.size
            )),
            _ => kept.points.push(checkpoint.point),
        }
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(size: u64) -> Point {
        Point { size, root: [u8::try_from(size % 256).unwrap(); 32] }
    }

    fn key() -> SigningKey {
        SigningKey::new("window.example.cn/log", [3; 32]).unwrap()
    }

    #[test]
    fn what_was_appended_is_read_and_grows_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoints").join("events.notes");
        let mut file = CheckpointFile::open(&path).unwrap();
        let mut beside = CheckpointFile::open(&path).unwrap();
        assert!(matches!(file.append(&key(), point(3)).unwrap(), Appended::Written(_)));
        assert_eq!(beside.append(&key(), point(3)).unwrap(), Appended::Known);
        assert!(matches!(beside.append(&key(), point(5)).unwrap(), Appended::Written(_)));
        assert_eq!(file.append(&key(), point(4)).unwrap(), Appended::Ahead(5));
        assert_eq!(CheckpointFile::open(&path).unwrap().last(), Some(point(5)));
        let kept = read(&path, key().verifier()).unwrap();
        assert_eq!((kept.points, kept.faults), (vec![point(3), point(5)], vec![]));
    }

    #[test]
    fn an_unfinished_note_is_none_and_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.notes");
        CheckpointFile::open(&path).unwrap().append(&key(), point(3)).unwrap();
        let whole = fs::read(&path).unwrap();
        for torn in 1..whole.len() {
            fs::write(&path, [&whole[..], &whole[..torn]].concat()).unwrap();
            let kept = read(&path, key().verifier()).unwrap();
            assert_eq!((kept.points, kept.faults), (vec![point(3)], vec![]), "{torn}");
            assert!(matches!(
                CheckpointFile::open(&path).unwrap().append(&key(), point(4)).unwrap(),
                Appended::Written(_)
            ));
            assert_eq!(read(&path, key().verifier()).unwrap().points, vec![point(3), point(4)], "{torn}");
        }
    }

    #[test]
    fn strangers_repeats_and_changes_are_named_by_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.notes");
        let mut file = CheckpointFile::open(&path).unwrap();
        for size in [3, 5, 8] {
            file.append(&key(), point(size)).unwrap();
        }
        let whole = fs::read_to_string(&path).unwrap();
        let faults = |text: String| {
            fs::write(&path, text).unwrap();
            read(&path, key().verifier()).unwrap().faults
        };
        assert!(faults(whole.replace("\n5\n", "\n6\n"))[0].starts_with("checkpoint 2: its signature"));
        assert!(faults(format!("{whole}{whole}"))[0].starts_with("checkpoint 4: it is of size 3"));
        let stranger = SigningKey::new("window.example.cn/log", [4; 32]).unwrap();
        assert_eq!(read(&path, stranger.verifier()).unwrap().faults.len(), 6);
    }
}
