//! The program itself, as a process of its own on a test's database.

use super::database::Database;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
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
    /// Serves on a free port; returns when it says that it does.
    pub fn serve(database: &Database) -> Self {
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let mut child = command(database, &["serve", "--profile", "demo", "--listen", &listen])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let serving = lines.by_ref().map_while(Result::ok).any(|line| line.contains("\"serving\""));
        assert!(serving, "the server ended before it served");
        // Its log is read to the end, so that it never waits for a reader.
        std::thread::spawn(move || lines.count());
        Self { address: format!("http://{listen}"), child }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
