//! F8: several servers hand out the cases of one queue while one of them is killed again and again, and now and then one
//! stands still for longer than anybody waits for it, and goes on. SQLite has one server, which is killed just so.

use super::{APPLICANT, OFFICER, Seen, Setting, form, several};
use crate::database::Database;
use crate::http::Session;
use crate::ledger::Outcome;
use crate::operation::{self, ITEMS, Kind, Request, Who};
use crate::world::{Engine, Server, World};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const CLAIMERS: usize = 16;
const QUEUE: &str = "TZHT-PRE_EXAMINATION";
/// Between one kill and the next.
const BETWEEN: Duration = Duration::from_millis(700);
/// Longer than PostgreSQL keeps any lock, statement or transaction of a server that says nothing.
const STILL: Duration = Duration::from_secs(11);
/// One in so many of those that are hurt stands still.
const STILL_EVERY: usize = 4;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let count = if setting.engine == Engine::Postgres { 3 } else { 1 };
    let mut seen = Seen::default();
    let mut servers = several(&world, count, &mut seen)?;
    let filed = fill(setting, &servers[0].address)?;
    let officer = Session::sign_in(&servers[0].address, OFFICER)?;
    let addresses: Mutex<Vec<String>> = Mutex::new(super::addresses(&servers));
    let next_key = AtomicUsize::new(0);
    let taken: Mutex<HashMap<String, usize>> = Mutex::default();
    let refused: Mutex<Vec<String>> = Mutex::default();
    let claim = || Request {
        key: format!("{:016x}-claim-{}", setting.seed, next_key.fetch_add(1, Ordering::Relaxed)),
        kind: Kind::Claim,
        who: Who::Officer,
        path: format!("/api/v1/queues/{QUEUE}/claims"),
        version: None,
        body: json!({}).into(),
    };
    let claimer = |at: usize| {
        let mut pending: Option<Request> = None;
        loop {
            let address = {
                let addresses = addresses.lock().expect("no claimer panics");
                addresses[at % addresses.len()].clone()
            };
            let request = pending.take().unwrap_or_else(claim);
            match officer.send(&address, &request) {
                Outcome::Done(201, body) => {
                    let case = body["case"]["caseId"].as_str().unwrap_or_default().to_owned();
                    *taken.lock().expect("no claimer panics").entry(case).or_default() += 1;
                }
                // 204 has no body: nothing waits any more.
                Outcome::Unknown if officer.is_empty(&address, QUEUE) => return,
                // 408 is what a server says that stood still while a request arrived: it has not read it.
                Outcome::Done(..) | Outcome::Unknown | Outcome::Refused(503 | 408, _) => {
                    pending = Some(request);
                    crate::pause(Duration::from_millis(20));
                }
                Outcome::Refused(status, body) => {
                    let words = format!("REFUSED: who asks for the next case got {status}: {body}");
                    refused.lock().expect("no claimer panics").push(words);
                }
            }
        }
    };
    std::thread::scope(|scope| -> Result<(), String> {
        let claimer = &claimer;
        let claiming: Vec<_> = (0..CLAIMERS).map(|at| scope.spawn(move || claimer(at))).collect();
        let (mut at, mut still) = (0, None::<(Server, Instant)>);
        loop {
            crate::pause(BETWEEN);
            if let Some((server, _)) = still.take_if(|(_, since)| since.elapsed() > STILL) {
                server.signal("CONT")?;
                servers.push(server);
            }
            if claiming.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                break;
            }
            let hurt = servers.remove(at % servers.len());
            if servers.len() > 1 && at % STILL_EVERY == 0 && !setting.until_found {
                hurt.signal("STOP")?;
                still = Some((hurt, Instant::now()));
            } else {
                hurt.kill();
                let (again, took) = world.serve()?;
                seen.slowest_start = seen.slowest_start.max(took);
                servers.push(again);
            }
            let all = servers.iter().chain(still.iter().map(|(server, _)| server));
            *addresses.lock().map_err(|_| "a claimer panicked")? =
                all.map(|server| server.address.clone()).collect();
            at += 1;
        }
        claiming.into_iter().try_for_each(|one| one.join().map_err(|_| "a claimer panicked".to_owned()))
    })?;
    let taken = taken.into_inner().map_err(|_| "a claimer panicked")?;
    seen.findings.checked += taken.values().sum::<usize>();
    seen.findings.faults.extend(refused.into_inner().map_err(|_| "a claimer panicked")?);
    let doubled = taken.values().filter(|times| **times > 1).count();
    if doubled > 0 {
        seen.findings.faults.push(format!("DOUBLED: {doubled} cases were handed out more than once"));
    }
    let claims = Database::open(&world)?
        .number("SELECT count(*) AS number FROM events WHERE kind = 'CASE_CLAIMED'")?;
    if usize::try_from(claims) != Ok(filed) || taken.len() != filed {
        let told = taken.len();
        seen.findings.faults.push(format!("{filed} cases, {claims} claims in the histories, {told} told"));
    }
    if let Err(said) = world.run(&["verify"]) {
        seen.findings.faults.push(format!("verify: {said}"));
    }
    Ok(seen)
}

/// Files until so many cases wait; answers how many there are.
fn fill(setting: &Setting<'_>, address: &str) -> Result<usize, String> {
    let applicant = Session::sign_in(address, APPLICANT)?;
    let form = form(&setting.place.repository)?;
    let mut filed = 0;
    while filed < setting.times {
        let create = operation::draft(format!("{:016x}-fill-{filed}", setting.seed), form.clone());
        let Outcome::Done(_, body) = applicant.send(address, &create) else {
            return Err("a draft was refused".to_owned());
        };
        let id = body["submissionId"].as_str().unwrap_or_default();
        let submit = operation::submit(format!("{:016x}-file-{filed}", setting.seed), id, 1);
        let Outcome::Done(..) = applicant.send(address, &submit) else {
            return Err("a submission was refused".to_owned());
        };
        filed += ITEMS;
    }
    Ok(filed)
}
