//! A test run leaves the repository as it found it.

use std::collections::BTreeSet;
use std::env;

use super::Context;
use crate::child;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// Files that differ from the last commit, with how they differ; `None` outside a git checkout.
pub struct Tree(Option<BTreeSet<String>>);

impl Tree {
    pub fn of(workspace: &Workspace) -> Self {
        let mut git = workspace.command("git");
        git.args(["status", "--porcelain", "--untracked-files=all"]);
        let is_checkout = workspace.path(".git").exists();
        let status = is_checkout.then(|| child::text_of(&mut git).ok()).flatten();
        Self(status.map(|text| text.lines().map(str::to_owned).collect()))
    }
}

pub fn run(context: &Context) -> Tally {
    let mut tally = Tally::default();
    match (&context.before, Tree::of(context.workspace)) {
        (Tree(Some(before)), Tree(Some(after))) => {
            tally.check(verdict(before, &after, env::var_os("CI").is_some()));
        }
        _ => println!("  not a git checkout: not checked"),
    }
    tally
}

/// In a fresh clone nothing may differ at all: what did before the first stage was changed by building this program.
fn verdict(
    before: &BTreeSet<String>,
    after: &BTreeSet<String>,
    fresh_clone: bool,
) -> Result<&'static str, String> {
    let nothing = BTreeSet::new();
    let accepted = if fresh_clone { &nothing } else { before };
    let changed: Vec<&str> = after.difference(accepted).map(String::as_str).collect();
    if changed.is_empty() {
        Ok("no file of the repository was changed or created")
    } else {
        Err(format!("changed or created while the tests ran:\n{}", changed.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(lines: &[&str]) -> BTreeSet<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn work_in_progress_is_accepted_and_new_changes_are_not() {
        let work = set(&[" M src/lib.rs"]);
        assert!(verdict(&work, &work, false).is_ok());
        assert!(verdict(&work, &set(&[" M src/lib.rs", "?? left-over"]), false).is_err());
    }

    #[test]
    fn a_fresh_clone_has_no_work_in_progress() {
        let lock = set(&[" M Cargo.lock"]);
        assert!(verdict(&lock, &lock, true).is_err());
        assert!(verdict(&lock, &set(&[]), true).is_ok());
    }
}
