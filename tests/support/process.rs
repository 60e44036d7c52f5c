//! The program itself, as a process of its own on a test's database.

use super::database::Database;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

pub struct Process {
    pub address: String,
    child: Child,
}

/// A command of the program on a database, not yet started.
pub fn command(database: &Database, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onewindow"));
    command.args(words).args(["--database", &database.url]).arg("--data-dir").arg(database.folder());
    command.env_remove("ONEWINDOW_LOG");
    command
}

/// Runs a command to its end.
pub fn run(database: &Database, words: &[&str]) -> Output {
    command(database, words).output().unwrap()
}

impl Process {
    /// Serves on a free port; returns when it says at which.
    pub fn serve(database: &Database) -> Self {
        let mut child = command(database, &["serve", "--profile", "demo", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let address = lines.by_ref().find_map(|line| {
            let entry: Option<Value> = serde_json::from_str(&line).ok();
            said.push(line);
            entry?["fields"].get("address")?.as_str().map(str::to_owned)
        });
        let address = address.unwrap_or_else(|| panic!("the server ended before it served: {said:#?}"));
        // Its log is read to the end, so that it never waits for a reader.
        std::thread::spawn(move || lines.count());
        Self { address: format!("http://{address}"), child }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
