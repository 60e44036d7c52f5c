//! How a queue and its claims stand a city that grows: the same load on a small and on a large one, in turns.

use super::city::Size;
use super::load::{self, Sample};
use super::measures::{Tier, claim_path, queue_page_path};
use super::report::median;
use super::wire::Caller;
use super::{OFFICER, city_of};
use crate::database::Database;
use crate::http::Session;
use crate::world::{Engine, Place, Program, Server, World};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// Cases of the city that others are compared with.
pub const SMALL: usize = 10_000;
/// Cases of the city that the bars are for; the full tier's.
pub const LARGE: usize = 1_000_000;
/// Few enough that what is seen is the answer's own time and no waiting for others.
const READERS: usize = 4;
/// As many as the bars ask for: the small city's queue lasts for more claims in each, and a round's p99 is then not one claim.
const ROUNDS: usize = 5;
/// Every second case waits.
const ONE_WAITS_IN: usize = 2;
const MOST_P50: f64 = 1.10;
const MOST_P99: f64 = 1.5;

/// One measure on both cities, round by round.
pub struct Grown {
    engine: Engine,
    measure: &'static str,
    cases: usize,
    rounds: Vec<[Sample; 2]>,
}

impl Grown {
    fn ratio(&self, of: impl Fn(&Sample) -> Duration) -> f64 {
        median(self.rounds.iter().map(|[small, large]| of(large).as_secs_f64() / of(small).as_secs_f64()))
    }

    fn milliseconds(&self, which: usize, of: impl Fn(&Sample) -> Duration) -> f64 {
        median(self.rounds.iter().map(|round| of(&round[which]).as_secs_f64() * 1000.0))
    }

    pub fn holds(&self) -> bool {
        self.ratio(|sample| sample.p50) <= MOST_P50 && self.ratio(|sample| sample.p99) <= MOST_P99
    }

    pub fn row(&self) -> String {
        let (p50, p99) = (|sample: &Sample| sample.p50, |sample: &Sample| sample.p99);
        format!(
            "  {:<9} {:<17} {SMALL} → {} cases: p50 {:.2} → {:.2} ms ({:.2} ×, bar {MOST_P50:.2}), p99 {:.2} → {:.2} ms \
             ({:.2} ×, bar {MOST_P99:.2}){}",
            self.engine.name(),
            self.measure,
            self.cases,
            self.milliseconds(0, p50),
            self.milliseconds(1, p50),
            self.ratio(p50),
            self.milliseconds(0, p99),
            self.milliseconds(1, p99),
            self.ratio(p99),
            if self.holds() { "" } else { "  OVER THE BAR" },
        )
    }

    pub fn json(&self) -> Value {
        let sample = |sample: &Sample| json!({ "p50Microseconds": sample.p50.as_micros(), "p99Microseconds": sample.p99.as_micros() });
        let rounds: Vec<Value> = self
            .rounds
            .iter()
            .map(|[small, large]| json!({ "small": sample(small), "large": sample(large) }))
            .collect();
        json!({
            "engine": self.engine.name(), "measure": self.measure, "smallCases": SMALL, "largeCases": self.cases,
            "p50Ratio": self.ratio(|sample| sample.p50), "p99Ratio": self.ratio(|sample| sample.p99),
            "p50Bar": MOST_P50, "p99Bar": MOST_P99, "rounds": rounds,
        })
    }
}

/// A city with a server on it, and an officer at its queue.
struct Served {
    world: World,
    server: Server,
    officer: String,
}

impl Served {
    fn with(engine: Engine, program: &Program, place: &Place, cases: usize) -> Result<Self, String> {
        let (world, _) =
            city_of(engine, program, place, Size { cases, one_waits_in: ONE_WAITS_IN, drafts: 0 })?;
        let (server, _) = world.serve()?;
        let officer = Session::sign_in(&server.address, OFFICER)?.cookie().to_owned();
        Ok(Self { world, server, officer })
    }

    fn page(&self, time: Duration) -> Result<Sample, String> {
        let caller = Caller { cookie: &self.officer, address: &self.server.address };
        load::for_a_time(&self.server.address, READERS, &[caller.get(&queue_page_path())], time)
    }

    /// A city that fits into memory lies there. This machine may take back what has rested for a minute, and a claim is
    /// of a case that nobody has looked at: without this the disk would be measured.
    fn warmed(&self) -> Result<&Self, String> {
        match self.world.engine {
            Engine::Sqlite => read_through(self.world.folder())?,
            Engine::Postgres => {
                // The other city lies beside it.
                let own = "SELECT oid::bigint AS number FROM pg_database WHERE datname = current_database()";
                let own = Database::open(&self.world)?.number(own)?.to_string();
                read_through(&self.world.place().cluster.data.join("base").join(own))?;
            }
        }
        Ok(self)
    }

    /// What PostgreSQL would do by itself within a minute: until then it has plans for tables that were empty, and has
    /// them in one city longer than in the other.
    fn analysed(&self) -> Result<(), String> {
        match self.world.engine {
            Engine::Sqlite => Ok(()),
            Engine::Postgres => Database::open(&self.world)?.run("ANALYZE"),
        }
    }

    fn claims(&self, round: usize, count: usize) -> Vec<Vec<u8>> {
        let caller = Caller { cookie: &self.officer, address: &self.server.address };
        let path = claim_path();
        (0..count).map(|at| caller.post(&path, &format!("growth-{round}-{at:08}"), None, "{}")).collect()
    }
}

/// Rounds on a city of so many cases beside rounds on the small one.
pub fn measured(
    engine: Engine,
    program: &Program,
    place: &Place,
    cases: usize,
    tier: Tier,
) -> Result<[Grown; 2], String> {
    let cities = [Served::with(engine, program, place, SMALL)?, Served::with(engine, program, place, cases)?];
    // The small city's queue must last for all rounds.
    let claims = SMALL / ONE_WAITS_IN / (ROUNDS + 1);
    let (mut pages, mut claimed) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let page = [cities[0].page(tier.time)?, cities[1].page(tier.time)?];
        let requests = [cities[0].warmed()?.claims(round, claims), cities[1].warmed()?.claims(round, claims)];
        let addresses = [0, 1].map(|city: usize| cities[city].server.address.as_str());
        let claim = load::by_turns(addresses, [&requests[0], &requests[1]])?;
        if round == 0 {
            cities.iter().try_for_each(Served::analysed)?;
        } else {
            pages.push(page);
            claimed.push(claim);
        }
    }
    let grown = |measure, rounds| Grown { engine, measure, cases, rounds };
    Ok([grown("queue page of 50", pages), grown("claim", claimed)])
}

/// A file, or every file in a folder and those below it. One that has gone meanwhile, as those of a database do, needs no
/// reading.
fn read_through(path: &Path) -> Result<(), String> {
    if let Ok(entries) = fs::read_dir(path) {
        return entries.flatten().try_for_each(|entry| read_through(&entry.path()));
    }
    match File::open(path).and_then(|mut file| std::io::copy(&mut file, &mut std::io::sink())) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(format!("{}: {error}", path.display())),
        _ => Ok(()),
    }
}
