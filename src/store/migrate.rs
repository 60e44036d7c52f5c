//! Migrations, embedded for both engines. Each runs in one transaction; a second program that starts at the same time
//! waits at the lock and then finds nothing left to do.

use super::conn::{Conn, Target, Use, open};
use super::copy::Engine;
use super::{StoreError, broken, transaction};
use crate::breakage::{self, Breakage};
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How far a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    pub applied: Vec<String>,
    pub pending: Vec<String>,
    /// Applied there but unknown here: the database is newer than this program.
    pub unknown: Vec<String>,
}

fn connect(url: &str) -> Result<Conn, StoreError> {
    let target = Target::parse(url)?;
    let mut conn = open(&target, Use::Write)
        .map_err(|error| StoreError::Refused(format!("the database cannot be opened: {error}")))?;
    if let Conn::Pg(pg) = &mut conn {
        // Schema changes may wait longer than requests do.
        pg.batch_execute("SET statement_timeout = '10min'; SET lock_timeout = '60s'")?;
    }
    Ok(conn)
}

fn failed(error: &(dyn std::error::Error + Send + Sync)) -> StoreError {
    StoreError::Refused(format!("a migration failed: {error}"))
}

pub fn migration_state(url: &str) -> Result<MigrationState, StoreError> {
    in_turn(&mut connect(url)?, state)
}

fn state(conn: &mut Conn) -> Result<MigrationState, StoreError> {
    let (mut applied, known) = match conn {
        Conn::Pg(pg) => (pg.applied_migrations().map_err(|e| failed(&*e))?, names::<Pg>(&POSTGRES)?),
        Conn::Sqlite(sqlite) => {
            (sqlite.applied_migrations().map_err(|e| failed(&*e))?, names::<Sqlite>(&SQLITE)?)
        }
    };
    applied.sort();
    let applied: Vec<String> = applied.iter().map(ToString::to_string).collect();
    Ok(MigrationState {
        pending: known.iter().filter(|name| !applied.contains(name)).cloned().collect(),
        unknown: applied.iter().filter(|name| !known.contains(name)).cloned().collect(),
        applied,
    })
}

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// What this program needs and the database does not have. Newer migrations do no harm: a release only adds to what
/// the one before uses.
pub fn missing_migrations(conn: &mut Conn) -> Result<Vec<String>, StoreError> {
    use __diesel_schema_migrations::dsl;
    let applied: Vec<String> = dsl::__diesel_schema_migrations.select(dsl::version).load(conn)?;
    let known = match conn {
        Conn::Pg(_) => names::<Pg>(&POSTGRES)?,
        Conn::Sqlite(_) => names::<Sqlite>(&SQLITE)?,
    };
    Ok(known.into_iter().filter(|name| !applied.contains(name)).collect())
}

fn names<DB: diesel::backend::Backend>(source: &impl MigrationSource<DB>) -> Result<Vec<String>, StoreError> {
    let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(|e| failed(&*e))?;
    let mut names: Vec<String> = migrations.iter().map(|m| m.name().version().to_string()).collect();
    names.sort();
    Ok(names)
}

/// Every migration that this program knows, in their order.
pub fn known_migrations(engine: Engine) -> Result<Vec<String>, StoreError> {
    match engine {
        Engine::Sqlite => names::<Sqlite>(&SQLITE),
        Engine::Postgresql => names::<Pg>(&POSTGRES),
    }
}

/// Brings the database to this program's schema; answers how many migrations ran. A newer database is refused.
pub fn migrate(url: &str) -> Result<usize, StoreError> {
    let mut conn = connect(url)?;
    if breakage::is(Breakage::MigrationWithoutTransaction) {
        return match &mut conn {
            Conn::Pg(pg) => broken::migrate_in_pieces(pg, POSTGRES),
            Conn::Sqlite(sqlite) => broken::migrate_in_pieces(sqlite, SQLITE),
        }
        .map_err(|error| failed(&*error));
    }
    in_turn(&mut conn, |conn| {
        refuse_newer(&state(conn)?)?;
        match conn {
            Conn::Pg(pg) => pg.run_pending_migrations(POSTGRES).map(|ran| ran.len()),
            Conn::Sqlite(sqlite) => sqlite.run_pending_migrations(SQLITE).map(|ran| ran.len()),
        }
        .map_err(|error| failed(&*error))
    })
}

fn refuse_newer(before: &MigrationState) -> Result<(), StoreError> {
    if let Some(newer) = before.unknown.first() {
        return Err(StoreError::Refused(format!(
            "the database is newer than this program: it holds migration {newer}"
        )));
    }
    Ok(())
}

/// Takes back every migration, newest first; answers how many.
pub fn revert(url: &str) -> Result<usize, StoreError> {
    let mut conn = connect(url)?;
    in_turn(&mut conn, |conn| {
        match conn {
            Conn::Pg(pg) => pg.revert_all_migrations(POSTGRES).map(|ran| ran.len()),
            Conn::Sqlite(sqlite) => sqlite.revert_all_migrations(SQLITE).map(|ran| ran.len()),
        }
        .map_err(|error| failed(&*error))
    })
}

/// One runner at a time: all of it in one transaction that holds a lock from its first statement.
fn in_turn<T>(
    conn: &mut Conn,
    work: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let Conn::Pg(pg) = conn {
        // Two programs that make it at the same moment collide in the catalogue; the loser finds it made. Any other
        // fault shows at the lock.
        let _ = pg.batch_execute("CREATE TABLE IF NOT EXISTS migration_turn (holder integer PRIMARY KEY)");
    }
    transaction::begin(conn)?;
    if let Conn::Pg(pg) = conn {
        pg.batch_execute("LOCK TABLE migration_turn IN ACCESS EXCLUSIVE MODE")?;
    }
    match work(conn) {
        Ok(value) => transaction::commit(conn).map(|()| value),
        Err(error) => {
            let _ = transaction::roll_back(conn);
            Err(error)
        }
    }
}
