//! F1: the server is killed at random moments under clients that never stop.

use super::{Seen, Setting, clients};
use crate::ledger::{Entry, Ledger, Outcome};
use crate::oracle;
use crate::world::World;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const CLIENTS: usize = 16;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let mut random = SmallRng::seed_from_u64(setting.seed);
    let (mut server, first) = world.serve()?;
    let mut seen = Seen { slowest_start: first, ..Seen::default() };
    let mut clients = clients(setting, &server.address, CLIENTS)?;
    for _ in 0..setting.times {
        let before: Vec<usize> = clients.iter().map(|client| client.entries.len()).collect();
        let patience = Duration::from_millis(random.random_range(50..2000));
        let address = server.address.clone();
        let stop = AtomicBool::new(false);
        let refused: Vec<String> = std::thread::scope(|scope| {
            let (address, ledger, stop) = (&address, &ledger, &stop);
            let working: Vec<_> = clients
                .iter_mut()
                .map(|client| scope.spawn(move || client.work(address, ledger, stop)))
                .collect();
            crate::pause(patience);
            server.kill();
            stop.store(true, Ordering::Relaxed);
            let ended = working.into_iter().map(|one| one.join().map_err(|_| "a client panicked".to_owned()));
            ended.filter_map(|ended| ended.and_then(|stopped| stopped).err()).collect()
        });
        if !refused.is_empty() {
            // What was asked again must be answered, not refused: the flow of this client is broken.
            seen.findings.faults.extend(refused);
            return Ok(seen);
        }
        for (client, from) in clients.iter().zip(before) {
            seen.findings.merge(oracle::after_the_fault(&world, &client.entries[from..])?);
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
    mut clients: Vec<crate::client::Client>,
    ledger: &Ledger,
    seen: &mut Seen,
) -> Result<(), String> {
    for client in &mut clients {
        while let Some(request) = client.pending.take() {
            let outcome = client.send(address, &request);
            ledger.answer(&request, &outcome);
            match outcome {
                Outcome::Done(..) => client.entries.push(Entry { request, outcome }),
                Outcome::Unknown | Outcome::Refused(503, _) => client.pending = Some(request),
                Outcome::Refused(status, body) => {
                    return Err(format!("{} was refused with {status}: {body}", request.kind.name()));
                }
            }
        }
        seen.findings.merge(oracle::asked_again(address, client));
        seen.findings.merge(oracle::byte_equal(address, client)?);
    }
    seen.findings.merge(oracle::account(world, &clients)?);
    Ok(())
}
