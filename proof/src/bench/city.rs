//! A city with many cases, made fast: a few cases are filed and handled as users do, and their rows are then copied by
//! the database itself under new ids. Every row is one that the program wrote, but for ids, numbers and dates; what
//! copies cannot have is hashes that fit, so such a database is for measuring only.

use crate::database::Database;
use crate::http::Session;
use crate::ledger::Outcome;
use crate::operation::{self, Kind, Request};
use crate::world::{Engine, World};
use serde_json::Value;
use std::io::Write;

/// How ids of copies begin: 48 bits that stand where a UUIDv7 has its milliseconds, so that they sort by number.
const CASES: u64 = 0x0180_0000_0000;
const DRAFTS: u64 = 0x0188_0000_0000;
/// How large a city is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub cases: usize,
    /// One case in so many waits in its queue; the others are closed, with a history of thirteen events.
    pub one_waits_in: usize,
    pub drafts: usize,
}

/// Copies made by one statement.
const AT_ONCE: usize = 10_000;

/// A table whose rows belong to a submission.
struct Table {
    name: &'static str,
    /// Columns whose ids become the copy's own.
    ids: &'static [&'static str],
    /// Numbers given out one after the other, and unique: they get the copy's number, with zeros before it as the program's
    /// have, so that they sort by filing.
    unique: &'static [&'static str],
    /// Dates that are spread over a year in the order of filing, as in a queue of one service with one term: what was
    /// filed first is due first.
    dates: &'static [&'static str],
    /// Which rows are the original's: `{submission}` and `{cases}` are SQL.
    of: &'static str,
}

const TABLES: &[Table] = &[
    Table {
        name: "submissions",
        ids: &["submission_id"],
        unique: &["receipt_number"],
        dates: &[],
        of: "submission_id = {submission}",
    },
    Table {
        name: "cases",
        ids: &["case_id", "submission_id"],
        unique: &["case_number"],
        dates: &["due_on", "sort_due"],
        of: "submission_id = {submission}",
    },
    Table {
        name: "events",
        ids: &["event_id", "stream_id"],
        unique: &[],
        dates: &[],
        of: "stream_id = {submission} OR stream_id IN ({cases})",
    },
    Table {
        name: "event_texts",
        ids: &["event_id"],
        unique: &[],
        dates: &[],
        of: "event_id IN (SELECT event_id FROM events WHERE stream_id IN ({cases}))",
    },
    Table {
        name: "messages",
        ids: &["message_id", "event_id"],
        unique: &[],
        dates: &[],
        of: "event_id IN (SELECT event_id FROM events WHERE stream_id = {submission} OR stream_id IN ({cases}))",
    },
    Table {
        name: "notices",
        ids: &["notice_id", "message_id", "case_id", "submission_id"],
        unique: &[],
        dates: &[],
        of: "submission_id = {submission}",
    },
    Table {
        name: "routing_decisions",
        ids: &["decision_id", "case_id"],
        unique: &[],
        dates: &[],
        of: "case_id IN ({cases})",
    },
    Table {
        name: "deadlines",
        ids: &["deadline_id", "case_id"],
        unique: &[],
        dates: &[],
        of: "case_id IN ({cases})",
    },
    Table {
        name: "correction_rounds",
        ids: &["case_id"],
        unique: &[],
        dates: &[],
        of: "case_id IN ({cases})",
    },
];

/// What was copied, by which the copies' ids are known.
pub struct Originals {
    pub waiting: Filed,
    pub closed: Filed,
    pub draft: String,
    size: Size,
}

/// A submission of one case.
pub struct Filed {
    pub submission: String,
    pub case: String,
}

/// The id of a copy.
fn copied(original: &str, first: u64, number: usize) -> String {
    let prefix = format!("{:012x}", first + number as u64);
    format!("{}-{}{}", &prefix[..8], &prefix[8..], &original[13..])
}

impl Size {
    /// A fifth of the cases waits.
    pub fn of(cases: usize, drafts: usize) -> Self {
        Self { cases, one_waits_in: 5, drafts }
    }
}

impl Originals {
    /// The case with this number among the seeded.
    pub fn case(&self, number: usize) -> String {
        let number = number % self.size.cases;
        let of = if number.is_multiple_of(self.size.one_waits_in) { &self.waiting } else { &self.closed };
        copied(&of.case, CASES, number)
    }

    pub fn draft(&self, number: usize) -> String {
        copied(&self.draft, DRAFTS, number)
    }
}

/// SQL for the copy's id on each engine: `{first}` beside the number `{i}`.
pub fn id_of_copy(engine: Engine, column: &str, first: &str) -> String {
    match engine {
        Engine::Sqlite => format!("unhex(printf('%012x', {first}) || hex(substr({column}, 7)))"),
        Engine::Postgres => {
            format!("(lpad(to_hex({first}), 12, '0') || substr(replace({column}::text, '-', ''), 13))::uuid")
        }
    }
}

pub fn first_draft() -> u64 {
    DRAFTS
}

/// Files the originals as users do, and waits for the worker to have told everybody.
pub fn file(
    address: &str,
    size: Size,
    applicant: &Session,
    officer: &Session,
    example: &Value,
) -> Result<Originals, String> {
    let mut filing = Filing { address, applicant, officer, key: 0 };
    let waiting = filing.submit(example)?;
    let closed = filing.submit(example)?;
    let case = closed.case.clone();
    filing.send(|key| operation::claim(key, &case))?;
    for _ in 0..3 {
        filing.act(Kind::AskCorrection, &case)?;
        filing.act(Kind::AnswerCorrection, &case)?;
    }
    filing.act(Kind::Accept, &case)?;
    let draft = filing.send(|key| operation::draft(key, example.clone()))?;
    let draft = text(&draft["submissionId"])?;
    Ok(Originals { waiting, closed, draft, size })
}

struct Filing<'a> {
    address: &'a str,
    applicant: &'a Session,
    officer: &'a Session,
    key: usize,
}

impl Filing<'_> {
    fn send(&mut self, request: impl Fn(String) -> Request) -> Result<Value, String> {
        self.key += 1;
        let request = request(format!("{:08}-original", self.key));
        let session = match request.who {
            operation::Who::Applicant => self.applicant,
            operation::Who::Officer => self.officer,
        };
        match session.send(self.address, &request) {
            Outcome::Done(_, body) => Ok(body),
            other => Err(format!("{}: {other:?}", request.kind.name())),
        }
    }

    fn submit(&mut self, example: &Value) -> Result<Filed, String> {
        let draft = self.send(|key| operation::draft(key, example.clone()))?;
        let submission = text(&draft["submissionId"])?;
        let version = draft["version"].as_i64().unwrap_or(1);
        let handed_in = self.send(|key| operation::submit(key, &submission, version))?;
        let case = text(&handed_in["submission"]["items"][0]["caseId"])?;
        Ok(Filed { submission, case })
    }

    fn act(&mut self, kind: Kind, case: &str) -> Result<(), String> {
        let shown = self.applicant.get(self.address, &format!("/api/v1/cases/{case}"))?;
        let version = shown["version"].as_i64().ok_or_else(|| format!("no version: {shown}"))?;
        self.send(|key| operation::act(key, kind, case, version)).map(|_| ())
    }
}

fn text(value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("no id: {value}"))
}

/// Waits until the worker has delivered every message and logged every event, so that the copies are settled too.
pub fn settled(database: &mut Database) -> Result<(), String> {
    for _ in 0..600 {
        let left = database.number(
            "SELECT (SELECT count(*) FROM messages WHERE state = 'PENDING')
                  + (SELECT count(*) FROM events WHERE NOT logged) AS number",
        )?;
        if left == 0 {
            return Ok(());
        }
        crate::pause(std::time::Duration::from_millis(100));
    }
    Err("messages were not delivered within a minute".to_owned())
}

/// Copies the originals until there are so many cases and drafts. The server must not run.
pub fn multiply(world: &World, originals: &Originals) -> Result<(), String> {
    let mut database = Database::open(world)?;
    let settings = match world.engine {
        Engine::Sqlite => "PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576; PRAGMA foreign_keys = OFF",
        // References of copies hold because those of the originals do.
        Engine::Postgres => "SET session_replication_role = replica; SET synchronous_commit = off",
    };
    database.run(settings)?;
    let Size { cases, drafts, .. } = originals.size;
    let copying = Copying { engine: world.engine, one_waits_in: originals.size.one_waits_in };
    let mut progress = Progress::new(cases + drafts);
    copying.all(&mut database, &originals.draft, "draft", DRAFTS, drafts, &mut progress)?;
    copying.all(&mut database, &originals.closed.submission, "closed", CASES, cases, &mut progress)?;
    copying.all(&mut database, &originals.waiting.submission, "waiting", CASES, cases, &mut progress)?;
    match world.engine {
        Engine::Sqlite => {
            database.run("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")?;
            // What the system has not written yet it would write while the server waits for the same disk.
            let file = world.file();
            let on_disk = std::fs::File::open(&file).and_then(|file| file.sync_all());
            on_disk.map_err(|error| format!("{}: {error}", file.display()))?;
        }
        Engine::Postgres => {
            database.run("VACUUM ANALYZE")?;
            database.run("CHECKPOINT")?;
            until_nobody_vacuums(&mut database)?;
        }
    }
    Ok(())
}

/// PostgreSQL looks after what was written so fast by itself, and would go on while it is measured.
fn until_nobody_vacuums(database: &mut Database) -> Result<(), String> {
    let at_work = "SELECT count(*) AS number FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'";
    for _ in 0..6000 {
        if database.number(at_work)? == 0 {
            return Ok(());
        }
        crate::pause(std::time::Duration::from_millis(100));
    }
    Err("PostgreSQL vacuums for ten minutes".to_owned())
}

struct Copying {
    engine: Engine,
    one_waits_in: usize,
}

impl Copying {
    /// Copies one original; which numbers it gets is said by its name.
    fn all(
        &self,
        database: &mut Database,
        submission: &str,
        name: &str,
        first: u64,
        count: usize,
        progress: &mut Progress,
    ) -> Result<(), String> {
        let submission = match self.engine {
            Engine::Sqlite => format!("x'{}'", submission.replace('-', "")),
            Engine::Postgres => format!("'{submission}'::uuid"),
        };
        let cases = format!("SELECT case_id FROM cases WHERE submission_id = {submission}");
        let mut statements = Vec::new();
        for table in TABLES {
            let original = format!("original_{name}_{}", table.name);
            let of = table.of.replace("{submission}", &submission).replace("{cases}", &cases);
            database
                .run(&format!("CREATE TEMP TABLE {original} AS SELECT * FROM {} WHERE {of}", table.name))?;
            statements.push(self.statement(database, table, &original, first, count)?);
        }
        let one_waits_in = self.one_waits_in;
        let which = match name {
            "waiting" => format!("WHERE i % {one_waits_in} = 0"),
            "closed" => format!("WHERE i % {one_waits_in} <> 0"),
            _ => String::new(),
        };
        let mut from = 0;
        while from < count {
            let until = (from + AT_ONCE).min(count);
            let numbers = match self.engine {
                Engine::Sqlite => format!(
                    "WITH RECURSIVE counted(i) AS (VALUES({from}) UNION ALL
                     SELECT i + 1 FROM counted WHERE i + 1 < {until}), numbers AS (SELECT i FROM counted {which})"
                ),
                Engine::Postgres => format!(
                    "WITH numbers AS (SELECT i FROM generate_series({from}::bigint, {until}::bigint - 1) AS i {which})"
                ),
            };
            let all: String =
                statements.iter().map(|one| one.replace("{numbers}", &numbers) + ";\n").collect();
            database.run(&format!("BEGIN;\n{all}COMMIT"))?;
            let made = match name {
                "waiting" => (until - from) / one_waits_in,
                "closed" => (until - from) - (until - from) / one_waits_in,
                _ => until - from,
            };
            progress.made(made);
            from = until;
        }
        Ok(())
    }

    fn statement(
        &self,
        database: &mut Database,
        table: &Table,
        original: &str,
        first: u64,
        count: usize,
    ) -> Result<String, String> {
        let columns = match self.engine {
            Engine::Sqlite => format!("SELECT name AS text FROM pragma_table_info('{}')", table.name),
            Engine::Postgres => format!(
                "SELECT column_name::text AS text FROM information_schema.columns
                 WHERE table_name = '{}' AND table_schema = 'public' ORDER BY ordinal_position",
                table.name
            ),
        };
        let columns = database.texts(&columns)?;
        let expressions: Vec<String> = columns
            .iter()
            .map(|column| {
                let is_in = |list: &[&str]| list.contains(&column.as_str());
                if is_in(table.ids) {
                    let id = id_of_copy(self.engine, column, &format!("{first} + i"));
                    format!("CASE WHEN {column} IS NULL THEN NULL ELSE {id} END")
                } else if is_in(table.unique) {
                    match self.engine {
                        Engine::Sqlite => format!("printf('%s-%07d', {column}, i)"),
                        Engine::Postgres => format!("{column} || '-' || lpad(i::text, 7, '0')"),
                    }
                } else if is_in(table.dates) {
                    // Back from the original's date: no year after 9999, where the undated sort.
                    let days = format!("({count} - i) * 365 / {count}");
                    match self.engine {
                        Engine::Sqlite => format!("date({column}, '-' || ({days}) || ' days')"),
                        Engine::Postgres => format!("{column} - ({days})::integer"),
                    }
                } else {
                    column.clone()
                }
            })
            .collect();
        Ok(format!(
            "INSERT INTO {} ({}) {{numbers}} SELECT {} FROM numbers CROSS JOIN {original}",
            table.name,
            columns.join(", "),
            expressions.join(", ")
        ))
    }
}

/// A bar that grows on a terminal, one line at its end.
struct Progress {
    all: usize,
    made: usize,
    shown: usize,
}

impl Progress {
    fn new(all: usize) -> Self {
        Self { all, made: 0, shown: 0 }
    }

    fn made(&mut self, more: usize) {
        self.made += more;
        let part = self.made * 40 / self.all.max(1);
        if part > self.shown {
            self.shown = part;
            eprint!(
                "\r  [{}{}] {} of {}",
                "=".repeat(part),
                " ".repeat(40 - part.min(40)),
                self.made,
                self.all
            );
            if part == 40 {
                eprintln!();
            }
            let _ = std::io::stderr().flush();
        }
    }
}
