//! F12: a backup is taken under writers and restored where nothing is. Whatever was acknowledged before it began is in
//! it, nothing in it is torn, and a server goes on from there.

use super::{Seen, Setting, clients, round};
use crate::client::Client;
use crate::database::Database;
use crate::ledger::{Entry, Ledger, Outcome};
use crate::operation::ITEMS;
use crate::oracle::{self, Findings};
use crate::world::World;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const CLIENTS: usize = 8;
/// Answers that are asked for again of every restored database: the newest, which are the likeliest to be missing.
const ASKED_AGAIN: usize = 100;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let (server, took) = world.serve()?;
    let mut seen = Seen { slowest_start: took, ..Seen::default() };
    let mut clients = clients(setting, &server.address, CLIENTS)?;
    let mut random = SmallRng::seed_from_u64(setting.seed);
    let (mut bytes, mut spent) = (0, Duration::ZERO);
    for at in 0..setting.times {
        let folder = world.folder().join(format!("backup-{at}"));
        let patience = Duration::from_millis(random.random_range(300..900));
        let work =
            |client: &mut Client, stop: &AtomicBool| client.work(&server.address, &ledger, stop).map(|_| ());
        let hurt = || -> Result<_, String> {
            crate::pause(patience);
            let before = ledger.acknowledged()?;
            world.run_proven(&["backup", "--to", &folder.display().to_string()])?;
            Ok(before)
        };
        let Some(before) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else {
            return Ok(seen);
        };
        let before = before?;
        let entries = clients.iter().flat_map(|client| &client.entries);
        let before: Vec<Entry> = entries
            .filter(|entry| matches!(entry.outcome, Outcome::Done(..)) && before.contains(&entry.request.key))
            .cloned()
            .collect();
        let begun = Instant::now();
        let restored = world.beside()?;
        match restored.run(&["restore", "--from", &folder.display().to_string()]) {
            Ok(_) => {
                spent += begun.elapsed();
                bytes += size(&folder)?;
                seen.findings.merge(look(setting, &restored, &before)?);
            }
            Err(said) => seen.findings.faults.push(format!("TORN: {said}")),
        }
        std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
        if setting.until_found && !seen.findings.faults.is_empty() {
            return Ok(seen);
        }
    }
    if let Ok(kibibytes) = u32::try_from(bytes / 1024) {
        seen.notes.push(format!(
            "{} backups of {kibibytes} KiB together, restored and verified at {:.2} s for a MiB",
            setting.times,
            spent.as_secs_f64() * 1024.0 / f64::from(kibibytes.max(1)),
        ));
    }
    Ok(seen)
}

fn size(folder: &Path) -> Result<u64, String> {
    let files = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    files
        .flatten()
        .map(|file| file.metadata().map(|data| data.len()).map_err(|error| error.to_string()))
        .sum()
}

/// What was acknowledged is there, what is there is whole, and a server that starts on it knows the answers.
fn look(setting: &Setting<'_>, restored: &World, before: &[Entry]) -> Result<Findings, String> {
    let mut findings = oracle::after_the_fault(restored, before)?;
    let mut database = Database::open(restored)?;
    for (what, sql) in [
        (
            "cases that are not those handed in",
            format!(
                "SELECT (SELECT count(*) FROM cases)
                   - {ITEMS} * (SELECT count(*) FROM events WHERE kind = 'SUBMISSION_SUBMITTED') AS number"
            ),
        ),
        (
            "keys that are not those of what was done",
            "SELECT (SELECT count(*) FROM idempotency_keys) - (SELECT count(*) FROM submissions)
               - (SELECT count(*) FROM events WHERE kind IN
                   ('SUBMISSION_SUBMITTED', 'CASE_CLAIMED', 'CASE_TRANSITIONED')) AS number"
                .to_owned(),
        ),
        (
            "events without the messages that were committed with them",
            "SELECT count(*) AS number FROM events WHERE kind IN ('CASE_OPENED', 'CASE_TRANSITIONED')
               AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.event_id = events.event_id)"
                .to_owned(),
        ),
    ] {
        let found = database.number(&sql)?;
        if found != 0 {
            findings.faults.push(format!("TORN: {found} {what}"));
        }
    }
    drop(database);
    if !findings.faults.is_empty() {
        return Ok(findings);
    }
    let (server, _) = restored.serve()?;
    // Restoring ended every session: everybody signs in anew, and asks again as after any loss of an answer.
    let mut anew = clients(setting, &server.address, 1)?;
    let newest = before.len().saturating_sub(ASKED_AGAIN);
    anew[0].entries = before[newest..].to_vec();
    findings.merge(oracle::asked_again(&server.address, &anew[0]));
    server.kill();
    if let Err(said) = restored.run(&["verify"]) {
        findings.faults.push(format!("verify: {said}"));
    }
    Ok(findings)
}
