//! The summary lines of Rust's test harness.

use crate::tally::Tally;

/// The counts of a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
pub fn summary(line: &str) -> Option<Tally> {
    let (_, counts) = line.trim().strip_prefix("test result: ")?.split_once(". ")?;
    let count = |what: &str| {
        counts.split(';').find_map(|part| part.trim().strip_suffix(what)?.trim().parse::<u64>().ok())
    };
    Some(Tally { passed: count("passed")?, failed: count("failed")?, ignored: count("ignored")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_good_and_bad_summaries() {
        let good =
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.05s";
        assert_eq!(summary(good), Some(Tally { passed: 12, failed: 0, ignored: 1 }));
        let bad = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(summary(bad), Some(Tally { passed: 3, failed: 2, ignored: 0 }));
    }

    #[test]
    fn other_lines_are_none() {
        for line in ["test intake::submit ... ok", "running 3 tests", "test result: ok", ""] {
            assert_eq!(summary(line), None);
        }
    }
}
