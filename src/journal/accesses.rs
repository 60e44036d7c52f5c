//! The access stream: who read confidential content of what. It is written in the same transaction as the read, so
//! that there is no answer without an entry.

use super::StreamKind;
use crate::clock::UtcTime;
use crate::ids::{EventId, PrincipalId, StreamId};
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::schema::accesses;
use diesel::prelude::*;

pub struct NewAccess<'a> {
    pub id: EventId,
    pub stream: StreamId,
    pub stream_kind: StreamKind,
    pub principal: PrincipalId,
    /// What was read: `READ_CONTENT` …
    pub action: &'a str,
    pub at: UtcTime,
}

pub fn record(conn: &mut Conn, access: &NewAccess<'_>) -> Result<(), Problem> {
    diesel::insert_into(accesses::table)
        .values((
            accesses::access_id.eq(access.id),
            accesses::stream_id.eq(access.stream),
            accesses::stream_kind.eq(access.stream_kind),
            accesses::principal_id.eq(access.principal),
            accesses::action.eq(access.action),
            accesses::at.eq(access.at),
        ))
        .execute(conn)?;
    Ok(())
}
