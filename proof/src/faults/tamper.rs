//! F13: a database is copied, one thing in the copy is changed, and `verify` must name it. Histories that everybody
//! writes to, and copies that nobody touched, must not be complained of.

use super::kill::finish;
use super::{Seen, Setting, answered, clients};
use crate::client::Client;
use crate::database::Database;
use crate::ledger::Ledger;
use crate::tampering::history::History;
use crate::tampering::{FORGERIES, Forger, Mutation};
use crate::world::{Server, World};
use diesel::QueryableByName;
use diesel::sql_types::Text;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Each ends with a checkpoint.
const ROUNDS: usize = 3;
const CLIENTS: usize = 4;
/// A server that has not given every event its place by then does not do so.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two lives of a client while histories are looked at: they should not grow without end.
const LEISURE: Duration = Duration::from_millis(200);
/// Between one end of the server and the next, each of which brings a checkpoint.
const BETWEEN: Duration = Duration::from_millis(1500);
const LOOKING: usize = 2;
/// Events for every mutation, and in a history, by which the pace is measured.
const MORE: usize = 40;
const STREAM: usize = 10;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let mut seen = Seen::default();
    let sound = sound_history(setting, &mut seen)?;
    let alarms = forge(setting, &sound, &mut seen)?;
    if setting.until_found {
        return Ok(seen);
    }
    let live = watch_writers(setting, setting.times - alarms.looked, &mut seen)?;
    seen.notes.push(format!(
        "{} clean runs, {} of them under writers: {} false alarms",
        alarms.looked + live.looked,
        live.looked,
        alarms.raised + live.raised
    ));
    seen.notes.push(pace(setting, &sound)?);
    Ok(seen)
}

/// How fast `verify` goes over a longer history, its checkpoints included.
fn pace(setting: &Setting<'_>, sound: &World) -> Result<String, String> {
    let copy = sound.copy_with_checkpoints()?;
    let mut database = Database::open(&copy)?;
    let before = History::read(&mut database, setting.engine)?;
    let random = SmallRng::seed_from_u64(setting.seed);
    let mut forger = Forger { history: &before, notes: "", with_text: &[], random };
    let mut longer = before.clone();
    for _ in 0..MORE * setting.times / STREAM {
        longer.events.extend(forger.sound_stream(STREAM));
    }
    let added = longer.instead_of(&before);
    database.meddle(&added)?;
    drop(database);
    let begun = Instant::now();
    copy.run(&["verify"])?;
    let (events, took) = (longer.events.len(), begun.elapsed().as_secs_f64());
    let rate = u32::try_from(events).map_or(f64::MAX, f64::from) / took;
    Ok(format!("verify takes {took:.2} s for {events} events: {rate:.0} events/s"))
}

#[derive(Default)]
struct Alarms {
    looked: usize,
    raised: usize,
}

/// A few hundred events, all of them under one of several checkpoints, and a server that has ended.
fn sound_history(setting: &Setting<'_>, seen: &mut Seen) -> Result<World, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let mut all: Vec<Client> = Vec::new();
    for _ in 0..ROUNDS {
        let (server, took) = world.serve()?;
        seen.slowest_start = seen.slowest_start.max(took);
        if all.is_empty() {
            all = clients(setting, &server.address, CLIENTS)?;
        }
        for client in &mut all {
            if !client.one_life(&server.address, &ledger)? {
                return Err("a server that nobody hurts did not answer".to_owned());
            }
        }
        server.kill();
        // It signs when it starts, whatever is due.
        let (server, _) = world.serve()?;
        until_signed(&world)?;
        server.kill();
    }
    Ok(world)
}

fn until_signed(world: &World) -> Result<(), String> {
    let mut database = Database::open(world)?;
    let begun = Instant::now();
    let open = "SELECT (SELECT count(*) FROM messages WHERE state = 'PENDING')
        + (SELECT count(*) FROM events) - (SELECT coalesce(max(size), 0) FROM log_checkpoints) AS number";
    while database.number(open)? != 0 {
        if begun.elapsed() > PATIENCE {
            return Err("events without a checkpoint, or messages, wait for ever".to_owned());
        }
        crate::pause(Duration::from_millis(20));
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

/// As many mutations as are asked for, of every kind in turn; every second copy is verified before, too.
fn forge(setting: &Setting<'_>, sound: &World, seen: &mut Seen) -> Result<Alarms, String> {
    let mut database = Database::open(sound)?;
    let history = History::read(&mut database, setting.engine)?;
    let bound: Vec<Id> = database.rows(match setting.engine {
        crate::world::Engine::Sqlite => {
            "SELECT DISTINCT lower(hex(event_id)) AS id FROM event_texts ORDER BY 1"
        }
        crate::world::Engine::Postgres => {
            "SELECT DISTINCT encode(uuid_send(event_id), 'hex') AS id FROM event_texts ORDER BY 1"
        }
    })?;
    drop(database);
    let with_text: Vec<String> = bound.into_iter().map(|row| row.id).collect();
    let notes = std::fs::read_to_string(sound.checkpoints()).map_err(|error| error.to_string())?;
    let random = SmallRng::seed_from_u64(setting.seed);
    let mut forger = Forger { history: &history, notes: &notes, with_text: &with_text, random };
    let (mut alarms, mut found, mut kinds) = (Alarms::default(), 0, BTreeMap::<&str, usize>::new());
    for at in 0..setting.times {
        let (kind, forgery) = FORGERIES[at % FORGERIES.len()];
        let copy = sound.copy_with_checkpoints()?;
        if at % 2 == 0 && !setting.until_found {
            alarms.look(&copy, seen);
        }
        let mutation = forgery(&mut forger);
        match unfound(&copy, &mutation)? {
            None => found += 1,
            Some(words) => {
                *kinds.entry(kind).or_default() += 1;
                seen.findings.faults.push(format!("UNFOUND, number {at}: {kind}: {words}"));
                if setting.until_found {
                    return Ok(alarms);
                }
            }
        }
    }
    let events = history.events.len();
    seen.notes.push(format!(
        "{} changes of {} kinds to a history of {events} events: {found} found and named",
        setting.times,
        FORGERIES.len().min(setting.times)
    ));
    Ok(alarms)
}

/// Makes the change; what is wrong if it is not found and named.
fn unfound(copy: &World, mutation: &Mutation) -> Result<Option<String>, String> {
    Database::open(copy)?.meddle(&mutation.sql)?;
    if let Some(notes) = &mutation.notes {
        std::fs::write(copy.checkpoints(), notes).map_err(|error| error.to_string())?;
    }
    // What was recomputed badly would be found without any checkpoint, and say nothing about them.
    if mutation.seamless
        && let Err(said) = copy.verify_without_checkpoints()
    {
        return Ok(Some(format!("it shows without checkpoints, so it was not recomputed well: {said}")));
    }
    Ok(match copy.run_proven(&["verify"]) {
        Ok(_) => Some("verify is silent".to_owned()),
        Err(said) if mutation.named.is_in(&said) => None,
        Err(said) => Some(format!("verify does not name {:?}, but says {said}", mutation.named)),
    })
}

impl Alarms {
    fn look(&mut self, world: &World, seen: &mut Seen) {
        self.looked += 1;
        if let Err(said) = world.run_proven(&["verify"]) {
            self.raised += 1;
            seen.findings.faults.push(format!("FALSE ALARM: {said}"));
        }
    }
}

/// `verify` again and again, while clients write and the server ends and starts.
fn watch_writers(setting: &Setting<'_>, times: usize, seen: &mut Seen) -> Result<Alarms, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let (server, _) = world.serve()?;
    let mut clients = clients(setting, &server.address, CLIENTS)?;
    let address = Mutex::new(server.address.clone());
    let (looked, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (alarms, server) = std::thread::scope(|scope| -> Result<_, String> {
        let (world, address, ledger, looked, stop) = (&world, &address, &ledger, &looked, &stop);
        let working: Vec<_> = clients
            .iter_mut()
            .map(|client| scope.spawn(move || live_leisurely(client, address, ledger, stop)))
            .collect();
        let looking: Vec<_> = (0..LOOKING)
            .map(|_| {
                scope.spawn(move || {
                    let (mut alarms, mut own) = (Alarms::default(), Seen::default());
                    while looked.fetch_add(1, Ordering::Relaxed) < times {
                        alarms.look(world, &mut own);
                    }
                    (alarms, own)
                })
            })
            .collect();
        let server = restart_until(server, world, address, seen, || {
            looking.iter().all(std::thread::ScopedJoinHandle::is_finished)
        });
        stop.store(true, Ordering::Relaxed);
        let mut alarms = Alarms::default();
        for one in looking {
            let (own, told) = one.join().map_err(|_| "who looks panicked")?;
            alarms.looked += own.looked;
            alarms.raised += own.raised;
            seen.findings.faults.extend(told.findings.faults);
        }
        for one in working {
            one.join().map_err(|_| "a client panicked")??;
        }
        Ok((alarms, server?))
    })?;
    seen.findings.checked += answered(&clients);
    finish(&world, &server.address, clients, &ledger, seen)?;
    Ok(alarms)
}

fn restart_until(
    mut server: Server,
    world: &World,
    address: &Mutex<String>,
    seen: &mut Seen,
    done: impl Fn() -> bool,
) -> Result<Server, String> {
    let mut begun = Instant::now();
    while !done() {
        crate::pause(Duration::from_millis(20));
        if begun.elapsed() > BETWEEN {
            server.kill();
            let (again, took) = world.serve()?;
            seen.slowest_start = seen.slowest_start.max(took);
            address.lock().map_err(|_| "a client panicked")?.clone_from(&again.address);
            server = again;
            begun = Instant::now();
        }
    }
    Ok(server)
}

/// One life after the other, with a pause between, wherever the server is now.
fn live_leisurely(
    client: &mut Client,
    address: &Mutex<String>,
    ledger: &Ledger,
    stop: &AtomicBool,
) -> Result<(), String> {
    while !stop.load(Ordering::Relaxed) {
        let address = address.lock().map_err(|_| "a client panicked")?.clone();
        if client.one_life(&address, ledger)? {
            crate::pause(LEISURE);
        } else {
            crate::pause(Duration::from_millis(20));
        }
    }
    Ok(())
}
