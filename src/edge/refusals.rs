//! How many lines the log has for requests that were shed. Under too much load one for each would cost the server what
//! it needs for those that it serves; the metrics count them all.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Lines a second.
const MOST: u64 = 100;

#[derive(Debug)]
pub struct Refusals {
    begun: Instant,
    second: AtomicU64,
    said: AtomicU64,
    unsaid: AtomicU64,
}

impl Default for Refusals {
    fn default() -> Self {
        let none = AtomicU64::default;
        Self { begun: Instant::now(), second: none(), said: none(), unsaid: none() }
    }
}

impl Refusals {
    /// Whether one more may be said now, and how many were not said before it.
    pub fn say(&self) -> Option<u64> {
        self.say_in(self.begun.elapsed().as_secs())
    }

    fn say_in(&self, second: u64) -> Option<u64> {
        if self.second.swap(second, Ordering::Relaxed) != second {
            self.said.store(0, Ordering::Relaxed);
        }
        if self.said.fetch_add(1, Ordering::Relaxed) < MOST {
            return Some(self.unsaid.swap(0, Ordering::Relaxed));
        }
        self.unsaid.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_by_its_first_lines_and_by_how_many_are_missing() {
        let refusals = Refusals::default();
        assert!((0..MOST).all(|_| refusals.say_in(7) == Some(0)));
        assert!((0..250).all(|_| refusals.say_in(7).is_none()));
        assert_eq!((refusals.say_in(8), refusals.say_in(8)), (Some(250), Some(0)));
    }
}
