//! What must hold after a fault: done is there once, refused is not there, and what was not answered is there whole or
//! not at all.

use crate::client::Client;
use crate::database::Database;
use crate::ledger::{Entry, Outcome};
use crate::operation::{ITEMS, Kind, Request};
use crate::world::World;
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// What was looked at, and what was wrong.
#[derive(Debug, Default, Clone)]
pub struct Findings {
    /// Acknowledged writes that were checked.
    pub checked: usize,
    pub faults: Vec<String>,
}

impl Findings {
    fn fault(&mut self, words: String) {
        self.faults.push(words);
    }

    pub fn merge(&mut self, other: Self) {
        self.checked += other.checked;
        self.faults.extend(other.faults);
    }
}

/// The idempotency rows: keys with the status that was answered.
pub fn keys(database: &mut Database) -> Result<HashMap<String, i64>, String> {
    let rows =
        database.pairs("SELECT key AS name, CAST(status AS BIGINT) AS number FROM idempotency_keys")?;
    Ok(rows.into_iter().collect())
}

/// With the server down: every answer given since is in the database, and nothing that was refused.
pub fn after_the_fault(world: &World, entries: &[Entry]) -> Result<Findings, String> {
    Ok(held_against(&keys(&mut Database::open(world)?)?, entries))
}

/// The same against rows that were read already.
pub fn held_against(keys: &HashMap<String, i64>, entries: &[Entry]) -> Findings {
    let mut findings = Findings::default();
    // Refused and then asked again with the same key, it is the later answer that counts.
    let asked_again: HashSet<&str> = entries
        .iter()
        .filter(|entry| !matches!(entry.outcome, Outcome::Refused(..)))
        .map(|entry| entry.request.key.as_str())
        .collect();
    for Entry { request, outcome, .. } in entries {
        let (kind, key, stored) = (request.kind.name(), &request.key, keys.get(&request.key));
        match outcome {
            Outcome::Done(status, _) => {
                findings.checked += 1;
                if stored != Some(&i64::from(*status)) {
                    findings.fault(format!("LOST: {kind} {key} was answered {status} and has no row"));
                }
            }
            Outcome::Refused(status, _) if stored.is_some() && !asked_again.contains(key.as_str()) => {
                findings.fault(format!("{kind} {key} was refused with {status} and is stored"));
            }
            Outcome::Refused(..) | Outcome::Unknown => {}
        }
    }
    findings
}

/// With the server up again and before anything is asked again: a request without an answer has all its effects or
/// none.
pub fn whole_or_not_at_all(
    world: &World,
    address: &str,
    client: &Client,
    request: &Request,
) -> Result<Findings, String> {
    let mut findings = Findings::default();
    if request.kind == Kind::Draft {
        // Without an answer it has no name by which it could be asked for; the final count finds a second one.
        return Ok(findings);
    }
    let row = format!("SELECT count(*) AS number FROM idempotency_keys WHERE key = '{}'", request.key);
    let stored = Database::open(world)?.number(&row)? > 0;
    let id = request.path.split('/').nth(4).unwrap_or_default();
    let happened = match request.kind {
        Kind::Submit => {
            let shown = client.applicant().get(address, &format!("/api/v1/submissions/{id}"))?;
            let cases =
                client.applicant().get(address, &format!("/api/v1/cases?submissionId={id}&count=true"))?;
            let (filed, cases) = (shown["state"] == "SUBMITTED", cases["totalQuantity"].as_u64());
            if cases != Some(if filed { ITEMS as u64 } else { 0 }) {
                findings.fault(format!("TORN: submission {id} is {} with {cases:?} cases", shown["state"]));
            }
            filed
        }
        Kind::Claim => {
            client.applicant().get(address, &format!("/api/v1/cases/{id}"))?["version"].as_i64() > Some(1)
        }
        _ => {
            let shown = client.applicant().get(address, &format!("/api/v1/cases/{id}"))?;
            shown["version"].as_i64() > request.version
        }
    };
    if happened != stored {
        let kind = request.kind.name();
        findings.fault(format!("TORN: {kind} {}: done {happened}, its key stored {stored}", request.key));
    }
    Ok(findings)
}

/// Every answer that was given, given again: the same request names the same event and the same thing.
pub fn asked_again(address: &str, client: &Client) -> Findings {
    let mut findings = Findings::default();
    for Entry { request, outcome, .. } in &client.entries {
        let Outcome::Done(status, body) = outcome else { continue };
        let names = |body: &Value| match request.kind {
            Kind::Draft => body["submissionId"].clone(),
            Kind::Submit => body["eventId"].clone(),
            _ => body["event"]["eventId"].clone(),
        };
        match client.send(address, request) {
            Outcome::Done(again, told) if again == *status && names(&told) == names(body) => {}
            other => {
                let (kind, key) = (request.kind.name(), &request.key);
                findings
                    .fault(format!("{kind} {key} was not answered alike when it was sent again: {other:?}"));
            }
        }
    }
    findings
}

/// Drafts are what was sent, member for member.
pub fn byte_equal(address: &str, client: &Client) -> Result<Findings, String> {
    let mut findings = Findings::default();
    for Entry { request, outcome, .. } in &client.entries {
        let (Kind::Draft, Outcome::Done(_, body)) = (request.kind, outcome) else { continue };
        let id = body["submissionId"].as_str().unwrap_or_default();
        let shown = client.applicant().get(address, &format!("/api/v1/submissions/{id}?expand=form"))?;
        if shown["form"]["items"] != request.body["items"]
            || shown["form"]["applicants"] != request.body["applicants"]
        {
            findings.fault(format!("submission {id} is not what was sent"));
        }
    }
    Ok(findings)
}

/// The whole of the database against the whole of the ledger: nothing more and nothing less.
pub fn account(world: &World, clients: &[Client]) -> Result<Findings, String> {
    let mut findings = Findings::default();
    let mut done: HashMap<Kind, HashSet<&str>> = HashMap::new();
    for Entry { request, outcome, .. } in clients.iter().flat_map(|client| &client.entries) {
        if matches!(outcome, Outcome::Done(..)) {
            done.entry(request.kind).or_default().insert(&request.key);
        }
    }
    let count = |kind: Kind| i64::try_from(done.get(&kind).map_or(0, HashSet::len)).unwrap_or(i64::MAX);
    let acts = count(Kind::AskCorrection) + count(Kind::AnswerCorrection) + count(Kind::Accept);
    let of_kind = |kind: &str| format!("SELECT count(*) AS number FROM events WHERE kind = '{kind}'");
    let all: i64 = done.values().map(|keys| i64::try_from(keys.len()).unwrap_or(i64::MAX)).sum();
    let items = i64::try_from(ITEMS).unwrap_or(i64::MAX);
    let mut database = Database::open(world)?;
    for (what, sql, expected) in [
        ("submissions", "SELECT count(*) AS number FROM submissions".to_owned(), count(Kind::Draft)),
        ("cases", "SELECT count(*) AS number FROM cases".to_owned(), items * count(Kind::Submit)),
        ("events of handing in", of_kind("SUBMISSION_SUBMITTED"), count(Kind::Submit)),
        ("events of opening", of_kind("CASE_OPENED"), items * count(Kind::Submit)),
        ("events of claims", of_kind("CASE_CLAIMED"), count(Kind::Claim)),
        ("events of acts", of_kind("CASE_TRANSITIONED"), acts),
        ("keys", "SELECT count(*) AS number FROM idempotency_keys".to_owned(), all),
        (
            "messages beyond one to each audience of an event",
            "SELECT count(*) AS number FROM (SELECT event_id, audience, topic FROM messages
               GROUP BY event_id, audience, topic HAVING count(*) > 1) AS doubled"
                .to_owned(),
            0,
        ),
        (
            "events of cases opened or moved without a message",
            "SELECT count(*) AS number FROM events WHERE kind IN ('CASE_OPENED', 'CASE_TRANSITIONED')
               AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.event_id = events.event_id)"
                .to_owned(),
            0,
        ),
    ] {
        let found = database.number(&sql)?;
        if found != expected {
            let word = if found > expected { "DOUBLED" } else { "LOST" };
            findings.fault(format!("{word}: {what}: {found}, and the ledger says {expected}"));
        }
    }
    if let Err(said) = world.run(&["verify"]) {
        findings.fault(format!("verify: {said}"));
    }
    Ok(findings)
}
