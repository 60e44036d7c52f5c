//! The transparency log: every committed event is a leaf of one Merkle tree, whose signed root is kept outside the
//! database. Whoever rewrites events there, hashes and all, no longer fits what was signed.

mod checkpoint;
mod checkpoint_file;
mod http;
mod key;
mod leaf;
mod notary;
mod note;
mod records;
mod sequence;
mod tree;

pub use checkpoint::{Checkpoint, Point};
pub use checkpoint_file::{Kept, read as read_checkpoints};
pub use http::routes;
pub use leaf::leaf_hash;
pub use notary::Notary;
pub use note::{SigningKey, VerifierKey};
pub use records::{Head, head, newest_of as newest_checkpoint_of, read as read_head};
pub use sequence::sequence;
pub use tree::{Frontier, Hash};
