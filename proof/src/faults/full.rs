//! F4 on a volume that is really full: writes are refused in words, reads go on, and when there is room again all is well
//! by itself.

use super::disk::refused_well;
use super::kill::finish;
use super::postgres::persist;
use super::{Seen, Setting, clients, round};
use crate::client::{After, Client};
use crate::instance::Instance;
use crate::ledger::{Entry, Ledger, Outcome};
use crate::volume::Volume;
use crate::world::{Engine, Place, World};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const CLIENTS: usize = 8;
/// Until a disk that is filled up again and again refuses something.
const FILLING: Duration = Duration::from_secs(60);
/// How long it stays full.
const FULL: Duration = Duration::from_millis(500);
/// From the moment at which there is room again.
const HEALING: Duration = Duration::from_secs(10);

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let mebibytes = if setting.engine == Engine::Postgres { 192 } else { 48 };
    let volume = match Volume::make(mebibytes) {
        Ok(volume) => volume,
        Err(why) => return Ok(Seen { skipped: Some(why), ..Seen::default() }),
    };
    let mut place = Place { volume: Some(volume.path().to_path_buf()), ..setting.place.clone() };
    let mut instance = None;
    if setting.engine == Engine::Postgres {
        let own = instance.insert(Instance::create(&place.cluster.programs, volume.path())?);
        place.postgres = own.url();
    }
    let world = World::make(setting.engine, setting.program, &place)?;
    let memory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let ledger = Ledger::open(&memory.path().join("ledger.jsonl"))?;
    let (server, _) = world.serve()?;
    let address = &server.address;
    let mut seen = Seen::default();
    // One of them looks at what it is told.
    let mut clients = clients(setting, address, CLIENTS + 1)?;
    let mut probe = clients.pop().ok_or("a probe is a client")?;
    for _ in 0..setting.times {
        let work = |client: &mut Client, stop: &AtomicBool| persist(client, address, &ledger, stop);
        let hurt = || fill_up(&volume, &mut probe, address, &ledger);
        let Some(healing) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else {
            return Ok(seen);
        };
        match healing? {
            Ok(took) => seen.slowest_start = seen.slowest_start.max(took),
            Err(fault) => seen.findings.faults.push(fault),
        }
        if setting.until_found && !seen.findings.faults.is_empty() {
            return Ok(seen);
        }
    }
    clients.push(probe);
    finish(&world, address, clients, &ledger, &mut seen)?;
    Ok(seen)
}

/// Fills the volume until a write is refused, and empties it again. How long it then took until a write was done, or
/// what was not as it must be.
fn fill_up(
    volume: &Volume,
    probe: &mut Client,
    address: &str,
    ledger: &Ledger,
) -> Result<Result<Duration, String>, String> {
    let begun = Instant::now();
    let mut refused = None;
    while refused.is_none() {
        if begun.elapsed() > FILLING {
            return Err("the volume does not get full".to_owned());
        }
        volume.fill()?;
        match probe.step(address, ledger) {
            Ok(After::Shed) => refused = probe.entries.last().map(Entry::clone),
            Ok(After::Done | After::NoAnswer) => {}
            Err(fault) => return Ok(Err(fault)),
        }
    }
    let said = match refused.map(|entry| entry.outcome) {
        Some(Outcome::Refused(status, body)) => refused_well(status, &body),
        other => Err(format!("refused: {other:?}")),
    };
    let read = probe.applicant().status(address, "/api/v1/submissions");
    crate::pause(FULL);
    volume.empty()?;
    if let Err(fault) = said {
        return Ok(Err(fault));
    }
    if read != Some(200) {
        return Ok(Err(format!("on a full disk a read is answered {read:?}")));
    }
    let begun = Instant::now();
    loop {
        match probe.step(address, ledger) {
            Ok(After::Done) => return Ok(Ok(begun.elapsed())),
            Ok(After::Shed | After::NoAnswer) if begun.elapsed() > HEALING => {
                return Ok(Err("the server does not heal when there is room again".to_owned()));
            }
            Ok(After::Shed | After::NoAnswer) => {}
            Err(fault) => return Ok(Err(fault)),
        }
    }
}
