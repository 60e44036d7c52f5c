//! Folders with an npm project: their tools installed when their lock file changed, their pages built when stale.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use crate::child;
use crate::version::Version;

const NODE: &str = "20.17";

pub fn is_project(folder: &Path) -> bool {
    folder.join("package.json").is_file()
}

/// Node and npm, as the tools in the lock files need them.
pub fn check() -> Result<String, String> {
    let wanted = Version::found_in(NODE).expect("a version");
    let node = child::version_line("node").as_deref().and_then(Version::found_in);
    match node {
        Some(version) if version >= wanted && child::is_present("npm") => Ok(format!("node {version}")),
        _ => Err(format!("Node {NODE} or newer with npm")),
    }
}

/// `npm ci`, unless what is installed came from this very lock file.
pub fn install(folder: &Path) -> Result<(), String> {
    let lock = fs::read(folder.join("package-lock.json"))
        .map_err(|error| format!("{}/package-lock.json: {error}", folder.display()))?;
    let installed = folder.join("node_modules/.installed-from-lock.json");
    if fs::read(&installed).is_ok_and(|earlier| earlier == lock) {
        return Ok(());
    }
    child::run(
        Command::new("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder),
    )?;
    fs::write(&installed, lock).map_err(|error| format!("{}: {error}", installed.display()))
}

/// `npm run build`, unless every source is older than the built page.
pub fn build(folder: &Path) -> Result<(), String> {
    let built = fs::metadata(folder.join("dist/index.html")).and_then(|page| page.modified()).ok();
    let changed = newest(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    if built.is_some_and(|built| built >= changed) {
        return Ok(());
    }
    child::run(Command::new("npm").args(["run", "build"]).current_dir(folder))
}

/// When a source in the folder was last changed; what npm or the build wrote is no source.
fn newest(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == "node_modules" || entry.file_name() == "dist" {
            continue;
        }
        let metadata = entry.metadata()?;
        let changed = if metadata.is_dir() { self::newest(&entry.path())? } else { metadata.modified()? };
        newest = newest.max(changed);
    }
    Ok(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_pages_and_installed_tools_are_no_sources() {
        let folder = std::env::temp_dir().join(format!("xtask-node-{}", std::process::id()));
        for name in ["src", "dist", "node_modules/tool"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        fs::write(folder.join("src/page.tsx"), "source").unwrap();
        let before = newest(&folder).unwrap();
        let later = before + std::time::Duration::from_secs(60);
        for name in ["dist/index.html", "node_modules/tool/index.js"] {
            fs::File::create(folder.join(name)).unwrap().set_modified(later).unwrap();
        }
        assert_eq!(newest(&folder).unwrap(), before);
        fs::File::options()
            .write(true)
            .open(folder.join("src/page.tsx"))
            .unwrap()
            .set_modified(later)
            .unwrap();
        assert_eq!(newest(&folder).unwrap(), later);
        fs::remove_dir_all(folder).unwrap();
    }
}
