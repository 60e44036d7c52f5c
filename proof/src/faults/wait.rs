//! F4, enumerated: a submission's life waits for the disk, and the first wait fails, the second, the third …; then the
//! power goes. A wait that failed leaves nobody to say what the disk holds, so what was waited for in vain must not have
//! been acknowledged. On SQLite, where the server itself waits.

use super::disk::{DISK, ENDING, live};
use super::power::recovered;
use super::{Seen, Setting, clients};
use crate::injection::Injection;
use crate::ledger::Ledger;
use crate::volume::Powered;
use crate::world::{Engine, Place, Server, World};

/// More waits than a life has; a proof that never ends is a fault of its own.
const MOST: usize = 200;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    if setting.engine == Engine::Postgres {
        return Err("PostgreSQL waits for the disk in processes of its own".to_owned());
    }
    let volume = match Injection::possible().and_then(|()| Powered::make()) {
        Ok(volume) => volume,
        Err(why) => return Ok(Seen { skipped: Some(why), ..Seen::default() }),
    };
    let mut seen = Seen::default();
    for at in (1..MOST).step_by(setting.times.max(1)) {
        if !fails_at(setting, &volume, at, &mut seen)? {
            return Ok(seen);
        }
        if setting.until_found && !seen.findings.faults.is_empty() {
            return Ok(seen);
        }
    }
    Err(format!("the server waits for the disk more than {MOST} times"))
}

/// One life whose N-th wait fails; false when it had fewer.
fn fails_at(setting: &Setting<'_>, volume: &Powered, at: usize, seen: &mut Seen) -> Result<bool, String> {
    let place = Place { volume: Some(volume.mount().path().to_path_buf()), ..setting.place.clone() };
    let world = World::make(setting.engine, setting.program, &place)?;
    let memory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let ledger = Ledger::open(&memory.path().join("ledger.jsonl"))?;
    let (mut server, _) = world.serve()?;
    let mut clients = clients(setting, &server.address, 1)?;
    volume.mount().settle()?;
    let injection = Injection::start(&server, "fsync,fdatasync", &format!("error=EIO:when={at}"))?;
    let lived = live(&mut clients[0], &server.address, &ledger);
    let struck = injection.struck();
    if struck {
        seen.findings.faults.extend(lived.err());
        seen.findings.faults.extend(ended_otherwise(&mut server));
        let cut = volume.cut(at)?;
        drop(injection);
        server.kill();
        // Counted once, and looked for in what is left when the power is back.
        let found = recovered(&world, volume, &cut, &clients, &ledger, &mut seen.slowest_start)?;
        seen.findings.merge(found);
    }
    Ok(struck)
}

/// Only a wait of no consequence, as one for the journal to be written back, leaves the server alive.
fn ended_otherwise(server: &mut Server) -> Option<String> {
    let status = server.ends_within(ENDING)?;
    (status.code() != Some(DISK)).then(|| format!("the server ended: {status}"))
}
