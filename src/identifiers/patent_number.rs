//! Patent application and patent numbers (专利申请号、专利号), ZC 0006-2003.

use super::check_digit;
use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "12 位数字（2003 年 10 月以前为 8 位）加 1 位校验码，校验码前的小数点可省略，可冠 ZL 或 CN",
    "12 digits (8 before October 2003) and a check character, the dot before it optional; ZL or CN may lead",
);
const KIND: Fault = Fault::new(
    FaultCode::Kind,
    "年份后一位须为 1（发明）、2（实用新型）、3（外观设计）、8（PCT 发明）或 9（PCT 实用新型）",
    "the digit after the year must be 1 (invention), 2 (utility model), 3 (design), 8 (PCT invention) or 9 \
     (PCT utility model)",
);
const RANGE: Fault = Fault::new(
    FaultCode::Range,
    "年份须为 2003 年及以后（12 位）或 1985 至 2003 年（8 位）",
    "a year from 2003 on (12 digits) or from 1985 to 2003 (8 digits)",
);
const CHECK_DIGIT: Fault = Fault::new(
    FaultCode::CheckDigit,
    "末位须为按 ZC 0006-2003 计算的校验位",
    "the last character must be the check digit of ZC 0006-2003",
);

/// The kind of application, told by the digit after the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PatentNumberKind {
    Invention,
    UtilityModel,
    Design,
    /// Invention, by way of the Patent Cooperation Treaty.
    PctInvention,
    /// Utility model, by way of the Patent Cooperation Treaty.
    PctUtilityModel,
}

impl PatentNumberKind {
    const fn of_digit(digit: u8) -> Option<Self> {
        Some(match digit {
            b'1' => Self::Invention,
            b'2' => Self::UtilityModel,
            b'3' => Self::Design,
            b'8' => Self::PctInvention,
            b'9' => Self::PctUtilityModel,
            _ => return None,
        })
    }
}

/// An application number, which a granted patent keeps as its patent number: `202410320600.X`, or
/// `99123456.1` for those before October 2003. The prefix ZL or CN is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PatentNumber {
    number: String,
    kind: PatentNumberKind,
    year: u16,
}

public_form!(PatentNumber, number);

impl PatentNumber {
    /// Reads a number with or without prefix and dot. Faults: `FORMAT`, `KIND`, `RANGE`, `CHECK_DIGIT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let entered = text::entered_upper(input)?;
        let bare = entered.strip_prefix("ZL").or_else(|| entered.strip_prefix("CN")).unwrap_or(&entered);
        let (body, check) =
            check_digit::split_off(bare).filter(|(body, _)| text::is_digits(body, ..)).ok_or(FORMAT)?;
        let year_digits = match body.len() {
            12 => 4,
            8 => 2,
            _ => return Err(FORMAT),
        };
        let kind = PatentNumberKind::of_digit(body.as_bytes()[year_digits]).ok_or(KIND)?;
        let year = year(&body[..year_digits]).ok_or(RANGE)?;
        if check != check_digit::of_application(body) {
            return Err(CHECK_DIGIT);
        }
        Ok(Self { number: format!("{body}.{check}"), kind, year })
    }

    /// Completes the 12 (or 8) digits before the dot. Faults: `FORMAT`, `KIND`, `RANGE`.
    pub fn with_check_digit(body: &str) -> Result<Self, Fault> {
        Self::parse(&format!("{body}.{}", check_digit::of_application(body)))
    }

    pub fn kind(&self) -> PatentNumberKind {
        self.kind
    }

    /// The year of filing.
    pub fn year(&self) -> u16 {
        self.year
    }
}

/// Four digits since October 2003; before, two, counted from 1985, when the Patent Law came into force.
fn year(digits: &str) -> Option<u16> {
    match (digits.len(), digits.parse().ok()?) {
        (4, year @ 2003..=2099) => Some(year),
        (2, year @ 85..=99) => Some(1900 + year),
        (2, year @ 0..=3) => Some(2000 + year),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    #[test]
    fn every_spelling_gives_the_same_number() {
        for text in [
            "202410320600.X",
            "202410320600X",
            "ZL202410320600.X",
            "CN202410320600X",
            "zl202410320600.x",
            " 202410320600.X ",
        ] {
            let number = PatentNumber::parse(text).unwrap();
            assert_eq!(number.as_str(), "202410320600.X");
            assert_eq!((number.kind(), number.year()), (PatentNumberKind::Invention, 2024));
        }
    }

    #[test]
    fn reads_published_numbers() {
        use PatentNumberKind::{Design, Invention};
        for (text, kind, year) in [
            ("CN201610311380.X", Invention, 2016),
            ("CN201730033448.8", Design, 2017),
            ("201710601862.3", Invention, 2017),
            ("201310699744.2", Invention, 2013),
        ] {
            let number = PatentNumber::parse(text).unwrap();
            assert_eq!((number.kind(), number.year()), (kind, year), "{text}");
        }
    }

    #[test]
    fn reads_the_older_form() {
        let number = PatentNumber::parse("ZL991234561").unwrap();
        assert_eq!(number.as_str(), "99123456.1");
        assert_eq!((number.kind(), number.year()), (PatentNumberKind::Invention, 1999));
        assert_eq!(PatentNumber::with_check_digit("03812345").unwrap().year(), 2003);
    }

    #[test]
    fn refuses_what_is_wrong() {
        for (text, fault) in [
            ("202440112233.5", KIND),
            ("202410320600.1", CHECK_DIGIT),
            ("199910320600.X", RANGE),
            ("04123456.1", RANGE),
            ("202410320600", FORMAT),
            ("20241032060.X", FORMAT),
            ("2024103206000.X", FORMAT),
            ("202410320600..X", FORMAT),
            ("20241032.0600X", FORMAT),
            ("ZLCN202410320600.X", FORMAT),
            ("ZL 202410320600.X", FORMAT),
            ("", FORMAT),
        ] {
            assert_eq!(PatentNumber::parse(text), Err(fault), "{text}");
        }
    }

    const BODY: &str = "20(0[3-9]|[1-9][0-9])[12389][0-9]{7}|(8[5-9]|9[0-9]|0[0-3])[12389][0-9]{5}";

    proptest! {
        #[test]
        fn one_check_character_fits_a_body(body in BODY) {
            let number = PatentNumber::with_check_digit(&body).unwrap();
            for check in "0123456789X".chars() {
                let text = format!("{body}.{check}");
                prop_assert_eq!(PatentNumber::parse(&text).is_ok(), text == number.as_str());
            }
        }

        #[test]
        fn one_changed_digit_is_refused(body in BODY, place in any::<Index>(), shift in 1..10_u8) {
            let check = check_digit::of_application(&body);
            let mut digits = body.into_bytes();
            let place = place.index(digits.len());
            digits[place] = b'0' + (digits[place] - b'0' + shift) % 10;
            let text = format!("{}.{check}", String::from_utf8(digits).unwrap());
            prop_assert!(PatentNumber::parse(&text).is_err());
        }
    }
}
