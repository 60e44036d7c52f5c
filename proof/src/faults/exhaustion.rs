//! F6: somebody else holds what every write needs, and hundreds of writes come at once. Each is answered in time, the
//! server lives meanwhile, and soon after the lock is given back every place in it is free again.

use super::line::DEADLINE;
use super::{APPLICANT, Seen, Setting, form};
use crate::database::Database;
use crate::http::{self, Session};
use crate::ledger::Outcome;
use crate::operation::{self, Request};
use crate::oracle;
use crate::world::{Engine, World};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const AT_ONCE: usize = 500;
/// Longer than any request waits.
const HELD: Duration = Duration::from_millis(5500);
const HEALED: Duration = Duration::from_secs(2);
/// Connections of one server: its pool and the reserve.
const CONNECTIONS: i64 = 16;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let (server, _) = world.serve()?;
    let mut seen = Seen::default();
    let applicant = Session::sign_in(&server.address, APPLICANT)?;
    let form = form(&setting.place.repository)?;
    let key = |round, at| format!("{:016x}-{round}-{at}", setting.seed);
    for round in 0..setting.times {
        let requests: Vec<Request> =
            (0..AT_ONCE).map(|at| operation::draft(key(round, at), form.clone())).collect();
        let mut other = Database::open(&world)?;
        other.hold_writes()?;
        let asked = |request: &Request| {
            let begun = Instant::now();
            (applicant.send(&server.address, request), begun.elapsed())
        };
        let (answers, lived) = while_held(&requests, asked, || http::is_alive(&server.address));
        drop(other);
        let released = Instant::now();
        let healed = until_written(&server.address, &applicant, &requests[0]);
        seen.slowest_start = seen.slowest_start.max(released.elapsed());
        let faults = &mut seen.findings.faults;
        if !lived {
            faults.push("the server did not say that it lives".to_owned());
        }
        if !healed {
            faults.push(format!("{HEALED:?} after the lock was given back nothing can be written"));
        }
        let slowest = answers.iter().map(|(_, took)| *took).max().unwrap_or_default();
        if slowest > DEADLINE {
            faults.push(format!("a caller waited {slowest:?}"));
        }
        let stored = oracle::keys(&mut Database::open(&world)?)?;
        for (request, (outcome, _)) in requests.iter().zip(&answers).skip(1) {
            let is_stored = stored.contains_key(&request.key);
            match outcome {
                Outcome::Done(..) if is_stored => {}
                Outcome::Refused(503, _) if !is_stored => {}
                Outcome::Unknown => {}
                odd => {
                    faults.push(format!("{} is stored: {is_stored}; it was answered {odd:?}", request.key));
                }
            }
        }
        if setting.until_found && !faults.is_empty() {
            return Ok(seen);
        }
        seen.findings.checked +=
            finish(&world, &server.address, &applicant, &requests, &mut seen.findings.faults)?;
    }
    let drafts = Database::open(&world)?.number("SELECT count(*) AS number FROM submissions")?;
    if usize::try_from(drafts) != Ok(AT_ONCE * setting.times) {
        let sent = AT_ONCE * setting.times;
        seen.findings.faults.push(format!("DOUBLED: {sent} keys made {drafts} submissions"));
    }
    if let Err(said) = world.run(&["verify"]) {
        seen.findings.faults.push(format!("verify: {said}"));
    }
    Ok(seen)
}

/// All ask at once; whether the server lived as long as the lock was held.
fn while_held(
    requests: &[Request],
    ask: impl Fn(&Request) -> (Outcome, Duration) + Sync,
    lives: impl Fn() -> bool,
) -> (Vec<(Outcome, Duration)>, bool) {
    std::thread::scope(|scope| {
        let ask = &ask;
        let asking: Vec<_> = requests.iter().map(|request| scope.spawn(move || ask(request))).collect();
        let (begun, mut lived) = (Instant::now(), true);
        while begun.elapsed() < HELD {
            lived &= lives();
            crate::pause(Duration::from_millis(200));
        }
        let nothing = || (Outcome::Unknown, Duration::ZERO);
        (asking.into_iter().map(|one| one.join().unwrap_or_else(|_| nothing())).collect(), lived)
    })
}

/// Whether a write is done soon.
fn until_written(address: &str, applicant: &Session, request: &Request) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < HEALED {
        if matches!(applicant.send(address, request), Outcome::Done(..)) {
            return true;
        }
        crate::pause(Duration::from_millis(20));
    }
    false
}

/// Everybody asks again, until it is done; then no connection is left over. Answers how many were done.
fn finish(
    world: &World,
    address: &str,
    applicant: &Session,
    requests: &[Request],
    faults: &mut Vec<String>,
) -> Result<usize, String> {
    let next = AtomicUsize::new(0);
    let again = || {
        while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
            if !until_written(address, applicant, request) {
                return Err(format!("{} cannot be written afterwards", request.key));
            }
        }
        Ok(())
    };
    let ended: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..16).map(|_| scope.spawn(again)).collect();
        all.into_iter().map(|one| one.join().unwrap_or(Err("it panicked".to_owned()))).collect()
    });
    faults.extend(ended.into_iter().filter_map(Result::err));
    if world.engine == Engine::Postgres {
        faults.extend(left_over(&mut Database::open(world)?)?);
    }
    Ok(requests.len())
}

/// Connections beyond the server's own, and transactions that outlive the requests. The server's worker goes on with
/// short ones of its own, so only one that began before the last answer and then does not end is left over.
fn left_over(database: &mut Database) -> Result<Option<String>, String> {
    let open = "SELECT count(*) AS number FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'onewindow'";
    let answered =
        database.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS number")?;
    let unended =
        format!("{open} AND state LIKE 'idle in%' AND extract(epoch FROM xact_start) * 1000000 < {answered}");
    let (all, begun) = (database.number(open)?, Instant::now());
    let mut transactions = database.number(&unended)?;
    while transactions > 0 && begun.elapsed() < HEALED {
        crate::pause(Duration::from_millis(20));
        transactions = database.number(&unended)?;
    }
    Ok((all > CONNECTIONS || transactions > 0)
        .then(|| format!("{all} connections, {transactions} of them in a transaction")))
}
