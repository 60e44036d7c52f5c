//! F1, enumerated: the server is killed at its first, second, third … wait for the disk, until a submission's whole life
//! goes by without one. A life is the five composite operations: a submission of several items, a claim, a correction
//! asked for, its answer, and acceptance. On SQLite, where the server itself waits for the disk.

use super::kill::finish;
use super::{Seen, Setting, clients};
use crate::ledger::Ledger;
use crate::oracle;
use crate::world::{Engine, World};

/// More waits than a life has; a proof that never ends is a fault of its own.
const MOST: usize = 400;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let mut seen = Seen::default();
    if setting.engine == Engine::Postgres {
        return Err("PostgreSQL waits for the disk in processes of its own".to_owned());
    }
    for at in (1..MOST).step_by(setting.times.max(1)) {
        if !killed_at(setting, at, &mut seen)? {
            return Ok(seen);
        }
        if setting.until_found && !seen.findings.faults.is_empty() {
            return Ok(seen);
        }
    }
    Err(format!("the server waits for the disk more than {MOST} times"))
}

/// One life with a kill at that wait; false when the life went by without coming to it.
fn killed_at(setting: &Setting<'_>, at: usize, seen: &mut Seen) -> Result<bool, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    // Killed while it starts or at a sign-in, nothing was asked yet: it starts again, and the books are empty.
    let begun = world.serve_until_fsync(at).and_then(|(server, _)| {
        let clients = clients(setting, &server.address, 1)?;
        Ok((server, clients))
    });
    let Ok((server, mut clients)) = begun else {
        let (server, took) = world.serve()?;
        seen.slowest_start = seen.slowest_start.max(took);
        let clients = clients(setting, &server.address, 1)?;
        finish(&world, &server.address, clients, &ledger, seen)?;
        return Ok(true);
    };
    let ended = clients[0].one_life(&server.address, &ledger);
    server.kill();
    let lived = match ended {
        Ok(lived) => lived,
        Err(refused) => {
            seen.findings.faults.push(refused);
            return Ok(true);
        }
    };
    seen.findings.merge(oracle::after_the_fault(&world, &clients[0].entries)?);
    let (server, took) = world.serve()?;
    seen.slowest_start = seen.slowest_start.max(took);
    if let Some(request) = &clients[0].pending {
        seen.findings.merge(oracle::whole_or_not_at_all(&world, &server.address, &clients[0], request)?);
    }
    finish(&world, &server.address, clients, &ledger, seen)?;
    Ok(!lived)
}
