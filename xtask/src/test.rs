//! `cargo xtask test`: all that CI runs, timed and added up.

use std::process::ExitCode;
use std::time::Instant;

use crate::arguments::TestOptions;
use crate::stages::{Context, Tree};
use crate::tally::Tally;
use crate::workspace::Workspace;

/// Runs every chosen stage, whatever the ones before came to. The last line is `N passed, N failed`.
pub fn run(workspace: &Workspace, options: &TestOptions) -> ExitCode {
    let context = Context { workspace, filter: options.filter.as_deref(), before: Tree::of(workspace) };
    let mut total = Tally::default();
    let mut lines =
        vec![format!("\n{:<10}{:>8}{:>8}{:>8}{:>9}", "stage", "minutes", "passed", "failed", "ignored")];
    for stage in &options.stages {
        println!("\n== {}", stage.name());
        let start = Instant::now();
        let tally = stage.run(&context);
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        let Tally { passed, failed, ignored } = tally;
        lines.push(format!("{:<10}{minutes:>8.1}{passed:>8}{failed:>8}{ignored:>9}", stage.name()));
        total += tally;
    }
    println!("{}\n\n{} passed, {} failed", lines.join("\n"), total.passed, total.failed);
    if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
