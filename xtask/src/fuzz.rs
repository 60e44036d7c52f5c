//! `cargo xtask fuzz`: requests made up from the contract, sent to the program as it is released by everybody in turn,
//! until so many were answered. None may end in a fault of the server's, or in an answer that the contract does not name.

mod heard;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::arguments::FuzzOptions;
use crate::debian;
use crate::server::Server;
use crate::workspace::Workspace;
use crate::{child, steps::Steps};
use heard::Heard;

/// Who asks, one after the other: who files, who examines, who directs, and who stands at a counter.
const USERS: [&str; 4] = ["hengmian.admin", "pre-examiner.tzht", "centre-director.ntipc", "clerk.ntipc"];
/// Seconds after which the next one asks.
const TURN: &str = "60";
/// Requests that one kind of request is tried with in a turn.
const EXAMPLES: &str = "200";
/// What of an answer is held against the contract. Not its schema: `fields` leaves out what the schema requires. A fault of
/// the server's is heard in its log.
const CHECKS: &str = "status_code_conformance,content_type_conformance";
/// More than 100,000 requests take.
const MOST_TURNS: usize = 60;

/// Whether nothing was found.
pub fn run(workspace: &Workspace, options: &FuzzOptions) -> Result<bool, String> {
    let folder = workspace.path("target/fuzz");
    let mut steps = Steps::of(3);
    let fuzzer = steps.step("fuzzer", || install(workspace, &folder))?;
    let program = steps.step("server, as for a release", || {
        // With the proof, as for the bench: alone, its dependencies would be built anew with other features.
        let packages = ["--package", "onewindow", "--package", "proof", "--bins"];
        child::run(workspace.cargo(["build", "--locked", "--quiet", "--release"]).args(packages))?;
        workspace.server(true)
    })?;
    let server = Server { workspace, program, data_dir: folder.join("data") };
    steps.step("demo world", || prepare(&server))?;
    let (mut running, heard) = serve(&server)?;
    let fuzzing = Fuzzing { workspace, fuzzer, folder: &folder, options, heard: &heard };
    let mut faults = fuzzing.all(&mut running);
    let _ = running.kill();
    let _ = running.wait();
    // Whatever was asked, the histories fit.
    faults.extend(child::run_quietly(&mut server.command(&["verify"])).err());
    let heard = heard.at_last();
    faults.extend(heard.faults.iter().cloned());
    if heard.requests() < options.requests {
        faults.push(format!(
            "no more than {} of {} requests were answered",
            heard.requests(),
            options.requests
        ));
    }
    for fault in &faults {
        println!("  FAIL  {fault}");
    }
    println!("{} requests answered: {}; {} faults", heard.requests(), heard.words(), faults.len());
    if let Some(path) = &options.results {
        let commit = workspace.commit().unwrap_or_default();
        let text = heard.json(options.seed, &commit, faults.len());
        fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(faults.is_empty())
}

/// A Python environment of its own with what `contract/fuzz/requirements.txt` names, unless it is there.
fn install(workspace: &Workspace, folder: &Path) -> Result<PathBuf, String> {
    debian::find_or_install("python3", "python3")?;
    let requirements = workspace.path("contract/fuzz/requirements.txt");
    let wanted = fs::read(&requirements).map_err(|error| format!("{}: {error}", requirements.display()))?;
    let environment = folder.join("environment");
    let installed = environment.join("installed");
    if fs::read(&installed).is_ok_and(|earlier| earlier == wanted) {
        return Ok(environment.join("bin/schemathesis"));
    }
    let make =
        || child::run_quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment));
    if make().is_err() {
        // Debian keeps it apart.
        if debian::can_install() {
            debian::install(&["python3-venv"])?;
        }
        make()?;
    }
    let mut pip = Command::new(environment.join("bin/pip"));
    child::run_quietly(pip.args(["install", "--quiet", "--requirement"]).arg(&requirements))?;
    fs::write(&installed, wanted).map_err(|error| format!("{}: {error}", installed.display()))?;
    Ok(environment.join("bin/schemathesis"))
}

/// Begins anew with the demo world.
fn prepare(server: &Server) -> Result<(), String> {
    let _ = fs::remove_dir_all(&server.data_dir);
    fs::create_dir_all(&server.data_dir)
        .map_err(|error| format!("{}: {error}", server.data_dir.display()))?;
    for words in [&["migrate"][..], &["pack", "load", "packs/nantong"], &["seed", "--demo"]] {
        child::run_quietly(&mut server.command(words))?;
    }
    Ok(())
}

fn serve(server: &Server) -> Result<(Child, Heard), String> {
    let mut command = server.command(&["serve", "--profile", "demo", "--listen", "127.0.0.1:0"]);
    // Demo settings allow a caller far less than this.
    command.env("ONEWINDOW_REQUESTS_PER_MINUTE", "100000000").env("ONEWINDOW_LOG", "info");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| format!("the server could not be started: {error}"))?;
    let log = child.stderr.take().ok_or("the server has no log")?;
    match Heard::listen(log) {
        Ok(heard) => Ok((child, heard)),
        Err(words) => {
            let _ = child.wait();
            Err(words)
        }
    }
}

struct Fuzzing<'a> {
    workspace: &'a Workspace,
    fuzzer: PathBuf,
    folder: &'a Path,
    options: &'a FuzzOptions,
    heard: &'a Heard,
}

impl Fuzzing<'_> {
    /// What was found, until so many requests were answered, the server ended or the fuzzer failed.
    fn all(&self, running: &mut Child) -> Vec<String> {
        let mut faults = Vec::new();
        for turn in 0..MOST_TURNS {
            let user = USERS[turn % USERS.len()];
            let found = self.turn(turn, user);
            let failed = found.is_err();
            faults.extend(found.unwrap_or_else(Some));
            let answered = self.heard.told().requests();
            println!(
                "  {answered} of {} requests answered, {user} was the last to ask",
                self.options.requests
            );
            if let Ok(Some(status)) = running.try_wait() {
                faults.push(format!("the server ended with {status}"));
                break;
            }
            if failed || answered >= self.options.requests {
                break;
            }
        }
        faults
    }

    /// What the fuzzer found, if anything.
    fn turn(&self, turn: usize, user: &str) -> Result<Option<String>, String> {
        let seed = (self.options.seed + turn as u64).to_string();
        let mut command = self.workspace.command(&self.fuzzer);
        // It leaves files where it runs.
        command.current_dir(self.folder).arg("run").arg(self.workspace.path("openapi/openapi.json"));
        command.args(["--url", self.heard.address(), "--seed", &seed]);
        command.args(["--phases", "coverage,fuzzing", "--max-examples", EXAMPLES, "--max-time", TURN]);
        command.args(["--checks", CHECKS, "--continue-on-failure", "--no-shrink", "--no-color"]);
        // Made-up credentials would replace those of whose turn it is.
        command.args(["--generation-with-security-parameters", "false", "--generation-database", "none"]);
        command.env("PYTHONPATH", self.workspace.path("contract/fuzz")).env("SCHEMATHESIS_HOOKS", "hooks");
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        command.env("ONEWINDOW_ADDRESS", self.heard.address()).env("ONEWINDOW_USER", user);
        command
            .env("ONEWINDOW_EXAMPLE", self.workspace.path("examples/nantong/pre-design-home-textile.json"));
        let output = command.stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("the fuzzer could not be started: {error}"))?;
        let log = self.folder.join(format!("turn-{turn}.log"));
        let said = [output.stdout, output.stderr].concat();
        fs::write(&log, &said).map_err(|error| format!("{}: {error}", log.display()))?;
        match output.status.code() {
            Some(0) => Ok(None),
            // It found something.
            Some(1) => Ok(Some(format!("{user}, seed {seed}: see {}", log.display()))),
            _ => Err(format!("the fuzzer failed:\n{}", String::from_utf8_lossy(&said))),
        }
    }
}
