//! What can go wrong between the program and its database, sorted by what the caller should do about it.

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
        match message(&error) {
            Some(text)
                if text.contains("lock timeout") || text.contains("canceling statement due to lock") =>
            {
                Self::LockTimeout
            }
            Some(text) if text.contains("database is locked") => Self::Busy,
            _ => match error {
                DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => Self::Busy,
                other => Self::Database(other),
            },
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Busy => Code::Unavailable,
            StoreError::LockTimeout => Code::RequestInProgress,
            StoreError::OutcomeUnknown => Code::OutcomeUnknown,
            StoreError::Database(DieselError::NotFound) => Code::NotFound,
            _ => Code::Internal,
        };
        let internal = match &error {
            StoreError::Database(source) => Some(source.to_string()),
            other if code == Code::Internal => Some(other.to_string()),
            _ => None,
        };
        Self { may_retry: error.is_retryable(), internal, ..Self::new(code) }
    }
}

impl From<DieselError> for Problem {
    fn from(error: DieselError) -> Self {
        StoreError::from(error).into()
    }
}

/// Whether an error asks for its transaction to be run again.
pub trait MayRetry {
    fn may_retry(&self) -> bool;
}

impl MayRetry for Problem {
    fn may_retry(&self) -> bool {
        self.may_retry
    }
}

impl MayRetry for StoreError {
    fn may_retry(&self) -> bool {
        self.is_retryable()
    }
}

impl From<super::sealed::CannotOpen> for StoreError {
    fn from(_: super::sealed::CannotOpen) -> Self {
        Self::Corrupt("sealed value")
    }
}

impl StoreError {
    /// Whether the same transaction may succeed when it is run again: serialisation failure (40001) or deadlock
    /// (40P01), which PostgreSQL reports by message.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Database(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
            Self::Database(error) => message(error).is_some_and(|text| text.contains("deadlock detected")),
            _ => false,
        }
    }

    /// The refusal to give when a row of this table was there already because another transaction was faster: run
    /// again, this one sees it.
    pub fn lost_race(self, table: &str) -> Problem {
        let lost = self.is_duplicate(table);
        let problem = Problem::from(self);
        if lost { Problem { code: Code::Unavailable, may_retry: true, ..problem } } else { problem }
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

fn message(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, info) => Some(info.message()),
        _ => None,
    }
}
