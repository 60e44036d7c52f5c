//! The library that moves a program's clock: found on this machine, or installed from Debian.

use std::fs;
use std::path::PathBuf;

use crate::debian;

/// The variant for programs of several threads.
pub fn find_or_install() -> Result<PathBuf, String> {
    if let Some(library) = find() {
        return Ok(library);
    }
    let missing =
        |why: &str| format!("libfaketime is not installed{why}. Debian: apt-get install libfaketime");
    if !debian::can_install() {
        return Err(missing(""));
    }
    println!("  installing libfaketime");
    debian::install(&["libfaketime"]).map_err(|error| missing(&format!(", and apt-get failed ({error})")))?;
    find().ok_or_else(|| "libfaketime is not what apt-get installed".to_owned())
}

/// Debian and Fedora keep it in a folder of its own below that of the libraries.
fn find() -> Option<PathBuf> {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let below = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let all = folders.iter().map(PathBuf::from).chain(below.map(|entry| entry.path()));
    all.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file())
}
