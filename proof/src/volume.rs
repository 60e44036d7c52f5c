//! Volumes of the proof's own, in files: small ones that fill up, and one whose power can be cut.
//!
//! Nothing of them outlives the proof, however it ends: their files are unlinked as soon as they are mounted, loop
//! devices let go by themselves, and the mounts are in a namespace that `cargo xtask fault` makes for the proof.

use crate::child::run;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const MIB: u64 = 1 << 20;
/// What writes on a volume is gone by then, or hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file system; unmounted when it goes out of scope.
#[derive(Debug)]
pub struct Mount(PathBuf);

impl Mount {
    fn of(file: &Path, at: &Path, options: &str) -> Result<Self, String> {
        fs::create_dir_all(at).map_err(|error| format!("{}: {error}", at.display()))?;
        // A loop device of `mount` ends with its mount.
        run(Command::new("mount").args(["-o", options]).arg(file).arg(at))?;
        Ok(Self(at.to_path_buf()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What was put on it so far is on disk; what follows is the program's own concern.
    pub fn settle(&self) -> Result<(), String> {
        run(Command::new("sync").arg("--file-system").arg(&self.0))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let begun = Instant::now();
        while run(Command::new("umount").arg(&self.0)).is_err() {
            if begun.elapsed() > PATIENCE {
                let _ = run(Command::new("umount").arg("--lazy").arg(&self.0));
                return;
            }
            crate::pause(Duration::from_millis(50));
        }
    }
}

/// A volume of so many MiB.
pub struct Volume {
    mount: Mount,
    _folder: TempDir,
}

impl Volume {
    pub fn make(mebibytes: u64) -> Result<Self, String> {
        let folder = folder()?;
        let file = folder.path().join("volume");
        empty(&file, mebibytes)?;
        make_ext4(&file)?;
        let mount = Mount::of(&file, &folder.path().join("mounted"), "loop")?;
        fs::remove_file(&file).map_err(|error| error.to_string())?;
        Ok(Self { mount, _folder: folder })
    }

    pub fn path(&self) -> &Path {
        self.mount.path()
    }

    /// Takes all room that is left.
    pub fn fill(&self) -> Result<(), String> {
        let file = OpenOptions::new().create(true).append(true).open(self.ballast());
        let mut file = file.map_err(|error| error.to_string())?;
        for size in [1 << 20, 1 << 12] {
            let block = vec![0; size];
            loop {
                // What was written of a block that did not fit is room taken as well.
                match file.write_all(&block).and_then(|()| file.sync_data()) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error.to_string()),
                }
            }
        }
        Ok(())
    }

    /// Gives the room back.
    pub fn empty(&self) -> Result<(), String> {
        fs::remove_file(self.ballast()).map_err(|error| error.to_string())?;
        self.mount.settle()
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

/// A volume that can be copied at one instant while it is written. The host's file system need not know how: the volume
/// is a file in a btrfs, whose files can share their content, and no write goes on while a copy is taken.
pub struct Powered {
    // In the order in which they are unmounted.
    mount: Mount,
    outer: Mount,
    folder: TempDir,
}

/// What the disk held when the power went.
#[derive(Debug, Clone)]
pub struct Cut {
    image: PathBuf,
    /// What was answered before this must be there.
    pub began: Instant,
}

impl Powered {
    pub fn make() -> Result<Self, String> {
        let folder = folder()?;
        let file = folder.path().join("disk");
        empty(&file, 8 << 10)?;
        run(Command::new("mkfs.btrfs").arg("--quiet").arg(&file))?;
        // Nobody cuts the power of the outer one: it need not wait for the disk below it.
        let outer = Mount::of(&file, &folder.path().join("outer"), "loop,nobarrier")?;
        fs::remove_file(&file).map_err(|error| error.to_string())?;
        let image = outer.path().join("image");
        empty(&image, 2 << 10)?;
        make_ext4(&image)?;
        let mount = Mount::of(&image, &folder.path().join("mounted"), "loop")?;
        Ok(Self { mount, outer, folder })
    }

    pub fn mount(&self) -> &Mount {
        &self.mount
    }

    /// Keeps what the disk holds now. What the page cache holds, and the disk does not, is lost with the power.
    pub fn cut(&self, number: usize) -> Result<Cut, String> {
        let image = self.outer.path().join(format!("cut-{number}"));
        let began = Instant::now();
        run(Command::new("cp").arg("--reflink=always").arg(self.outer.path().join("image")).arg(&image))?;
        Ok(Cut { image, began })
    }

    /// The power is back: the file system replays its journal.
    pub fn after(&self, cut: &Cut) -> Result<Mount, String> {
        Mount::of(&cut.image, &self.folder.path().join("after"), "loop")
    }
}

/// PostgreSQL's user has to pass through it.
fn folder() -> Result<TempDir, String> {
    let made = tempfile::Builder::new().permissions(Permissions::from_mode(0o711)).tempdir();
    made.map_err(|error| error.to_string())
}

fn empty(file: &Path, mebibytes: u64) -> Result<(), String> {
    let made = File::create(file).and_then(|file| file.set_len(mebibytes * MIB));
    made.map_err(|error| format!("{}: {error}", file.display()))
}

/// With nothing left to be written in the background, and no room kept for root, who runs the proof.
fn make_ext4(file: &Path) -> Result<(), String> {
    let options = ["-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0"];
    run(Command::new("mkfs.ext4").args(options).arg(file))
}
