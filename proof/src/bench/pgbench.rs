//! What PostgreSQL itself could do: `pgbench` with the very statements of one submission, as the server sent them.

use super::city;
use crate::cluster::Cluster;
use crate::database::{Database, administer};
use crate::world::{Engine, World};
use std::collections::HashSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The statements of one transaction, ready for `pgbench`.
pub struct Script {
    file: PathBuf,
    pub statements: usize,
}

/// Has the server log what one request sends, makes the request, and reads the log. `draft` is the id of the submission
/// that is handed in, and `key` the idempotency key of the request.
pub fn record(
    world: &World,
    cluster: &Cluster,
    draft: &str,
    key: &str,
    request: impl FnOnce() -> Result<(), String>,
) -> Result<Script, String> {
    let log = cluster.log();
    let read = || std::fs::read_to_string(&log).map_err(|error| format!("{}: {error}", log.display()));
    let before = read()?.len();
    request()?;
    let text = read()?;
    let mut database = Database::open(world)?;
    let known = database.texts(
        "SELECT user_id::text AS text FROM users UNION ALL SELECT party_id::text FROM parties
         UNION ALL SELECT session_id::text FROM sessions",
    )?;
    let known: HashSet<String> = known.into_iter().collect();
    let statements = transaction(&text[before..], draft)?;
    let script: String = statements.iter().map(|sql| copied(sql, &known, key) + ";\n").collect();
    let file = world.folder().join("submission.sql");
    let head = "\\set i :i + 1\n\\set n :base + :client_id * :each + :i\n";
    std::fs::write(&file, format!("{head}{script}")).map_err(|error| error.to_string())?;
    Ok(Script { file, statements: statements.len() })
}

/// The SQL of the transaction that opens a case for this draft, with its parameters written in.
fn transaction(log: &str, draft: &str) -> Result<Vec<String>, String> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let mut open: std::collections::HashMap<String, Vec<String>> = std::collections::HashMap::new();
    let mut last: Option<String> = None;
    for line in log.lines() {
        let process = line.split(['[', ']']).nth(1).unwrap_or_default().to_owned();
        if let Some((_, said)) = line.split_once("LOG:  ") {
            let sql = said.strip_prefix("statement: ").or_else(|| {
                said.strip_prefix("execute ").and_then(|named| named.split_once(": ")).map(|(_, sql)| sql)
            });
            let Some(sql) = sql else { continue };
            if sql.starts_with("BEGIN") {
                open.insert(process.clone(), Vec::new());
            }
            if let Some(statements) = open.get_mut(&process) {
                statements.push(sql.to_owned());
                last = Some(process.clone());
                if sql == "COMMIT" || sql == "ROLLBACK" {
                    found.extend(open.remove(&process));
                }
            }
        } else if let Some((_, parameters)) = line.split_once("DETAIL:  parameters: ")
            && last.as_deref() == Some(process.as_str())
            && let Some(sql) = open.get_mut(&process).and_then(|statements| statements.last_mut())
        {
            *sql = written_in(sql, parameters);
        }
    }
    let opens = |statements: &&Vec<String>| {
        statements.iter().any(|sql| sql.contains("INSERT INTO \"cases\"") && sql.contains(draft))
    };
    found
        .iter()
        .find(opens)
        .cloned()
        .ok_or_else(|| "the log shows no transaction that opens a case".to_owned())
}

/// `$1`, `$2` … replaced by what the log says of them.
fn written_in(sql: &str, parameters: &str) -> String {
    let values = values(parameters);
    let mut out = String::with_capacity(sql.len() + parameters.len());
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let digits: String = rest[at + 1..].chars().take_while(char::is_ascii_digit).collect();
        let value = digits.parse::<usize>().ok().and_then(|place| values.get(place.wrapping_sub(1)));
        out.push_str(value.map_or("$", String::as_str));
        rest = &rest[at + 1 + if value.is_some() { digits.len() } else { 0 }..];
    }
    out + rest
}

/// `$1 = 'it''s', $2 = NULL` as SQL literals in order.
fn values(parameters: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut rest = parameters;
    while let Some((_, after)) = rest.split_once(" = ") {
        if let Some(quoted) = after.strip_prefix('\'') {
            let mut end = 0;
            let bytes = quoted.as_bytes();
            while end < bytes.len() {
                match (bytes[end], bytes.get(end + 1)) {
                    (b'\'', Some(b'\'')) => end += 2,
                    (b'\'', _) => break,
                    _ => end += 1,
                }
            }
            values.push(format!("'{}'", &quoted[..end]));
            rest = quoted.get(end + 1..).unwrap_or_default();
        } else {
            let end = after.find(", $").unwrap_or(after.len());
            values.push(after[..end].to_owned());
            rest = &after[end..];
        }
    }
    values
}

/// Every id that the request drew becomes one of the run's own, and so does every number that must be unique; people,
/// parties and sessions stay who they are.
fn copied(sql: &str, known: &HashSet<String>, key: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for (place, part) in sql.split('\'').enumerate() {
        let literal = place % 2 == 1;
        if !literal {
            out.push_str(part);
        } else if is_id(part) && !known.contains(part) {
            let of = format!("'{part}'::uuid");
            let first = format!("{} + (:n)::bigint", city::first_draft());
            out.push_str(&city::id_of_copy(Engine::Postgres, &of, &first));
        } else if part == key || is_number(part) {
            let _ = write!(out, "('{part}-' || (:n)::text)");
        } else if part.contains(':') {
            // A colon in a literal would be read as a variable of the script.
            let _ = write!(out, "E'{}'", part.replace('\\', "\\\\").replace(':', "\\x3a"));
        } else {
            let _ = write!(out, "'{part}'");
        }
    }
    out
}

fn is_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

/// A case or receipt number, such as `NT2026-C000123-C`.
fn is_number(text: &str) -> bool {
    text.starts_with("NT20") && text.len() < 24 && text.contains('-')
}

impl Script {
    /// Runs the transaction `count` times on so many connections; answers transactions a second. `base` is the number of
    /// the first draft it may hand in.
    pub fn run(
        &self,
        url: &str,
        programs: &Path,
        connections: usize,
        count: usize,
        base: usize,
    ) -> Result<f64, String> {
        let each = count / connections;
        let mut pgbench = Command::new(programs.join("pgbench"));
        pgbench.args([
            "-n",
            "-M",
            "prepared",
            "-j",
            "1",
            "-c",
            &connections.to_string(),
            "-t",
            &each.to_string(),
        ]);
        pgbench.args(["-D", "i=-1", "-D", &format!("base={base}"), "-D", &format!("each={each}"), "-f"]);
        let output =
            pgbench.arg(&self.file).arg(url).output().map_err(|error| format!("pgbench: {error}"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        let complete = said.contains(&format!("processed: {}/{}", each * connections, each * connections));
        match rate {
            Some(rate) if output.status.success() && complete => Ok(rate),
            _ => Err(format!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr))),
        }
    }
}

/// A copy of the world's database, gone when it is dropped.
pub struct Copy<'a> {
    pub url: String,
    name: String,
    server: &'a str,
}

impl<'a> Copy<'a> {
    /// Nobody may be connected to the world's.
    pub fn of(world: &World, server: &'a str) -> Result<Self, String> {
        let (place, original) = world.url.rsplit_once('/').ok_or("a PostgreSQL URL has a path")?;
        let name = format!("{original}_pgbench");
        administer(server, &format!("CREATE DATABASE {name} TEMPLATE {original}"))?;
        Ok(Self { url: format!("{place}/{name}"), name, server })
    }
}

impl Drop for Copy<'_> {
    fn drop(&mut self) {
        let _ = administer(self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// Whether statements of this database are logged from the next connection on.
pub fn log_statements(world: &World, server: &str, log: bool) -> Result<(), String> {
    let name = world.url.rsplit('/').next().unwrap_or_default();
    let level = if log { "all" } else { "none" };
    administer(server, &format!("ALTER DATABASE {name} SET log_statement = '{level}'"))
}
