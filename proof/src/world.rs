//! A database of the proof's own with a demo city in it, and servers on it.

use crate::cluster::Cluster;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
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
    /// A seeded SQLite database, made by the first world and copied by the others.
    pub template: PathBuf,
}

pub struct World {
    pub engine: Engine,
    pub url: String,
    pub program: Program,
    folder: TempDir,
    place: Place,
}

const CHECKPOINTS: &str = "checkpoints/events.notes";

static NAMES: AtomicU32 = AtomicU32::new(0);

impl World {
    /// A migrated database with the demo city.
    pub fn make(engine: Engine, program: &Program, place: &Place) -> Result<Self, String> {
        let world = Self::clear(engine, program, place, "template1")?;
        if engine == Engine::Sqlite && place.template.is_file() {
            std::fs::copy(&place.template, world.folder().join("onewindow.sqlite"))
                .map_err(|error| error.to_string())?;
            return Ok(world);
        }
        for words in [&["migrate"][..], &["seed", "--demo"]] {
            world.run(words)?;
        }
        if engine == Engine::Sqlite {
            // A command may leave a journal beside its file: the copy is one file that is whole by itself.
            crate::database::copy_whole(&world.url, &place.template)?;
        }
        Ok(world)
    }

    /// A folder and a name for a database: on SQLite no file yet, on PostgreSQL what the template holds.
    fn clear(engine: Engine, program: &Program, place: &Place, template: &str) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("onewindow.sqlite").display()),
            Engine::Postgres => {
                let name = format!("proof_{}_{}", std::process::id(), NAMES.fetch_add(1, Ordering::Relaxed));
                let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
                crate::database::administer(&place.postgres, &create)?;
                let (server, _) = place.postgres.rsplit_once('/').ok_or("a PostgreSQL URL has a path")?;
                format!("{server}/{name}")
            }
        };
        Ok(Self { engine, url, program: program.clone(), folder, place: place.clone() })
    }

    /// A place where a database can be restored to: nothing is there.
    pub fn beside(&self) -> Result<Self, String> {
        Self::clear(self.engine, &self.program, &self.place, "template1")
    }

    /// The same once more, database and checkpoints, to be hurt alone. Nobody serves this one.
    pub fn copy(&self) -> Result<Self, String> {
        let template = self.url.rsplit('/').next().unwrap_or_default();
        let copy = Self::clear(self.engine, &self.program, &self.place, template)?;
        if self.engine == Engine::Sqlite {
            crate::database::copy_whole(&self.url, &copy.folder().join("onewindow.sqlite"))?;
        }
        let said = |error: std::io::Error| error.to_string();
        std::fs::create_dir(copy.folder().join("checkpoints")).map_err(said)?;
        for file in ["checkpoint.key", CHECKPOINTS] {
            std::fs::copy(self.folder().join(file), copy.folder().join(file)).map_err(said)?;
        }
        Ok(copy)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The file that the server appends its checkpoints to.
    pub fn checkpoints(&self) -> PathBuf {
        self.folder().join(CHECKPOINTS)
    }

    fn on_this_database(&self, command: Command, words: &[&str]) -> Command {
        self.with_data_in(self.folder(), command, words)
    }

    fn with_data_in(&self, folder: &Path, mut command: Command, words: &[&str]) -> Command {
        command.current_dir(&self.place.repository).args(words).args(["--database", &self.url]);
        command.arg("--data-dir").arg(folder);
        command
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
        Self::said_by(self.with_data_in(&nowhere, Command::new(&self.program.path), &words), &words)
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
        self.serve_by(Command::new(&self.program.path))
    }

    /// Starts a server that is killed at its N-th `fsync` or `fdatasync`: the call itself is not made.
    pub fn serve_until_fsync(&self, at: usize) -> Result<(Server, Duration), String> {
        let mut strace = Command::new("strace");
        // The tracer is a grandchild: the child is the server itself, and can be killed as such.
        strace.args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync"]);
        strace.args(["-e", &format!("inject=fsync,fdatasync:error=EIO:signal=KILL:when={at}")]);
        strace.arg(&self.program.path);
        self.serve_by(strace)
    }

    fn serve_by(&self, command: Command) -> Result<(Server, Duration), String> {
        let begun = Instant::now();
        let words = ["serve", "--profile", "demo", "--listen", "127.0.0.1:0"];
        let mut command = self.on_this_database(command, &words);
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

impl Drop for World {
    fn drop(&mut self) {
        if self.engine == Engine::Postgres
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
