//! F5: the clock of a server leaps under load, ahead or back, and returns; on PostgreSQL a second server's stays right.
//! Nothing is lost or doubled by it, nothing is refused that would not be at another time, nobody waits, and what was
//! begun under a wrong clock neither lasts longer nor waits for that time to come.

use super::kill::finish;
use super::line::DEADLINE;
use super::{APPLICANT, Seen, Setting, clients, round};
use crate::client::Client;
use crate::database::Database;
use crate::http::Session;
use crate::ledger::{Entry, Ledger, Outcome};
use crate::world::{Engine, World};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

const CLIENTS: usize = 4;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// Twice in a schedule the clock leaps, and then returns.
const LEAPS: [Leap; 6] =
    [Leap::By(3652 * DAY), Leap::By(-HOUR), Leap::To2038, Leap::By(-DAY), Leap::By(DAY), Leap::By(HOUR)];
/// Messages are with their readers by then.
const DELIVERED: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy)]
enum Leap {
    By(i64),
    /// To just before the second that 31 bits cannot count.
    To2038,
}

/// The clock of one server, as a file that says by how many seconds it is off.
struct Clock(PathBuf);

impl Clock {
    fn right(file: PathBuf) -> Result<Self, String> {
        let clock = Self(file);
        clock.set(0).map(|()| clock)
    }

    fn leap(&self, leap: Leap) -> Result<(), String> {
        self.set(match leap {
            Leap::By(seconds) => seconds,
            Leap::To2038 => {
                let now = UNIX_EPOCH.elapsed().map_err(|error| error.to_string())?;
                i64::from(i32::MAX) - i64::try_from(now.as_secs()).unwrap_or_default()
            }
        })
    }

    /// At once, for who reads it meanwhile.
    fn set(&self, seconds: i64) -> Result<(), String> {
        let new = self.0.with_extension("new");
        let set = fs::write(&new, format!("{seconds:+}\n")).and_then(|()| fs::rename(&new, &self.0));
        set.map_err(|error| format!("{}: {error}", self.0.display()))
    }
}

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let mut seen = Seen::default();
    let Some(library) = &setting.place.faketime else {
        seen.skipped = Some("libfaketime is not on this machine".to_owned());
        return Ok(seen);
    };
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let clock = Clock::right(world.folder().join("clock"))?;
    let mut servers = vec![world.serve_by_clock(library, &clock.0)?];
    if setting.engine == Engine::Postgres {
        servers.push(world.serve()?);
    }
    let address = |client: &Client| servers[client.number % servers.len()].0.address.as_str();
    let leaping = servers[0].0.address.as_str();
    let mut random = SmallRng::seed_from_u64(setting.seed);
    let mut clients = clients(setting, leaping, CLIENTS)?;
    for at in 0..setting.times {
        let leaps = [0, 1].map(|half| LEAPS[(2 * at + half) % LEAPS.len()]);
        let mut moment = || crate::pause(Duration::from_millis(random.random_range(400..1200)));
        let work = |client: &mut Client, stop: &AtomicBool| live(client, address(client), &ledger, stop);
        let hurt = || -> Result<Vec<Session>, String> {
            let mut early = Vec::new();
            moment();
            for leap in leaps {
                clock.leap(leap)?;
                if matches!(leap, Leap::By(HOUR..) | Leap::To2038) {
                    early.push(Session::sign_in(leaping, APPLICANT)?);
                }
                moment();
            }
            clock.set(0)?;
            moment();
            Ok(early)
        };
        let Some(early) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else {
            return Ok(seen);
        };
        let faults = &mut seen.findings.faults;
        if early?.iter().any(|session| session.is_served(leaping)) {
            faults.push(format!("{leaps:?}: a session that begins in years to come is taken"));
        }
        let waiting = undelivered(&world)?;
        if waiting > 0 {
            faults.push(format!("{leaps:?}: {waiting} messages wait for their time to come"));
        }
        let slowest = clients.iter().map(|client| client.slowest).max().unwrap_or_default();
        if slowest > DEADLINE {
            faults.push(format!("{leaps:?}: a caller waited {slowest:?}"));
        }
        if setting.until_found && !faults.is_empty() {
            return Ok(seen);
        }
    }
    for client in &mut clients {
        client.renew(leaping)?;
    }
    finish(&world, leaping, clients, &ledger, &mut seen)?;
    Ok(seen)
}

/// Works on; who is signed out signs in again, and who is refused for what the clock shows begins anew.
fn live(client: &mut Client, address: &str, ledger: &Ledger, stop: &AtomicBool) -> Result<(), String> {
    while !stop.load(Ordering::Relaxed) {
        let Err(refused) = client.step(address, ledger) else { continue };
        match client.entries.last() {
            Some(Entry { outcome: Outcome::Refused(401, _), .. }) => client.renew(address)?,
            Some(Entry { outcome: Outcome::Refused(400..500, _), .. }) => client.begin_anew(),
            _ => return Err(refused),
        }
    }
    Ok(())
}

/// How many messages are not with their readers when they should be.
fn undelivered(world: &World) -> Result<i64, String> {
    let begun = Instant::now();
    let mut database = Database::open(world)?;
    loop {
        let waiting = database.number("SELECT count(*) AS number FROM messages WHERE state = 'PENDING'")?;
        if waiting == 0 || begun.elapsed() > DELIVERED {
            return Ok(waiting);
        }
        crate::pause(Duration::from_millis(50));
    }
}
