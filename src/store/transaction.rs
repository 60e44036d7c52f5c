//! Beginning and ending transactions, the same on both engines but for the first word.

use super::conn::Conn;
use super::{StoreError, Tries};
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
    // What was read is read, and what failed is known better by itself than by a rollback on a connection that is gone.
    let _ = roll_back(conn);
    result
}

/// Runs `f` in a write transaction of its own, again when another transaction was in the way.
pub fn write<T, E: From<StoreError> + Tries>(
    conn: &mut Conn,
    f: &impl Fn(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let mut tried = 1;
    loop {
        match once(conn, f) {
            Err(error) if tried < error.tries() => tried += 1,
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

/// A commit that fails may have happened all the same: that is said, never guessed. Only a lost race is known to have
/// committed nothing.
fn commit_known(conn: &mut Conn) -> Result<(), StoreError> {
    commit(conn).map_err(|error| match error {
        raced @ StoreError::Database(_) if raced.tries() > 1 => raced,
        _ => StoreError::OutcomeUnknown,
    })
}

/// Whether the group's transaction is the only one under way: every savepoint in it has ended.
pub fn is_at_group(conn: &mut Conn) -> bool {
    let depth = Manager::transaction_manager_status_mut(conn).transaction_depth();
    depth.is_ok_and(|depth| depth.is_some_and(|depth| depth.get() == 1))
}
