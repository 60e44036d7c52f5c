//! Tries to make onewindow lose, double or tear a write, and measures how fast it is. `cargo xtask fault` and
//! `cargo xtask bench` build what is needed and run it.

mod arguments;
mod bench;
mod child;
mod client;
mod cluster;
mod database;
mod faults;
mod http;
mod injection;
mod instance;
mod ledger;
mod operation;
mod oracle;
mod proofs;
mod proxy;
mod results;
mod tampering;
mod volume;
mod world;

use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1).peekable();
    let is_bench = words.peek().is_some_and(|word| word == "bench");
    let done = match words.peek().map(String::as_str) {
        Some("bare") => bare(words.nth(1).zip(words.next())),
        Some("bench") => {
            arguments::parse(words.skip(1)).and_then(|options| bench::run(&options.kept_as("bench")))
        }
        _ => arguments::parse(words).and_then(|options| proofs::run(&options.kept_as("fault"))),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        // Run to its end and below a bar, which is not to be taken for an end midway.
        Ok(false) if is_bench => ExitCode::from(3),
        Ok(false) => ExitCode::FAILURE,
        Err(words) => {
            eprintln!("proof: {words}");
            ExitCode::FAILURE
        }
    }
}

/// Started by the bench for itself.
fn bare(words: Option<(String, String)>) -> Result<bool, String> {
    let (engine, url) = words.ok_or("bare ENGINE URL")?;
    let engine = world::Engine::ALL.into_iter().find(|one| one.name() == engine);
    bench::bare::serve(engine.ok_or("no such engine")?, &url).map(|()| true)
}

/// Lets time pass, which is what faults at random moments are made of.
#[expect(clippy::disallowed_methods, reason = "a fault at a random moment needs a moment")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
