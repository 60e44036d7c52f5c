//! The few statements whose SQL differs by engine.

use super::conn::Conn;
use super::schema::{cases, idempotency_keys, number_series, submissions};
use crate::ids::{CaseId, SubmissionId};
use diesel::prelude::*;

/// Reads a case's version under a row lock. SQLite holds the write lock already.
pub fn lock_case(conn: &mut Conn, id: CaseId) -> QueryResult<Option<i64>> {
    let row = cases::table.find(id).select(cases::version);
    match conn {
        Conn::Pg(pg) => row.for_update().first(pg).optional(),
        Conn::Sqlite(sqlite) => row.first(sqlite).optional(),
    }
}

/// Reads a submission's version under a row lock.
pub fn lock_submission(conn: &mut Conn, id: SubmissionId) -> QueryResult<Option<i64>> {
    let row = submissions::table.find(id).select(submissions::version);
    match conn {
        Conn::Pg(pg) => row.for_update().first(pg).optional(),
        Conn::Sqlite(sqlite) => row.first(sqlite).optional(),
    }
}

/// The case of a queue that has waited longest by due date, locked for the caller; one that another transaction is
/// taking at this moment is passed over.
pub fn next_waiting(conn: &mut Conn, queue: &str) -> QueryResult<Option<CaseId>> {
    let waiting = cases::table
        .filter(cases::queue_code.eq(queue))
        .filter(cases::is_open)
        .filter(cases::assignee_id.is_null())
        .order((cases::sort_due.asc(), cases::case_id.asc()))
        .select(cases::case_id)
        .limit(1);
    match conn {
        Conn::Pg(pg) => waiting.for_update().skip_locked().first(pg).optional(),
        Conn::Sqlite(sqlite) => waiting.first(sqlite).optional(),
    }
}

/// A key row to be inserted if there is none; answers whether it was.
#[derive(Insertable)]
#[diesel(table_name = idempotency_keys)]
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
