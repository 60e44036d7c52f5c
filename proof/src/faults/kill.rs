//! F1: the server is killed at random moments under clients that never stop.

use super::{Seen, Setting, clients, round};
use crate::client::Client;
use crate::ledger::{Entry, Ledger, Outcome};
use crate::oracle::{self, Findings};
use crate::world::World;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;
/// By then whatever was asked is answered, now that nothing is wrong.
const HEALED: Duration = Duration::from_mins(1);

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let mut random = SmallRng::seed_from_u64(setting.seed);
    let (mut server, first) = world.serve()?;
    let mut seen = Seen { slowest_start: first, ..Seen::default() };
    let mut clients = clients(setting, &server.address, CLIENTS)?;
    for _ in 0..setting.times {
        let patience = Duration::from_millis(random.random_range(50..2000));
        let address = server.address.clone();
        let work = |client: &mut Client, stop: &AtomicBool| client.work(&address, &ledger, stop).map(|_| ());
        let hurt = || {
            crate::pause(patience);
            server.kill();
        };
        if round(&world, &mut clients, &mut seen.findings, work, hurt)?.is_none() {
            return Ok(seen);
        }
        if setting.until_found && !seen.findings.faults.is_empty() {
            return Ok(seen);
        }
        let (again, took) = world.serve()?;
        server = again;
        seen.slowest_start = seen.slowest_start.max(took);
        for client in &clients {
            if let Some(request) = &client.pending {
                let found = oracle::whole_or_not_at_all(&world, &server.address, client, request)?;
                seen.findings.merge(found);
            }
        }
    }
    finish(&world, &server.address, clients, &ledger, &mut seen)?;
    Ok(seen)
}

/// What is pending is asked again until it is answered; then the books are compared.
pub fn finish(
    world: &World,
    address: &str,
    mut clients: Vec<Client>,
    ledger: &Ledger,
    seen: &mut Seen,
) -> Result<(), String> {
    let settled: Vec<Result<Findings, String>> = std::thread::scope(|scope| {
        let settling: Vec<_> =
            clients.iter_mut().map(|client| scope.spawn(|| settle(address, client, ledger))).collect();
        settling
            .into_iter()
            .map(|one| one.join().unwrap_or_else(|_| Err("a client panicked".to_owned())))
            .collect()
    });
    for findings in settled {
        seen.findings.merge(findings?);
    }
    seen.findings.merge(oracle::account(world, &clients)?);
    Ok(())
}

/// What is pending is asked until it is answered, and what was answered is asked once more.
fn settle(address: &str, client: &mut Client, ledger: &Ledger) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let begun = Instant::now();
    while let Some(request) = client.pending.take() {
        let asked = Instant::now();
        if asked - begun > HEALED {
            return Err(format!("{} is not answered, though all is well again", request.kind.name()));
        }
        let outcome = client.send(address, &request);
        let answered = Instant::now();
        ledger.answer(&request, &outcome);
        match outcome {
            Outcome::Done(..) => client.entries.push(Entry { request, outcome, asked, answered }),
            Outcome::Unknown | Outcome::Refused(503, _) => client.pending = Some(request),
            Outcome::Refused(status, body) => {
                findings.faults.push(format!("{} was refused with {status}: {body}", request.kind.name()));
            }
        }
    }
    findings.merge(oracle::asked_again(address, client));
    findings.merge(oracle::byte_equal(address, client)?);
    Ok(findings)
}
