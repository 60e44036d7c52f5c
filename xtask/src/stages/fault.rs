//! The short tier of the fault proofs: every fault once on both engines, with its controls.

use crate::fault;
use crate::tally::Tally;
use crate::workspace::Workspace;

pub fn run(workspace: &Workspace) -> Tally {
    fault::run(workspace, &["--short".to_owned()]).unwrap_or_else(|error| {
        let mut tally = Tally::default();
        tally.check(Err::<&str, _>(error));
        tally
    })
}
