//! The measures: each is a round of load on the server and the same time of its baseline, in turns.

use super::city::Originals;
use super::load::{self, Sample};
use super::report::Compared;
use super::wire::Caller;
use super::{pgbench, raw};
use crate::world::Engine;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

/// What every measure has at hand.
pub struct Bench<'a> {
    pub engine: Engine,
    /// Address of the server, and of the bare one beside it.
    pub address: String,
    pub bare: String,
    pub applicant: String,
    pub officer: String,
    pub originals: &'a Originals,
    pub cases: usize,
    pub tier: Tier,
    /// Where the database lies, for the raw commits beside it.
    pub folder: &'a Path,
    pub pgbench: Option<PgBench<'a>>,
    /// Drafts handed in so far.
    pub used: usize,
}

pub struct PgBench<'a> {
    pub script: pgbench::Script,
    pub copy: pgbench::Copy<'a>,
    pub programs: &'a Path,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Tier {
    pub rounds: usize,
    /// How long a round of reads takes.
    pub time: Duration,
    /// Writes of a round.
    pub writes: usize,
    /// Claims, and as many transitions.
    pub claims: usize,
}

impl Tier {
    pub const QUICK: Self = Self { rounds: 5, time: Duration::from_secs(1), writes: 1920, claims: 640 };
    pub const FULL: Self = Self { rounds: 9, time: Duration::from_secs(5), writes: 9600, claims: 3200 };

    /// Submissions handed in by all rounds, the one to warm up, and the one whose statements are read.
    pub fn drafts(self) -> usize {
        (self.rounds + 1) * self.writes + 1
    }
}

const QUEUE: &str = "TZHT-PRE_EXAMINATION";

/// Where the first page of the queue is asked for, as staff see it.
pub fn queue_page_path() -> String {
    format!("/api/v1/cases?queueCode={QUEUE}&open=true&sort=dueDate:asc&limit=50")
}

/// Connections over which an engine is written to at its best.
pub fn writers(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 64,
        Engine::Postgres => 32,
    }
}

/// Where the next case of the queue is claimed.
pub fn claim_path() -> String {
    format!("/api/v1/queues/{QUEUE}/claims")
}

/// How many cases the reads ask for in turn.
const DIFFERENT: usize = 2000;

impl Bench<'_> {
    fn caller<'c>(&'c self, cookie: &'c str) -> Caller<'c> {
        Caller { cookie, address: &self.address }
    }

    /// Commits a second that the engine makes without us: of one row on SQLite, of the very statements of a submission on
    /// PostgreSQL.
    fn raw(&self, base: usize) -> Result<f64, String> {
        match &self.pgbench {
            None => raw::commits(self.folder, self.tier.time),
            Some(own) => {
                own.script.run(&own.copy.url, own.programs, writers(self.engine), self.tier.writes, base)
            }
        }
    }

    fn baseline_of_writes(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "commits of one row, one after the other",
            Engine::Postgres => "pgbench, the statements of a submission",
        }
    }

    /// Hands in drafts of one item.
    pub fn submissions(&mut self) -> Result<Compared, String> {
        let mut rounds = Vec::new();
        for round in 0..=self.tier.rounds {
            let first = self.used;
            self.used += self.tier.writes;
            let requests: Vec<Vec<u8>> = (first..self.used)
                .map(|number| {
                    let path = format!("/api/v1/submissions/{}/transitions", self.originals.draft(number));
                    let key = format!("bench-submit-{number:08}");
                    self.caller(&self.applicant).post(&path, &key, Some(1), "{\"action\":\"SUBMIT\"}")
                })
                .collect();
            let (sample, _) = load::once_each(&self.address, writers(self.engine), &requests)?;
            let raw = self.raw(first)?;
            if round > 0 {
                rounds.push((sample, raw));
            }
        }
        let bar = match self.engine {
            Engine::Sqlite => 0.8,
            Engine::Postgres => 0.4,
        };
        Ok(self.compared("submission", self.baseline_of_writes(), writers(self.engine), Some(bar), rounds))
    }

    /// Claims what waits, then accepts what was claimed.
    pub fn claims_and_transitions(&self) -> Result<[Compared; 2], String> {
        let (mut claims, mut transitions) = (Vec::new(), Vec::new());
        for round in 0..=self.tier.rounds {
            let key = |what: &str, at: usize| format!("bench-{what}-{round}-{at:08}");
            let path = claim_path();
            let requests: Vec<Vec<u8>> = (0..self.tier.claims)
                .map(|at| self.caller(&self.officer).post(&path, &key("claim", at), None, "{}"))
                .collect();
            let (claimed, bodies) = load::once_each(&self.address, writers(self.engine), &requests)?;
            let requests: Result<Vec<Vec<u8>>, String> = bodies
                .iter()
                .enumerate()
                .map(|(at, body)| {
                    if body.is_empty() {
                        return Err("nothing waits any more: more --cases, or submissions as well".to_owned());
                    }
                    let body: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
                    let case = body["case"]["caseId"].as_str().ok_or("a claim without a case")?;
                    let path = format!("/api/v1/cases/{case}/transitions");
                    let version = body["case"]["version"].as_i64();
                    Ok(self.caller(&self.officer).post(
                        &path,
                        &key("accept", at),
                        version,
                        "{\"action\":\"ACCEPT\"}",
                    ))
                })
                .collect();
            let (accepted, _) = load::once_each(&self.address, writers(self.engine), &requests?)?;
            let raw = raw::commits(self.folder, self.tier.time)?;
            if round > 0 {
                claims.push((claimed, raw));
                transitions.push((accepted, raw));
            }
        }
        // Without a bar: how these stand to the disk.
        let baseline = "SQLite: commits of one row, one after the other";
        Ok([
            self.compared("claim", baseline, writers(self.engine), None, claims),
            self.compared("transition", baseline, writers(self.engine), None, transitions),
        ])
    }

    /// Requests that read single cases by their id.
    pub fn case_reads(&self) -> Vec<Vec<u8>> {
        self.some_cases().map(|id| self.caller(&self.applicant).get(&format!("/api/v1/cases/{id}"))).collect()
    }

    /// The first page of a queue as staff see it.
    pub fn queue_page(&self) -> Vec<Vec<u8>> {
        vec![self.caller(&self.officer).get(&queue_page_path())]
    }

    fn some_cases(&self) -> impl Iterator<Item = String> {
        // A stride that shares no factor with the count walks over all of it.
        (0..DIFFERENT).map(|at| self.originals.case(at * 7919 % self.cases))
    }

    /// Reads of both kinds against the bare handler.
    pub fn reads(&self) -> Result<[Compared; 2], String> {
        let bare = Caller { cookie: "-", address: &self.bare };
        let bare_cases: Vec<Vec<u8>> =
            self.some_cases().map(|id| bare.get(&format!("/cases/{id}"))).collect();
        let bare_queue = vec![bare.get(&format!("/queues/{QUEUE}"))];
        let baseline = "actix and diesel, the SQL alone";
        Ok([
            self.compared(
                "case read",
                baseline,
                READERS,
                Some(0.5),
                self.turns(&self.case_reads(), &bare_cases)?,
            ),
            self.compared(
                "queue page of 50",
                baseline,
                READERS,
                Some(0.5),
                self.turns(&self.queue_page(), &bare_queue)?,
            ),
        ])
    }

    fn turns(&self, own: &[Vec<u8>], bare: &[Vec<u8>]) -> Result<Vec<(Sample, f64)>, String> {
        let mut rounds = Vec::new();
        for round in 0..=self.tier.rounds {
            let sample = load::for_a_time(&self.address, READERS, own, self.tier.time)?;
            let baseline = load::for_a_time(&self.bare, READERS, bare, self.tier.time)?;
            if round > 0 {
                rounds.push((sample, baseline.rate));
            }
        }
        Ok(rounds)
    }

    fn compared(
        &self,
        measure: &'static str,
        baseline: &'static str,
        connections: usize,
        bar: Option<f64>,
        rounds: Vec<(Sample, f64)>,
    ) -> Compared {
        Compared { engine: self.engine.name(), measure, baseline, connections, bar, rounds }
    }
}

/// Connections that read: more than the machine has cores, as many as keep both sides busy.
pub const READERS: usize = 16;
