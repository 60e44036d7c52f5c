//! Which faults are proven, how often in each tier, and which breakage each must find.

use crate::arguments::Options;
use crate::faults::{
    Seen, Setting, claims, clock, commit, disk, exhaustion, fsync, full, kill, line, migration, outbox,
    outsider, postgres, power, race, restart, restore, tamper, wait,
};
use crate::results::Results;
use crate::world::{Engine, Place, Program};
use serde_json::json;
use std::time::Instant;

struct Proof {
    name: &'static str,
    what: &'static str,
    run: fn(&Setting<'_>) -> Result<Seen, String>,
    /// How often in the short and in the full tier.
    times: [usize; 2],
    engines: &'static [Engine],
    /// Breakages that it must find, how often it may try, and on which engines they can show.
    controls: &'static [(&'static str, usize, &'static [Engine])],
}

const BOTH: &[Engine] = &Engine::ALL;

const PROOFS: &[Proof] = &[
    Proof {
        name: "kill",
        what: "F1: server killed at random moments",
        run: kill::run,
        times: [6, 200],
        engines: BOTH,
        controls: &[("ack-before-commit", 60, BOTH), ("no-idempotency-row", 5, BOTH)],
    },
    Proof {
        name: "fsync",
        what: "F1: server killed at its waits for the disk, every one or (short) every second",
        run: fsync::run,
        times: [2, 1],
        engines: &[Engine::Sqlite],
        controls: &[("ack-before-commit", 1, &[Engine::Sqlite])],
    },
    Proof {
        name: "postgres",
        what: "F2: PostgreSQL killed, stopped at once, and one of its backends killed, under a server that stays",
        run: postgres::run,
        times: [3, 50],
        engines: &[Engine::Postgres],
        controls: &[("ack-before-commit", 30, &[Engine::Postgres])],
    },
    Proof {
        name: "power",
        what: "F3: power cut under 16 clients",
        run: power::run,
        times: [3, 50],
        engines: BOTH,
        controls: &[("commit-without-sync", 5, BOTH)],
    },
    Proof {
        name: "disk",
        what: "F4: disk full or failing at the writes of a life, every one or (short) every sixtieth",
        run: disk::run,
        times: [60, 1],
        engines: &[Engine::Sqlite],
        controls: &[("ack-before-commit", 60, &[Engine::Sqlite])],
    },
    Proof {
        name: "wait",
        what: "F4: waits for the disk that fail, every one or (short) every second, and then the power goes",
        run: wait::run,
        times: [2, 1],
        engines: &[Engine::Sqlite],
        controls: &[("ack-before-commit", 1, &[Engine::Sqlite])],
    },
    Proof {
        name: "full",
        what: "F4: volume of the database full, and room again",
        run: full::run,
        times: [2, 20],
        engines: BOTH,
        controls: &[("ack-before-commit", 10, &[Engine::Sqlite]), ("shed-as-internal", 2, BOTH)],
    },
    Proof {
        name: "outsider",
        what: "F15: the database locked by an outside writer and its journal held by an outside reader",
        run: outsider::run,
        times: [1, 20],
        engines: &[Engine::Sqlite],
        controls: &[
            ("shed-as-internal", 1, &[Engine::Sqlite]),
            ("journal-without-limit", 1, &[Engine::Sqlite]),
        ],
    },
    Proof {
        name: "line",
        what: "F7: the line to PostgreSQL late, narrow, silent and torn",
        run: line::run,
        times: [3, 70],
        engines: &[Engine::Postgres],
        controls: &[("shed-as-internal", 3, &[Engine::Postgres])],
    },
    Proof {
        name: "commit",
        what: "F7: PostgreSQL has committed, and its answer is lost on the line",
        run: commit::run,
        times: [48, 500],
        engines: &[Engine::Postgres],
        controls: &[
            ("no-idempotency-row", 16, &[Engine::Postgres]),
            ("outcome-guessed", 16, &[Engine::Postgres]),
        ],
    },
    Proof {
        name: "restart",
        what: "F10: servers told to end under load, and replaced",
        run: restart::run,
        times: [2, 20],
        engines: BOTH,
        controls: &[("end-at-once", 1, BOTH)],
    },
    Proof {
        name: "migration",
        what: "F11: a migration killed at its statements, at most so many from nothing and from the schema before",
        run: migration::run,
        times: [8, 10_000],
        engines: BOTH,
        controls: &[("migration-without-transaction", 8, BOTH)],
    },
    Proof {
        name: "clock",
        what: "F5: clocks that leap by an hour, a day, ten years and past 2038, and back",
        run: clock::run,
        times: [2, 20],
        engines: BOTH,
        controls: &[("clock-believed", 3, BOTH)],
    },
    Proof {
        name: "exhaustion",
        what: "F6: 500 writes at once while somebody else holds the lock",
        run: exhaustion::run,
        times: [1, 20],
        engines: BOTH,
        controls: &[("place-kept", 1, BOTH)],
    },
    Proof {
        name: "claims",
        what: "F8: claims while servers are killed, and one stands still (PostgreSQL)",
        run: claims::run,
        times: [600, 5000],
        engines: BOTH,
        controls: &[("claim-without-lock", 300, &[Engine::Postgres])],
    },
    Proof {
        name: "race",
        what: "F16: one key and one version, 50 at once",
        run: race::run,
        times: [10, 200],
        engines: BOTH,
        controls: &[("no-idempotency-row", 2, BOTH)],
    },
    Proof {
        name: "restore",
        what: "F12: backups taken under writers, each restored where nothing is and served",
        run: restore::run,
        times: [2, 10],
        engines: BOTH,
        controls: &[("backup-without-snapshot", 4, BOTH)],
    },
    Proof {
        name: "outbox",
        what: "every message delivered once by two servers, one of which is killed",
        run: outbox::run,
        times: [3, 50],
        engines: BOTH,
        controls: &[("outbox-by-highest-id", 4, &[Engine::Postgres])],
    },
    Proof {
        name: "tamper",
        what: "F13: one thing changed in the database at a time; verify names it, and is silent about all that is sound",
        run: tamper::run,
        times: [32, 500],
        engines: BOTH,
        controls: &[("verify-without-checkpoints", 32, BOTH)],
    },
];

/// Runs all that is asked for; whether every proof held and every control failed.
pub fn run(options: &Options) -> Result<bool, String> {
    if let Some(unknown) = options.only.iter().find(|name| !PROOFS.iter().any(|proof| proof.name == **name)) {
        let known: Vec<&str> = PROOFS.iter().map(|proof| proof.name).collect();
        return Err(format!("{unknown} is none of {}", known.join(", ")));
    }
    let templates = tempfile::tempdir().map_err(|error| error.to_string())?;
    let place = Place::of(options, templates.path());
    let sound = Program { path: options.server.clone(), broken: None };
    let (mut held, mut checked, mut lost) = (true, 0, 0);
    let mut results = Results::open(options)?;
    println!("seed {}", options.seed);
    for proof in PROOFS.iter().filter(|proof| options.ask_for(proof.name)) {
        println!("{}", proof.what);
        for engine in options.engines.iter().copied().filter(|engine| proof.engines.contains(engine)) {
            let times = proof.times[usize::from(options.full)];
            let setting = Setting {
                program: &sound,
                place: &place,
                engine,
                seed: options.seed,
                times,
                until_found: false,
            };
            results.begin(proof.name, engine.name())?;
            let begun = Instant::now();
            let seen = (proof.run)(&setting)?;
            if let Some(why) = seen.skipped.as_ref().and_then(|why| why.lines().next()) {
                println!("  skip  {} on {}: {why}", proof.name, engine.name());
                results.add(json!({ "fault": proof.name, "engine": engine.name(), "notRun": why }))?;
                continue;
            }
            let faults = &seen.findings.faults;
            checked += seen.findings.checked;
            lost += faults.len();
            held &= faults.is_empty();
            let took = begun.elapsed().as_secs_f64();
            println!(
                "  {}  {} on {}, {times} times: {} acknowledged writes checked, {} faults, slowest to be well {:.1} s, {took:.0} s in all",
                if faults.is_empty() { "ok  " } else { "FAIL" },
                proof.name,
                engine.name(),
                seen.findings.checked,
                faults.len(),
                seen.slowest_start.as_secs_f64(),
            );
            seen.notes.iter().for_each(|note| println!("          {note}"));
            faults.iter().take(10).for_each(|fault| println!("          {fault}"));
            results.add(json!({
                "fault": proof.name, "engine": engine.name(), "times": times, "checked": seen.findings.checked,
                "faults": faults.len(), "slowestStartSeconds": seen.slowest_start.as_secs_f64(), "seconds": took,
                "notes": seen.notes,
            }))?;
            for (broken, times, engines) in proof.controls {
                if !engines.contains(&engine) {
                    continue;
                }
                let program = Program { path: options.breakable.clone(), broken: Some(broken) };
                let setting = Setting { program: &program, times: *times, until_found: true, ..setting };
                let found = (proof.run)(&setting)?.findings.faults;
                held &= !found.is_empty();
                let (name, engine) = (proof.name, engine.name());
                // What was doubled is seen last, when the books are compared, and says most.
                match found.iter().find(|fault| fault.starts_with("DOUBLED")).or(found.first()) {
                    Some(first) => {
                        let first: String = first.chars().take(120).collect();
                        println!("  ok    {name} on {engine} finds {broken}: {first}");
                    }
                    None => println!("  FAIL  {name} on {engine} does not find {broken}: it proves nothing"),
                }
                results.add(json!({
                    "control": name, "engine": engine, "broken": broken, "times": times,
                    "found": !found.is_empty(),
                }))?;
            }
        }
    }
    println!("{checked} acknowledged writes checked, {lost} lost, doubled or torn");
    Ok(held)
}
