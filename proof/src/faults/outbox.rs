//! The outbox: two servers write and deliver, one of them is killed again and again, and every message of every
//! acknowledged write is delivered once, also one whose transaction committed after that of a younger one.

use super::kill::finish;
use super::{Seen, Setting, answered, clients, several};
use crate::client::{Client, Stopped};
use crate::database::Database;
use crate::ledger::Ledger;
use crate::oracle::Findings;
use crate::world::{Engine, World};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;
/// Between one kill and the next: a few beats of the worker.
const BETWEEN: Duration = Duration::from_millis(1200);
/// The worker looks twice a second; whatever waits longer without a sender is never sent.
const PATIENCE: Duration = Duration::from_secs(8);

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    // SQLite belongs to one server.
    let count = if setting.engine == Engine::Postgres { 2 } else { 1 };
    let mut seen = Seen::default();
    let mut servers = several(&world, count, &mut seen)?;
    let mut clients = clients(setting, &servers[0].address, CLIENTS)?;
    let addresses = Mutex::new(super::addresses(&servers));
    let stop = AtomicBool::new(false);
    let working = |at: usize, client: &mut Client| -> Result<(), String> {
        while !stop.load(Ordering::Relaxed) {
            let address = {
                let addresses = addresses.lock().map_err(|_| "a client panicked")?;
                addresses[at % addresses.len()].clone()
            };
            if client.work(&address, &ledger, &stop)? == Stopped::NoAnswer {
                crate::pause(Duration::from_millis(20));
            }
        }
        Ok(())
    };
    std::thread::scope(|scope| -> Result<(), String> {
        let (working, mut hands) = (&working, Vec::new());
        for (at, client) in clients.iter_mut().enumerate() {
            hands.push(scope.spawn(move || working(at, client)));
        }
        let mut kill = || -> Result<(), String> {
            for at in 0..setting.times {
                crate::pause(BETWEEN);
                servers.remove(at % servers.len()).kill();
                let (again, took) = world.serve()?;
                seen.slowest_start = seen.slowest_start.max(took);
                servers.push(again);
                *addresses.lock().map_err(|_| "a client panicked")? = super::addresses(&servers);
            }
            Ok(())
        };
        let killed = kill();
        stop.store(true, Ordering::Relaxed);
        for hand in hands {
            hand.join().map_err(|_| "a client panicked")??;
        }
        killed
    })?;
    seen.findings.checked += answered(&clients);
    finish(&world, &servers[0].address, clients, &ledger, &mut seen)?;
    seen.findings.merge(delivered(&world)?);
    Ok(seen)
}

/// That every event has its messages the books have said; here, that each of them reached its audience, and once.
fn delivered(world: &World) -> Result<Findings, String> {
    let mut database = Database::open(world)?;
    let mut findings = Findings::default();
    let waiting = "SELECT count(*) AS number FROM messages WHERE state = 'PENDING'";
    let (mut last, mut moved) = (database.number(waiting)?, Instant::now());
    while last > 0 {
        crate::pause(Duration::from_millis(100));
        let now = database.number(waiting)?;
        if now < last {
            (last, moved) = (now, Instant::now());
        } else if moved.elapsed() > PATIENCE {
            findings.faults.push(format!("LOST: {now} messages of acknowledged writes are never delivered"));
            break;
        }
    }
    for (what, sql) in [
        (
            "messages that are not delivered and do not wait",
            "SELECT count(*) AS number FROM messages WHERE state NOT IN ('PENDING', 'DELIVERED')",
        ),
        (
            "messages delivered to nobody",
            "SELECT count(*) AS number FROM messages WHERE state = 'DELIVERED'
               AND NOT EXISTS (SELECT 1 FROM notices WHERE notices.message_id = messages.message_id)",
        ),
        (
            "messages delivered more than once",
            "SELECT count(*) AS number FROM (SELECT message_id FROM notices GROUP BY message_id
               HAVING count(*) > 1) AS doubled",
        ),
    ] {
        let found = database.number(sql)?;
        if found > 0 {
            findings.faults.push(format!("{what}: {found}"));
        }
    }
    Ok(findings)
}
