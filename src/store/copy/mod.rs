//! A copy of the whole database, taken while servers write and put back where nothing is. The ways of the two engines
//! differ, and so do their files.

mod client_tools;
mod postgres;
mod sqlite;

use super::conn::{Conn, Target, Use, open};
use super::{StoreError, Tries, transaction};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Which engine a copy is of: the other cannot read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Engine {
    Sqlite,
    Postgresql,
}

impl Engine {
    pub fn of(url: &str) -> Result<Self, StoreError> {
        Ok(match Target::parse(url)? {
            Target::Sqlite(_) => Self::Sqlite,
            Target::Postgres(_) => Self::Postgresql,
        })
    }

    /// What the one file of a copy is called.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Sqlite => "onewindow.sqlite",
            Self::Postgresql => "onewindow.dump",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgresql => "PostgreSQL",
        })
    }
}

/// What was seen in the snapshot that was copied.
pub struct Taken<T> {
    pub seen: T,
    /// Major version of the client tool that wrote the file, where one did: an older one cannot read it.
    pub tool: Option<u32>,
}

/// Copies the database into the empty file `to`, and looks at exactly what was copied. Servers go on writing.
pub fn take<T, E: From<StoreError>>(
    url: &str,
    to: &Path,
    look: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<Taken<T>, E> {
    match Target::parse(url)? {
        Target::Sqlite(path) => sqlite::take(&path, to, look).map(|seen| Taken { seen, tool: None }),
        Target::Postgres(url) => postgres::take(&url, to, look),
    }
}

/// Whether a copy can be put here: refused in words where anything is.
pub fn require_nothing(url: &str) -> Result<(), StoreError> {
    match Target::parse(url)? {
        Target::Sqlite(path) => sqlite::require_nothing(&path),
        Target::Postgres(url) => postgres::require_nothing(&url),
    }
}

/// Puts a copy where nothing is. `settle` gets the address at which it lies meanwhile; what it refuses is taken away
/// again.
pub fn put<T, E: From<StoreError>>(
    url: &str,
    from: &Path,
    tool: Option<u32>,
    settle: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, E> {
    match Target::parse(url)? {
        Target::Sqlite(path) => sqlite::put(&path, from, settle),
        Target::Postgres(url) => postgres::put(&url, from, tool, settle),
    }
}

/// Runs `f` on one snapshot of a database that nobody serves; it may take as long as it needs.
pub fn read<T, E: From<StoreError>>(url: &str, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    transaction::read(&mut connect(&Target::parse(url)?)?, f)
}

/// Runs `f` in a write transaction on a database that nobody serves.
pub fn write<T, E: From<StoreError> + Tries>(
    url: &str,
    f: impl Fn(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    transaction::write(&mut connect(&Target::parse(url)?)?, &f)
}

fn connect(target: &Target) -> Result<Conn, StoreError> {
    open(target, Use::Copy)
        .map_err(|error| StoreError::Refused(format!("the database cannot be opened: {error}")))
}

/// What lies in a database, told without knowing the schema it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    pub migrations: Vec<String>,
    /// Rows by table.
    pub tables: BTreeMap<String, i64>,
    /// The newest event: its id in hexadecimal, as ids grow with time.
    pub last_event: Option<String>,
}

const SQLITE_TABLES: &str =
    "SELECT name AS shown FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
const POSTGRES_TABLES: &str =
    "SELECT tablename::text AS shown FROM pg_tables WHERE schemaname = current_schema()";
const SQLITE_LAST: &str = "SELECT lower(hex(max(event_id))) AS shown FROM events HAVING count(*) > 0";
const POSTGRES_LAST: &str =
    "SELECT replace(max(event_id::text), '-', '') AS shown FROM events HAVING count(*) > 0";
const MIGRATIONS: &str = "__diesel_schema_migrations";

pub fn contents(conn: &mut Conn) -> Result<Contents, StoreError> {
    let (tables, last_event) = match conn {
        Conn::Sqlite(_) => (SQLITE_TABLES, SQLITE_LAST),
        Conn::Pg(_) => (POSTGRES_TABLES, POSTGRES_LAST),
    };
    let names = texts(conn, tables)?;
    if !names.iter().any(|name| name == MIGRATIONS) {
        return Err(StoreError::Refused(
            "this is no database of OneWindow: it was never migrated".to_owned(),
        ));
    }
    let mut tables = BTreeMap::new();
    for name in names {
        let rows = count(conn, &format!("SELECT count(*) AS rows FROM \"{}\"", name.replace('"', "\"\"")))?;
        tables.insert(name, rows);
    }
    Ok(Contents {
        migrations: texts(conn, &format!("SELECT version AS shown FROM {MIGRATIONS} ORDER BY version"))?,
        tables,
        last_event: texts(conn, last_event)?.pop(),
    })
}

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = Text)]
    shown: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

fn texts(conn: &mut Conn, sql: &str) -> Result<Vec<String>, StoreError> {
    let rows: Vec<Shown> = match conn {
        Conn::Sqlite(sqlite) => diesel::sql_query(sql).load(sqlite)?,
        Conn::Pg(pg) => diesel::sql_query(sql).load(pg)?,
    };
    Ok(rows.into_iter().map(|row| row.shown).collect())
}

fn count(conn: &mut Conn, sql: &str) -> Result<i64, StoreError> {
    let row: Count = match conn {
        Conn::Sqlite(sqlite) => diesel::sql_query(sql).get_result(sqlite)?,
        Conn::Pg(pg) => diesel::sql_query(sql).get_result(pg)?,
    };
    Ok(row.rows)
}
