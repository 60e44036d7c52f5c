//! The faults, one a file. Each runs on a world of its own and says what it found.

pub mod claims;
pub mod clock;
pub mod commit;
pub mod disk;
pub mod exhaustion;
pub mod fsync;
pub mod full;
pub mod kill;
pub mod line;
pub mod migration;
pub mod outbox;
pub mod outsider;
pub mod postgres;
pub mod power;
pub mod race;
pub mod restart;
pub mod restore;
pub mod tamper;
pub mod wait;

use crate::client::Client;
use crate::database::Database;
use crate::http::Session;
use crate::ledger::Outcome;
use crate::operation;
use crate::oracle::{self, Findings};
use crate::world::{Engine, Place, Program, Server, World};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// The longest it took until the server was ready again.
    pub slowest_start: Duration,
    /// Why this machine cannot do the fault at all.
    pub skipped: Option<String>,
    /// What else was counted or measured, in words.
    pub notes: Vec<String>,
}

/// Who files the home-textile example, and who examines it.
const APPLICANT: &str = "hengmian.admin";
const OFFICER: &str = "pre-examiner.tzht";
const EXAMPLE: &str = "examples/nantong/pre-design-home-textile.json";

fn form(repository: &Path) -> Result<Arc<Value>, String> {
    let path = repository.join(EXAMPLE);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text)
        .map(|example: Value| Arc::new(operation::form(&example)))
        .map_err(|error| error.to_string())
}

/// Clients, all of one applicant and one officer.
fn clients(setting: &Setting<'_>, address: &str, count: usize) -> Result<Vec<Client>, String> {
    let form = form(&setting.place.repository)?;
    let (applicant, officer) = (Session::sign_in(address, APPLICANT)?, Session::sign_in(address, OFFICER)?);
    let seed = |at: usize| setting.seed.wrapping_mul(1_000_003).wrapping_add(at as u64);
    let client = |at| Client::new(at, applicant.clone(), officer.clone(), form.clone(), seed(at));
    Ok((0..count).map(client).collect())
}

/// So many servers on one database.
fn several(world: &World, count: usize, seen: &mut Seen) -> Result<Vec<Server>, String> {
    let mut servers = Vec::new();
    for _ in 0..count {
        let (server, took) = world.serve()?;
        seen.slowest_start = seen.slowest_start.max(took);
        servers.push(server);
    }
    Ok(servers)
}

/// Where they are reached.
fn addresses(servers: &[Server]) -> Vec<String> {
    servers.iter().map(|server| server.address.clone()).collect()
}

/// How many writes were acknowledged to these clients.
fn answered(clients: &[Client]) -> usize {
    let entries = clients.iter().flat_map(|client| &client.entries);
    entries.filter(|entry| matches!(entry.outcome, Outcome::Done(..))).count()
}

/// All clients work, each in a thread of its own, while `hurt` does what the fault is. Then everybody stops, and what
/// was answered meanwhile is held against the database. `None` when a client was refused what it must be given: its
/// flow is broken, and the refusals are among the faults.
fn round<T>(
    world: &World,
    clients: &mut [Client],
    findings: &mut Findings,
    work: impl Fn(&mut Client, &AtomicBool) -> Result<(), String> + Sync,
    hurt: impl FnOnce() -> T,
) -> Result<Option<T>, String> {
    let before: Vec<usize> = clients.iter().map(|client| client.entries.len()).collect();
    let stop = AtomicBool::new(false);
    let (hurt, refused): (T, Vec<String>) = std::thread::scope(|scope| {
        let (work, stop) = (&work, &stop);
        let working: Vec<_> =
            clients.iter_mut().map(|client| scope.spawn(move || work(client, stop))).collect();
        let hurt = hurt();
        stop.store(true, Ordering::Relaxed);
        let ended = working.into_iter().map(|one| one.join().map_err(|_| "a client panicked".to_owned()));
        (hurt, ended.filter_map(|ended| ended.and_then(|told| told).err()).collect())
    });
    if !refused.is_empty() {
        findings.faults.extend(refused);
        return Ok(None);
    }
    let keys = oracle::keys(&mut Database::open(world)?)?;
    for (client, from) in clients.iter().zip(before) {
        findings.merge(oracle::held_against(&keys, &client.entries[from..]));
    }
    Ok(Some(hurt))
}
