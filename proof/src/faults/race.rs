//! F16: many identical creates with one key at once, and many changes of one version at once.

use super::{APPLICANT, OFFICER, Seen, Setting, form};
use crate::database::Database;
use crate::http::Session;
use crate::ledger::Outcome;
use crate::operation::{self, Kind};
use crate::world::World;
use std::collections::HashSet;

const AT_ONCE: usize = 50;

pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let (server, first) = world.serve()?;
    let mut seen = Seen { slowest_start: first, ..Seen::default() };
    let (applicant, officer) =
        (Session::sign_in(&server.address, APPLICANT)?, Session::sign_in(&server.address, OFFICER)?);
    let form = form(&setting.place.repository)?;
    let key = |round: usize, what: &str| format!("{:016x}-{round}-{what}", setting.seed);
    let mut drafts = 0;
    for round in 0..setting.times {
        let create = operation::draft(key(round, "create"), form.clone());
        let answers = at_once(|_| applicant.send(&server.address, &create));
        drafts += 1;
        let Some(Outcome::Done(_, body)) = answers.iter().find(|answer| matches!(answer, Outcome::Done(..)))
        else {
            return Err(format!("no create was answered: {answers:?}"));
        };
        let names: HashSet<String> = answers
            .iter()
            .filter_map(|answer| match answer {
                Outcome::Done(_, body) => Some(body["submissionId"].to_string()),
                _ => None,
            })
            .collect();
        seen.findings.checked += 1;
        if names.len() != 1 {
            seen.findings.faults.push(format!("DOUBLED: one key made {} submissions", names.len()));
        }
        let (id, version) = (body["submissionId"].as_str().unwrap_or_default(), body["version"].as_i64());
        let submit = operation::submit(key(round, "submit"), id, version.unwrap_or(1));
        let Outcome::Done(_, filed) = applicant.send(&server.address, &submit) else {
            return Err("a draft was not handed in".to_owned());
        };
        let case = filed["submission"]["items"][0]["caseId"].as_str().unwrap_or_default();
        let claim = operation::claim(key(round, "claim"), case);
        let Outcome::Done(_, claimed) = officer.send(&server.address, &claim) else {
            return Err("a case was not claimed".to_owned());
        };
        let version = claimed["case"]["version"].as_i64().unwrap_or_default();
        // Every one a request of its own, all on the version they saw.
        let changes = at_once(|at| {
            let act =
                operation::act(format!("{}-{at:02}", key(round, "accept")), Kind::Accept, case, version);
            officer.send(&server.address, &act)
        });
        let done = changes.iter().filter(|answer| matches!(answer, Outcome::Done(..))).count();
        seen.findings.checked += 1;
        if done != 1 {
            seen.findings.faults.push(format!("DOUBLED: one version was changed {done} times"));
        }
        let odd = changes
            .iter()
            .find(|answer| !matches!(answer, Outcome::Done(..) | Outcome::Refused(409 | 412 | 503, _)));
        if let Some(odd) = odd {
            seen.findings.faults.push(format!("a change that came late was answered {odd:?}"));
        }
    }
    let stored = Database::open(&world)?.number("SELECT count(*) AS number FROM submissions")?;
    if stored != drafts {
        seen.findings.faults.push(format!("DOUBLED: {drafts} keys made {stored} submissions"));
    }
    if let Err(said) = world.run(&["verify"]) {
        seen.findings.faults.push(format!("verify: {said}"));
    }
    Ok(seen)
}

fn at_once(ask: impl Fn(usize) -> Outcome + Sync) -> Vec<Outcome> {
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..AT_ONCE)
            .map(|at| {
                let ask = &ask;
                scope.spawn(move || ask(at))
            })
            .collect();
        asking.into_iter().map(|one| one.join().unwrap_or(Outcome::Unknown)).collect()
    })
}
