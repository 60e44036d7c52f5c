//! `cargo xtask bench`: builds the program as it is released, starts a PostgreSQL whose commits wait for the disk, and
//! lets `proof` measure the program beside what the machine could do.

use crate::child;
use crate::cluster::{Cluster, Durability};
use crate::postgres;
use crate::workspace::Workspace;

/// Runs the bench with these words of the person's; whether every bar held.
pub fn run(workspace: &Workspace, words: &[String]) -> Result<bool, String> {
    let binaries = postgres::find_or_install()?;
    println!("building as for a release: minutes the first time");
    let packages = ["--package", "onewindow", "--package", "proof", "--bins"];
    child::run(workspace.cargo(["build", "--locked", "--quiet", "--release"]).args(packages))?;
    let server = workspace.server(true)?;
    let cluster = Cluster::start(&binaries, Durability::Full)?;
    let mut command = workspace.command(server.with_file_name("proof"));
    command.arg("bench").arg("--server").arg(&server);
    command.args(["--postgres", &cluster.url(), "--repository"]).arg(workspace.path(""));
    command.arg("--postgres-data").arg(cluster.data()).arg("--postgres-programs").arg(binaries.folder());
    // What the bench leaves behind when it is interrupted goes with the cluster.
    command.env("TMPDIR", cluster.folder());
    if let Some(commit) = workspace.commit() {
        command.args(["--commit", &commit]);
    }
    let status = command.args(words).status().map_err(|error| format!("the bench did not start: {error}"))?;
    match status.code() {
        Some(0) => Ok(true),
        Some(BELOW) => Ok(false),
        _ => Err("the bench ended without a result".to_owned()),
    }
}

/// Exit status of a bench that was run to its end and found a measure below its bar.
const BELOW: i32 = 3;
