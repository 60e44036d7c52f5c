//! `cargo xtask fault`: builds the program twice, once so that it can be broken, starts a PostgreSQL whose commits wait
//! for the disk, and lets `proof` try to make the program lose something.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::Stdio;

use crate::child;
use crate::cluster::{Cluster, Durability};
use crate::injectors;
use crate::postgres;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// Runs the proof with these words of the person's; what it prints counts as checks.
pub fn run(workspace: &Workspace, words: &[String]) -> Result<Tally, String> {
    let binaries = postgres::find_or_install()?;
    injectors::find_or_install_strace()?;
    let cluster = Cluster::start(&binaries, Durability::Full)?;
    let (breakable, server) = build(workspace)?;
    let proof = server.with_file_name("proof");
    let mut command = workspace.command(&proof);
    command.arg("--server").arg(&server).arg("--breakable").arg(&breakable);
    command.args(["--postgres", &cluster.url(), "--repository"]).arg(workspace.path(""));
    command.arg("--postgres-data").arg(cluster.data()).arg("--postgres-programs").arg(binaries.folder());
    match injectors::find_or_install_faketime() {
        Ok(library) => {
            command.arg("--faketime").arg(library);
        }
        // The proof says that it did not run, and goes on with the others.
        Err(words) => println!("  {words}"),
    }
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("proof could not be started: {error}"))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            println!("{line}");
            tally.passed += u64::from(line.starts_with("  ok    "));
            tally.failed += u64::from(line.starts_with("  FAIL  "));
        }
    }
    let succeeded = child.wait().is_ok_and(|status| status.success());
    if !succeeded && tally.failed == 0 {
        return Err("proof ended without a verdict".to_owned());
    }
    Ok(tally)
}

/// The program that can be broken, in a folder of its own, and the sound one where cargo puts it.
fn build(workspace: &Workspace) -> Result<(PathBuf, PathBuf), String> {
    let server = workspace.server(false)?;
    let build = ["build", "--locked", "--quiet", "--package", "onewindow", "--bin", "onewindow"];
    child::run(workspace.cargo(build).args(["--features", "breakable"]))?;
    let folder = server.with_file_name("breakable");
    let breakable = folder.join("onewindow");
    let copied = fs::create_dir_all(&folder).and_then(|()| fs::copy(&server, &breakable));
    copied.map_err(|error| format!("{}: {error}", breakable.display()))?;
    child::run(&mut workspace.cargo(build))?;
    child::run(&mut workspace.cargo(["build", "--locked", "--quiet", "--package", "proof"]))?;
    Ok((breakable, server))
}
