//! F2: PostgreSQL is killed under a server that stays. The server says that it cannot, and is well again by itself.

use super::kill::finish;
use super::{Seen, Setting, clients, round};
use crate::client::{Client, Stopped};
use crate::database::Database;
use crate::ledger::Ledger;
use crate::world::{Server, World};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;
/// A server that is not well by then does not heal.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let mut random = SmallRng::seed_from_u64(setting.seed);
    let (server, _) = world.serve()?;
    let mut seen = Seen::default();
    let mut clients = clients(setting, &server.address, CLIENTS)?;
    for at in 0..setting.times {
        let patience = Duration::from_millis(random.random_range(50..1000));
        let work = |client: &mut Client, stop: &AtomicBool| persist(client, &server.address, &ledger, stop);
        let hurt = || {
            crate::pause(patience);
            let healing = hurt(&world, setting, at).and_then(|()| until_well(&server));
            // Under a database that is there again, everybody goes on.
            crate::pause(Duration::from_millis(300));
            healing
        };
        let Some(healing) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else {
            return Ok(seen);
        };
        seen.slowest_start = seen.slowest_start.max(healing?);
        if setting.until_found && !seen.findings.faults.is_empty() {
            return Ok(seen);
        }
    }
    finish(&world, &server.address, clients, &ledger, &mut seen)?;
    Ok(seen)
}

/// Asks again whatever was not answered, as long as the server is there.
pub fn persist(client: &mut Client, address: &str, ledger: &Ledger, stop: &AtomicBool) -> Result<(), String> {
    while client.work(address, ledger, stop)? == Stopped::NoAnswer {
        crate::pause(Duration::from_millis(50));
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(())
}

fn hurt(world: &World, setting: &Setting<'_>, at: usize) -> Result<(), String> {
    let cluster = &setting.place.cluster;
    match at % 3 {
        0 => cluster.stop_at_once().and_then(|()| cluster.start()),
        1 => cluster.kill().and_then(|()| cluster.start()),
        _ => {
            cluster.kill_a_backend(world.url.rsplit('/').next().unwrap_or_default())?;
            until_recovered(world)
        }
    }
}

/// Waits for PostgreSQL to take connections again, as `pg_ctl start -w` does for the other two.
fn until_recovered(world: &World) -> Result<(), String> {
    until_all_is_well(|| Database::open(world).map(|_| ())).map(|_| ())
}

/// How long after the database was there again the server is ready.
pub fn until_well(server: &Server) -> Result<Duration, String> {
    let is_ready = || crate::http::is_ready(&server.address);
    until_all_is_well(|| is_ready().then_some(()).ok_or_else(|| "the server does not heal".to_owned()))
}

/// Asks until nothing is wrong any more, and says how long that took, or what is still wrong.
fn until_all_is_well(ask: impl Fn() -> Result<(), String>) -> Result<Duration, String> {
    let begun = Instant::now();
    while let Err(words) = ask() {
        if begun.elapsed() > PATIENCE {
            return Err(words);
        }
        crate::pause(Duration::from_millis(10));
    }
    Ok(begun.elapsed())
}
