//! F11: a migration is killed at its statements, from an empty database and from the schema before this one with work
//! in it. Migrated again, the database is as if nothing had happened. On SQLite the program dies before a write or a
//! wait for the disk, on PostgreSQL the line is cut before a message. Then several programs begin at once.

use super::{Seen, Setting, clients};
use crate::database::Database;
use crate::ledger::Ledger;
use crate::oracle::Findings;
use crate::proxy::{Line, Weather};
use crate::world::{Engine, World};
use std::ffi::OsStr;
use std::fs;
use std::process::{Command, Output};

/// What a program does that is about to be lost.
const CALLS: [&str; 4] = ["pwrite64", "fsync", "fdatasync", "unlink"];
/// After every so many kills a server is started too.
const SERVED: usize = 8;
/// Programs that migrate at once, and how often they do at most.
const AT_ONCE: usize = 4;
const TOGETHER: usize = 20;

/// Where a migration begins: from nothing, or from this.
#[derive(Clone, Copy)]
struct Origin<'a>(Option<&'a World>);

impl Origin<'_> {
    fn world(self, setting: &Setting<'_>) -> Result<World, String> {
        match self.0 {
            None => World::empty(setting.engine, setting.program, setting.place),
            Some(world) => world.copy(),
        }
    }

    fn name(self) -> &'static str {
        if self.0.is_none() { "from nothing" } else { "from the schema before" }
    }
}

/// A moment to die at: before the call with this name and number, or before the message with this number.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Call(&'static str, usize),
    Message(usize),
    /// The answer to the commit is lost.
    Commit,
}

/// As many kills from each origin as the setting says, spread over all moments, or at every moment.
pub fn run(setting: &Setting<'_>) -> Result<Seen, String> {
    let mut seen = Seen::default();
    let before = schema_before(setting)?;
    for origin in [Origin(None), Origin(Some(&before))] {
        let sound = origin.world(setting)?;
        let moments = moments(&sound)?;
        let expected = picture(&sound)?;
        let step = moments.len().div_ceil(setting.times).max(1);
        for (at, moment) in moments.iter().step_by(step).enumerate() {
            let world = origin.world(setting)?;
            if outlived(&world, *moment)? {
                return Err(format!("a migration {} outlived {moment:?}", origin.name()));
            }
            let found = again(&world, &expected, at % SERVED == 0, &mut seen)?;
            let faults =
                found.into_iter().map(|fault| format!("{}, killed at {moment:?}: {fault}", origin.name()));
            seen.findings.faults.extend(faults);
            if setting.until_found && !seen.findings.faults.is_empty() {
                return Ok(seen);
            }
        }
        for _ in 0..(setting.times / 4).min(TOGETHER) {
            seen.findings.merge(together(&origin.world(setting)?, &expected)?);
            if setting.engine == Engine::Postgres && origin.0.is_none() {
                seen.findings.merge(servers_together(setting, &expected)?);
            }
        }
    }
    Ok(seen)
}

/// A database with work in it, as the version before the newest migration left it.
fn schema_before(setting: &Setting<'_>) -> Result<World, String> {
    let world = World::make(setting.engine, setting.program, setting.place)?;
    let ledger = Ledger::open(&world.folder().join("ledger.jsonl"))?;
    let (server, _) = world.serve()?;
    for mut client in clients(setting, &server.address, 2)? {
        client.one_life(&server.address, &ledger)?;
    }
    server.kill();
    let folder = setting.place.repository.join("migrations").join(setting.engine.name());
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let last = entries.flatten().map(|entry| entry.path()).max().ok_or("no migrations")?;
    let version = last.file_name().and_then(|name| name.to_str()?.split('_').next()).ok_or("no version")?;
    let down = fs::read_to_string(last.join("down.sql")).map_err(|error| error.to_string())?;
    let forget = format!("DELETE FROM __diesel_schema_migrations WHERE version = '{version}'");
    Database::open(&world)?.run(&format!("{down};{forget}"))?;
    Ok(world)
}

/// Migrates this world without a fault, and tells at which moments there was something to lose.
fn moments(world: &World) -> Result<Vec<Moment>, String> {
    match world.engine {
        Engine::Sqlite => {
            let log = world.folder().join("calls");
            let trace = format!("trace={}", CALLS.join(","));
            migrated(
                world,
                world.traced(&["-o".as_ref(), log.as_os_str(), "-e".as_ref(), trace.as_ref()]),
                &world.url,
            )?;
            let text = fs::read_to_string(&log).map_err(|error| error.to_string())?;
            let calls = |name: &'static str| {
                let count = text.lines().filter(|line| line.contains(&format!("{name}("))).count();
                (1..=count).map(move |at| Moment::Call(name, at))
            };
            Ok(CALLS.into_iter().flat_map(calls).collect())
        }
        Engine::Postgres => {
            let line = Line::to(world.database_server()?)?;
            migrated(world, world.untraced(), &line.url(&world.url))?;
            // The last message says good-bye.
            let all = (1..line.messages()).map(Moment::Message);
            Ok(all.chain([Moment::Commit]).collect())
        }
    }
}

fn migrate(world: &World, program: Command, url: &str) -> Result<Output, String> {
    let mut words = vec!["migrate"];
    if let Some(broken) = world.program.broken {
        words.extend(["--break", broken]);
    }
    world.end(program, url, &words)
}

/// Migrates without a fault.
fn migrated(world: &World, program: Command, url: &str) -> Result<(), String> {
    let output = migrate(world, program, url)?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("migrate: {said}")) }
}

/// Whether the program came to its end all the same.
fn outlived(world: &World, moment: Moment) -> Result<bool, String> {
    let (call, weather) = match moment {
        Moment::Call(name, at) => (Some((name, at)), Weather::Fair),
        Moment::Message(at) => (None, Weather::Ending(at)),
        Moment::Commit => (None, Weather::Forgetful(1)),
    };
    let output = if let Some((name, at)) = call {
        let inject = format!("inject={name}:error=EIO:signal=KILL:when={at}");
        let trace = format!("trace={name}");
        migrate(
            world,
            world.traced(&["-o", "/dev/null", "-e", &trace, "-e", &inject].map(OsStr::new)),
            &world.url,
        )?
    } else {
        let line = Line::to(world.database_server()?)?;
        line.set(weather);
        migrate(world, world.untraced(), &line.url(&world.url))?
    };
    Ok(output.status.success())
}

/// Migrates again, and says what is not as it should be.
fn again(world: &World, expected: &[String], serve: bool, seen: &mut Seen) -> Result<Vec<String>, String> {
    if let Err(said) = migrated(world, world.untraced(), &world.url) {
        return Ok(vec![said]);
    }
    let mut faults = differences(world, expected)?;
    faults.extend(world.run(&["verify"]).err());
    if serve {
        match world.serve() {
            Ok((_, took)) => seen.slowest_start = seen.slowest_start.max(took),
            Err(said) => faults.push(said),
        }
    }
    Ok(faults)
}

/// Several programs migrate at once: all end well, and leave one schema.
fn together(world: &World, expected: &[String]) -> Result<Findings, String> {
    let migrating = || migrated(world, world.untraced(), &world.url);
    let ended: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(migrating)).collect();
        all.into_iter().map(|one| one.join().unwrap_or(Err("it panicked".to_owned()))).collect()
    });
    let mut faults: Vec<String> = ended.into_iter().filter_map(Result::err).collect();
    faults.extend(differences(world, expected)?);
    let faults = faults.into_iter().map(|fault| format!("{AT_ONCE} at once: {fault}")).collect();
    Ok(Findings { checked: 0, faults })
}

/// Two servers begin at once on a database that is empty; both serve.
fn servers_together(setting: &Setting<'_>, expected: &[String]) -> Result<Findings, String> {
    let world = World::empty(setting.engine, setting.program, setting.place)?;
    let begun: Vec<_> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..2).map(|_| scope.spawn(|| world.serve())).collect();
        all.into_iter().map(|one| one.join().unwrap_or(Err("it panicked".to_owned()))).collect()
    });
    let mut faults: Vec<String> = begun.into_iter().filter_map(Result::err).collect();
    faults.extend(differences(&world, expected)?);
    faults.extend(world.run(&["verify"]).err());
    Ok(Findings { checked: 0, faults })
}

/// The schema, what has run, and how much work is there: one line each.
fn picture(world: &World) -> Result<Vec<String>, String> {
    let schema = match world.engine {
        Engine::Sqlite => "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS name FROM sqlite_master",
        Engine::Postgres => {
            "SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, data_type, is_nullable,
                              column_default) AS name
               FROM information_schema.columns WHERE table_schema = 'public'
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
               FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        }
    };
    let mut database = Database::open(world)?;
    let mut lines = Vec::new();
    for sql in [
        format!("SELECT name, CAST(0 AS BIGINT) AS number FROM ({schema}) AS parts"),
        "SELECT 'migration ' || version AS name, CAST(0 AS BIGINT) AS number FROM __diesel_schema_migrations"
            .to_owned(),
        "SELECT 'cases' AS name, count(*) AS number FROM cases".to_owned(),
    ] {
        lines.extend(database.pairs(&sql)?.into_iter().map(|(name, number)| format!("{name} {number}")));
    }
    lines.sort();
    Ok(lines)
}

fn differences(world: &World, expected: &[String]) -> Result<Vec<String>, String> {
    let found = picture(world)?;
    let missing = expected.iter().filter(|line| !found.contains(line)).map(|line| format!("missing: {line}"));
    let strange =
        found.iter().filter(|line| !expected.contains(line)).map(|line| format!("not expected: {line}"));
    Ok(missing.chain(strange).collect())
}
