//! The few statements whose SQL differs by engine.
//!
//! Row locks are `FOR NO KEY UPDATE`: a row inserted with a reference holds its parent's key, and two transactions that
//! each did so and then asked for a full lock on the parent would wait for each other.

use super::StoreError;
use super::conn::Conn;
use super::schema::{cases, idempotency_keys, number_series, submissions, users};
use crate::ids::{CaseId, SubmissionId, UserId};
use diesel::prelude::*;

/// Takes the row lock of a case, if there is such a row: whoever reads it next sees. SQLite's writer is alone.
pub fn lock_case(conn: &mut Conn, id: CaseId) -> QueryResult<()> {
    let row = cases::table.find(id).select(cases::case_id);
    match conn {
        Conn::Pg(pg) => row.for_no_key_update().first::<CaseId>(pg).optional().map(|_| ()),
        Conn::Sqlite(_) => Ok(()),
    }
}

/// The same of a submission.
pub fn lock_submission(conn: &mut Conn, id: SubmissionId) -> QueryResult<()> {
    let row = submissions::table.find(id).select(submissions::submission_id);
    match conn {
        Conn::Pg(pg) => row.for_no_key_update().first::<SubmissionId>(pg).optional().map(|_| ()),
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Takes the row lock of an account: its history is written by one sign-in at a time.
pub fn lock_user(conn: &mut Conn, id: UserId) -> QueryResult<()> {
    let row = users::table.find(id).select(users::user_id);
    match conn {
        Conn::Pg(pg) => row.for_no_key_update().first::<UserId>(pg).map(|_| ()),
        // The writer is alone.
        Conn::Sqlite(_) => Ok(()),
    }
}

/// Locks the one due soonest among these cases that still waits in this queue for somebody; those that other
/// transactions are taking at this moment are passed over. One statement, however many there are.
pub fn lock_first_waiting(conn: &mut Conn, ids: &[CaseId], queue: &str) -> QueryResult<Option<CaseId>> {
    // SQLite's writer is alone: what it has just read waits still.
    let Conn::Pg(pg) = conn else { return Ok(ids.first().copied()) };
    cases::table
        .filter(cases::case_id.eq_any(ids))
        .filter(cases::queue_code.eq(queue))
        .filter(cases::is_open)
        .filter(cases::assignee_id.is_null())
        .order((cases::sort_due.asc(), cases::case_id.asc()))
        .select(cases::case_id)
        .limit(1)
        .for_no_key_update()
        .skip_locked()
        .first(pg)
        .optional()
}

/// A key row to be inserted if there is none; answers whether it was.
#[derive(Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
pub struct NewKey<'a> {
    pub principal_id: crate::ids::PrincipalId,
    pub key: &'a str,
    pub digest: &'a [u8],
    pub status: i32,
    pub created_at: crate::clock::UtcTime,
}

pub fn insert_key(conn: &mut Conn, row: &NewKey<'_>) -> QueryResult<bool> {
    let insert = diesel::insert_into(idempotency_keys::table).values(row).on_conflict_do_nothing();
    let inserted = match conn {
        Conn::Pg(pg) => insert.execute(pg),
        Conn::Sqlite(sqlite) => insert.execute(sqlite),
    }?;
    Ok(inserted == 1)
}

/// Makes a number series if it does not exist.
pub fn ensure_series(conn: &mut Conn, series: &str) -> QueryResult<()> {
    let insert = diesel::insert_into(number_series::table)
        .values((number_series::series.eq(series), number_series::next_number.eq(1_i64)))
        .on_conflict_do_nothing();
    match conn {
        Conn::Pg(pg) => insert.execute(pg),
        Conn::Sqlite(sqlite) => insert.execute(sqlite),
    }
    .map(|_| ())
}

/// The oldest SQLite without the bug by which two connections at a checkpoint can corrupt a WAL database.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// The oldest PostgreSQL that is tested: 15.
const OLDEST_POSTGRES: i32 = 150_000;

/// Refuses an engine that cannot be trusted with filings, in words that say what to do.
pub fn check_engine(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Sqlite(sqlite) => {
            let rows: Vec<Shown> = diesel::sql_query("SELECT sqlite_version() AS shown").load(sqlite)?;
            let version = one(rows);
            if parsed(&version) < OLDEST_SQLITE {
                return Err(StoreError::Refused(format!(
                    "SQLite {version} is too old: 3.51.3 or newer is needed"
                )));
            }
        }
        Conn::Pg(pg) => {
            let setting = |pg: &mut PgConnection, name: &str| -> Result<String, StoreError> {
                Ok(one(diesel::sql_query(format!("SELECT current_setting('{name}') AS shown")).load(pg)?))
            };
            let version = setting(pg, "server_version_num")?;
            if version.parse().is_ok_and(|number: i32| number < OLDEST_POSTGRES) {
                return Err(StoreError::Refused("PostgreSQL 15 or newer is needed".to_owned()));
            }
            let language = setting(pg, "lc_messages")?;
            if !is_english(&language) {
                return Err(StoreError::Refused(format!(
                    "PostgreSQL says its errors in {language}, and a deadlock could not be told from a fault: as its \
                     superuser run ALTER ROLE … SET lc_messages = 'C' for the role of this program"
                )));
            }
        }
    }
    Ok(())
}

fn one(rows: Vec<Shown>) -> String {
    rows.into_iter().next().map(|row| row.shown).unwrap_or_default()
}

/// Locks and deadlocks are known by the words of their message: the driver does not hand on the SQLSTATE.
fn is_english(lc_messages: &str) -> bool {
    let language = lc_messages.split(['_', '.', '@']).next().unwrap_or_default();
    matches!(language, "" | "C" | "POSIX" | "en" | "English")
}

fn parsed(version: &str) -> (u32, u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = diesel::sql_types::Text)]
    shown: String,
}

/// What the engine itself finds wrong: damaged pages, references that lead nowhere. PostgreSQL checks references as
/// they are written and has no such question.
pub fn integrity_faults(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let Conn::Sqlite(sqlite) = conn else { return Ok(Vec::new()) };
    let pages: Vec<IntegrityRow> = diesel::sql_query("PRAGMA integrity_check").load(sqlite)?;
    let references: Vec<ReferenceRow> = diesel::sql_query("PRAGMA foreign_key_check").load(sqlite)?;
    let damaged = pages.into_iter().map(|row| row.integrity_check).filter(|said| said != "ok");
    let dangling = references
        .into_iter()
        .map(|row| format!("table {}: a reference to {} leads nowhere", row.table, row.parent));
    Ok(damaged.chain(dangling).collect())
}

#[derive(QueryableByName)]
struct IntegrityRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    integrity_check: String,
}

#[derive(QueryableByName)]
struct ReferenceRow {
    #[diesel(sql_type = diesel::sql_types::Text)]
    table: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    parent: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(parsed("3.53.2") > OLDEST_SQLITE && parsed("3.51.3") == OLDEST_SQLITE);
        assert!(parsed("3.9.99") < OLDEST_SQLITE && parsed("") < OLDEST_SQLITE);
    }

    #[test]
    fn messages_are_understood_in_english_only() {
        for known in ["C", "C.UTF-8", "POSIX", "en_US.UTF-8", "en_GB", "", "English_United States.1252"] {
            assert!(is_english(known), "{known}");
        }
        for other in ["zh_CN.UTF-8", "de_DE", "Chinese (Simplified)_China.936"] {
            assert!(!is_english(other), "{other}");
        }
    }
}
