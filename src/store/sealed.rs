//! Confidential columns: what must not lie readable in a database file once encryption is switched on. The algorithm
//! and key stand before the bytes from the first row on, so that rows of several ages live side by side.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Binary;
use std::fmt;

/// How the bytes after the header are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    None,
}

impl Algorithm {
    fn id(self) -> u8 {
        match self {
            Self::None => 0,
        }
    }
}

/// Bytes with one byte of algorithm id and four of key id before them. Neither `Debug` nor logs show them.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct Sealed(Vec<u8>);

const HEADER: usize = 5;

/// The row was sealed by an algorithm this program does not know, or is too short to be a sealed value.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value cannot be opened")]
pub struct CannotOpen;

impl Sealed {
    pub fn seal(plain: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + plain.len());
        bytes.push(Algorithm::None.id());
        bytes.extend_from_slice(&0_u32.to_be_bytes());
        bytes.extend_from_slice(plain);
        Self(bytes)
    }

    pub fn open(&self) -> Result<&[u8], CannotOpen> {
        match self.0.split_at_checked(HEADER) {
            Some((header, plain)) if header[0] == Algorithm::None.id() => Ok(plain),
            _ => Err(CannotOpen),
        }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl<DB: Backend> ToSql<Binary, DB> for Sealed
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <[u8] as ToSql<Binary, DB>>::to_sql(&self.0, out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for Sealed
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        <Vec<u8> as FromSql<Binary, DB>>::from_sql(value).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_and_foreign_headers_do_not() {
        let sealed = Sealed::seal("一种纺织面料".as_bytes());
        assert_eq!(sealed.open().unwrap(), "一种纺织面料".as_bytes());
        assert_eq!(format!("{sealed:?}"), "Sealed(…)");
        assert!(Sealed(vec![9, 0, 0, 0, 0, 1]).open().is_err());
        assert!(Sealed(vec![0]).open().is_err());
    }
}
