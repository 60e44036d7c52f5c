//! Version numbers as programs and lock files print them.

use std::fmt;

/// Ordered by number; a pre-release comes before the release of the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    numbers: [u64; 3],
    released: bool,
}

impl Version {
    /// The first word of `text` that starts like a version: `rustc 1.95.0 (…)`, `v20.20.2`, `16beta1`.
    pub fn found_in(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(Self::of_word)
    }

    fn of_word(word: &str) -> Option<Self> {
        let word = word.strip_prefix('v').unwrap_or(word);
        let end = word.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(word.len());
        let (digits, rest) = word.split_at(end);
        let mut numbers = [0; 3];
        let mut parts = digits.trim_end_matches('.').split('.');
        numbers[0] = parts.next()?.parse().ok()?;
        for (number, part) in numbers.iter_mut().skip(1).zip(parts) {
            *number = part.parse().ok()?;
        }
        // `1.2.3+4.5` is a release with build metadata, `1.2.3,` ends a clause.
        let released = !rest.starts_with(|c: char| c == '-' || c.is_alphabetic());
        Some(Self { numbers, released })
    }

    pub fn major(self) -> u64 {
        self.numbers[0]
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(formatter, "{major}.{minor}.{patch}{}", if self.released { "" } else { " (pre-release)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::found_in(text).unwrap()
    }

    #[test]
    fn compares_by_number_not_by_letter() {
        assert!(version("2.3.10") > version("2.3.9"));
        assert!(version("3.51.3") < version("3.53.0"));
        assert_eq!(version("1.95"), version("1.95.0"));
    }

    #[test]
    fn a_pre_release_comes_before_its_release() {
        assert!(version("2.3.10-rc.1") < version("2.3.10"));
        assert_eq!(version("0.7.0+libpq-18"), version("0.7.0"));
    }

    #[test]
    fn finds_the_version_in_what_programs_print() {
        for (line, expected) in [
            ("rustc 1.95.0 (59807616e 2026-04-14)", "1.95.0"),
            ("v20.20.2", "20.20.2"),
            ("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)", "15.13"),
        ] {
            assert_eq!(version(line), version(expected), "{line}");
        }
        assert_eq!(version("postgres (PostgreSQL) 18beta1").major(), 18);
        assert_eq!(Version::found_in("no number here"), None);
    }
}
