//! What faults are injected with: strace, and the library that moves a program's clock. Found on this machine, or
//! installed from Debian.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child;
use crate::postgres::is_root;

pub fn find_or_install_strace() -> Result<(), String> {
    if child::is_present("strace") { Ok(()) } else { install("strace") }
}

/// The variant for programs of several threads.
pub fn find_or_install_faketime() -> Result<PathBuf, String> {
    if let Some(library) = faketime() {
        return Ok(library);
    }
    install("libfaketime")?;
    faketime().ok_or_else(|| "libfaketime is not what apt-get installed".to_owned())
}

/// Debian and Fedora keep it in a folder of its own below that of the libraries.
fn faketime() -> Option<PathBuf> {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let below = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
    let all = folders.iter().map(PathBuf::from).chain(below.map(|entry| entry.path()));
    all.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file())
}

fn install(package: &str) -> Result<(), String> {
    let said = |why: &str| format!("{package} is not installed{why}. Debian: apt-get install {package}");
    if !(Path::new("/etc/debian_version").exists() && is_root()) {
        return Err(said(""));
    }
    println!("  installing {package}");
    let apt_get = |words: &[&str]| {
        child::run_quietly(Command::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let installed = apt_get(&["update"]);
    let installed = installed.and_then(|()| apt_get(&["install", "-y", "--no-install-recommends", package]));
    installed.map_err(|error| said(&format!(", and apt-get failed ({error})")))
}
