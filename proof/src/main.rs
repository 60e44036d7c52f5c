//! Tries to make onewindow lose, double or tear a write. `cargo xtask fault` builds what is needed and runs it.

mod arguments;
mod client;
mod cluster;
mod database;
mod faults;
mod http;
mod ledger;
mod operation;
mod oracle;
mod proofs;
mod tampering;
mod world;

use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    match arguments::parse(std::env::args().skip(1)).and_then(|options| proofs::run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("proof: {words}");
            ExitCode::FAILURE
        }
    }
}

/// Lets time pass, which is what faults at random moments are made of.
#[expect(clippy::disallowed_methods, reason = "a fault at a random moment needs a moment")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
