//! Chinese postal codes (邮政编码).

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(FaultCode::Format, "6 位数字的邮政编码", "a postal code of 6 digits");

/// A Chinese postal code: six digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PostalCode(String);

public_form!(PostalCode, 0);

impl PostalCode {
    /// Reads six digits. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let code = text::entered(input)?;
        if text::is_digits(code, 6..=6) { Ok(Self(code.to_owned())) } else { Err(FORMAT) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_six_digits_only() {
        assert_eq!(PostalCode::parse("226000").unwrap().as_str(), "226000");
        for text in ["22600", "2260000", "22600A", ""] {
            assert_eq!(PostalCode::parse(text), Err(FORMAT), "{text}");
        }
    }
}
