//! Telephone numbers, Chinese and foreign.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "11 位手机号（可冠 +86），带区号的固定电话（如 0513-85210000），或以 + 加国家代码开头的境外号码；数字间可用单个空格或连字符",
    "a mobile number of 11 digits (+86 optional), a landline with area code such as 0513-85210000, or + and \
     country code; single spaces or hyphens between digits",
);

/// A telephone number. Personal: shown [`masked`](Self::masked) only.
///
/// Normalised, a mobile is its 11 digits, a landline `0513-85210000`, a foreign number `+` and digits (ITU-T
/// E.164). No extensions and no short or 400 numbers: one must be able to reach the person by a message or a
/// call from anywhere.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Telephone(String);

personal_form!(Telephone, 0);

impl Telephone {
    /// Reads a mobile, landline or foreign number. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let entered = text::entered(input)?;
        match entered.strip_prefix('+') {
            None => joined(entered)
                .and_then(|digits| mobile(&digits).or_else(|| digits.strip_prefix('0').and_then(landline))),
            Some(international) => joined(international).and_then(|digits| match digits.strip_prefix("86") {
                Some(national) => mobile(national).or_else(|| landline(national)),
                None => foreign(&digits),
            }),
        }
        .map(Self)
        .ok_or(FORMAT)
    }

    /// The first three and last four characters, or the last two of a short number; the rest as asterisks.
    pub fn masked(&self) -> String {
        let tail = if self.0.len() < 11 { 2 } else { 4 };
        text::mask(&self.0, 3, tail)
    }
}

/// The digits without the single spaces or hyphens between them.
fn joined(entered: &str) -> Option<String> {
    let groups: Vec<&str> = entered.split([' ', '-']).collect();
    groups.iter().all(|group| text::is_digits(group, 1..)).then(|| groups.concat())
}

fn mobile(digits: &str) -> Option<String> {
    (digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])).then(|| digits.to_owned())
}

/// Beijing (10) and the cities of 2x have two digits after the trunk zero and eight of their own; the others
/// have three, and seven or eight.
fn landline(national: &str) -> Option<String> {
    let (area_digits, subscriber_digits) = match national.as_bytes() {
        [b'1', b'0', ..] | [b'2', ..] => (2, 8..=8),
        [b'3'..=b'9', ..] => (3, 7..=8),
        _ => return None,
    };
    let (area, subscriber) = national.split_at_checked(area_digits)?;
    (subscriber_digits.contains(&subscriber.len()) && !subscriber.starts_with(['0', '1']))
        .then(|| format!("0{area}-{subscriber}"))
}

fn foreign(digits: &str) -> Option<String> {
    text::is_ordinal(digits, 7..=15).then(|| format!("+{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_gives_the_same_number() {
        for (text, normal) in [
            ("13800001234", "13800001234"),
            ("138 0000 1234", "13800001234"),
            ("+8613800001234", "13800001234"),
            ("+86 138-0000-1234", "13800001234"),
            ("0513-85210000", "0513-85210000"),
            ("051385210000", "0513-85210000"),
            ("+86 513 8521 0000", "0513-85210000"),
            ("010-62080000", "010-62080000"),
            ("02162080000", "021-62080000"),
            ("+49 30 1234567", "+49301234567"),
            ("+852 2345 6789", "+85223456789"),
        ] {
            assert_eq!(Telephone::parse(text).map(|telephone| telephone.0).as_deref(), Ok(normal), "{text}");
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "",
            "+",
            "+86",
            "12800001234",
            "1380000123",
            "138000012345",
            "85210000",
            "0513-05210000",
            "010-6208000",
            "4008001234",
            "12345",
            "0513-85210000-801",
            "138--00001234",
            "-13800001234",
            "+ 8613800001234",
            "+012345678",
            "+123456",
            "+1234567890123456",
            "8613800001234",
            "(0513)85210000",
            "电话13800001234",
        ] {
            assert_eq!(Telephone::parse(text), Err(FORMAT), "{text}");
        }
    }

    #[test]
    fn shows_only_the_mask() {
        for (text, masked) in [
            ("13800001234", "138****1234"),
            ("0513-85210000", "051******0000"),
            ("+49301234567", "+49*****4567"),
            ("+6834000", "+68***00"),
        ] {
            assert_eq!(Telephone::parse(text).unwrap().masked(), masked);
        }
        assert_eq!(format!("{:?}", Telephone::parse("13800001234").unwrap()), "Telephone(hidden)");
    }
}
