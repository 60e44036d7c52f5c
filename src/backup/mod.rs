//! `onewindow backup` and `onewindow restore`: the whole database into a folder while servers write, and out of it
//! where nothing is. A folder is a backup once its manifest stands in it, which comes last.

mod folder;
mod manifest;
mod progress;
mod restore;
mod take;

pub use manifest::Manifest;
pub use restore::{Restored, restore};
pub use take::take;

use crate::problem::Problem;
use crate::store::StoreError;
use std::error::Error;
use std::fmt;

/// Why it was not done, in words for the operator.
#[derive(Debug)]
pub struct Refusal(String);

impl Refusal {
    fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self(error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}")))
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem.internal.unwrap_or_else(|| problem.code.title().en.to_owned()))
    }
}
