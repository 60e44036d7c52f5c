//! Counting what passed and what failed.

use std::fmt;
use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
    pub ignored: u64,
}

impl Tally {
    /// Counts one check and prints its verdict.
    pub fn check(&mut self, verdict: Result<impl fmt::Display, String>) {
        match verdict {
            Ok(what) => {
                self.passed += 1;
                println!("  ok    {what}");
            }
            Err(fault) => {
                self.failed += 1;
                println!("  FAIL  {}", fault.trim_end().replace('\n', "\n        "));
            }
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_counts_once() {
        let mut tally = Tally::default();
        tally.check(Ok("fine"));
        tally.check(Err::<String, _>("broken".to_owned()));
        tally += Tally { passed: 2, failed: 0, ignored: 1 };
        assert_eq!(tally, Tally { passed: 3, failed: 1, ignored: 1 });
    }
}
