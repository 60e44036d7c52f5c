//! The one shape every write has: idempotency row, load, authorise, check, change, event, outbox, commit, answer; and
//! the one shape of every read. A capability fills in the middle.

mod act;
mod cursor;
mod idempotency;
mod run;

pub use act::Act;
pub use cursor::CursorSeal;
pub use idempotency::{Receipt, forget as forget_keys, is_forgettable as has_forgettable_keys};
pub use run::{by_program, change, read, read_recorded, write};
