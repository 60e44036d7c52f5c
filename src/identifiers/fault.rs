//! Why a text is not the identifier it was given as.

use crate::language::Text;
use std::fmt;

/// What is wrong, as a stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultCode {
    /// Length, characters or punctuation.
    Format,
    /// The check digit does not fit the rest: most likely a slip of the pen.
    CheckDigit,
    /// The digit or letter that tells the kind is none of the kinds.
    Kind,
    /// A number outside its range.
    Range,
    /// A date that is not in the calendar.
    Date,
    /// Well formed, but not in the list of codes.
    UnknownCode,
    /// An invisible or direction-changing character.
    UnsafeCharacter,
    /// A geographical indication without the scheme its number belongs to.
    SchemeMissing,
}

impl FaultCode {
    /// The code in `UPPER_SNAKE_CASE`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Format => "FORMAT",
            Self::CheckDigit => "CHECK_DIGIT",
            Self::Kind => "KIND",
            Self::Range => "RANGE",
            Self::Date => "DATE",
            Self::UnknownCode => "UNKNOWN_CODE",
            Self::UnsafeCharacter => "UNSAFE_CHARACTER",
            Self::SchemeMissing => "SCHEME_MISSING",
        }
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a text was refused, and what is allowed. It never holds the text itself, which may be personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    pub code: FaultCode,
    pub allowed: Text,
}

impl Fault {
    pub(super) const fn new(code: FaultCode, zh: &'static str, en: &'static str) -> Self {
        Self { code, allowed: Text { zh, en } }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.allowed.en)
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_its_code_and_what_is_allowed() {
        let fault = Fault::new(FaultCode::Range, "1 至 45", "1 to 45");
        assert_eq!(fault.to_string(), "RANGE: 1 to 45");
        assert_eq!(fault.allowed.zh, "1 至 45");
    }
}
