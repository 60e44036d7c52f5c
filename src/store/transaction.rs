//! Beginning and ending transactions, the same on both engines but for the first word.

use super::conn::Conn;
use super::{MayRetry, StoreError};
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager as Ansi, TransactionManager};
use std::panic::{AssertUnwindSafe, catch_unwind};

type Manager = <Conn as Connection>::TransactionManager;

/// Begins a write transaction. On SQLite it takes the write lock at once: a deferred one that reads and then writes
/// fails instantly, whatever the busy timeout.
pub fn begin(conn: &mut Conn) -> Result<(), StoreError> {
    match conn {
        Conn::Pg(pg) => Ansi::begin_transaction(pg),
        Conn::Sqlite(sqlite) => Ansi::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
    }
    .map_err(StoreError::from)
}

/// Inside a group's transaction: a savepoint of its own. Without one under way it fails.
pub fn begin_savepoint(conn: &mut Conn) -> Result<(), StoreError> {
    let depth = Manager::transaction_manager_status_mut(conn).transaction_depth();
    match depth {
        Ok(Some(_)) => Manager::begin_transaction(conn).map_err(StoreError::from),
        _ => Err(StoreError::Busy),
    }
}

pub fn commit(conn: &mut Conn) -> Result<(), StoreError> {
    Manager::commit_transaction(conn).map_err(StoreError::from)
}

pub fn roll_back(conn: &mut Conn) -> Result<(), StoreError> {
    Manager::rollback_transaction(conn).map_err(StoreError::from)
}

/// One snapshot for several reads: a count and its page must agree.
pub fn read<T, E: From<StoreError>>(
    conn: &mut Conn,
    f: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    match conn {
        Conn::Pg(pg) => Ansi::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        Conn::Sqlite(sqlite) => Ansi::begin_transaction(sqlite),
    }
    .map_err(StoreError::from)?;
    let result = f(conn);
    roll_back(conn)?;
    result
}

/// Runs `f` in a write transaction of its own, again when the database asks for that (40001, 40P01).
pub fn write<T, E: From<StoreError> + MayRetry>(
    conn: &mut Conn,
    f: &impl Fn(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    const TRIES: u32 = 5;
    let mut tries = 1;
    loop {
        match once(conn, f) {
            Err(error) if tries < TRIES && error.may_retry() => tries += 1,
            result => return result,
        }
    }
}

fn once<T, E: From<StoreError>>(conn: &mut Conn, f: &impl Fn(&mut Conn) -> Result<T, E>) -> Result<T, E> {
    begin(conn)?;
    match catch_unwind(AssertUnwindSafe(|| f(conn))) {
        Ok(Ok(value)) => commit_known(conn).map(|()| value).map_err(E::from),
        Ok(Err(error)) => {
            // A connection that cannot roll back is dropped by the pool, and its transaction with it.
            let _ = roll_back(conn);
            Err(error)
        }
        Err(_) => {
            let _ = roll_back(conn);
            Err(StoreError::Abandoned.into())
        }
    }
}

/// A commit that ends without an answer may have happened: that is said, never guessed.
fn commit_known(conn: &mut Conn) -> Result<(), StoreError> {
    commit(conn).map_err(|error| match error {
        retryable if retryable.is_retryable() => retryable,
        _ if matches!(conn, Conn::Pg(_)) => StoreError::OutcomeUnknown,
        other => other,
    })
}
