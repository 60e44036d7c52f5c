//! F7, the worst of it: PostgreSQL has committed, and the line loses its answer. The caller is told that nobody knows,
//! and by asking again with the same key finds out; nothing is done twice.

use super::kill::finish;
use super::line::until_trouble;
use super::{Seen, Setting, clients, round};
use crate::client::Client;
use crate::ledger::{Ledger, Outcome};
use crate::oracle;
use crate::proxy::{Line, Weather};
use crate::world::World;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;
/// Of so many commits one loses its answer: replays get through, and lose theirs now and then.
const EVERY: usize = 3;
/// All clients have lost an answer by then, or the line loses none.
const PATIENCE: Duration = Duration::from_secs(30);

/// As many lost answers, heard by a client, as the setting says.
pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let line = Line::to(world.database_server()?)?;
    let (server, first) = world.serve_by_way_of(&line.url(&world.url))?;
    let mut seen = Seen { slowest_start: first, ..Seen::default() };
    let mut clients = clients(setting, &server.address, CLIENTS)?;
    let mut lost = 0;
    while lost < setting.times {
        let at_work = AtomicUsize::new(CLIENTS);
        let work = |client: &mut Client, stop: &AtomicBool| {
            let ended = until_trouble(client, &server.address, &ledger, stop);
            at_work.fetch_sub(1, Ordering::SeqCst);
            ended
        };
        let hurt = || {
            line.set(Weather::Forgetful(EVERY));
            let begun = Instant::now();
            while at_work.load(Ordering::SeqCst) > 0 && begun.elapsed() < PATIENCE {
                crate::pause(Duration::from_millis(5));
            }
            line.set(Weather::Fair);
        };
        if round(&world, &mut clients, &mut seen.findings, work, hurt)?.is_none() {
            return Ok(seen);
        }
        let before = lost;
        for client in &clients {
            let Some(request) = &client.pending else { continue };
            lost += usize::from(client.entries.last().is_some_and(|last| last.outcome == Outcome::Unknown));
            seen.findings.merge(oracle::whole_or_not_at_all(&world, &server.address, client, request)?);
        }
        if setting.until_found && !seen.findings.faults.is_empty() && lost == before {
            return Ok(seen);
        }
        if lost == before {
            return Err("no answer to a COMMIT was lost".to_owned());
        }
    }
    finish(&world, &server.address, clients, &ledger, &mut seen)?;
    Ok(seen)
}
