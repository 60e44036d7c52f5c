//! Looking into the database past the program.

use crate::world::{Engine, World};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use std::path::Path;

enum Conn {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

pub struct Database(Conn);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Text)]
    text: String,
}

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[expect(clippy::disallowed_methods, reason = "the proof looks past the program")]
fn connect(engine: Engine, url: &str) -> Result<Conn, String> {
    let said = |error: ConnectionError| error.to_string();
    Ok(match engine {
        Engine::Sqlite => Conn::Sqlite(
            SqliteConnection::establish(url.strip_prefix("sqlite://").unwrap_or(url)).map_err(said)?,
        ),
        Engine::Postgres => Conn::Postgres(PgConnection::establish(url).map_err(said)?),
    })
}

/// Runs a statement on the PostgreSQL server itself.
pub fn administer(url: &str, sql: &str) -> Result<(), String> {
    match connect(Engine::Postgres, url)? {
        Conn::Postgres(mut conn) => {
            diesel::sql_query(sql).execute(&mut conn).map(|_| ()).map_err(|error| format!("{sql}: {error}"))
        }
        Conn::Sqlite(_) => unreachable!("asked for PostgreSQL"),
    }
}

/// Writes a SQLite database, journal and all, into one new file.
pub fn copy_whole(url: &str, to: &Path) -> Result<(), String> {
    match connect(Engine::Sqlite, url)? {
        Conn::Sqlite(mut conn) => diesel::sql_query(format!("VACUUM INTO '{}'", to.display()))
            .execute(&mut conn)
            .map(|_| ())
            .map_err(|error| error.to_string()),
        Conn::Postgres(_) => unreachable!("asked for SQLite"),
    }
}

impl Database {
    pub fn open(world: &World) -> Result<Self, String> {
        let mut conn = connect(world.engine, &world.url)?;
        if let Conn::Sqlite(sqlite) = &mut conn {
            diesel::sql_query("PRAGMA busy_timeout = 10000")
                .execute(sqlite)
                .map_err(|error| error.to_string())?;
        }
        Ok(Self(conn))
    }

    /// Takes what every write needs, and holds it until this is dropped.
    pub fn hold_writes(&mut self) -> Result<(), String> {
        self.run(match self.0 {
            Conn::Sqlite(_) => "BEGIN IMMEDIATE",
            Conn::Postgres(_) => "BEGIN; LOCK TABLE submissions IN ACCESS EXCLUSIVE MODE",
        })
    }

    /// Runs statements as they are.
    pub fn run(&mut self, sql: &str) -> Result<(), String> {
        let ran = match &mut self.0 {
            Conn::Sqlite(conn) => conn.batch_execute(sql),
            Conn::Postgres(conn) => conn.batch_execute(sql),
        };
        ran.map_err(|error| format!("{sql}: {error}"))
    }

    /// The texts that a question answers with, in a column `text`.
    pub fn texts(&mut self, sql: &str) -> Result<Vec<String>, String> {
        let query = diesel::sql_query(sql);
        let found: Result<Vec<Words>, _> = match &mut self.0 {
            Conn::Sqlite(conn) => query.load(conn),
            Conn::Postgres(conn) => query.load(conn),
        };
        found
            .map(|rows| rows.into_iter().map(|row| row.text).collect())
            .map_err(|error| format!("{sql}: {error}"))
    }

    /// The one number that a question answers with, in a column `number`.
    pub fn number(&mut self, sql: &str) -> Result<i64, String> {
        let query = diesel::sql_query(sql);
        let found: Result<Number, _> = match &mut self.0 {
            Conn::Sqlite(conn) => query.get_result(conn),
            Conn::Postgres(conn) => query.get_result(conn),
        };
        found.map(|row| row.number).map_err(|error| format!("{sql}: {error}"))
    }

    /// Whatever a question answers with.
    pub fn rows<T>(&mut self, sql: &str) -> Result<Vec<T>, String>
    where
        T: QueryableByName<diesel::sqlite::Sqlite> + QueryableByName<diesel::pg::Pg> + 'static,
    {
        let query = diesel::sql_query(sql);
        let found = match &mut self.0 {
            Conn::Sqlite(conn) => query.load(conn),
            Conn::Postgres(conn) => query.load(conn),
        };
        found.map_err(|error| format!("{sql}: {error}"))
    }

    /// Statements past the program and past its references, as somebody with the database's password could give them.
    pub fn meddle(&mut self, sql: &str) -> Result<(), String> {
        let done = match &mut self.0 {
            Conn::Sqlite(conn) => {
                conn.batch_execute(&format!("PRAGMA foreign_keys = OFF; BEGIN; {sql}; COMMIT"))
            }
            Conn::Postgres(conn) => {
                conn.batch_execute(&format!("SET session_replication_role = replica; BEGIN; {sql}; COMMIT"))
            }
        };
        done.map_err(|error| format!("{}: {error}", sql.chars().take(400).collect::<String>()))
    }

    /// Rows of a name and a number.
    pub fn pairs(&mut self, sql: &str) -> Result<Vec<(String, i64)>, String> {
        let query = diesel::sql_query(sql);
        let found: Result<Vec<Pair>, _> = match &mut self.0 {
            Conn::Sqlite(conn) => query.load(conn),
            Conn::Postgres(conn) => query.load(conn),
        };
        found
            .map(|rows| rows.into_iter().map(|row| (row.name, row.number)).collect())
            .map_err(|error| format!("{sql}: {error}"))
    }
}
