//! The PostgreSQL server that belongs to the proof, and how it is hurt.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// By then PostgreSQL has noticed that one of its processes was killed.
const NOTICED: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub struct Cluster {
    pub data: PathBuf,
    /// Folder of `pg_ctl` and its like.
    pub programs: PathBuf,
}

impl Cluster {
    /// As a person would: `pg_ctl stop -m immediate` ends every process without writing anything back.
    pub fn stop_at_once(&self) -> Result<(), String> {
        self.control(&["stop", "-m", "immediate", "-w"])
    }

    /// The first process is gone, and its children find out for themselves.
    pub fn kill(&self) -> Result<(), String> {
        let first = self.first_process()?;
        kill(first)?;
        // Its children hold the shared memory until they have noticed, and its own entry stays until it is reaped.
        while Path::new(&format!("/proc/{first}")).exists() || self.has_children()? {
            crate::pause(Duration::from_millis(10));
        }
        Ok(())
    }

    fn has_children(&self) -> Result<bool, String> {
        self.processes().map(|own| !own.is_empty())
    }

    /// Every process of the server.
    pub fn processes(&self) -> Result<Vec<u32>, String> {
        let all = fs::read_dir("/proc").map_err(|error| error.to_string())?.flatten();
        let own = all.map(|entry| entry.path()).filter(|path| self.is_ours(path));
        Ok(own.filter_map(|path| path.file_name()?.to_str()?.parse().ok()).collect())
    }

    /// One process that serves a connection of this database is gone; the server ends all others by itself and begins
    /// to recover, which it has when this returns.
    pub fn kill_a_backend(&self, database: &str) -> Result<(), String> {
        let processes = fs::read_dir("/proc").map_err(|error| error.to_string())?;
        let all: Vec<PathBuf> = processes.flatten().map(|entry| entry.path()).collect();
        let of_server = |path: &&PathBuf| self.is_ours(path) && command_line(path).starts_with("postgres:");
        let children: Vec<&PathBuf> = all.iter().filter(of_server).collect();
        let serves = |path: &&&PathBuf| {
            let words = command_line(path);
            words.contains(database) && !words.contains("autovacuum")
        };
        let serving = children.iter().find(serves);
        let serving = serving.ok_or_else(|| format!("no process serves {database}"))?;
        let number = serving.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        kill(number.ok_or("a process without a number")?)?;
        let begun = Instant::now();
        while children.iter().any(|path| path.exists()) {
            if begun.elapsed() > NOTICED {
                return Err("PostgreSQL goes on as if nobody had been killed".to_owned());
            }
            crate::pause(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Where the server writes what it has to say.
    pub fn log(&self) -> PathBuf {
        self.data.with_file_name("log")
    }

    pub fn start(&self) -> Result<(), String> {
        self.control(&["start", "-w", "-t", "60"])
    }

    fn first_process(&self) -> Result<u32, String> {
        let file = self.data.join("postmaster.pid");
        let text = fs::read_to_string(&file).map_err(|error| format!("postmaster.pid: {error}"))?;
        let line = text.lines().next().unwrap_or_default();
        line.trim().parse().map_err(|_| format!("postmaster.pid begins with {line}"))
    }

    /// Whether a process runs PostgreSQL in our data folder. Its first process names itself otherwise than its children.
    fn is_ours(&self, process: &Path) -> bool {
        fs::read_link(process.join("cwd")).is_ok_and(|folder| folder == self.data)
            && fs::read_link(process.join("exe")).is_ok_and(|program| program.ends_with("postgres"))
    }

    fn control(&self, words: &[&str]) -> Result<(), String> {
        let program = self.programs.join("pg_ctl");
        let is_root =
            fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
        let mut command = if is_root {
            // PostgreSQL refuses to run as root.
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        command.current_dir(&self.data).arg("-D").arg(&self.data).args(words);
        command.arg("-l").arg(self.log());
        // The server inherits the streams: a pipe would stay open as long as it runs.
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("pg_ctl {} ended with {status}", words.join(" "))),
            Err(error) => Err(format!("pg_ctl could not be started: {error}")),
        }
    }
}

fn command_line(process: &Path) -> String {
    let bytes = fs::read(process.join("cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn kill(process: u32) -> Result<(), String> {
    let status = Command::new("kill").args(["-KILL", &process.to_string()]).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!("process {process} could not be killed")),
    }
}
