//! F15: another program reads from the SQLite file for so long that the journal cannot be written back, and another
//! holds the lock for longer than the server waits for it.

use super::disk::refused_well;
use super::kill::finish;
use super::postgres::persist;
use super::{Seen, Setting, clients, round};
use crate::client::{After, Client};
use crate::database::Database;
use crate::ledger::{Entry, Ledger, Outcome};
use crate::world::{Engine, World};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;
/// From the moment at which the outsider lets go.
const HEALING: Duration = Duration::from_secs(2);
/// The server's `journal_size_limit`.
const LIMIT: u64 = 64 << 20;
/// What an outsider's mass adds to the journal while nothing of it can be written back.
const MASS: &str = "CREATE TABLE outsider (content BLOB);
    INSERT INTO outsider VALUES (zeroblob(75000000));
    DROP TABLE outsider";

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    if setting.engine == Engine::Postgres {
        return Err("PostgreSQL lets nobody else at its files".to_owned());
    }
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let mut random = SmallRng::seed_from_u64(setting.seed);
    let (server, _) = world.serve()?;
    let address = &server.address;
    let mut seen = Seen::default();
    // One of them looks at what it is told.
    let mut clients = clients(setting, address, CLIENTS + 1)?;
    let mut probe = clients.pop().ok_or("a probe is a client")?;
    for _ in 0..setting.times {
        // Longer than the five seconds that the server waits for the lock.
        let held = Duration::from_millis(random.random_range(5500..7000));
        for outsider in [Outsider::Reads, Outsider::Writes(held)] {
            let work = |client: &mut Client, stop: &AtomicBool| persist(client, address, &ledger, stop);
            let hurt = || outsider.hurts(&world).and_then(|()| heal(&mut probe, address, &ledger));
            let Some(healing) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else {
                return Ok(seen);
            };
            match healing {
                Ok(took) => seen.slowest_start = seen.slowest_start.max(took),
                Err(fault) => seen.findings.faults.push(fault),
            }
            seen.findings.faults.extend(journal_is_small(&world).err());
            if setting.until_found && !seen.findings.faults.is_empty() {
                return Ok(seen);
            }
        }
    }
    clients.push(probe);
    let refusals = clients.iter().flat_map(|client| &client.entries).filter_map(|entry| match entry {
        Entry { outcome: Outcome::Refused(status, body), .. } => refused_well(*status, body).err(),
        _ => None,
    });
    seen.findings.faults.extend(refusals);
    finish(&world, address, clients, &ledger, &mut seen)?;
    Ok(seen)
}

enum Outsider {
    /// Holds what it has read, while the journal grows beyond what it may keep.
    Reads,
    /// Holds the lock of the one who may write.
    Writes(Duration),
}

impl Outsider {
    fn hurts(&self, world: &World) -> Result<(), String> {
        let mut outsider = Database::open(world)?;
        match self {
            Self::Reads => {
                outsider.run("BEGIN")?;
                outsider.number("SELECT count(*) AS number FROM events")?;
                Database::open(world)?.run(MASS)?;
                crate::pause(Duration::from_secs(1));
                if journal(world)? <= LIMIT {
                    return Err("the journal did not grow beyond its limit".to_owned());
                }
            }
            Self::Writes(held) => {
                outsider.run("BEGIN IMMEDIATE")?;
                crate::pause(*held);
            }
        }
        outsider.run("ROLLBACK")
    }
}

/// How long until a write is done.
fn heal(probe: &mut Client, address: &str, ledger: &Ledger) -> Result<Duration, String> {
    let begun = Instant::now();
    while probe.step(address, ledger)? != After::Done {
        if begun.elapsed() > HEALING {
            return Err("the server is not well after the outsider let go".to_owned());
        }
    }
    Ok(begun.elapsed())
}

/// The first writes after the reader write the journal back and begin it anew.
fn journal_is_small(world: &World) -> Result<(), String> {
    let size = journal(world)?;
    if size > LIMIT { Err(format!("the journal has {size} bytes")) } else { Ok(()) }
}

fn journal(world: &World) -> Result<u64, String> {
    let file = world.folder().join("onewindow.sqlite-wal");
    std::fs::metadata(&file).map(|found| found.len()).map_err(|error| format!("{}: {error}", file.display()))
}
