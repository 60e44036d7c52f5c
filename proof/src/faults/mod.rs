//! The faults, one a file. Each runs on a world of its own and says what it found.

pub mod claims;
pub mod kill;
pub mod race;

use crate::client::Client;
use crate::http::Session;
use crate::operation;
use crate::oracle::Findings;
use crate::world::{Engine, Place, Program};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// What a fault needs to run.
pub struct Setting<'a> {
    pub program: &'a Program,
    pub place: &'a Place,
    pub engine: Engine,
    pub seed: u64,
    /// How often, or how many.
    pub times: usize,
    /// A control ends with the first fault it finds.
    pub until_found: bool,
}

/// What a fault saw.
#[derive(Debug, Default)]
pub struct Seen {
    pub findings: Findings,
    /// The longest a server took until it was ready again.
    pub slowest_start: Duration,
}

/// Who files the home-textile example, and who examines it.
const APPLICANT: &str = "hengmian.admin";
const OFFICER: &str = "pre-examiner.tzht";
const EXAMPLE: &str = "examples/nantong/pre-design-home-textile.json";

fn form(repository: &Path) -> Result<Value, String> {
    let path = repository.join(EXAMPLE);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map(|example| operation::form(&example)).map_err(|error| error.to_string())
}

/// Clients, all of one applicant and one officer.
fn clients(setting: &Setting<'_>, address: &str, count: usize) -> Result<Vec<Client>, String> {
    let form = form(&setting.place.repository)?;
    let (applicant, officer) = (Session::sign_in(address, APPLICANT)?, Session::sign_in(address, OFFICER)?);
    let seed = |at: usize| setting.seed.wrapping_mul(1_000_003).wrapping_add(at as u64);
    Ok((0..count).map(|at| Client::new(applicant.clone(), officer.clone(), form.clone(), seed(at))).collect())
}
