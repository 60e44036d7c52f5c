//! `cargo xtask fault`: builds the program twice, once so that it can be broken, starts a PostgreSQL whose commits wait
//! for the disk, and lets `proof` try to make the program lose something.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::child;
use crate::cluster::{Cluster, Durability};
use crate::debian;
use crate::faketime;
use crate::postgres;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// Runs the proof with these words of the person's; what it prints counts as checks.
pub fn run(workspace: &Workspace, words: &[String]) -> Result<Tally, String> {
    let binaries = postgres::find_or_install()?;
    let cluster = Cluster::start(&binaries, Durability::Full)?;
    // Thousands of writes are lost or kept by the program as it is released; the short tier saves the time to build it.
    let (breakable, server) = build(workspace, words.iter().any(|word| word == "--full"))?;
    let proof = server.with_file_name("proof");
    for (program, package) in PROGRAMS {
        if let Err(words) = debian::find_or_install(program, package) {
            println!("  {words}");
        }
    }
    let mut command = with_own_mounts(workspace, &proof);
    command.arg("--server").arg(&server).arg("--breakable").arg(&breakable);
    command.args(["--postgres", &cluster.url(), "--repository"]).arg(workspace.path(""));
    command.arg("--postgres-data").arg(cluster.data()).arg("--postgres-programs").arg(binaries.folder());
    // What the proof leaves behind when it is interrupted goes with the cluster.
    command.env("TMPDIR", cluster.folder());
    if let Some(commit) = workspace.commit() {
        command.args(["--commit", &commit]);
    }
    match faketime::find_or_install() {
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

/// What the faults are done with, and the Debian package that has it. A fault that cannot be done says so itself.
const PROGRAMS: [(&str, &str); 3] =
    [("strace", "strace"), ("mkfs.ext4", "e2fsprogs"), ("mkfs.btrfs", "btrfs-progs")];

/// What the proof mounts is seen by the proof alone, and is gone with it, however it ends.
fn with_own_mounts(workspace: &Workspace, proof: &Path) -> Command {
    let unshare = ["unshare", "--mount", "--"];
    let words = |program: &Path| {
        let mut command = workspace.command(Path::new(unshare[0]));
        command.args(&unshare[1..]).arg(program);
        command
    };
    if child::run_quietly(&mut words(Path::new("true"))).is_ok() {
        words(proof)
    } else {
        workspace.command(proof)
    }
}

/// The program that can be broken, in a folder of its own, and the sound one where cargo puts it.
fn build(workspace: &Workspace, release: bool) -> Result<(PathBuf, PathBuf), String> {
    let debug = workspace.server(false)?;
    // Both packages in every build: alone, each would have its dependencies built with other features.
    let build = ["build", "--locked", "--quiet", "--package", "onewindow", "--package", "proof", "--bins"];
    child::run(workspace.cargo(build).args(["--features", "onewindow/breakable"]))?;
    let folder = debug.with_file_name("breakable");
    let breakable = folder.join("onewindow");
    let copied = fs::create_dir_all(&folder).and_then(|()| fs::copy(&debug, &breakable));
    copied.map_err(|error| format!("{}: {error}", breakable.display()))?;
    if release {
        println!("building as for a release: minutes the first time");
    }
    child::run(workspace.cargo(build).args(release.then_some("--release")))?;
    Ok((breakable, workspace.server(release)?))
}
