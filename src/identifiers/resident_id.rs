//! Citizen identity number (公民身份号码), GB 11643-1999.

use chrono::NaiveDate;

use super::check_digit;
use super::fault::{Fault, FaultCode};
use super::text;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "18 位：17 位数字加 1 位校验码（数字或 X）",
    "18 characters: 17 digits and a check character, a digit or X",
);
const DATE: Fault = Fault::new(
    FaultCode::Date,
    "第 7 至 14 位须为存在的出生日期",
    "the 7th to 14th digits must be a date of birth that exists",
);
const CHECK_DIGIT: Fault = Fault::new(
    FaultCode::CheckDigit,
    "末位须为按 GB 11643-1999 计算的校验码",
    "the last character must be the check character of GB 11643-1999",
);

/// A citizen identity number. Personal: shown [`masked`](Self::masked) only.
///
/// The division is not judged: it is that of the first registration, and many such codes are abolished.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResidentId {
    number: String,
    birth_date: NaiveDate,
}

personal_form!(ResidentId, number);

impl ResidentId {
    /// Reads 18 characters, the date of birth and the check. Faults: `FORMAT`, `DATE`, `CHECK_DIGIT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let number = text::entered_upper(input)?;
        let (body, check) = number.split_at_checked(17).ok_or(FORMAT)?;
        if !text::is_digits(body, ..) || !(text::is_digits(check, 1..=1) || check == "X") {
            return Err(FORMAT);
        }
        let birth_date = date(&body[6..14]).ok_or(DATE)?;
        if !check.starts_with(check_character(body)) {
            return Err(CHECK_DIGIT);
        }
        Ok(Self { number, birth_date })
    }

    /// Completes the first 17 digits. Faults: `FORMAT`, `DATE`.
    pub fn with_check_digit(body: &str) -> Result<Self, Fault> {
        Self::parse(&format!("{body}{}", check_character(body)))
    }

    pub fn birth_date(&self) -> NaiveDate {
        self.birth_date
    }

    /// The first three and last four characters, the rest as asterisks.
    pub fn masked(&self) -> String {
        text::mask(&self.number, 3, 4)
    }
}

/// `YYYYMMDD`, if the calendar has that day.
fn date(digits: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..].parse().ok()?)
}

/// The standard's table `10X98765432`, written as arithmetic.
fn check_character(body: &str) -> char {
    check_digit::character((12 - check_digit::weighted_sum(body, WEIGHTS) % 11) % 11)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_a_valid_number() {
        let id = ResidentId::parse("320602198503124010").unwrap();
        assert_eq!(id.as_str(), "320602198503124010");
        assert_eq!(id.birth_date(), NaiveDate::from_ymd_opt(1985, 3, 12).unwrap());
    }

    #[test]
    fn any_division_will_do() {
        assert!(ResidentId::with_check_digit("32068219850312401").is_ok());
        assert!(ResidentId::with_check_digit("00000019850312401").is_ok());
    }

    #[test]
    fn a_small_x_is_a_large_one() {
        let id = ResidentId::parse("11010519491231002x").unwrap();
        assert_eq!(id.as_str(), "11010519491231002X");
    }

    #[test]
    fn refuses_what_is_wrong() {
        for (text, fault) in [
            ("320602198503124011", CHECK_DIGIT),
            ("32060219850312401", FORMAT),
            ("3206021985031240100", FORMAT),
            ("32060219850312401Y", FORMAT),
            ("3206021985031X4010", FORMAT),
            ("320602850312401", FORMAT),
            ("320602198502294010", DATE),
            ("320602198513124010", DATE),
            ("320602198500004010", DATE),
        ] {
            assert_eq!(ResidentId::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn shows_only_the_mask() {
        let id = ResidentId::parse("320602198503124010").unwrap();
        assert_eq!(id.masked(), "320***********4010");
        assert_eq!(format!("{id:?}"), "ResidentId(hidden)");
    }

    const BODY: &str = "[0-9]{6}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}";

    proptest! {
        #[test]
        fn one_check_character_fits_a_body(body in BODY) {
            let id = ResidentId::with_check_digit(&body).unwrap();
            for check in "0123456789X".chars() {
                let text = format!("{body}{check}");
                prop_assert_eq!(ResidentId::parse(&text).is_ok(), text == id.as_str());
            }
        }

        #[test]
        fn one_changed_digit_is_refused(body in BODY, place in 0..17_usize, shift in 1..10_u8) {
            let check = check_character(&body);
            let mut digits = body.into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + shift) % 10;
            let text = format!("{}{check}", String::from_utf8(digits).unwrap());
            prop_assert!(ResidentId::parse(&text).is_err());
        }
    }
}
