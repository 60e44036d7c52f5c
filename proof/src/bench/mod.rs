//! How fast the program is beside what the machine could do: durable submissions, claims, transitions and reads, each
//! in turns with its baseline. `cargo xtask bench` builds what is needed and runs it.

pub mod bare;
mod city;
mod growth;
mod load;
mod measures;
mod overload;
mod pgbench;
mod raw;
mod report;
mod wire;

use crate::arguments::Options;
use crate::database::Database;
use crate::http::Session;
use crate::world::{Engine, Place, Program, Server, World};
use city::Size;
use measures::{Bench, PgBench, Tier};
use report::Compared;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Who files the example, and who examines it.
const APPLICANT: &str = "hengmian.admin";
const OFFICER: &str = "pre-examiner.tzht";
const EXAMPLE: &str = "examples/nantong/pre-design-home-textile.json";

/// Measures all that is asked for; whether every bar holds.
pub fn run(options: &Options) -> Result<bool, String> {
    if let Some(unknown) = options.only.iter().find(|only| !PARTS.contains(&only.as_str())) {
        return Err(format!("{unknown} is none of {}", PARTS.join(", ")));
    }
    let templates = tempfile::tempdir().map_err(|error| error.to_string())?;
    let place = Place::of(options, templates.path());
    let program = Program { path: options.server.clone(), broken: None };
    let tier = if options.full { Tier::FULL } else { Tier::QUICK };
    let (mut all, mut memory, mut grown, mut overloads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for engine in options.engines.iter().copied() {
        if PARTS[..3].iter().any(|part| options.ask_for(part)) {
            let measured = on(engine, &program, &place, options, tier)?;
            all.extend(measured.compared);
            memory.push(measured.memory);
        }
        let large = if options.full { options.cases.max(growth::LARGE) } else { options.cases };
        if options.ask_for("growth") && large > growth::SMALL {
            let both = growth::measured(engine, &program, &place, large, tier)?;
            for one in both {
                eprintln!("{}", one.row());
                grown.push(one);
            }
        }
        // Longer than a quick run may take, unless it is what was asked for.
        if options.ask_for("overload") && (options.full || !options.only.is_empty()) {
            let overload = overload::measured(engine, &program, &place, options.cases, tier)?;
            eprintln!("{}", overload.row());
            overloads.push(overload);
        }
    }
    println!("{}", report::HEAD);
    for compared in &all {
        println!("{}", report::row(compared));
    }
    for grown in &grown {
        println!("{}", grown.row());
    }
    for overload in &overloads {
        println!("{}", overload.row());
    }
    for line in &memory {
        println!("  {}", line.words());
    }
    let results = json!({
        "cases": options.cases, "full": options.full, "commit": options.commit,
        "measures": all.iter().map(Compared::json).collect::<Vec<_>>(),
        "memory": memory.iter().map(Memory::json).collect::<Vec<_>>(),
        "overload": overloads.iter().map(overload::Overload::json).collect::<Vec<_>>(),
        "growth": grown.iter().map(growth::Grown::json).collect::<Vec<_>>(),
    });
    if let Some(path) = &options.results {
        let text = serde_json::to_string_pretty(&results).map_err(|error| error.to_string())?;
        std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if let Some(path) = &options.picture {
        std::fs::write(path, report::svg(&all)).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(all.iter().all(Compared::holds)
        && grown.iter().all(growth::Grown::holds)
        && overloads.iter().all(overload::Overload::holds))
}

struct Measured {
    compared: Vec<Compared>,
    memory: Memory,
}

/// What the server held of memory.
struct Memory {
    engine: &'static str,
    idle: u64,
    under_load: u64,
}

impl Memory {
    fn words(&self) -> String {
        let (idle, load) = (self.idle / 1024, self.under_load / 1024);
        format!("{:<9} memory {idle} MiB idle (bar 64), {load} MiB after all load (bar 256)", self.engine)
    }

    fn json(&self) -> Value {
        json!({ "engine": self.engine, "idleKibibytes": self.idle, "underLoadKibibytes": self.under_load })
    }
}

/// What `--only` can name.
const PARTS: [&str; 5] = ["submissions", "claims", "reads", "growth", "overload"];

/// A database with so many cases and drafts.
fn city_of(
    engine: Engine,
    program: &Program,
    place: &Place,
    size: Size,
) -> Result<(World, city::Originals), String> {
    let world = World::make(engine, program, place)?;
    let example = example(&place.repository)?;
    eprintln!("{}: {} cases and {} drafts", engine.name(), size.cases, size.drafts);
    let originals = {
        let (server, _) = world.serve()?;
        let (applicant, officer) =
            (Session::sign_in(&server.address, APPLICANT)?, Session::sign_in(&server.address, OFFICER)?);
        let originals = city::file(&server.address, size, &applicant, &officer, &example)?;
        city::settled(&mut Database::open(&world)?)?;
        originals
    };
    city::multiply(&world, &originals)?;
    Ok((world, originals))
}

fn on(
    engine: Engine,
    program: &Program,
    place: &Place,
    options: &Options,
    tier: Tier,
) -> Result<Measured, String> {
    let cases = options.cases;
    let (world, originals) = city_of(engine, program, place, Size::of(cases, tier.drafts()))?;
    let pgbench = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(recorded(&world, place, &originals, tier)?),
    };
    let (server, _) = world.serve()?;
    let bare = Bare::serve(&world)?;
    let idle = server.memory()?;
    let mut bench = Bench {
        engine,
        address: server.address.clone(),
        bare: bare.address.clone(),
        applicant: Session::sign_in(&server.address, APPLICANT)?.cookie().to_owned(),
        officer: Session::sign_in(&server.address, OFFICER)?.cookie().to_owned(),
        originals: &originals,
        cases,
        tier,
        folder: world.folder(),
        pgbench,
        used: 0,
    };
    let mut compared = Vec::new();
    if options.ask_for("submissions") {
        compared.push(bench.submissions()?);
    }
    if options.ask_for("claims") {
        compared.extend(bench.claims_and_transitions()?);
    }
    if options.ask_for("reads") {
        compared.extend(bench.reads()?);
    }
    let memory = Memory { engine: engine.name(), idle, under_load: server.memory()? };
    Ok(Measured { compared, memory })
}

/// The statements of one submission, read from the server's log, and a copy of the database to run them on.
fn recorded<'a>(
    world: &World,
    place: &'a Place,
    originals: &city::Originals,
    tier: Tier,
) -> Result<PgBench<'a>, String> {
    let copy = pgbench::Copy::of(world, &place.postgres)?;
    pgbench::log_statements(world, &place.postgres, true)?;
    let (server, _): (Server, _) = world.serve()?;
    let applicant = Session::sign_in(&server.address, APPLICANT)?;
    // The last of the drafts: no round hands it in.
    let draft = originals.draft(tier.drafts() - 1);
    let key = "bench-recorded";
    let script = pgbench::record(world, &place.cluster, &draft, key, || {
        let request = crate::operation::submit(key.to_owned(), &draft, 1);
        match applicant.send(&server.address, &request) {
            crate::ledger::Outcome::Done(..) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })?;
    drop(server);
    pgbench::log_statements(world, &place.postgres, false)?;
    eprintln!("postgres: a submission is {} statements", script.statements);
    Ok(PgBench { script, copy, programs: &place.cluster.programs })
}

fn example(repository: &Path) -> Result<Value, String> {
    let path = repository.join(EXAMPLE);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// The bare server, a process of its own as the program is.
struct Bare {
    child: Child,
    address: String,
}

impl Bare {
    fn serve(world: &World) -> Result<Self, String> {
        let own = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut child = Command::new(own)
            .args(["bare", world.engine.name(), &world.url])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let stdout = child.stdout.take().ok_or("the bare server says nothing")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address).map_err(|error| error.to_string())?;
        Ok(Self { child, address: format!("http://{}", address.trim()) })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
