//! A PostgreSQL of one proof's own, on a volume that the proof will hurt. It ends with the proof, however that ends.

use crate::child::run;
use crate::cluster::Cluster;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Small in memory, and with checkpoints often enough that faults fall into them too.
const SETTINGS: &str = "
max_connections = 100
shared_buffers = 32MB
max_wal_size = 48MB
min_wal_size = 32MB
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
";

/// A recovery that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// More than are kept ready for use.
const FILES_OF_JOURNAL: usize = 100;

/// Its name in a folder of its own.
const LOG: &str = "log";

pub struct Instance {
    first_process: Child,
    pub cluster: Cluster,
    port: u16,
    /// Its log is not on the volume that is hurt.
    log: TempDir,
}

impl Instance {
    /// Makes a data folder here and serves it.
    pub fn create(programs: &Path, folder: &Path) -> Result<Self, String> {
        let data = folder.join("postgres");
        let mut install = Command::new("install");
        install.args(["-d", "-m", "700", "-o", "postgres"]).arg(&data);
        run(&mut install)?;
        let mut initdb = as_owner(&programs.join("initdb"));
        initdb.arg("-D").arg(&data);
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        run(&mut initdb)?;
        OpenOptions::new()
            .append(true)
            .open(data.join("postgresql.conf"))
            .and_then(|mut file| file.write_all(SETTINGS.as_bytes()))
            .map_err(|error| format!("postgresql.conf: {error}"))?;
        Self::start(programs, folder)
    }

    /// Serves the data folder that is here, after a recovery if it was not closed.
    pub fn start(programs: &Path, folder: &Path) -> Result<Self, String> {
        let cluster = Cluster { data: folder.join("postgres"), programs: programs.to_path_buf() };
        // It names a process of before the power went; by now another may have the number.
        let _ = fs::remove_file(cluster.data.join("postmaster.pid"));
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let log = tempfile::tempdir().map_err(|error| error.to_string())?;
        let first_process = begin(&cluster, port, &log.path().join(LOG))?;
        let mut instance = Self { first_process, cluster, port, log };
        instance.wait()?;
        Ok(instance)
    }

    /// Until it serves again. As a service manager does, starts it at the same address if it has ended by itself; whether
    /// it had.
    pub fn recover(&mut self) -> Result<bool, String> {
        let (begun, mut ended) = (Instant::now(), false);
        while crate::database::administer(&self.url(), "SELECT 1").is_err() {
            if self.first_process.try_wait().map_err(|error| error.to_string())?.is_some() {
                ended = true;
                self.first_process = begin(&self.cluster, self.port, &self.log.path().join(LOG))?;
            }
            if begun.elapsed() > PATIENCE {
                return Err(self.does_not_serve());
            }
            crate::pause(Duration::from_millis(20));
        }
        Ok(ended)
    }

    /// Uses up the journal's files, until it has given up more often than before because it could not make another one.
    pub fn exhaust_journal(&self, before: usize) -> Result<(), String> {
        let next = "SELECT pg_logical_emit_message(false, 'proof', 'next'), pg_switch_wal()";
        for _ in 0..FILES_OF_JOURNAL {
            if self.panics() > before {
                return Ok(());
            }
            if crate::database::administer(&self.url(), next).is_err() {
                crate::pause(Duration::from_millis(20));
            }
        }
        Err("PostgreSQL goes on though its journal has no room".to_owned())
    }

    /// How often it gave up all its processes, because it could not write its journal.
    pub fn panics(&self) -> usize {
        let said = fs::read(self.log.path().join(LOG)).unwrap_or_default();
        String::from_utf8_lossy(&said).matches("PANIC:").count()
    }

    /// Its address, without a database.
    pub fn server(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}", self.port)
    }

    /// The address of the database that every server has.
    pub fn url(&self) -> String {
        format!("{}/postgres", self.server())
    }

    /// Whether every table and index of a database is whole, where PostgreSQL came with the program that looks.
    pub fn check(&self, database: &str) -> Result<(), String> {
        let program = self.cluster.programs.join("pg_amcheck");
        if !program.is_file() {
            return Ok(());
        }
        let mut command = Command::new(program);
        command.args(["--host=127.0.0.1", &format!("--port={}", self.port), "--username=postgres"]);
        run(command.args(["--install-missing", "--heapallindexed", database]))
    }

    fn wait(&mut self) -> Result<(), String> {
        let begun = Instant::now();
        while crate::database::administer(&self.url(), "SELECT 1").is_err() {
            let ended = self.first_process.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || begun.elapsed() > PATIENCE {
                return Err(self.does_not_serve());
            }
            crate::pause(Duration::from_millis(20));
        }
        Ok(())
    }

    fn does_not_serve(&self) -> String {
        let said = fs::read_to_string(self.log.path().join(LOG)).unwrap_or_default();
        format!("PostgreSQL does not serve: {said}")
    }
}

impl Drop for Instance {
    /// Ends every process at once and writes nothing back; the first one waits for the others.
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.first_process.id().to_string()]).status();
        let _ = self.first_process.wait();
    }
}

fn begin(cluster: &Cluster, port: u16, log: &Path) -> Result<Child, String> {
    let file = OpenOptions::new().create(true).append(true).open(log).map_err(|error| error.to_string())?;
    let mut command = as_owner(&cluster.programs.join("postgres"));
    command.arg("-D").arg(&cluster.data).args(["-p", &port.to_string()]).stderr(file);
    command.current_dir(&cluster.data).stdin(Stdio::null()).stdout(Stdio::null());
    command.spawn().map_err(|error| format!("postgres could not be started: {error}"))
}

/// PostgreSQL refuses to run as root, who alone can mount. It is killed when the proof is.
fn as_owner(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL", "--"]);
    command.arg(program);
    command
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
