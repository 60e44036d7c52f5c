//! The stages of `cargo xtask test`, in the order in which they run.

mod cargo_checks;
mod clean;
mod contract;
mod fault;
mod rust;
mod supply;

pub use clean::Tree;

use crate::tally::Tally;
use crate::workspace::Workspace;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Format,
    Lint,
    Doc,
    Rust,
    Fault,
    Contract,
    Supply,
    Clean,
}

/// What the stages share.
pub struct Context<'a> {
    pub workspace: &'a Workspace,
    pub filter: Option<&'a str>,
    /// The repository's files before the first stage.
    pub before: Tree,
}

impl Stage {
    pub const ALL: [Self; 8] = [
        Self::Format,
        Self::Lint,
        Self::Doc,
        Self::Rust,
        Self::Fault,
        Self::Contract,
        Self::Supply,
        Self::Clean,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Lint => "lint",
            Self::Doc => "doc",
            Self::Rust => "rust",
            Self::Fault => "fault",
            Self::Contract => "contract",
            Self::Supply => "supply",
            Self::Clean => "clean",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    pub fn run(self, context: &Context) -> Tally {
        match self {
            Self::Format => cargo_checks::format(context.workspace),
            Self::Lint => cargo_checks::lint(context.workspace),
            Self::Doc => cargo_checks::doc(context.workspace),
            Self::Rust => rust::run(context),
            Self::Fault => fault::run(context.workspace),
            Self::Contract => contract::run(context.workspace),
            Self::Supply => supply::run(context.workspace),
            Self::Clean => clean::run(context),
        }
    }
}
