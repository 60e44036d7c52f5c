//! One connection, either engine, and how each is opened.

use super::StoreError;
use crate::breakage::{self, Breakage};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2;

/// One connection to either engine. Queries are written once against it; only `src/store/` may look inside.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Pg(PgConnection),
    Sqlite(SqliteConnection),
}

/// Runs a query on whichever engine this is: written once, compiled for each. By the derive's own way the text of every
/// statement is made anew three times at each use, and rows are read through one more layer; what every request needs
/// goes this way.
macro_rules! on_engine {
    ($conn:ident => $query:expr) => {
        match &mut *$conn {
            $crate::store::Conn::Pg($conn) => $query,
            $crate::store::Conn::Sqlite($conn) => $query,
        }
    };
}
pub(crate) use on_engine;

/// Which engine a database URL names, decided by its scheme and never guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Path of the database file.
    Sqlite(String),
    /// The whole URL, for libpq.
    Postgres(String),
}

impl Target {
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() {
                return Err(StoreError::Refused("the database URL sqlite:// names no file".to_owned()));
            }
            return Ok(Self::Sqlite(path.to_owned()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            if asks_for_tls(url) && !cfg!(feature = "postgres-tls") {
                return Err(StoreError::Refused(
                    "the database URL asks for TLS, but this program was built without it: build with the feature \
                     postgres-tls"
                        .to_owned(),
                ));
            }
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(StoreError::Refused("a database URL begins with sqlite:// or postgres://".to_owned()))
    }
}

fn asks_for_tls(url: &str) -> bool {
    ["sslmode=require", "sslmode=verify-ca", "sslmode=verify-full"].iter().any(|mode| url.contains(mode))
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Read,
    Write,
    /// A whole database copied or checked by one command, however long that takes.
    Copy,
}

const SQLITE_COMMON: &str = "
    PRAGMA busy_timeout = 5000;
    PRAGMA foreign_keys = ON;
    PRAGMA mmap_size = 0;
    PRAGMA trusted_schema = OFF;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -32768;";

/// FULL, because NORMAL loses acknowledged commits when the power goes; the writer alone may checkpoint. It does so every
/// 8,000 pages (32 MiB) instead of every 1,000: whoever waits meanwhile is fewer than one in a hundred, and pages that
/// were written again and again are copied once.
const SQLITE_WRITER: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 8000;
    PRAGMA secure_delete = ON;
    PRAGMA journal_size_limit = 67108864;";

/// More than ever open a new file at the same moment.
const OPENERS: usize = 100;

const POSTGRES_SESSION: &str = "
    SET statement_timeout = '5s';
    SET lock_timeout = '2s';
    SET idle_in_transaction_session_timeout = '10s';
    SET synchronous_commit = on;
    SET client_min_messages = warning;
    SET TIME ZONE 'UTC';";

const POSTGRES_COPY: &str = "
    SET statement_timeout = 0;
    SET lock_timeout = '60s';
    SET idle_in_transaction_session_timeout = 0;";

pub fn open(target: &Target, purpose: Use) -> Result<Conn, r2d2::Error> {
    let query = r2d2::Error::QueryError;
    match target {
        Target::Postgres(url) => {
            let mut conn = establish_postgres(url)?;
            conn.batch_execute(POSTGRES_SESSION).map_err(query)?;
            if purpose == Use::Copy {
                conn.batch_execute(POSTGRES_COPY).map_err(query)?;
            }
            if breakage::is(Breakage::CommitWithoutSync) {
                conn.batch_execute("SET synchronous_commit = off").map_err(query)?;
            }
            Ok(Conn::Pg(conn))
        }
        Target::Sqlite(path) => {
            let mut conn = establish_sqlite(path)?;
            conn.batch_execute(SQLITE_COMMON).map_err(query)?;
            if purpose == Use::Write {
                keep_a_journal(&mut conn).map_err(query)?;
            }
            match purpose {
                Use::Write if breakage::is(Breakage::CommitWithoutSync) => {
                    let broken = SQLITE_WRITER.replace("synchronous = FULL", "synchronous = NORMAL");
                    conn.batch_execute(&broken).map_err(query)?;
                }
                Use::Write if breakage::is(Breakage::JournalWithoutLimit) => {
                    let broken = SQLITE_WRITER.replace("limit = 67108864", "limit = -1");
                    conn.batch_execute(&broken).map_err(query)?;
                }
                Use::Write => conn.batch_execute(SQLITE_WRITER).map_err(query)?,
                Use::Read => conn.batch_execute("PRAGMA query_only = ON;").map_err(query)?,
                Use::Copy => {}
            }
            Ok(Conn::Sqlite(conn))
        }
    }
}

fn establish_postgres(url: &str) -> Result<PgConnection, r2d2::Error> {
    // Five seconds without an answer from the other side ends a connection that only looks alive: while something is
    // on its way to it (tcp_user_timeout), and while only its answer is awaited (keepalives, else first sent after
    // two hours).
    let separator = if url.contains('?') { '&' } else { '?' };
    let timeouts = "connect_timeout=3&tcp_user_timeout=5000&keepalives_idle=3&keepalives_interval=1\
                    &keepalives_count=2&application_name=onewindow";
    PgConnection::establish(&format!("{url}{separator}{timeouts}")).map_err(r2d2::Error::ConnectionError)
}

/// Whoever opens a new file first makes it WAL. That waits for no lock, whatever the busy timeout: who comes at the
/// same moment waits as writers do, and then finds it done.
fn keep_a_journal(conn: &mut SqliteConnection) -> QueryResult<()> {
    let mut made = conn.batch_execute("PRAGMA journal_mode = WAL");
    for _ in 0..OPENERS {
        if !made.as_ref().is_err_and(|error| error.to_string().contains("database is locked")) {
            break;
        }
        conn.batch_execute("BEGIN IMMEDIATE; ROLLBACK")?;
        made = conn.batch_execute("PRAGMA journal_mode = WAL");
    }
    made
}

fn establish_sqlite(path: &str) -> Result<SqliteConnection, r2d2::Error> {
    SqliteConnection::establish(path).map_err(r2d2::Error::ConnectionError)
}

/// Opens pooled connections of one purpose.
pub struct Manager {
    pub target: Target,
    pub purpose: Use,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Conn;
    type Error = r2d2::Error;

    fn connect(&self) -> Result<Conn, r2d2::Error> {
        open(&self.target, self.purpose)
    }
    fn is_valid(&self, conn: &mut Conn) -> Result<(), r2d2::Error> {
        r2d2::R2D2Connection::ping(conn).map_err(r2d2::Error::QueryError)
    }
    fn has_broken(&self, conn: &mut Conn) -> bool {
        r2d2::R2D2Connection::is_broken(conn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides_and_nothing_is_guessed() {
        assert_eq!(Target::parse("sqlite:///tmp/a.db").unwrap(), Target::Sqlite("/tmp/a.db".to_owned()));
        assert_eq!(Target::parse("sqlite://a.db").unwrap(), Target::Sqlite("a.db".to_owned()));
        assert!(matches!(Target::parse("postgres://h/db").unwrap(), Target::Postgres(_)));
        for bad in ["postgre://h/db", "a.db", "sqlite://", "mysql://h/db", ""] {
            assert!(Target::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn several_who_open_a_new_file_at_once_all_may() {
        for _ in 0..20 {
            let folder = tempfile::tempdir().unwrap();
            let target = Target::Sqlite(folder.path().join("new.sqlite").display().to_string());
            let start = std::sync::Barrier::new(8);
            std::thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        start.wait();
                        let mut conn = open(&target, Use::Write).unwrap();
                        conn.batch_execute("CREATE TABLE IF NOT EXISTS things (thing TEXT)").unwrap();
                    });
                }
            });
        }
    }

    #[cfg(not(feature = "postgres-tls"))]
    #[test]
    fn a_url_that_asks_for_tls_is_refused_in_words() {
        let refusal = Target::parse("postgres://h/db?sslmode=verify-full").unwrap_err().to_string();
        assert!(refusal.contains("postgres-tls"), "{refusal}");
    }
}
