//! What stands in a leaf: the stored bytes of an event and the hash that binds it to its history.

use super::tree::{self, Hash};

const DOMAIN: &[u8] = b"onewindow/log-leaf/v1\0";

/// The leaf's data is the domain, the length of the chain hash as eight bytes, the chain hash, and the event's body to
/// the end.
pub fn leaf_hash(body: &[u8], chain_hash: &[u8]) -> Hash {
    tree::hash_leaf(&[DOMAIN, &(chain_hash.len() as u64).to_be_bytes(), chain_hash, body])
}
