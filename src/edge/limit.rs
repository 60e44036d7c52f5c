//! How much one caller may ask: a token bucket each, told in every answer (`RateLimit` fields) and enforced by 429.

use crate::problem::{Code, Problem};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};

/// Buckets by caller, and by address so that made-up credentials do not make a caller of their own each.
pub struct Limits {
    quotas: Quotas,
    callers: Buckets,
    addresses: Option<Buckets>,
    taken: AtomicU64,
}

/// Requests a minute.
#[derive(Debug, Clone, Copy)]
pub struct Quotas {
    /// Of a session, a token, or an address without either.
    pub caller: NonZeroU32,
    /// Of all who connect from one address; `None` behind a proxy, which is one address for everybody.
    pub address: Option<NonZeroU32>,
}

type Buckets = DefaultKeyedRateLimiter<u64, StateInformationMiddleware>;

/// After so many requests the full buckets are forgotten, so that made-up callers do not fill the memory.
const SWEEP: u64 = 4096;

/// What a caller has left.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    pub quota: u32,
    pub left: u32,
}

impl Limits {
    pub fn new(quotas: Quotas) -> Self {
        let buckets = |quota| {
            RateLimiter::keyed(Quota::per_minute(quota)).with_middleware::<StateInformationMiddleware>()
        };
        Self {
            quotas,
            callers: buckets(quotas.caller),
            addresses: quotas.address.map(buckets),
            taken: AtomicU64::new(0),
        }
    }

    /// Takes one from the address's bucket and one from the caller's: the credential's, or else the address's own.
    /// Keys are hashed at once; no credential is kept here.
    pub fn take(&self, address: Option<IpAddr>, credential: Option<&str>) -> Result<Allowance, Problem> {
        let network = address.map(network);
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.callers.retain_recent();
            self.addresses.iter().for_each(RateLimiter::retain_recent);
        }
        if let Some(addresses) = &self.addresses {
            draw(addresses, &network)?;
        }
        let left = match credential {
            Some(credential) => draw(&self.callers, &("credential", credential))?,
            None => draw(&self.callers, &("address", network))?,
        };
        Ok(Allowance { quota: self.quotas.caller.get(), left })
    }
}

/// Whoever has an IPv6 address has the 2^64 of its network (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Takes one and answers how many are left.
fn draw(buckets: &Buckets, key: &impl Hash) -> Result<u32, Problem> {
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

    fn limits(caller: u32, address: Option<u32>) -> Limits {
        let quota = |requests| NonZeroU32::new(requests).unwrap();
        Limits::new(Quotas { caller: quota(caller), address: address.map(quota) })
    }

    fn from(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    fn refused(taken: &Result<Allowance, Problem>) -> bool {
        taken
            .as_ref()
            .is_err_and(|problem| (problem.code, problem.retry_after) == (Code::TooManyRequests, Some(1)))
    }

    #[test]
    fn a_caller_over_the_quota_waits_and_others_do_not() {
        let limits = limits(3, None);
        let here = Some(from("10.0.0.1"));
        assert!((0..3).all(|_| limits.take(here, Some("a")).is_ok()));
        assert!(refused(&limits.take(here, Some("a"))));
        assert_eq!(limits.take(here, Some("b")).unwrap().left, 2);
        assert_eq!(limits.take(here, Some("10.0.0.1")).unwrap().left, 2, "a credential is never an address");
        assert_eq!(limits.take(here, None).unwrap().left, 2);
    }

    #[test]
    fn made_up_credentials_draw_from_their_network() {
        let limits = limits(1, Some(2));
        assert!(limits.take(Some(from("2001:db8::1")), Some("a")).is_ok());
        assert!(limits.take(Some(from("2001:db8::2")), Some("b")).is_ok());
        assert!(refused(&limits.take(Some(from("2001:db8::3")), Some("c"))));
        assert!(limits.take(Some(from("2001:db8:0:1::1")), Some("c")).is_ok());
        assert!(limits.take(Some(from("::ffff:10.0.0.1")), Some("d")).is_ok());
        assert!(limits.take(Some(from("10.0.0.1")), Some("e")).is_ok());
        assert!(refused(&limits.take(Some(from("10.0.0.1")), Some("f"))));
    }
}
