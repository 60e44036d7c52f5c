//! The row that makes a request safe to send again. It holds a reference to what the first answer made, never the
//! confidential body itself, and lives and dies with the change's own transaction.

use crate::access::keyed_digest;
use crate::breakage::{self, Breakage};
use crate::clock::UtcTime;
use crate::edge::IdempotencyKey;
use crate::ids::{EventId, PrincipalId};
use crate::problem::{Code, Problem};
use crate::store::schema::idempotency_keys;
use crate::store::{self, Conn, NewKey, StoreError, insert_key, on_engine};
use chrono::Duration;
use diesel::prelude::*;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// What the first answer was, enough to give it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub status: u16,
    pub location: Option<String>,
    pub resource: Option<Uuid>,
    pub event: Option<EventId>,
}

impl Receipt {
    pub fn created(location: String, resource: Uuid, event: EventId) -> Self {
        Self { status: 201, location: Some(location), resource: Some(resource), event: Some(event) }
    }

    /// There was nothing to do, and saying so again is right.
    pub fn nothing() -> Self {
        Self { status: 204, location: None, resource: None, event: None }
    }

    /// The id of what was made; a receipt without one cannot be shown.
    pub fn resource_id(&self) -> Result<Uuid, Problem> {
        self.resource.ok_or_else(|| Problem::internal("a receipt names no resource"))
    }

    pub fn event_id(&self) -> Result<EventId, Problem> {
        self.event.ok_or_else(|| Problem::internal("a receipt names no event"))
    }
}

/// Whether this request is the first with its key.
pub enum Claim {
    First,
    Again(Receipt),
}

/// Digest of what was asked. Bodies can be short and confidential, so it is keyed.
pub fn digest(pepper: &[u8; 32], key: &IdempotencyKey, body: &[u8]) -> Vec<u8> {
    keyed_digest(pepper, "onewindow/request/v1", &[key.operation.as_bytes(), body])
}

/// Digest, status, location, resource and event of a key's row.
type Row = (Vec<u8>, i32, Option<String>, Option<PrincipalId>, Option<EventId>);

/// Takes the key. While another transaction holds it this waits, at most as long as the lock timeout.
pub fn claim(
    conn: &mut Conn,
    principal: PrincipalId,
    key: &IdempotencyKey,
    digest: &[u8],
    now: UtcTime,
) -> Result<Claim, Problem> {
    if breakage::is(Breakage::NoIdempotencyRow) {
        return Ok(Claim::First);
    }
    let row = NewKey { principal_id: principal, key: &key.key, digest, status: 0, created_at: now };
    match insert_key(conn, &row).map_err(StoreError::from) {
        Ok(true) => return Ok(Claim::First),
        Ok(false) => {}
        Err(StoreError::LockTimeout) => return Err(Problem::new(Code::RequestInProgress)),
        Err(error) => return Err(error.into()),
    }
    let (stored, status, location, resource, event): Row = idempotency_keys::table
        .find((principal, &key.key))
        .select((
            idempotency_keys::digest,
            idempotency_keys::status,
            idempotency_keys::location,
            idempotency_keys::resource_id,
            idempotency_keys::event_id,
        ))
        .first(conn)?;
    if !bool::from(stored.as_slice().ct_eq(digest)) {
        return Err(Problem::new(Code::KeyReused).at("Idempotency-Key"));
    }
    let status = u16::try_from(status).unwrap_or(200);
    Ok(Claim::Again(Receipt { status, location, resource: resource.map(|id| id.0), event }))
}

/// Writes into the row what came of the request.
pub fn finish(
    conn: &mut Conn,
    principal: PrincipalId,
    key: &IdempotencyKey,
    receipt: &Receipt,
) -> Result<(), Problem> {
    let row = idempotency_keys::principal_id.eq(principal).and(idempotency_keys::key.eq(&key.key));
    let columns = (
        idempotency_keys::status.eq(i32::from(receipt.status)),
        idempotency_keys::location.eq(&receipt.location),
        idempotency_keys::resource_id.eq(receipt.resource.map(PrincipalId)),
        idempotency_keys::event_id.eq(receipt.event),
    );
    on_engine!(conn => store::update(&idempotency_keys::table, columns, row).execute(conn))?;
    Ok(())
}

/// How long a key is kept after its request.
const KEPT: Duration = Duration::days(7);

/// Whether any key is older than it needs to be.
pub fn is_forgettable(conn: &mut Conn, now: UtcTime) -> Result<bool, Problem> {
    let oldest: Option<UtcTime> = idempotency_keys::table
        .order(idempotency_keys::created_at.asc())
        .select(idempotency_keys::created_at)
        .first(conn)
        .optional()?;
    Ok(oldest.is_some_and(|oldest| oldest.plus(KEPT) < now))
}

/// Forgets the keys that are; answers how many.
pub fn forget(conn: &mut Conn, now: UtcTime) -> Result<usize, Problem> {
    let old = idempotency_keys::table.filter(idempotency_keys::created_at.lt(now.plus(-KEPT)));
    Ok(diesel::delete(old).execute(conn)?)
}
