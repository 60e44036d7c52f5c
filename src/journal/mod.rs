//! The append-only record of what was done: one stream of events per thing, each event bound to the one before it by a
//! hash over its exact stored bytes. Personal and confidential text stays out of the hashed bytes; a salted commitment
//! stands for it, so that the text can be erased and the chain still verifies.

mod accesses;
mod append;
mod chain;
mod read;
mod verify;

pub use accesses::{NewAccess, record as record_access};
pub use append::{NewEvent, Recorded, append};
pub use chain::hex;
pub use read::{Event, event_by_id, events_of, last_sequence};
pub use verify::{Chains, Finding, verify};

macro_rules! streams {
    ($($(#[$doc:meta])* $variant:ident $code:literal;)+) => {
        /// What a stream of events tells of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum StreamKind { $($(#[$doc])* $variant,)+ }
        impl StreamKind {
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

streams! {
    Submission "SUBMISSION";
    Case "CASE";
    User "USER";
    Client "CLIENT";
    Party "PARTY";
    /// Versions of the city pack.
    Pack "PACK";
}

crate::store::text_column!(StreamKind);
