//! Identifiers of rows: one newtype a kind over UUIDv7 (RFC 9562), so that a case can never be taken for a party.

use diesel::expression::AsExpression;
use diesel::query_builder::QueryId;
use diesel::sql_types::SqlType;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;

/// The SQL type of every id: `uuid` in PostgreSQL, 16 bytes in SQLite. Both sort by time of birth.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Uid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
            AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = Uid)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid, max_length = 36, example = "01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11")]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }

        crate::store::uid_column!($name);
    )+};
}

ids! {
    /// A submission, from its first draft on.
    SubmissionId,
    /// A case: an item that was handed in.
    CaseId,
    /// An enterprise, institute, association or person.
    PartyId,
    /// A person who signs in.
    UserId,
    /// A partner system.
    ClientId,
    /// A web session.
    SessionId,
    /// A member's tie to a party, or an agency's mandate.
    MandateId,
    /// One entry of a history.
    EventId,
    /// A message in the outbox.
    MessageId,
    /// A message to a person.
    NoticeId,
    /// A due date of a case.
    DeadlineId,
    /// A recorded routing decision.
    DecisionId,
    /// A stream of events: the id of the thing it tells of, whatever its kind.
    StreamId,
    /// Whoever acts, a person, a partner system or the program itself.
    PrincipalId,
}

/// Ids for one command, drawn from one seed before its transaction begins, so that running the transaction again
/// gives the same ids.
#[derive(Clone)]
pub struct IdSource {
    milliseconds: u64,
    seed: [u8; 16],
    drawn: u32,
}

impl IdSource {
    pub fn new(milliseconds: u64, seed: [u8; 16]) -> Self {
        Self { milliseconds, seed, drawn: 0 }
    }

    /// The next UUIDv7: the command's millisecond, a counter that keeps the order of drawing, then 62 hashed bits.
    pub fn draw(&mut self) -> Uuid {
        let digest = Sha256::new()
            .chain_update(b"onewindow/id/v1\0")
            .chain_update(self.seed)
            .chain_update(self.drawn.to_be_bytes())
            .finalize();
        let mut random = [0_u8; 10];
        random.copy_from_slice(&digest[..10]);
        let counter = u16::try_from(self.drawn & 0x0fff).unwrap_or_default().to_be_bytes();
        random[0] = counter[0];
        random[1] = counter[1];
        self.drawn += 1;
        uuid::Builder::from_unix_timestamp_millis(self.milliseconds, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_seven_in_order_and_repeatable() {
        let mut source = IdSource::new(1_767_225_600_000, [7; 16]);
        let mut again = source.clone();
        let drawn: Vec<Uuid> = (0..1000).map(|_| source.draw()).collect();
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(drawn.iter().all(|id| id.get_version_num() == 7));
        assert!(drawn.iter().all(|id| *id == again.draw()));
    }
}
