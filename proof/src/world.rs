//! A database of the proof's own with a demo city in it, and servers on it.

use crate::arguments::Options;
use crate::cluster::Cluster;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// The program under proof.
#[derive(Debug, Clone)]
pub struct Program {
    pub path: PathBuf,
    /// What is broken in it, for a control.
    pub broken: Option<&'static str>,
}

/// Where databases come from.
#[derive(Debug, Clone)]
pub struct Place {
    /// A PostgreSQL server whose commits wait for the disk, as `postgres://…/postgres`.
    pub postgres: String,
    pub cluster: Cluster,
    /// Folder of the repository: the city pack and the examples lie there.
    pub repository: PathBuf,
    /// The library that moves a program's clock, where there is one.
    pub faketime: Option<PathBuf>,
    /// A seeded SQLite database, made by the first world and copied by the others.
    pub template: PathBuf,
    /// Where worlds keep their files, if not where the system keeps its temporary ones.
    pub volume: Option<PathBuf>,
}

impl Place {
    /// The one that was asked for; templates are made in this folder.
    pub fn of(options: &Options, templates: &Path) -> Self {
        Self {
            postgres: options.postgres.clone(),
            cluster: Cluster {
                data: options.postgres_data.clone(),
                programs: options.postgres_programs.clone(),
            },
            repository: options.repository.clone(),
            faketime: options.faketime.clone(),
            template: templates.join("seeded.sqlite"),
            volume: None,
        }
    }
}

pub struct World {
    pub engine: Engine,
    pub url: String,
    pub program: Program,
    folder: PathBuf,
    place: Place,
    /// What ends with a world that was made, and not with one that was found.
    made: Option<TempDir>,
}

/// Of a SQLite database, in its folder.
const FILE: &str = "onewindow.sqlite";
const CHECKPOINTS: &str = "checkpoints/events.notes";
static NAMES: AtomicU32 = AtomicU32::new(0);

impl World {
    /// A database with nothing in it.
    pub fn empty(engine: Engine, program: &Program, place: &Place) -> Result<Self, String> {
        Self::with(engine, program, place, "template1")
    }

    /// A place where a database can be restored to: nothing is there.
    pub fn beside(&self) -> Result<Self, String> {
        Self::empty(self.engine, &self.program, &self.place)
    }

    /// Another database with the same in it, which nobody may be connected to.
    pub fn copy(&self) -> Result<Self, String> {
        let copy = Self::with(self.engine, &self.program, &self.place, self.database())?;
        if self.engine == Engine::Sqlite {
            crate::database::copy_whole(&self.url, &copy.file())?;
        }
        Ok(copy)
    }

    /// The same with key and checkpoints, to be hurt alone.
    pub fn copy_with_checkpoints(&self) -> Result<Self, String> {
        let copy = self.copy()?;
        let said = |error: std::io::Error| error.to_string();
        std::fs::create_dir(copy.folder().join("checkpoints")).map_err(said)?;
        for file in ["checkpoint.key", CHECKPOINTS] {
            std::fs::copy(self.folder().join(file), copy.folder().join(file)).map_err(said)?;
        }
        Ok(copy)
    }

    fn with(engine: Engine, program: &Program, place: &Place, template: &str) -> Result<Self, String> {
        let folder = match &place.volume {
            Some(volume) => tempfile::tempdir_in(volume),
            None => tempfile::tempdir(),
        };
        let folder = folder.map_err(|error| error.to_string())?;
        let url = match engine {
            Engine::Sqlite => sqlite_in(folder.path()),
            Engine::Postgres => {
                let name = format!("proof_{}_{}", std::process::id(), NAMES.fetch_add(1, Ordering::Relaxed));
                let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
                crate::database::administer(&place.postgres, &create)?;
                let (server, _) = place.postgres.rsplit_once('/').ok_or("a PostgreSQL URL has a path")?;
                format!("{server}/{name}")
            }
        };
        let path = folder.path().to_path_buf();
        let (program, place) = (program.clone(), place.clone());
        Ok(Self { engine, url, program, folder: path, place, made: Some(folder) })
    }

    /// A migrated database with the demo city.
    pub fn make(engine: Engine, program: &Program, place: &Place) -> Result<Self, String> {
        let world = Self::empty(engine, program, place)?;
        if engine == Engine::Sqlite && place.template.is_file() {
            std::fs::copy(&place.template, world.file()).map_err(|error| error.to_string())?;
            return Ok(world);
        }
        for words in [&["migrate"][..], &["seed", "--demo"]] {
            world.run(words)?;
        }
        if engine == Engine::Sqlite {
            // A command may leave a journal beside its file: the copy is one file that is whole by itself.
            crate::database::copy_whole(&world.url, &world.place.template)?;
        }
        Ok(world)
    }

    /// What is left of this one on another volume: its folder there, and for PostgreSQL the server's address there.
    pub fn found(&self, folder: PathBuf, server: Option<&str>) -> Self {
        let url = server.map_or_else(|| sqlite_in(&folder), |server| format!("{server}/{}", self.database()));
        Self {
            engine: self.engine,
            url,
            program: self.program.clone(),
            folder,
            place: self.place.clone(),
            made: None,
        }
    }

    /// `host:port` of the database's server.
    pub fn database_server(&self) -> Result<&str, String> {
        let place = self.url.split_once('@').and_then(|(_, place)| place.split_once('/'));
        place.map(|(server, _)| server).ok_or_else(|| "this database has no server".to_owned())
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Its name on the PostgreSQL server.
    pub fn database(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or_default()
    }

    /// Where a SQLite database is.
    pub fn file(&self) -> PathBuf {
        self.folder().join(FILE)
    }

    /// The file that the server appends its checkpoints to.
    pub fn checkpoints(&self) -> PathBuf {
        self.folder().join(CHECKPOINTS)
    }

    fn on_this_database(&self, command: Command, words: &[&str]) -> Command {
        self.on_database(&self.url, self.folder(), command, words)
    }

    fn on_database(&self, url: &str, folder: &Path, mut command: Command, words: &[&str]) -> Command {
        command.current_dir(&self.place.repository).args(words).args(["--database", url]);
        command.arg("--data-dir").arg(folder);
        command
    }

    /// The program by itself, for `end`.
    pub fn untraced(&self) -> Command {
        Command::new(&self.program.path)
    }

    /// The program under strace, for `end`.
    pub fn traced(&self, arguments: &[&OsStr]) -> Command {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq"]).args(arguments).arg(&self.program.path);
        strace
    }

    /// Runs a command to whatever end it comes to, with this address of the database.
    pub fn end(&self, program: Command, url: &str, words: &[&str]) -> Result<Output, String> {
        self.on_database(url, self.folder(), program, words).output().map_err(|error| error.to_string())
    }

    /// Runs a command of the program to its end; what it says is an error when it fails.
    pub fn run(&self, words: &[&str]) -> Result<String, String> {
        Self::said_by(self.on_this_database(Command::new(&self.program.path), words), words)
    }

    /// Runs a command that is itself under proof: broken, in a control.
    pub fn run_proven(&self, words: &[&str]) -> Result<String, String> {
        let mut command = self.on_this_database(Command::new(&self.program.path), words);
        if let Some(broken) = self.program.broken {
            command.args(["--break", broken]);
        }
        Self::said_by(command, words)
    }

    /// What is found by whoever has the database alone, and neither key nor checkpoints.
    pub fn verify_without_checkpoints(&self) -> Result<String, String> {
        let (nowhere, words) = (self.folder().join("nowhere"), ["verify"]);
        Self::said_by(self.on_database(&self.url, &nowhere, Command::new(&self.program.path), &words), &words)
    }

    fn said_by(mut command: Command, words: &[&str]) -> Result<String, String> {
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(format!("onewindow {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr)))
    }

    /// Starts a server and waits until it is ready; answers how long that took.
    pub fn serve(&self) -> Result<(Server, Duration), String> {
        self.serve_by(Command::new(&self.program.path), &self.url)
    }

    /// Starts a server that comes to the database by this address of it.
    pub fn serve_by_way_of(&self, url: &str) -> Result<(Server, Duration), String> {
        self.serve_by(Command::new(&self.program.path), url)
    }

    /// Starts a server that has one core to itself, and whose threads do not cut each other short, as its unit says.
    pub fn serve_on_core(&self, core: &str) -> Result<(Server, Duration), String> {
        let mut taskset = Command::new("taskset");
        taskset.args(["-c", core, "chrt", "--batch", "0"]).arg(&self.program.path);
        self.serve_by(taskset, &self.url)
    }

    /// Starts a server whose clock is as far off as a file says, and tells durations as before.
    pub fn serve_by_clock(&self, library: &Path, file: &Path) -> Result<(Server, Duration), String> {
        let mut command = self.untraced();
        command.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", file);
        command.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        self.serve_by(command, &self.url)
    }

    /// Starts a server that is killed at its N-th `fsync` or `fdatasync`: the call itself is not made.
    pub fn serve_until_fsync(&self, at: usize) -> Result<(Server, Duration), String> {
        let mut strace = Command::new("strace");
        // The tracer is a grandchild: the child is the server itself, and can be killed as such.
        strace.args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]);
        strace.args(["-e", &format!("inject=fsync,fdatasync:error=EIO:signal=KILL:when={at}")]);
        strace.arg(&self.program.path);
        self.serve_by(strace, &self.url)
    }

    fn serve_by(&self, command: Command, url: &str) -> Result<(Server, Duration), String> {
        let begun = Instant::now();
        let words = ["serve", "--profile", "demo", "--listen", "127.0.0.1:0"];
        let mut command = self.on_database(url, self.folder(), command, &words);
        if let Some(broken) = self.program.broken {
            command.args(["--break", broken]);
        }
        // Demo settings allow a caller this much; a proof is many callers in one.
        command
            .env("ONEWINDOW_REQUESTS_PER_MINUTE", "100000000")
            .env("ONEWINDOW_LOG", "info,actix_server=warn");
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the server could not be started: {error}"))?;
        let stderr = child.stderr.take().ok_or("the server has no log")?;
        let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let address = lines.by_ref().find_map(|line| {
            let entry: Option<serde_json::Value> = serde_json::from_str(&line).ok();
            said.push(line);
            entry?["fields"].get("address")?.as_str().map(str::to_owned)
        });
        let Some(address) = address else {
            let _ = child.wait();
            return Err(format!("the server ended before it served: {said:?}"));
        };
        std::thread::spawn(move || lines.count());
        let server = Server { address: format!("http://{address}"), child };
        while !crate::http::is_ready(&server.address) {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err("the server is not ready after 30 s".to_owned());
            }
            crate::pause(Duration::from_millis(10));
        }
        Ok((server, begun.elapsed()))
    }
}

fn sqlite_in(folder: &Path) -> String {
    format!("sqlite://{}", folder.join(FILE).display())
}

impl Drop for World {
    fn drop(&mut self) {
        if self.engine == Engine::Postgres
            && self.made.is_some()
            && let Some((_, name)) = self.url.rsplit_once('/')
        {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            let _ = crate::database::administer(&self.place.postgres, &drop);
        }
    }
}

/// A running server, killed when it goes out of scope.
pub struct Server {
    pub address: String,
    child: Child,
}

impl Server {
    /// Kibibytes that it holds in memory.
    pub fn memory(&self) -> Result<u64, String> {
        let file = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
        kibibytes.ok_or_else(|| format!("{file} says no VmRSS"))
    }

    /// Its number.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Its exit status, if it ends by itself in this time.
    pub fn ends_within(&mut self, patience: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        loop {
            let ended = self.child.try_wait().ok().flatten();
            if ended.is_some() || begun.elapsed() >= patience {
                return ended;
            }
            crate::pause(Duration::from_millis(5));
        }
    }

    /// Tells it to end, as a supervisor does.
    pub fn tell_to_end(&self) -> Result<(), String> {
        self.signal("TERM")
    }

    /// `STOP` and `CONT` let it stand still and go on.
    pub fn signal(&self, name: &str) -> Result<(), String> {
        let told = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        told.is_ok_and(|status| status.success())
            .then_some(())
            .ok_or_else(|| format!("the server did not get {name}"))
    }

    /// How it ended, when it has.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, String> {
        self.child.try_wait().map_err(|error| error.to_string())
    }

    /// Ends it as a power switch would end a process: nothing of it runs any more when this returns.
    pub fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
