//! F4, enumerated: the disk is full from the first write of a submission's life on, from the second, the third …, and
//! the same for one write that fails, until a life goes by without coming to it. On SQLite, where the server itself
//! writes.

use super::kill::finish;
use super::{Seen, Setting, clients};
use crate::client::{After, Client};
use crate::injection::Injection;
use crate::ledger::{Ledger, Outcome};
use crate::oracle;
use crate::world::{Engine, Server, World};
use serde_json::Value;
use std::time::{Duration, Instant};

/// More writes than a life has; a proof that never ends is a fault of its own.
const MOST: usize = 2000;
/// From the moment at which there is room again.
const HEALING: Duration = Duration::from_secs(10);
/// From the answer of a server that the disk has failed to its end.
pub const ENDING: Duration = Duration::from_millis(500);
/// What the server ends with when the disk failed it (`EX_IOERR`).
pub const DISK: i32 = 74;

/// A way in which a disk fails.
struct Failure {
    name: &'static str,
    error: &'static str,
    /// From the N-th on, or only the N-th.
    stays: bool,
}

const FAILURES: [Failure; 2] = [
    Failure { name: "disk full", error: "ENOSPC", stays: true },
    Failure { name: "write failed", error: "EIO", stays: false },
];

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    if setting.engine == Engine::Postgres {
        return Err("PostgreSQL writes in processes of its own".to_owned());
    }
    if let Err(why) = Injection::possible() {
        return Ok(Seen { skipped: Some(why), ..Seen::default() });
    }
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let (server, _) = world.serve()?;
    let client = clients(setting, &server.address, 1)?.remove(0);
    let mut disk = Disk { world, ledger, server, client, seen: Seen::default() };
    for failure in &FAILURES {
        let mut at = 1;
        while disk.fails(failure, at)? {
            if setting.until_found && !disk.seen.findings.faults.is_empty() {
                return Ok(disk.seen);
            }
            at += setting.times.max(1);
            if at > MOST {
                return Err(format!("a life has more than {MOST} writes"));
            }
        }
    }
    let Disk { world, ledger, server, client, mut seen } = disk;
    finish(&world, &server.address, vec![client], &ledger, &mut seen)?;
    Ok(seen)
}

struct Disk {
    world: World,
    ledger: Ledger,
    server: Server,
    client: Client,
    seen: Seen,
}

impl Disk {
    /// One life with this failure at the N-th write; false when the life had fewer.
    fn fails(&mut self, failure: &Failure, at: usize) -> Result<bool, String> {
        let from = self.client.entries.len();
        let when = if failure.stays { "+" } else { "" };
        let fault = format!("error={}:when={at}{when}", failure.error);
        let injection = Injection::start(&self.server, "pwrite64", &fault)?;
        let lived = live(&mut self.client, &self.server.address, &self.ledger);
        let struck = injection.struck();
        if let Some(Outcome::Refused(status, body)) = self.client.entries.last().map(|last| &last.outcome) {
            let said = refused_well(*status, body);
            let faults = said.err().into_iter().chain(self.reads_and_stored_nothing()?);
            self.seen
                .findings
                .faults
                .extend(faults.map(|fault| format!("{}, write {at}: {fault}", failure.name)));
        }
        drop(injection);
        let healing = lived.and_then(|()| self.heal(failure, struck));
        if let Err(fault) = healing {
            self.seen.findings.faults.push(format!("{}, write {at}: {fault}", failure.name));
        }
        let entries = &self.client.entries[from..];
        self.seen.findings.merge(oracle::after_the_fault(&self.world, entries)?);
        Ok(struck)
    }

    /// With a disk that is well: what is pending is done in time, and the life goes on to its end.
    fn heal(&mut self, failure: &Failure, struck: bool) -> Result<(), String> {
        let begun = Instant::now();
        let patience = if struck && !failure.stays { ENDING } else { Duration::ZERO };
        if let Some(status) = self.server.ends_within(patience) {
            if failure.stays || status.code() != Some(DISK) {
                return Err(format!("the server ended: {status}"));
            }
            let (server, took) = self.world.serve()?;
            self.server = server;
            self.seen.slowest_start = self.seen.slowest_start.max(took);
        }
        if let Some(request) = &self.client.pending {
            let (world, address) = (&self.world, &self.server.address);
            let found = oracle::whole_or_not_at_all(world, address, &self.client, request)?;
            self.seen.findings.merge(found);
        }
        while self.client.pending.is_some() {
            self.client.step(&self.server.address, &self.ledger)?;
            if begun.elapsed() > HEALING {
                return Err("the server does not heal".to_owned());
            }
        }
        if !self.client.is_between_lives() {
            self.client.one_life(&self.server.address, &self.ledger)?;
        }
        Ok(())
    }

    /// While writes are refused: what was refused is not stored, and reads go on.
    fn reads_and_stored_nothing(&self) -> Result<Vec<String>, String> {
        let mut faults = Vec::new();
        if let Some(request) = &self.client.pending {
            let keys = oracle::keys(&mut crate::database::Database::open(&self.world)?)?;
            if keys.contains_key(&request.key) {
                faults.push(format!("{} was refused and is stored", request.kind.name()));
            }
        }
        let read = self.client.applicant().status(&self.server.address, "/api/v1/submissions");
        if read != Some(200) {
            faults.push(format!("a read is answered {read:?}"));
        }
        Ok(faults)
    }
}

/// On with the life until it ends, or until something is not done.
pub fn live(client: &mut Client, address: &str, ledger: &Ledger) -> Result<(), String> {
    while client.step(address, ledger)? == After::Done && !client.is_between_lives() {}
    Ok(())
}

/// 503 with a problem body.
pub fn refused_well(status: u16, body: &str) -> Result<(), String> {
    let problem: Value = serde_json::from_str(body).unwrap_or_default();
    if status == 503 && problem["status"] == 503 && problem["code"] == "UNAVAILABLE" {
        return Ok(());
    }
    Err(format!("a write was refused with {status}: {body}"))
}
