//! `cargo xtask run`: from a clean clone to a running server with a demo world in it.

use std::env;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::arguments::RunOptions;
use crate::server::Server;
use crate::workspace::Workspace;
use crate::{child, logins, node, steps::Steps, tools};

pub fn run(workspace: &Workspace, options: &RunOptions) -> Result<(), String> {
    match tools::survey(workspace, options) {
        Ok(present) => println!("{present}"),
        Err(missing) => {
            println!("{missing}");
            let advice = "Nothing was built. Install what is missing, then run the same command again.";
            return Err(advice.to_owned());
        }
    }
    let data_dir = options.data_dir.clone();
    let server = Server { workspace, program: workspace.server(options.release)?, data_dir };
    let logins = prepare(&server, options.release)?;
    let address = format!("http://127.0.0.1:{}", options.port);
    announce_when_ready(
        options.port,
        &format!("\nOneWindow runs at {address}/\n\n{logins}\n\nStop with Ctrl-C."),
    )?;
    // The server takes this process over, so that whatever ends this process ends the server.
    let listen = format!("127.0.0.1:{}", options.port);
    let error = server.command(&["serve", "--profile", "demo", "--listen", &listen]).exec();
    Err(format!("the server could not be started: {error}"))
}

/// Builds all and fills the database. Answers the logins for the person.
fn prepare(server: &Server, release: bool) -> Result<String, String> {
    let Server { workspace, data_dir, .. } = server;
    let web = workspace.path("web");
    let has_web = node::is_project(&web);
    let mut steps = Steps::of(if has_web { 5 } else { 4 });
    if has_web {
        steps.step("web pages", || node::install(&web).and_then(|()| node::build(&web)))?;
    }
    steps.step("server (the first build takes several minutes)", || {
        let build = ["build", "--locked", "--package", "onewindow", "--bin", "onewindow"];
        child::run(workspace.cargo(build).args(release.then_some("--release")))
    })?;
    steps.step("database schema", || {
        let folder = workspace.path(data_dir);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        child::run(&mut server.command(&["migrate"]))
    })?;
    steps.step("city pack of Nantong", || {
        child::run(&mut server.command(&["pack", "load", "packs/nantong"]))
    })?;
    let seed =
        steps.step("demo world", || child::text_of(&mut server.command(&["seed", "--demo", "--json"])))?;
    logins::table(&seed).map_err(|error| format!("onewindow seed --demo --json: {error}"))
}

/// Leaves a child behind that prints `text` when the server answers, and then ends. Having taken this process over, the
/// server is its parent, and its entry in the process table stays until the server ends.
fn announce_when_ready(port: u16, text: &str) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot announce the server: {error}");
    let program = env::current_exe().map_err(failed)?;
    let mut announcer = Command::new(program)
        .args(["announce", &port.to_string()])
        .stdin(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    // The logins go through the pipe, not the argument list that every user of the machine can read.
    announcer.stdin.take().map_or(Ok(()), |mut pipe| pipe.write_all(text.as_bytes())).map_err(failed)
}
