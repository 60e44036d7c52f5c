//! Files of a backup: readable by their owner only, on disk before they get their name.

use super::Refusal;
use crate::journal::hex;
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// What a file is called until it is whole.
const PARTIAL: &str = "partial";

/// Makes the folder, or makes sure that nothing is in it.
pub fn claim(folder: &Path) -> Result<(), Refusal> {
    let cannot = |error: io::Error| Refusal::new(format!("{} cannot be written: {error}", folder.display()));
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Refusal::new(format!(
                "{} is not empty: every backup goes into a folder of its own",
                folder.display()
            ))),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(cannot)?;
            folder.parent().map_or(Ok(()), |parent| sync(or_here(parent))).map_err(cannot)
        }
        Err(error) => Err(cannot(error)),
    }
}

/// An empty file under a name that nobody takes for a finished one.
pub fn begin(folder: &Path, name: &str) -> Result<PathBuf, Refusal> {
    let partial = folder.join(format!("{name}.{PARTIAL}"));
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&partial);
    made.map(|_| partial.clone())
        .map_err(|error| Refusal::new(format!("{} cannot be made: {error}", partial.display())))
}

/// Gives a file that `begin` made its name, once it is on disk.
pub fn finish(folder: &Path, name: &str) -> Result<(), Refusal> {
    let partial = folder.join(format!("{name}.{PARTIAL}"));
    File::open(&partial)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&partial, folder.join(name)))
        .and_then(|()| sync(folder))
        .map_err(|error| Refusal::new(format!("{} cannot be written: {error}", partial.display())))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Size in bytes and SHA-256 of a file.
pub fn measure(file: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(file)?;
    let (mut digest, mut size) = (Sha256::new(), 0);
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((size, hex(&digest.finalize())));
        }
        digest.update(&piece[..read]);
        size += read as u64;
    }
}
