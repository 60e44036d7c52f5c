//! What can go wrong between the program and its database, sorted by what the caller should do about it.

use crate::breakage::{self, Breakage};
use crate::problem::{Code, Problem};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The setting cannot be used; the text says why.
    #[error("{0}")]
    Refused(String),
    /// No connection, or no place in the writer's queue, within the time allowed: shed the load.
    #[error("the store is busy")]
    Busy,
    /// The database has no room left on its disk; nothing was stored.
    #[error("the disk of the database is full")]
    Full,
    /// A lock was not given in time.
    #[error("a lock was not given in time")]
    LockTimeout,
    /// The connection broke while the transaction was being committed: it may or may not have been.
    #[error("the outcome of the transaction is unknown")]
    OutcomeUnknown,
    /// The database refused or failed a statement.
    #[error("the database failed a statement")]
    Database(#[source] DieselError),
    /// The closure panicked; its transaction was rolled back.
    #[error("a transaction was abandoned")]
    Abandoned,
    /// A stored value does not have the form the program gave it.
    #[error("a stored value cannot be read: {0}")]
    Corrupt(&'static str),
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        if is_full(&error) {
            // Said here, because on SQLite all of a group are told no more than that it is lost.
            tracing::error!("the disk of the database is full");
            return Self::Full;
        }
        match message(&error) {
            Some(text) if text.contains("due to lock timeout") => Self::LockTimeout,
            Some(text)
                if text.contains("due to statement timeout") || text.contains("database is locked") =>
            {
                Self::Busy
            }
            _ if has_lost_its_connection(&error) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Busy | StoreError::Full | StoreError::LockTimeout
                if breakage::is(Breakage::ShedAsInternal) =>
            {
                Code::Internal
            }
            StoreError::Busy | StoreError::Full | StoreError::LockTimeout => Code::Unavailable,
            StoreError::OutcomeUnknown if breakage::is(Breakage::OutcomeGuessed) => Code::Unavailable,
            StoreError::OutcomeUnknown => Code::OutcomeUnknown,
            StoreError::Database(DieselError::NotFound) => Code::NotFound,
            _ => Code::Internal,
        };
        let internal = match &error {
            StoreError::Database(source) => Some(source.to_string()),
            other if code == Code::Internal => Some(other.to_string()),
            _ => None,
        };
        Self { tries: error.tries(), internal, ..Self::new(code) }
    }
}

impl From<DieselError> for Problem {
    fn from(error: DieselError) -> Self {
        StoreError::from(error).into()
    }
}

/// How many tries in all a transaction that ended in this error is worth.
pub trait Tries {
    fn tries(&self) -> u32;
}

impl Tries for Problem {
    fn tries(&self) -> u32 {
        self.tries
    }
}

impl Tries for StoreError {
    /// Serialisation failure (40001) and deadlock (40P01), which PostgreSQL reports by message, end as soon as the
    /// other transaction has. A lock that was not given has already been waited for: once more, then shed the load.
    fn tries(&self) -> u32 {
        match self {
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => RACE,
            Self::Database(error)
                if message(error).is_some_and(|text| text.contains("deadlock detected")) =>
            {
                RACE
            }
            Self::LockTimeout => 2,
            _ => 1,
        }
    }
}

/// Tries for a transaction that lost a race.
const RACE: u32 = 5;

impl From<super::sealed::CannotOpen> for StoreError {
    fn from(_: super::sealed::CannotOpen) -> Self {
        Self::Corrupt("sealed value")
    }
}

impl StoreError {
    /// Whether the disk failed (`SQLITE_IOERR`), by itself or on the way to a commit.
    pub fn is_disk_failure(&self) -> bool {
        let failed = |error: &DieselError| message(error).is_some_and(|text| text.contains("disk I/O error"));
        match self {
            Self::Database(DieselError::RollbackErrorOnCommit { commit_error, .. }) => failed(commit_error),
            Self::Database(error) => failed(error),
            _ => false,
        }
    }

    /// The refusal to give when a row of this table was there already because another transaction was faster: run
    /// again, this one sees it.
    pub fn lost_race(self, table: &str) -> Problem {
        let lost = self.is_duplicate(table);
        let problem = Problem::from(self);
        if lost { Problem { code: Code::Unavailable, tries: RACE, ..problem } } else { problem }
    }

    /// Whether a unique rule refused the row, and the rule concerns this table. PostgreSQL names the constraint,
    /// SQLite the columns; both name the table.
    pub fn is_duplicate(&self, table: &str) -> bool {
        let Self::Database(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) = self
        else {
            return false;
        };
        info.constraint_name().is_some_and(|name| name.starts_with(table))
            || info.message().contains(&format!("{table}."))
    }
}

/// `SQLITE_FULL`; PostgreSQL's 53100 as the system says it, by "could not extend file" or "could not write".
fn is_full(error: &DieselError) -> bool {
    match error {
        // A commit that failed and had ended the transaction by itself.
        DieselError::RollbackErrorOnCommit { commit_error, .. } => is_full(commit_error),
        other => message(other).is_some_and(|text| {
            text.contains("database or disk is full") || text.contains("No space left on device")
        }),
    }
}

/// The connection was gone before the statement (`UnableToSendCommand`) or went with it. PostgreSQL's 57P01, 57P02 and
/// 57P05 say so by their words alone, while the connection still looks alive.
fn has_lost_its_connection(error: &DieselError) -> bool {
    use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
    matches!(error, DieselError::DatabaseError(ClosedConnection | UnableToSendCommand, _))
        || message(error).is_some_and(|text| text.contains("terminating connection due to"))
}

fn message(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, info) => Some(info.message()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_is_shed_however_it_is_noticed() {
        let noticed = [
            (DatabaseErrorKind::ClosedConnection, "server closed the connection unexpectedly"),
            (DatabaseErrorKind::UnableToSendCommand, "server closed the connection unexpectedly"),
            (DatabaseErrorKind::UnableToSendCommand, "no connection to the server"),
            (DatabaseErrorKind::Unknown, "terminating connection due to administrator command"),
        ];
        for (kind, text) in noticed {
            let error = StoreError::from(DieselError::DatabaseError(kind, Box::new(text.to_owned())));
            assert!(matches!(error, StoreError::Busy), "{text}: {error:?}");
        }
    }
}
