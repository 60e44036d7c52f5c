//! F4 on a volume that is really full: writes are refused in words, reads go on, and when there is room again all is well
//! by itself.

use super::disk::refused_well;
use super::kill::finish;
use super::postgres::persist;
use super::{Seen, Setting, clients, round};
use crate::client::{After, Client};
use crate::instance::Instance;
use crate::ledger::{Ledger, Outcome};
use crate::volume::Volume;
use crate::world::{Engine, Place, World};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const CLIENTS: usize = 8;
/// Until a disk that is filled up again and again refuses something.
const FILLING: Duration = Duration::from_mins(1);
/// How long it stays full.
const FULL: Duration = Duration::from_millis(500);
/// From the moment at which there is room, and PostgreSQL serves, again.
const HEALING: Duration = Duration::from_secs(10);

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    // What is filed between two fillings stays, and SQLite's journal takes up to 32 MiB.
    let mebibytes = if setting.engine == Engine::Postgres { 192 } else { 96 } + 16 * setting.times as u64;
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
    let (mut gave_up, mut ended) = (0, 0);
    for at in 0..setting.times {
        let work = |client: &mut Client, stop: &AtomicBool| persist(client, address, &ledger, stop);
        // On SQLite a control finds tables without room; on PostgreSQL it is to find a journal without.
        let room = Room::of(at + usize::from(setting.until_found));
        let postgres = instance.as_mut().map(|own| (own, room));
        let hurt = || fill_up(&volume, postgres, &mut probe, address, &ledger);
        let Some(filled) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else {
            return Ok(seen);
        };
        match filled {
            Ok(filled) => {
                seen.slowest_start = seen.slowest_start.max(filled.healing);
                gave_up += usize::from(filled.gave_up);
                ended += usize::from(filled.ended);
            }
            Err(fault) => seen.findings.faults.push(fault),
        }
        if setting.until_found && !seen.findings.faults.is_empty() {
            return Ok(seen);
        }
    }
    if setting.engine == Engine::Postgres {
        seen.notes.push(format!("PostgreSQL gave up {gave_up} times, and ended {ended} times"));
    }
    clients.push(probe);
    finish(&world, address, clients, &ledger, &mut seen)?;
    Ok(seen)
}

/// What of PostgreSQL finds no room.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Tables and indexes, for certain; the journal, where it happens to need a new file.
    ForTables,
    /// The journal as well. PostgreSQL gives up then, and ends if it cannot recover.
    ForNothing,
}

impl Room {
    fn of(round: usize) -> Self {
        if round.is_multiple_of(2) { Self::ForTables } else { Self::ForNothing }
    }
}

/// What came of one filling.
#[derive(Debug)]
struct Filled {
    /// From the moment at which there is room, and PostgreSQL serves, until a write was done.
    healing: Duration,
    /// Whether PostgreSQL gave up, and whether it ended.
    gave_up: bool,
    ended: bool,
}

/// Fills the volume until a write is refused, and empties it again.
fn fill_up(
    volume: &Volume,
    mut postgres: Option<(&mut Instance, Room)>,
    probe: &mut Client,
    address: &str,
    ledger: &Ledger,
) -> Result<Filled, String> {
    let panics =
        |postgres: &Option<(&mut Instance, Room)>| postgres.as_ref().map_or(0, |(own, _)| own.panics());
    let before = panics(&postgres);
    let filled = fill(volume, probe, address, ledger).and_then(|()| match &postgres {
        Some((own, Room::ForNothing)) => own.exhaust_journal(before),
        _ => Ok(()),
    });
    let read = probe.applicant().status(address, "/api/v1/submissions");
    crate::pause(FULL);
    let gave_up = panics(&postgres) > before;
    // Whatever was seen: the database must be there again, or nothing of it can be told.
    volume.empty()?;
    let ended = postgres.as_mut().map_or(Ok(false), |(own, _)| own.recover())?;
    filled?;
    if let Some(Outcome::Refused(status, body)) = probe.entries.last().map(|last| &last.outcome) {
        refused_well(*status, body)?;
    }
    // While PostgreSQL recovers there is nothing to read.
    if read != Some(200) && !(gave_up && read == Some(503)) {
        return Err(format!("on a full disk a read is answered {read:?}"));
    }
    let begun = Instant::now();
    while probe.step(address, ledger)? != After::Done {
        if begun.elapsed() > HEALING {
            return Err("the server does not heal when there is room again".to_owned());
        }
    }
    Ok(Filled { healing: begun.elapsed(), gave_up, ended })
}

fn fill(volume: &Volume, probe: &mut Client, address: &str, ledger: &Ledger) -> Result<(), String> {
    let begun = Instant::now();
    while probe.step(address, ledger)? != After::Shed {
        if begun.elapsed() > FILLING {
            return Err("the volume does not get full".to_owned());
        }
        volume.fill()?;
    }
    Ok(())
}
