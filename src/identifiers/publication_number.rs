//! Publication and announcement numbers of patent documents (公布号、公告号), ZC 0007-2012 and ZC 0008.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "CN 加 9 位数字加文献种类代码，例如 CN102345678A",
    "CN, 9 digits and a kind code, such as CN102345678A",
);
const KIND: Fault = Fault::new(
    FaultCode::Kind,
    "首位数字与种类代码须一致：1 用 A、B、C1–C7，2 用 U、Y1–Y7，3 用 S、S1–S7；更正为 A、B、U、S 后加 8 或 9",
    "the first digit and the kind code must agree: 1 with A, B, C1–C7; 2 with U, Y1–Y7; 3 with S, S1–S7; \
     corrections add 8 or 9 to A, B, U or S",
);

/// The kind of right, told by the first digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PublicationKind {
    Invention,
    UtilityModel,
    Design,
}

/// The number of a patent document: `CN102345678A`. It has no check digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicationNumber {
    number: String,
    kind: PublicationKind,
}

public_form!(PublicationNumber, number);

impl PublicationNumber {
    /// Reads country, digits and kind code. Faults: `FORMAT`, `KIND`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let number = text::entered_upper(input)?;
        let rest = number.strip_prefix("CN").ok_or(FORMAT)?;
        let (digits, code) = rest.split_at_checked(9).ok_or(FORMAT)?;
        if !text::is_digits(digits, ..)
            || !matches!(code.as_bytes(), [b'A'..=b'Z'] | [b'A'..=b'Z', b'0'..=b'9'])
        {
            return Err(FORMAT);
        }
        let kind = kind(digits.as_bytes()[0], code.as_bytes()).ok_or(KIND)?;
        Ok(Self { number, kind })
    }

    pub fn kind(&self) -> PublicationKind {
        self.kind
    }

    /// The kind of document: `A` an application laid open, `B`, `U`, `S` a grant, `C3` the third partial
    /// invalidation.
    pub fn kind_code(&self) -> &str {
        &self.number[11..]
    }
}

/// Digits 1 to 7 count partial invalidations, 8 and 9 are corrections of the title page and of the whole
/// document.
fn kind(digit: u8, code: &[u8]) -> Option<PublicationKind> {
    match (digit, code) {
        (b'1', [b'A' | b'B'] | [b'A' | b'B', b'8' | b'9'] | [b'C', b'1'..=b'7']) => {
            Some(PublicationKind::Invention)
        }
        (b'2', [b'U'] | [b'U', b'8' | b'9'] | [b'Y', b'1'..=b'7']) => Some(PublicationKind::UtilityModel),
        (b'3', [b'S'] | [b'S', b'1'..=b'9']) => Some(PublicationKind::Design),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_kind_of_document() {
        use PublicationKind::{Design, Invention, UtilityModel};
        for (text, kind, code) in [
            ("CN102345678A", Invention, "A"),
            ("CN106022747A", Invention, "A"),
            ("CN102345678B9", Invention, "B9"),
            ("cn102345678c7", Invention, "C7"),
            ("CN202345678U", UtilityModel, "U"),
            ("CN202345678Y1", UtilityModel, "Y1"),
            ("CN304218960S", Design, "S"),
            ("CN304218960S8", Design, "S8"),
        ] {
            let number = PublicationNumber::parse(text).unwrap();
            assert_eq!((number.kind(), number.kind_code()), (kind, code), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_wrong() {
        for (text, fault) in [
            ("CN402345678A", KIND),
            ("CN102345678U", KIND),
            ("CN202345678A", KIND),
            ("CN102345678C", KIND),
            ("CN102345678C8", KIND),
            ("CN302345678S0", KIND),
            ("CN102345678", FORMAT),
            ("CN10234567A", FORMAT),
            ("CN102345678A10", FORMAT),
            ("102345678A", FORMAT),
            ("CN 102345678 A", FORMAT),
            ("CN南通南通南通A", FORMAT),
        ] {
            assert_eq!(PublicationNumber::parse(text), Err(fault), "{text}");
        }
    }
}
