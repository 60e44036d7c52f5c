//! The program itself, as a process of its own on a test's database.

use super::database::Database;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};

pub struct Process {
    pub address: String,
    /// Where its page of metrics is, if it has one.
    pub metrics: Option<String>,
    child: Child,
    log: Receiver<String>,
}

/// A command of the program on a database, not yet started.
pub fn command(database: &Database, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onewindow"));
    command.args(words).args(["--database", &database.url]).arg("--data-dir").arg(database.folder());
    command.env_remove("ONEWINDOW_LOG").env("ONEWINDOW_LINGER_SECONDS", "0");
    command
}

/// Runs a command to its end.
pub fn run(database: &Database, words: &[&str]) -> Output {
    command(database, words).output().unwrap()
}

impl Process {
    /// Serves on a free port; returns when it says at which.
    pub fn serve(database: &Database) -> Self {
        Self::start(command(database, &["serve", "--profile", "demo", "--listen", "127.0.0.1:0"]))
    }

    /// The same, with a page of metrics.
    pub fn serve_with_metrics(database: &Database) -> Self {
        let words =
            ["serve", "--profile", "demo", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
        Self::start(command(database, &words))
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let (tell, log) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        // Its log is read to the end, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(|line| drop(tell.send(line))));
        let mut process = Self { address: String::new(), metrics: None, child, log };
        let mut said = Vec::new();
        while process.address.is_empty() {
            let line = process.log.recv().unwrap_or_else(|_| panic!("it ended before it served: {said:#?}"));
            let entry: Option<Value> = serde_json::from_str(&line).ok();
            let field =
                |name: &str| Some(format!("http://{}", entry.as_ref()?["fields"].get(name)?.as_str()?));
            process.metrics = field("metrics").or(process.metrics.take());
            process.address = field("address").unwrap_or_default();
            said.push(line);
        }
        process
    }

    /// Asks it to end, as whoever runs it does; returns when it says that it has heard.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        while !self.log.recv().unwrap().contains("\"ending\"") {}
    }

    /// Waits for its end.
    pub fn exit_code(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
