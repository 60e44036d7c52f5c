//! Programs of other packages that a command needs: found on this machine, or installed where that is Debian and ours.

use std::path::Path;
use std::process::Command;

use crate::child;

/// Installs where it can; otherwise says what is missing and how to get it.
pub fn find_or_install(program: &str, package: &str) -> Result<(), String> {
    if child::is_found(program) {
        return Ok(());
    }
    if !can_install() {
        return Err(format!("{program} is not installed. Debian: apt-get install {package}"));
    }
    println!("  installing {package}");
    install(&[package]).map_err(|error| format!("{program} is not installed, and apt-get failed: {error}"))
}

pub fn can_install() -> bool {
    Path::new("/etc/debian_version").exists() && is_root()
}

/// Installs packages, after these words to `apt-get` if any.
pub fn install(words: &[&str]) -> Result<(), String> {
    let apt_get = |words: &[&str]| {
        child::run_quietly(Command::new("apt-get").args(words).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt_get(&["update"])?;
    apt_get(&[&["install", "-y", "--no-install-recommends"], words].concat())
}

pub fn is_root() -> bool {
    child::text_of(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
