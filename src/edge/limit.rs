//! How much one caller may ask: a token bucket each, told in every answer (`RateLimit` fields) and enforced by 429.

use crate::problem::{Code, Problem};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets by caller, and by address so that made-up credentials do not make a caller of their own each.
pub struct Limits {
    per_minute: NonZeroU32,
    buckets: Buckets,
    addresses: Buckets,
    taken: AtomicU64,
}

type Buckets = DefaultKeyedRateLimiter<u64, StateInformationMiddleware>;

/// How many callers' worth one address has: a company, or a proxy in front, is one address for many people.
const CALLERS_AN_ADDRESS: NonZeroU32 = NonZeroU32::new(20).expect("twenty is not zero");

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
        let buckets = |quota| {
            RateLimiter::keyed(Quota::per_minute(quota)).with_middleware::<StateInformationMiddleware>()
        };
        Self {
            per_minute,
            buckets: buckets(per_minute),
            addresses: buckets(per_minute.saturating_mul(CALLERS_AN_ADDRESS)),
            taken: AtomicU64::new(0),
        }
    }

    /// Takes one from the address's bucket and one from the caller's: the credential's, or else the address's own.
    /// Keys are hashed at once; no credential is kept here.
    pub fn take(&self, address: &str, credential: Option<&str>) -> Result<Allowance, Problem> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.buckets.retain_recent();
            self.addresses.retain_recent();
        }
        draw(&self.addresses, address)?;
        let left = draw(&self.buckets, credential.unwrap_or(address))?;
        Ok(Allowance { quota: self.per_minute.get(), left })
    }
}

/// Takes one and answers how many are left.
fn draw(buckets: &Buckets, key: &str) -> Result<u32, Problem> {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    match buckets.check_key(&hasher.finish()) {
        Ok(snapshot) => Ok(snapshot.remaining_burst_capacity()),
        Err(_) => Err(Problem { retry_after: Some(1), ..Problem::new(Code::TooManyRequests) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(taken: &Result<Allowance, Problem>) -> bool {
        taken
            .as_ref()
            .is_err_and(|problem| (problem.code, problem.retry_after) == (Code::TooManyRequests, Some(1)))
    }

    #[test]
    fn a_caller_over_the_quota_waits_and_others_do_not() {
        let limits = Limits::new(NonZeroU32::new(3).unwrap());
        assert!((0..3).all(|_| limits.take("10.0.0.1", Some("a")).is_ok()));
        assert!(refused(&limits.take("10.0.0.1", Some("a"))));
        assert_eq!(limits.take("10.0.0.1", Some("b")).unwrap().left, 2);
        assert_eq!(limits.take("10.0.0.1", None).unwrap().left, 2);
    }

    #[test]
    fn made_up_credentials_draw_from_their_address() {
        let limits = Limits::new(NonZeroU32::new(3).unwrap());
        let made_up = |number: u32| limits.take("10.0.0.1", Some(&number.to_string()));
        assert!((0..60).all(|number| made_up(number).is_ok()));
        assert!(refused(&made_up(60)));
        assert!(limits.take("10.0.0.2", Some("a")).is_ok());
    }
}
