//! System calls of a running server that fail, as `strace` makes them: the N-th of each of its threads.

use crate::world::Server;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(10);
const LETTING_GO: Duration = Duration::from_secs(2);

/// A tracer of a server. When it goes out of scope the calls succeed again.
pub struct Injection {
    tracer: Child,
    folder: TempDir,
}

impl Injection {
    /// Whether this machine lets one process trace another.
    pub fn possible() -> Result<(), String> {
        let mut idle = Command::new("sleep").arg("60").spawn().map_err(|error| error.to_string())?;
        let tried = Self::on(idle.id(), "read", "error=EIO:when=1").map(drop);
        let _ = idle.kill();
        let _ = idle.wait();
        tried
    }

    /// From now on these calls fail in this way: `error=ENOSPC:when=3+`.
    pub fn start(server: &Server, calls: &str, fault: &str) -> Result<Self, String> {
        Self::on(server.process(), calls, fault)
    }

    fn on(process: u32, calls: &str, fault: &str) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = Command::new("strace");
        command.args(["-f", "-q", "-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:{fault}")]);
        command.arg("-o").arg(folder.path().join("trace")).args(["-p", &process.to_string()]);
        let said = File::create(folder.path().join("said")).map_err(|error| error.to_string())?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(said);
        let tracer = command.spawn().map_err(|error| format!("strace could not be started: {error}"))?;
        let mut injection = Self { tracer, folder };
        let begun = Instant::now();
        while !is_traced(process) {
            let ended = injection.tracer.try_wait().map_err(|error| error.to_string())?;
            if ended.is_some() || begun.elapsed() > PATIENCE {
                let said = fs::read_to_string(injection.folder.path().join("said")).unwrap_or_default();
                return Err(format!("strace cannot trace: {ended:?} {said}"));
            }
            crate::pause(Duration::from_millis(2));
        }
        Ok(injection)
    }

    /// Whether a call has failed.
    pub fn struck(&self) -> bool {
        fs::read_to_string(self.trace()).is_ok_and(|trace| trace.contains("(INJECTED)"))
    }

    fn trace(&self) -> PathBuf {
        self.folder.path().join("trace")
    }
}

impl Drop for Injection {
    fn drop(&mut self) {
        // Asked to end, it lets go of the server between two calls. With a server that is ending just then it may wait
        // for ever.
        let _ = Command::new("kill").arg(self.tracer.id().to_string()).stderr(Stdio::null()).status();
        let begun = Instant::now();
        while matches!(self.tracer.try_wait(), Ok(None)) && begun.elapsed() < LETTING_GO {
            crate::pause(Duration::from_millis(1));
        }
        let _ = self.tracer.kill();
        let _ = self.tracer.wait();
    }
}

/// Whether every thread of a process has its tracer.
fn is_traced(process: u32) -> bool {
    let traced = |thread: &Path| {
        fs::read_to_string(thread.join("status")).is_ok_and(|status| !status.contains("TracerPid:\t0\n"))
    };
    fs::read_dir(format!("/proc/{process}/task"))
        .is_ok_and(|threads| threads.flatten().all(|thread| traced(&thread.path())))
}
