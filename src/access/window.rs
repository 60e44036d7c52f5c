//! The running service as the handlers know it: a store, a clock, randomness and a few settings.

use crate::clock::{Clock, UtcTime};
use crate::ids::IdSource;
use crate::store::Store;
use rand::TryRngCore;
use rand::rngs::OsRng;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How the service is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Shows a made-up city: demo accounts exist and migrations run by themselves.
    Demo,
    Production,
}

/// Settings that requests need.
#[derive(Debug, Clone)]
pub struct Settings {
    pub profile: Profile,
    /// Origins whose pages may use the session cookie, beside the address the request was sent to.
    pub origins: Vec<String>,
    /// `iss` and `aud` of access tokens.
    pub issuer: String,
}

/// Randomness comes in from here: the operating system's, or a fixed sequence in tests.
#[derive(Clone, Default)]
pub enum Entropy {
    #[default]
    System,
    Fixed(u8),
}

impl Entropy {
    /// Fresh random bytes. Without the operating system's randomness nothing safe can go on.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        match self {
            Self::System => {
                let mut bytes = [0; N];
                OsRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
                bytes
            }
            Self::Fixed(byte) => [*byte; N],
        }
    }
}

/// Cheap to share; handlers reach it only through `Allowed`.
pub struct Window {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
    pub(crate) settings: Settings,
    /// Secret of this installation under which request digests and look-up keys are made.
    pub(crate) pepper: [u8; 32],
    /// Password hashing is dear, so only a few at once and a short queue (a flood must not starve the rest).
    pub(crate) hashing: Arc<Semaphore>,
}

impl Window {
    pub fn new(store: Store, clock: Clock, entropy: Entropy, settings: Settings, pepper: [u8; 32]) -> Self {
        Self { store, clock, entropy, settings, pepper, hashing: Arc::new(Semaphore::new(2)) }
    }

    pub fn now(&self) -> UtcTime {
        self.clock.now()
    }

    /// Ids for one command.
    pub fn ids(&self, now: UtcTime) -> IdSource {
        IdSource::new(now.milliseconds(), self.entropy.bytes())
    }

    /// Sixteen fresh bytes in hex, to name a request by.
    pub fn trace_id(&self) -> String {
        crate::journal::hex(&self.entropy.bytes::<16>())
    }

    pub fn store(&self) -> &Store {
        &self.store
    }
}
