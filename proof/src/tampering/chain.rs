//! The hashes of histories and of the log once more, from what ARCHITECTURE.md and the ADR on the log say: an intruder
//! can read them, too. Nothing here is shared with the program under proof.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// Binds an event's body to the event before it.
pub fn link(previous: &Hash, body: &str) -> Hash {
    Sha256::new()
        .chain_update(b"onewindow/event/v1\0")
        .chain_update((previous.len() as u64).to_be_bytes())
        .chain_update(previous)
        .chain_update((body.len() as u64).to_be_bytes())
        .chain_update(body)
        .finalize()
        .into()
}

/// The leaf of an event in the log.
pub fn leaf(body: &str, hash: &Hash) -> Hash {
    Sha256::new()
        .chain_update(b"\0onewindow/log-leaf/v1\0")
        .chain_update((hash.len() as u64).to_be_bytes())
        .chain_update(hash)
        .chain_update(body)
        .finalize()
        .into()
}

/// The roots of the complete subtrees of RFC 6962 §2.1, the largest first: the head of the log.
pub fn frontier(mut leaves: &[Hash]) -> Vec<Hash> {
    let mut roots = Vec::new();
    while !leaves.is_empty() {
        let (complete, rest) = leaves.split_at(1 << leaves.len().ilog2());
        roots.push(root(complete));
        leaves = rest;
    }
    roots
}

fn root(complete: &[Hash]) -> Hash {
    if let [leaf] = complete {
        return *leaf;
    }
    let (left, right) = complete.split_at(complete.len() / 2);
    Sha256::new().chain_update([1]).chain_update(root(left)).chain_update(root(right)).finalize().into()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// A hash as the database shows it.
pub fn unhex(text: &str) -> Hash {
    let mut hash = Hash::default();
    for (byte, at) in hash.iter_mut().zip((0..text.len()).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).unwrap_or_default();
    }
    hash
}
