//! Format, lints and documentation: one cargo command, one check each.

use std::process::Command;

use crate::child;
use crate::tally::Tally;
use crate::workspace::Workspace;

pub fn format(workspace: &Workspace) -> Tally {
    verdict("formatted", &mut workspace.cargo(["fmt", "--all", "--check"]))
}

pub fn lint(workspace: &Workspace) -> Tally {
    let arguments = ["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"];
    verdict("no lint fires", &mut workspace.cargo(arguments))
}

pub fn doc(workspace: &Workspace) -> Tally {
    let mut cargo = workspace.cargo(["doc", "--locked", "--workspace", "--no-deps"]);
    verdict("documentation has no broken link", cargo.env("RUSTDOCFLAGS", "-D warnings"))
}

fn verdict(what: &str, cargo: &mut Command) -> Tally {
    let mut tally = Tally::default();
    tally.check(child::run(cargo).map(|()| what));
    tally
}
