//! A PostgreSQL of our own for one test run: own folder, own port, gone afterwards.

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::child;
use crate::debian;
use crate::postgres::Binaries;

const SETTINGS: &str = "
max_connections = 200
";

/// As docs/operations.md says for a server that keeps a city's filings.
fn lasting_settings() -> String {
    let buffers = memory().map_or(128, |mebibytes| (mebibytes / 4).clamp(128, 2048));
    format!("\nwal_compression = lz4\nmax_wal_size = 4GB\nshared_buffers = {buffers}MB\n")
}

/// This machine's memory in mebibytes.
fn memory() -> Option<u64> {
    let said = fs::read_to_string("/proc/meminfo").ok()?;
    let total = said.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    total.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes / 1024)
}

const UNSAFE_SETTINGS: &str = "
shared_buffers = 128MB
fsync = off
full_page_writes = off
";

/// Whether commits wait for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The data live as long as the run: what is proven is what the statements do.
    None,
    /// As in production: what is proven is that nothing is lost.
    Full,
}

/// Ends the cluster when its standard input ends, which it does however this process ends.
const KEEPER: &str = r#"
trap '' HUP INT TERM
cat
"$@"
rm -rf -- "$0"
"#;

/// The port is free when it is looked for, and may be taken by another program before PostgreSQL binds it.
const ATTEMPTS: usize = 3;

pub struct Cluster {
    folder: PathBuf,
    port: u16,
    keeper: Child,
}

impl Cluster {
    pub fn start(binaries: &Binaries, durability: Durability) -> Result<Self, String> {
        let mut outcome = Err(String::new());
        for _ in 0..ATTEMPTS {
            outcome = Self::attempt(binaries, durability);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// The superuser's address, open without a password to this machine alone.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Removed with all that is in it when the cluster ends, which it does however this process ends.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn attempt(binaries: &Binaries, durability: Durability) -> Result<Self, String> {
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let folder = std::env::temp_dir().join(format!("onewindow-postgres-{}-{port}", std::process::id()));
        let as_root = debian::is_root();
        create_private(&folder, as_root)?;
        let program = |name: &str| {
            let mut command = as_owner(&binaries.program(name), as_root);
            command.current_dir(&folder).arg("-D").arg(folder.join("data"));
            command
        };
        let mut stop = program("pg_ctl");
        stop.args(["stop", "-m", "fast", "-w"]);
        // From here on the folder and the server end with this value, whatever fails.
        let cluster = Self { keeper: keeper(&folder, &stop)?, folder: folder.clone(), port };

        let mut initdb = program("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        child::run_quietly(&mut initdb)?;
        configure(&folder, port, durability).map_err(|error| format!("postgresql.conf: {error}"))?;
        let log = folder.join("log");
        let mut start = program("pg_ctl");
        start.args(["start", "-w", "-t", "60", "-l"]).arg(&log);
        // The server inherits the streams of `pg_ctl`; a pipe would stay open as long as the server runs.
        start.stdout(Stdio::null()).stderr(Stdio::null());
        child::run(&mut start)
            .map_err(|error| format!("{error}\n{}", fs::read_to_string(&log).unwrap_or_default()))?;
        Ok(cluster)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        if self.keeper.wait().is_err() || self.folder.exists() {
            eprintln!("PostgreSQL may still run in {}", self.folder.display());
        }
    }
}

/// In a process group of its own, so that Ctrl-C ends the tests but not the one that cleans up after them.
fn keeper(folder: &Path, stop: &Command) -> Result<Child, String> {
    let mut command = Command::new("sh");
    // The owner may not be allowed to enter the folder we were started in.
    command
        .current_dir(folder)
        .args(["-c", KEEPER])
        .arg(folder)
        .arg(stop.get_program())
        .args(stop.get_args());
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    command.spawn().map_err(|error| format!("sh could not be started: {error}"))
}

/// PostgreSQL refuses to run as root; Debian's package brings a user for it.
fn as_owner(program: &Path, as_root: bool) -> Command {
    if !as_root {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn create_private(folder: &Path, as_root: bool) -> Result<(), String> {
    let mut install = Command::new("install");
    install.args(["-d", "-m", "700"]);
    if as_root {
        install.args(["-o", "postgres"]);
    }
    child::run_quietly(install.arg(folder))
}

fn configure(folder: &Path, port: u16, durability: Durability) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().append(true).open(folder.join("data/postgresql.conf"))?;
    file.write_all(SETTINGS.as_bytes())?;
    match durability {
        Durability::None => file.write_all(UNSAFE_SETTINGS.as_bytes())?,
        Durability::Full => file.write_all(lasting_settings().as_bytes())?,
    }
    writeln!(file, "listen_addresses = '127.0.0.1'\nport = {port}")?;
    writeln!(file, "unix_socket_directories = '{}'", folder.display())
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use crate::postgres;

    use super::*;

    #[test]
    fn a_cluster_answers_while_it_lives_and_leaves_nothing() {
        let Some(binaries) = postgres::find() else {
            eprintln!("no PostgreSQL on this machine: not tried");
            return;
        };
        let cluster = Cluster::start(&binaries, Durability::None).unwrap();
        let (port, folder) = (cluster.port, cluster.folder.clone());
        assert!(cluster.url().contains(&port.to_string()));
        assert!(folder.exists());
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        drop(cluster);
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
        assert!(!folder.exists());
    }
}
