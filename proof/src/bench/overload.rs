//! What five times too much load leaves of the server: as many submissions done as at its best, and everybody else
//! told so at once. The server with its database and the load have a core each, for the best and for the overload alike,
//! so that the load takes nothing from the server but what it asks for.

use super::city::{Size, settled};
use super::measures::{Tier, writers};
use super::report::median;
use super::wire::Caller;
use super::{APPLICANT, city_of, load};
use crate::database::Database;
use crate::http::Session;
use crate::world::{Engine, Place, Program};
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::time::Duration;

const TIMES: f64 = 5.0;
const SERVERS_CORE: &str = "0";
const LOADS_CORE: &str = "1";
/// Connections under too much: enough that none waits for its own answer.
const UNDER_LOAD: usize = 512;
const LEAST_GOODPUT: f64 = 0.8;
const MOST_PATIENCE: Duration = Duration::from_secs(1);
/// Kibibytes.
const MOST_MEMORY: u64 = 256 * 1024;
/// Few, and each long enough that the queues are full for most of it.
const ROUNDS: usize = 5;
/// As many a second as no server here does: what is prepared must last, though what is refused is asked again.
const FASTEST: f64 = 4000.0;

/// One engine's overload, round by round.
pub struct Overload {
    engine: Engine,
    rounds: Vec<Round>,
    memory: u64,
}

struct Round {
    best: f64,
    flood: load::Flood,
}

impl Overload {
    fn goodput(&self) -> f64 {
        median(self.rounds.iter().map(|round| round.flood.done / round.best))
    }

    fn slowest_refusal(&self) -> Duration {
        self.rounds.iter().map(|round| round.flood.refused_p99).max().unwrap_or_default()
    }

    fn others(&self) -> usize {
        self.rounds.iter().map(|round| round.flood.others).sum()
    }

    pub fn holds(&self) -> bool {
        self.goodput() >= LEAST_GOODPUT
            && self.slowest_refusal() <= MOST_PATIENCE
            && self.others() == 0
            && self.memory <= MOST_MEMORY
    }

    pub fn row(&self) -> String {
        let per_second = |of: fn(&Round) -> f64| median(self.rounds.iter().map(of));
        format!(
            "  {:<9} overload: best {:.0}/s, asked for {:.0}/s, done {:.0}/s ({:.2} ×, bar {LEAST_GOODPUT:.2}), refused {:.0}/s by \
             503, 99 of 100 within {:.2} s (bar 1), {} answered otherwise, {} MiB (bar 256){}",
            self.engine.name(),
            per_second(|round| round.best),
            per_second(|round| round.best * TIMES),
            per_second(|round| round.flood.done),
            self.goodput(),
            per_second(|round| round.flood.refused),
            self.slowest_refusal().as_secs_f64(),
            self.others(),
            self.memory / 1024,
            if self.holds() { "" } else { "  MISSED" },
        )
    }

    pub fn json(&self) -> Value {
        let rounds: Vec<Value> = self
            .rounds
            .iter()
            .map(|Round { best, flood }| {
                json!({ "bestRate": best, "offeredRate": best * TIMES, "doneRate": flood.done,
                        "refusedRate": flood.refused, "refusedP99Microseconds": flood.refused_p99.as_micros(),
                        "others": flood.others })
            })
            .collect();
        json!({
            "engine": self.engine.name(), "goodputRatio": self.goodput(), "bar": LEAST_GOODPUT,
            "memoryKibibytes": self.memory, "rounds": rounds,
        })
    }
}

/// The best, and then five times that, as often as the tier says.
pub fn measured(
    engine: Engine,
    program: &Program,
    place: &Place,
    cases: usize,
    tier: Tier,
) -> Result<Overload, String> {
    let time = tier.time * 2;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of requests")]
    let half = UNDER_LOAD + (FASTEST * time.as_secs_f64()) as usize;
    let each = 2 * half;
    let (world, originals) = city_of(engine, program, place, Size::of(cases, (ROUNDS + 1) * each))?;
    // The first of them as well, whose children the connections are.
    let database = if engine == Engine::Postgres { place.cluster.processes()? } else { Vec::new() };
    let _database = Pinned::to(SERVERS_CORE, database)?;
    let (server, _) = world.serve_on_core(SERVERS_CORE)?;
    let _load = Pinned::to(LOADS_CORE, vec![std::process::id()])?;
    let cookie = Session::sign_in(&server.address, APPLICANT)?.cookie().to_owned();
    let caller = Caller { cookie: &cookie, address: &server.address };
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        let requests: Vec<Vec<u8>> = (round * each..(round + 1) * each)
            .map(|number| {
                let path = format!("/api/v1/submissions/{}/transitions", originals.draft(number));
                caller.post(&path, &format!("overload-{number:08}"), Some(1), "{\"action\":\"SUBMIT\"}")
            })
            .collect();
        // Either is as long as the other and begins with nothing left over: messages wait while the writer is busy.
        settled(&mut Database::open(&world)?)?;
        let peak = load::flood(&server.address, writers(engine), &requests[..half], f64::INFINITY, time)?;
        if peak.refused > 0.0 || peak.others > 0 {
            return Err("no more than it can do was asked, and not all of it was done".to_owned());
        }
        let best = peak.done;
        settled(&mut Database::open(&world)?)?;
        let flood = load::flood(&server.address, UNDER_LOAD, &requests[half..], best * TIMES, time)?;
        if round > 0 {
            rounds.push(Round { best, flood });
        }
    }
    Ok(Overload { engine, rounds, memory: server.memory()? })
}

/// Processes on one core, until this is dropped.
struct Pinned {
    processes: Vec<u32>,
    cores: usize,
}

impl Pinned {
    fn to(core: &str, processes: Vec<u32>) -> Result<Self, String> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let pinned = Self { processes, cores };
        pinned.processes.iter().try_for_each(|process| pin(*process, core))?;
        Ok(pinned)
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        let all = format!("0-{}", self.cores - 1);
        for process in &self.processes {
            // One that has ended needs no core.
            let _ = pin(*process, &all);
        }
    }
}

/// With all its threads; what it starts later is pinned like it.
fn pin(process: u32, cores: &str) -> Result<(), String> {
    let mut taskset = Command::new("taskset");
    taskset.args(["-a", "-c", "-p", cores, &process.to_string()]);
    let status = taskset.stdout(Stdio::null()).stderr(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        _ => Err("taskset (util-linux) is needed, and two cores".to_owned()),
    }
}
