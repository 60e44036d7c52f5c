//! Finding PostgreSQL on this machine, or installing Debian's.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::child;
use crate::debian;
use crate::version::Version;

/// The oldest major version the server supports.
const OLDEST: u64 = 15;
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// A folder that holds the server programs of PostgreSQL.
#[derive(Debug)]
pub struct Binaries {
    folder: PathBuf,
    pub version: Version,
}

impl Binaries {
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn within(folder: &Path) -> Option<Self> {
        // The programs look for their data beside themselves, so links such as /usr/local/bin/initdb are followed.
        let folder = fs::canonicalize(folder.join("postgres")).ok()?.parent()?.to_path_buf();
        if !PROGRAMS.iter().all(|name| folder.join(name).is_file()) {
            return None;
        }
        let line = child::version_line(folder.join("postgres").to_str()?)?;
        let version = Version::found_in(&line).filter(|version| version.major() >= OLDEST)?;
        Some(Self { folder, version })
    }
}

/// The newest of Debian's version folders, else what the search path has, else what `pg_config` names.
pub fn find() -> Option<Binaries> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.filter_map(|entry| Binaries::within(&entry.path().join("bin")));
    debian.max_by_key(|binaries| binaries.version).or_else(in_search_path).or_else(named_by_pg_config)
}

pub fn find_or_install() -> Result<Binaries, String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let wanted = format!("PostgreSQL {OLDEST} or newer (initdb, pg_ctl, postgres)");
    if !debian::can_install() {
        return Err(format!("{wanted} is not installed. Debian: apt-get install postgresql"));
    }
    println!("  installing PostgreSQL");
    install_debian_package()
        .map_err(|error| format!("{wanted} is not installed, and apt-get failed: {error}"))?;
    find().ok_or_else(|| format!("{wanted} is not what apt-get installed"))
}

fn in_search_path() -> Option<Binaries> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).find_map(|folder| Binaries::within(&folder))
}

fn named_by_pg_config() -> Option<Binaries> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    Binaries::within(Path::new(String::from_utf8(output.stdout).ok()?.trim()))
}

/// Installs the programs without creating or starting the system's own database.
fn install_debian_package() -> Result<(), String> {
    let settings = Path::new("/etc/postgresql-common/createcluster.conf");
    if !settings.exists() {
        let written = fs::create_dir_all("/etc/postgresql-common")
            .and_then(|()| fs::write(settings, "create_main_cluster = false\n"));
        written.map_err(|error| format!("{}: {error}", settings.display()))?;
    }
    // The settings file written above is the package's own: keep ours without asking.
    debian::install(&["-o", "Dpkg::Options::=--force-confold", "postgresql"])
}
