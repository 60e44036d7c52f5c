//! How our types stand in the two databases. The derive of the connection enum knows only the common types; ids,
//! instants, sealed bytes and text enums are taught to it here.

use super::conn::{MultiBackend, MultiRawValue};
use crate::clock::{Moment, UtcTime};
use crate::ids::Uid;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{HasSqlType, Text, Timestamptz};
use diesel::sqlite::Sqlite;

impl HasSqlType<Uid> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<Uid>(lookup)
    }
}

impl HasSqlType<Moment> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<Moment>(lookup)
    }
}

/// Reads and writes an id newtype on either engine.
macro_rules! uid_column {
    ($name:ident) => {
        const _: () = {
            use crate::store::{MultiBackend, MultiRawValue};
            use diesel::backend::Backend;
            use diesel::deserialize::{self, FromSql};
            use diesel::pg::{Pg, PgValue};
            use diesel::serialize::{self, IsNull, Output, ToSql};
            use diesel::sql_types::Binary;
            use diesel::sqlite::Sqlite;
            use std::io::Write as _;

            impl FromSql<$crate::ids::Uid, Pg> for $name {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    Ok(Self(uuid::Uuid::from_slice(value.as_bytes())?))
                }
            }
            impl ToSql<$crate::ids::Uid, Pg> for $name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                    out.write_all(self.0.as_bytes())?;
                    Ok(IsNull::No)
                }
            }
            impl FromSql<$crate::ids::Uid, Sqlite> for $name {
                fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                    let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                    Ok(Self(uuid::Uuid::from_slice(&bytes)?))
                }
            }
            impl ToSql<$crate::ids::Uid, Sqlite> for $name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                    <[u8] as ToSql<Binary, Sqlite>>::to_sql(self.0.as_bytes().as_slice(), out)
                }
            }
            impl FromSql<$crate::ids::Uid, MultiBackend> for $name {
                fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
                    value.from_sql::<Self, $crate::ids::Uid>()
                }
            }
            impl ToSql<$crate::ids::Uid, MultiBackend> for $name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                    out.set_value(($crate::ids::Uid, self));
                    Ok(IsNull::No)
                }
            }
        };
    };
}
pub(crate) use uid_column;

impl FromSql<Moment, Pg> for UtcTime {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <chrono::DateTime<chrono::Utc> as FromSql<Timestamptz, Pg>>::from_sql(value).map(Self::new)
    }
}

impl ToSql<Moment, Pg> for UtcTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let instant = self.instant();
        <chrono::DateTime<chrono::Utc> as ToSql<Timestamptz, Pg>>::to_sql(&instant, &mut out.reborrow())
    }
}

impl FromSql<Moment, Sqlite> for UtcTime {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(<String as FromSql<Text, Sqlite>>::from_sql(value)?.parse()?)
    }
}

impl ToSql<Moment, Sqlite> for UtcTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<Moment, MultiBackend> for UtcTime {
    fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, Moment>()
    }
}

impl ToSql<Moment, MultiBackend> for UtcTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Moment, self));
        Ok(IsNull::No)
    }
}

/// Keeps an enum as its text code, on every backend; reading back an unknown code is an error, never a guess.
macro_rules! text_column {
    ($name:ty) => {
        const _: () = {
            use diesel::backend::Backend;
            use diesel::deserialize::{self, FromSql};
            use diesel::expression::AsExpression;
            use diesel::internal::derives::as_expression::Bound;
            use diesel::serialize::{self, Output, ToSql};
            use diesel::sql_types::{SingleValue, Text};

            impl AsExpression<Text> for $name {
                type Expression = Bound<Text, Self>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }
            impl<'a> AsExpression<Text> for &'a $name {
                type Expression = Bound<Text, Self>;
                fn as_expression(self) -> Self::Expression {
                    Bound::new(self)
                }
            }
            impl<DB: Backend, ST: SingleValue> diesel::Queryable<ST, DB> for $name
            where
                Self: FromSql<ST, DB>,
            {
                type Row = Self;
                fn build(row: Self) -> deserialize::Result<Self> {
                    Ok(row)
                }
            }
            impl<DB: Backend> ToSql<Text, DB> for $name
            where
                str: ToSql<Text, DB>,
            {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                    <str as ToSql<Text, DB>>::to_sql(self.as_str(), out)
                }
            }
            impl<DB: Backend> FromSql<Text, DB> for $name
            where
                String: FromSql<Text, DB>,
            {
                fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
                    let text = <String as FromSql<Text, DB>>::from_sql(value)?;
                    Self::from_code(&text).ok_or_else(|| format!("unknown code {text}").into())
                }
            }
        };
    };
}
pub(crate) use text_column;

text_column!(crate::decision::Track);
