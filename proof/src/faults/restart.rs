//! F10: a server is told to end under load and another takes its place: two servers in turn on PostgreSQL, the one of
//! SQLite by itself. There is no balancer here; clients look at `/readyz` as one would, and every request they send is
//! answered. Every other client is stubborn: it stays with its server until that is gone. What is not answered then
//! was never taken in, and nothing of it is stored.

use super::kill::finish;
use super::{Seen, Setting, clients, round};
use crate::client::{After, Client};
use crate::database::Database;
use crate::http;
use crate::ledger::{Entry, Ledger, Outcome};
use crate::oracle::{self, Findings};
use crate::world::{Engine, Server, World};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 8;
/// A server that was told to end has ended by then.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often a balancer looks whether a server is ready.
const LOOKS: Duration = Duration::from_millis(100);

/// The addresses that say that they are ready, and whose turn it is.
#[derive(Default)]
struct Ready {
    addresses: Mutex<Vec<String>>,
    turn: AtomicUsize,
}

impl Ready {
    fn look(&self, addresses: &[String]) {
        let ready = addresses.iter().filter(|address| http::is_ready(address)).cloned().collect();
        *self.addresses.lock().expect("no client panics") = ready;
    }

    fn next(&self) -> Option<String> {
        let addresses = self.addresses.lock().expect("no client panics");
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        addresses.get(turn % addresses.len().max(1)).cloned()
    }
}

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let mut random = SmallRng::seed_from_u64(setting.seed);
    let (mut seen, mut servers) = (Seen::default(), Vec::new());
    for _ in 0..if setting.engine == Engine::Postgres { 2 } else { 1 } {
        servers.push(started(&world, &mut seen.slowest_start)?);
    }
    let mut clients = clients(setting, &servers[0].address, CLIENTS)?;
    let ready = Ready::default();
    for _ in 0..setting.times {
        ready.look(&addresses(&servers));
        let before: Vec<usize> = clients.iter().map(|client| client.entries.len()).collect();
        let work = |client: &mut Client, stop: &AtomicBool| visit(client, &ready, &ledger, stop);
        let begins = Duration::from_millis(random.random_range(100..700));
        let hurt = || -> Result<_, String> {
            crate::pause(begins);
            let found = replace(&world, &mut servers, &ready, &mut seen.slowest_start)?;
            crate::pause(Duration::from_millis(200));
            Ok(found)
        };
        let Some(found) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else {
            return Ok(seen);
        };
        seen.findings.merge(found?);
        for (client, from) in clients.iter().zip(before) {
            seen.findings.merge(unanswered(&world, client, from)?);
        }
        if setting.until_found && !seen.findings.faults.is_empty() {
            return Ok(seen);
        }
    }
    finish(&world, &servers[0].address, clients, &ledger, &mut seen)?;
    Ok(seen)
}

fn started(world: &World, slowest: &mut Duration) -> Result<Server, String> {
    let (server, took) = world.serve()?;
    *slowest = (*slowest).max(took);
    Ok(server)
}

fn is_stubborn(client: &Client) -> bool {
    client.number % 2 == 1
}

/// Works at whatever server is ready; the stubborn stay with one, and rest when it does not answer any more.
fn visit(client: &mut Client, ready: &Ready, ledger: &Ledger, stop: &AtomicBool) -> Result<(), String> {
    let mut kept = None;
    while !stop.load(Ordering::Relaxed) {
        let Some(address) = kept.take().or_else(|| ready.next()) else {
            crate::pause(Duration::from_millis(5));
            continue;
        };
        let after = client.step(&address, ledger)?;
        if is_stubborn(client) {
            if after == After::NoAnswer {
                break;
            }
            kept = Some(address);
        }
    }
    Ok(())
}

/// Tells the server that is longest there to end, and puts another in its place.
fn replace(
    world: &World,
    servers: &mut Vec<Server>,
    ready: &Ready,
    slowest: &mut Duration,
) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let all = addresses(servers);
    let mut ending = servers.remove(0);
    let begun = Instant::now();
    ending.tell_to_end()?;
    let status = loop {
        ready.look(&all);
        if let Some(status) = ending.ended()? {
            break Some(status);
        }
        if begun.elapsed() > DEADLINE {
            break None;
        }
        crate::pause(LOOKS);
    };
    match status {
        Some(status) if status.success() => {}
        Some(status) => findings.faults.push(format!("a server that was told to end ended with {status}")),
        None => findings.faults.push(format!("a server that was told to end was there {DEADLINE:?} later")),
    }
    servers.push(started(world, slowest)?);
    ready.look(&addresses(servers));
    Ok(findings)
}

fn addresses(servers: &[Server]) -> Vec<String> {
    servers.iter().map(|server| server.address.clone()).collect()
}

/// What this client was not answered in this round. A stubborn one may have come too late: then nothing is stored.
fn unanswered(world: &World, client: &Client, from: usize) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let mut stored = None;
    for Entry { request, outcome, .. } in &client.entries[from..] {
        if *outcome != Outcome::Unknown {
            continue;
        }
        let keys = match &mut stored {
            Some(keys) => keys,
            none => none.insert(oracle::keys(&mut Database::open(world)?)?),
        };
        let (kind, key) = (request.kind.name(), &request.key);
        if !is_stubborn(client) || keys.contains_key(key) {
            findings.faults.push(format!("UNANSWERED: {kind} {key}, which the server had taken in"));
        }
    }
    Ok(findings)
}
