//! How much one caller may ask: a token bucket each, told in every answer (`RateLimit` fields) and enforced by 429.

use crate::problem::{Code, Problem};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets by caller: a session, a token, or else an address.
pub struct Limits {
    per_minute: NonZeroU32,
    buckets: DefaultKeyedRateLimiter<u64, StateInformationMiddleware>,
    taken: AtomicU64,
}

/// After so many requests the full buckets are forgotten, so that made-up callers do not fill the memory.
const SWEEP: u64 = 4096;

/// What a caller has left.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    pub quota: u32,
    pub left: u32,
}

impl Limits {
    pub fn new(per_minute: NonZeroU32) -> Self {
        let quota = Quota::per_minute(per_minute);
        let buckets = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        Self { per_minute, buckets, taken: AtomicU64::new(0) }
    }

    /// Takes one from the caller's bucket. The key is hashed at once; no credential is kept here.
    pub fn take(&self, caller: &str) -> Result<Allowance, Problem> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.buckets.retain_recent();
        }
        let mut hasher = DefaultHasher::new();
        caller.hash(&mut hasher);
        match self.buckets.check_key(&hasher.finish()) {
            Ok(snapshot) => {
                Ok(Allowance { quota: self.per_minute.get(), left: snapshot.remaining_burst_capacity() })
            }
            Err(_) => Err(Problem { retry_after: Some(1), ..Problem::new(Code::TooManyRequests) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_over_the_quota_waits_and_others_do_not() {
        let limits = Limits::new(NonZeroU32::new(3).unwrap());
        assert!((0..3).all(|_| limits.take("a").is_ok()));
        let refused = limits.take("a").unwrap_err();
        assert_eq!((refused.code, refused.retry_after), (Code::TooManyRequests, Some(1)));
        assert_eq!(limits.take("b").unwrap().left, 2);
    }
}
