//! F7: the line between the server and PostgreSQL is late, narrow, silent or torn. Every request ends in time and in
//! true words, the server lives meanwhile, and is well again by itself once the line is.

use super::kill::finish;
use super::postgres::{PATIENCE, persist};
use super::{Seen, Setting, clients, round};
use crate::client::{After, Client};
use crate::http::{self, Session};
use crate::ledger::Ledger;
use crate::proxy::{Line, Weather};
use crate::world::{Server, World};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;
/// No caller waits longer for an answer.
pub const DEADLINE: Duration = Duration::from_secs(6);
/// The server is well so soon after the line is.
const HEALED: Duration = Duration::from_secs(5);

/// A spell of bad weather.
struct Spell {
    weather: Weather,
    lasts: Duration,
    /// Whether all that was on the line is lost at its end, with the connections it was on.
    ends_in_a_cut: bool,
}

const fn spell(weather: Weather, milliseconds: u64, ends_in_a_cut: bool) -> Spell {
    Spell { weather, lasts: Duration::from_millis(milliseconds), ends_in_a_cut }
}

/// The worst first: a short run has these.
const SPELLS: [Spell; 7] = [
    spell(Weather::Silent, 6500, true),
    spell(Weather::Tearing(40), 1000, false),
    spell(Weather::Narrow(10_000), 2500, false),
    spell(Weather::Silent, 6500, false),
    spell(Weather::Late(Duration::from_millis(50)), 1500, false),
    spell(Weather::Late(Duration::from_millis(500)), 3000, false),
    spell(Weather::Late(Duration::from_secs(5)), 6500, false),
];

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let line = Line::to(world.database_server()?)?;
    let (server, _) = world.serve_by_way_of(&line.url(&world.url))?;
    let mut seen = Seen::default();
    let mut clients = clients(setting, &server.address, CLIENTS)?;
    for at in 0..setting.times {
        let spell = &SPELLS[at % SPELLS.len()];
        let reader = clients[0].officer().clone();
        let work = |client: &mut Client, stop: &AtomicBool| match client.number % 2 {
            0 => persist(client, &server.address, &ledger, stop),
            _ => until_trouble(client, &server.address, &ledger, stop),
        };
        let hurt = || {
            // Everybody is at work when it begins.
            crate::pause(Duration::from_millis(200));
            line.set(spell.weather);
            let lived = lives(&server, spell.lasts);
            line.set(Weather::Fair);
            if spell.ends_in_a_cut {
                line.cut();
            }
            let healing = until_served(&server, &reader);
            crate::pause(Duration::from_millis(300));
            (lived, healing)
        };
        let Some((lived, healing)) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else {
            return Ok(seen);
        };
        let healing = healing?;
        seen.slowest_start = seen.slowest_start.max(healing);
        let faults = &mut seen.findings.faults;
        if !lived {
            faults.push(format!("under {:?} the server did not say that it lives", spell.weather));
        }
        if healing > HEALED {
            faults.push(format!("after {:?} it took {healing:?} until all was well", spell.weather));
        }
        let slowest = clients.iter().map(|client| client.slowest).max().unwrap_or_default();
        if slowest > DEADLINE {
            faults.push(format!("under {:?} a caller waited {slowest:?}", spell.weather));
        }
        if setting.until_found && !faults.is_empty() {
            return Ok(seen);
        }
    }
    finish(&world, &server.address, clients, &ledger, &mut seen)?;
    Ok(seen)
}

/// Rests at the first answer that is not a success, so that the books show whether it was true.
pub fn until_trouble(
    client: &mut Client,
    address: &str,
    ledger: &Ledger,
    stop: &AtomicBool,
) -> Result<(), String> {
    while !stop.load(Ordering::Relaxed) {
        if client.step(address, ledger)? != After::Done {
            break;
        }
    }
    Ok(())
}

/// Whether the server says that it lives, for as long as this.
fn lives(server: &Server, time: Duration) -> bool {
    let begun = Instant::now();
    let mut lived = true;
    while begun.elapsed() < time {
        lived &= http::is_alive(&server.address);
        crate::pause(Duration::from_millis(200));
    }
    lived
}

/// How long after the line is good the server says that it is ready, and answers a read like any other caller's.
fn until_served(server: &Server, reader: &Session) -> Result<Duration, String> {
    let begun = Instant::now();
    while !http::is_ready(&server.address) || !reader.is_served(&server.address) {
        if begun.elapsed() > PATIENCE {
            return Err("the server does not heal".to_owned());
        }
        crate::pause(Duration::from_millis(20));
    }
    Ok(begun.elapsed())
}
