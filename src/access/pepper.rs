//! Keyed digests: what must be compared or looked up without being kept readable.

use crate::clock::UtcTime;
use crate::problem::Problem;
use crate::store::schema::secrets;
use crate::store::{Conn, Sealed, StoreError};
use diesel::prelude::*;
use hmac::{Hmac, Mac};
use sha2::Sha256;

const NAME: &str = "pepper";

/// The installation's pepper, made on first use. Every node reads the same row.
pub fn load_or_make(conn: &mut Conn, fresh: [u8; 32], now: UtcTime) -> Result<[u8; 32], Problem> {
    if let Some(found) = load(conn)? {
        return Ok(found);
    }
    diesel::insert_into(secrets::table)
        .values((
            secrets::name.eq(NAME),
            secrets::value.eq(Sealed::seal(&fresh)),
            secrets::created_at.eq(now),
        ))
        .execute(conn)
        .map_err(|error| StoreError::from(error).lost_race("secrets"))?;
    Ok(fresh)
}

/// The pepper, if this database has one yet.
pub fn load(conn: &mut Conn) -> Result<Option<[u8; 32]>, Problem> {
    let sealed: Option<Sealed> = secrets::table.find(NAME).select(secrets::value).first(conn).optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = sealed.open().map_err(|error| Problem::internal(error.to_string()))?;
    plain.try_into().map(Some).map_err(|_| Problem::internal("the pepper has a wrong length"))
}

/// HMAC-SHA256 over parts that cannot run into each other.
pub fn keyed_digest(pepper: &[u8; 32], domain: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(pepper).expect("HMAC takes a key of any length");
    mac.update(domain.as_bytes());
    mac.update(&[0]);
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().to_vec()
}
