//! All Rust tests, on SQLite and on a PostgreSQL started for them.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::Context;
use crate::cluster::{Cluster, Durability};
use crate::libtest;
use crate::postgres;
use crate::tally::Tally;

const DATABASE: &str = "TEST_DATABASE_URL";

pub fn run(context: &Context) -> Tally {
    let mut tally = Tally::default();
    let mut cargo = context.workspace.cargo(["test", "--locked", "--workspace", "--no-fail-fast"]);
    cargo.args(context.filter);
    if env::var_os(DATABASE).is_some() {
        println!("  PostgreSQL: the one that {DATABASE} names");
        tally += tests(&mut cargo, context.filter.is_some());
        return tally;
    }
    // Held until the tests have ended; dropping it stops the server and removes its folder.
    let cluster = postgres::find_or_install().and_then(|binaries| {
        println!("  PostgreSQL {}", binaries.version);
        Cluster::start(&binaries, Durability::None)
    });
    match &cluster {
        Ok(cluster) => {
            cargo.env(DATABASE, cluster.url());
        }
        Err(fault) => tally.check(Err::<&str, _>(format!("no PostgreSQL for the tests: {fault}"))),
    }
    tally += tests(&mut cargo, context.filter.is_some());
    tally
}

/// Shows what the tests print, and adds up their summaries. A failure that no summary tells of counts as one.
fn tests(cargo: &mut Command, may_be_none: bool) -> Tally {
    let mut tally = Tally::default();
    let mut child = match cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => {
            tally.check(Err::<&str, _>(format!("cargo test could not be started: {error}")));
            return tally;
        }
    };
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally += libtest::summary(&line).unwrap_or_default();
        }
    }
    let succeeded = child.wait().is_ok_and(|status| status.success());
    if !succeeded && tally.failed == 0 {
        tally.check(Err::<&str, _>("cargo test failed before or outside a test".to_owned()));
    } else if tally.passed + tally.failed == 0 && !may_be_none {
        tally.check(Err::<&str, _>("cargo test ran no test".to_owned()));
    }
    tally
}
