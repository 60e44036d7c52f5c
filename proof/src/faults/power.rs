//! F3: the power goes at random moments. The disk is kept as it was at that instant, without what only the page cache
//! held, and the oracle is held against what recovers from it.

use super::kill::finish;
use super::{Seen, Setting, clients, round};
use crate::client::Client;
use crate::database::Database;
use crate::instance::Instance;
use crate::ledger::Ledger;
use crate::oracle::{self, Findings};
use crate::volume::{Cut, Powered};
use crate::world::{Engine, Place, World};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;
/// Each is checked against all that was written before it, so a world has few.
const CUTS_OF_A_WORLD: usize = 10;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let mut seen = Seen::default();
    let mut random = SmallRng::seed_from_u64(setting.seed);
    let mut left = setting.times;
    while left > 0 {
        let volume = match Powered::make() {
            Ok(volume) => volume,
            Err(why) => return Ok(Seen { skipped: Some(why), ..seen }),
        };
        let cuts = left.min(CUTS_OF_A_WORLD);
        cut_off(setting, &volume, cuts, &mut random, &mut seen)?;
        if setting.until_found && !seen.findings.faults.is_empty() {
            break;
        }
        left -= cuts;
    }
    Ok(seen)
}

/// One world on this volume, whose power goes so often.
fn cut_off(
    setting: &Setting<'_>,
    volume: &Powered,
    count: usize,
    random: &mut SmallRng,
    seen: &mut Seen,
) -> Result<(), String> {
    let mut place = Place { volume: Some(volume.mount().path().to_path_buf()), ..setting.place.clone() };
    let mut instance = None;
    if setting.engine == Engine::Postgres {
        let own = instance.insert(Instance::create(&place.cluster.programs, volume.mount().path())?);
        place.postgres = own.url();
    }
    let world = World::make(setting.engine, setting.program, &place)?;
    // The memory of what was asked is not on the volume.
    let memory = tempfile::tempdir().map_err(|error| error.to_string())?;
    let ledger = Ledger::open(&memory.path().join("ledger.jsonl"))?;
    let (server, _) = world.serve()?;
    let mut clients = clients(setting, &server.address, CLIENTS)?;
    volume.mount().settle()?;
    let work =
        |client: &mut Client, stop: &AtomicBool| client.work(&server.address, &ledger, stop).map(|_| ());
    let hurt = || -> Result<Vec<Cut>, String> {
        let moments = (0..count).map(|at| {
            crate::pause(Duration::from_millis(random.random_range(50..400)));
            volume.cut(at)
        });
        moments.collect()
    };
    // What is checked here is counted here, once, however many copies it is then looked for in.
    let Some(cuts) = round(&world, &mut clients, &mut seen.findings, work, hurt)? else { return Ok(()) };
    server.kill();
    drop(instance);
    for cut in cuts? {
        let faults = recovered(&world, volume, &cut, &clients, &ledger, &mut seen.slowest_start)?.faults;
        seen.findings.faults.extend(faults);
        if setting.until_found && !seen.findings.faults.is_empty() {
            break;
        }
    }
    Ok(())
}

/// What is there when the power is back, against what was answered before it went.
pub fn recovered(
    lost: &World,
    volume: &Powered,
    cut: &Cut,
    clients: &[Client],
    ledger: &Ledger,
    slowest_start: &mut Duration,
) -> Result<Findings, String> {
    let mount = volume.after(cut)?;
    let folder = lost.folder().strip_prefix(volume.mount().path()).map_err(|error| error.to_string())?;
    let instance = match lost.engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Instance::start(&lost.place().cluster.programs, mount.path())?),
    };
    let url = instance.as_ref().map(Instance::server);
    let world = lost.found(mount.path().join(folder), url.as_deref());
    let horizon = horizon(&world, cut, clients)?;
    let clients: Vec<Client> = clients.iter().map(|client| client.as_of(horizon)).collect();
    let mut findings = Findings::default();
    for client in &clients {
        findings.merge(oracle::after_the_fault(&world, &client.entries)?);
    }
    if let Some(instance) = &instance {
        findings.faults.extend(instance.check(world.database()).err());
    }
    if !findings.faults.is_empty() {
        return Ok(findings);
    }
    let (server, took) = world.serve()?;
    *slowest_start = (*slowest_start).max(took);
    for client in &clients {
        if let Some(request) = &client.pending {
            findings.merge(oracle::whole_or_not_at_all(&world, &server.address, client, request)?);
        }
    }
    let mut seen = Seen { findings, ..Seen::default() };
    finish(&world, &server.address, clients, ledger, &mut seen)?;
    Ok(seen.findings)
}

/// The latest instant of which it is certain that it was before the power went: when the copy began, or when something
/// was asked that is in it.
fn horizon(world: &World, cut: &Cut, clients: &[Client]) -> Result<Instant, String> {
    let keys = oracle::keys(&mut Database::open(world)?)?;
    let entries = clients.iter().flat_map(|client| &client.entries);
    let stored = entries.filter(|entry| keys.contains_key(&entry.request.key)).map(|entry| entry.asked);
    Ok(stored.fold(cut.began, Instant::max))
}
