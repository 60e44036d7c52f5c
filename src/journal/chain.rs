//! The bytes an event is hashed over. They are kept as they were hashed: whoever verifies recomputes from what is
//! stored and never from a rewriting of it.

use crate::clock::UtcTime;
use crate::ids::{EventId, PrincipalId, StreamId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const DOMAIN: &[u8] = b"onewindow/event/v1\0";
/// Named in every body, so that another algorithm can stand beside this one.
pub const ALGORITHM: &str = "SHA-256";
pub const GENESIS: [u8; 32] = [0; 32];

/// What the body of an event says, in the order it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Body {
    pub algorithm: String,
    pub event_id: EventId,
    pub stream_id: StreamId,
    pub stream_kind: String,
    pub sequence: i64,
    pub kind: String,
    pub at: UtcTime,
    pub actor_id: PrincipalId,
    /// Facts that are not confidential.
    pub data: Value,
    /// Name of a confidential text → hex of its salted commitment.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub commitments: BTreeMap<String, String>,
}

pub fn hash(previous: &[u8], body: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(DOMAIN)
        .chain_update((previous.len() as u64).to_be_bytes())
        .chain_update(previous)
        .chain_update((body.len() as u64).to_be_bytes())
        .chain_update(body.as_bytes())
        .finalize()
        .into()
}

/// Stands for a text that must not be readable from the chain. Without the salt it cannot be guessed.
pub fn commitment(salt: &[u8], text: &[u8]) -> String {
    let digest = Sha256::new()
        .chain_update(b"onewindow/commitment/v1\0")
        .chain_update((salt.len() as u64).to_be_bytes())
        .chain_update(salt)
        .chain_update(text)
        .finalize();
    hex(&digest)
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
