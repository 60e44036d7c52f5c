//! The demo world: a made-up city to try the program on. Everybody in it is invented, and every account is marked, so
//! that the production profile can refuse to serve with it.

mod pack;
mod seed;
mod world;

pub use pack::{carried_pack, ensure_pack, load_pack};
pub use seed::{Credential, Hashes, is_seeded, seed};
