//! Trademark application and registration numbers (商标申请号、注册号); a mark keeps its number when registered.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "1 至 9 位数字，首位不为 0；马德里国际注册在前加 G；分割申请在后加一个大写字母",
    "1 to 9 digits without a leading zero; G before them for a Madrid registration, one letter after them \
     for a divided application",
);

/// A trademark number: `12345678`, a divided application `12345678A`, or a Madrid registration `G1234567`. It
/// has no check digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TrademarkNumber(String);

public_form!(TrademarkNumber, 0);

impl TrademarkNumber {
    /// Reads digits with the optional letters. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let number = text::entered_upper(input)?;
        let digits = number.strip_prefix('G').unwrap_or(&number);
        let digits = digits.strip_suffix(|last: char| last.is_ascii_uppercase()).unwrap_or(digits);
        if text::is_ordinal(digits, 1..=9) { Ok(Self(number)) } else { Err(FORMAT) }
    }

    /// Whether it is an international registration of the Madrid system.
    pub fn is_madrid(&self) -> bool {
        self.0.starts_with('G')
    }

    /// The letter of a divided application or, in the Madrid system, of a part transferred.
    pub fn suffix(&self) -> Option<char> {
        self.0.chars().next_back().filter(char::is_ascii_uppercase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        for (text, normal, madrid, suffix) in [
            ("12345678", "12345678", false, None),
            ("16435657", "16435657", false, None),
            ("1", "1", false, None),
            ("12345678a", "12345678A", false, Some('A')),
            ("g1234567", "G1234567", true, None),
            ("G1234567B", "G1234567B", true, Some('B')),
        ] {
            let number = TrademarkNumber::parse(text).unwrap();
            assert_eq!((number.as_str(), number.is_madrid(), number.suffix()), (normal, madrid, suffix));
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "12-345",
            "",
            "0",
            "012345",
            "1234567890",
            "12345678AB",
            "G",
            "GA",
            "A12345",
            "G 1234567",
            "1234 5678",
        ] {
            assert_eq!(TrademarkNumber::parse(text), Err(FORMAT), "{text}");
        }
    }
}
