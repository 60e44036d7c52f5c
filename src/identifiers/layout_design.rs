//! Registration numbers of layout-designs of integrated circuits (集成电路布图设计登记号).

use super::check_digit;
use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "BS. 加 8 位数字加 1 位校验码，校验码前的小数点可省略，例如 BS.185559220",
    "BS. with 8 digits and a check character, the dot before it optional, such as BS.185559220",
);
const KIND: Fault = Fault::new(
    FaultCode::Kind,
    "两位年份后一位须为 5（布图设计）",
    "the digit after the two of the year must be 5, for layout-design",
);
const RANGE: Fault = Fault::new(
    FaultCode::Range,
    "年份须为 01（2001 年）及以后",
    "a year from 01 (2001), when the Regulations on the Protection of Layout-Designs came into force",
);
const CHECK_DIGIT: Fault = Fault::new(
    FaultCode::CheckDigit,
    "末位须为校验位（与八位专利申请号算法相同）",
    "the last character must be the check digit, by the rule of 8-digit patent numbers",
);

/// A layout-design number: `BS.`, two digits of the year, 5, five digits and a check character.
///
/// No published standard states the check: it is inferred from the rule of 8-digit patent numbers, which
/// every official number known keeps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LayoutDesignNumber {
    number: String,
    year: u16,
}

public_form!(LayoutDesignNumber, number);

impl LayoutDesignNumber {
    /// Reads a number with or without the second dot, which is dropped. Faults: `FORMAT`, `KIND`, `RANGE`,
    /// `CHECK_DIGIT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let entered = text::entered_upper(input)?;
        let (body, check) = entered
            .strip_prefix("BS.")
            .and_then(check_digit::split_off)
            .filter(|(body, _)| text::is_digits(body, 8..=8))
            .ok_or(FORMAT)?;
        if &body[2..3] != "5" {
            return Err(KIND);
        }
        let year: u16 = body[..2].parse().ok().filter(|year| *year > 0).ok_or(RANGE)?;
        if check != check_digit::of_application(body) {
            return Err(CHECK_DIGIT);
        }
        Ok(Self { number: format!("BS.{body}{check}"), year: 2000 + year })
    }

    /// Completes the 8 digits after `BS.`. Faults: `FORMAT`, `KIND`, `RANGE`.
    pub fn with_check_digit(body: &str) -> Result<Self, Fault> {
        Self::parse(&format!("BS.{body}{}", check_digit::of_application(body)))
    }

    /// The year of filing.
    pub fn year(&self) -> u16 {
        self.year
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_second_dot_is_dropped() {
        for text in ["BS.185559220", "BS.18555922.0", "bs.185559220"] {
            let number = LayoutDesignNumber::parse(text).unwrap();
            assert_eq!((number.as_str(), number.year()), ("BS.185559220", 2018));
        }
    }

    #[test]
    fn refuses_what_is_wrong() {
        for (text, fault) in [
            ("BS.185559221", CHECK_DIGIT),
            ("BS.181559220", KIND),
            ("BS.005559220", RANGE),
            ("BS.18555922", FORMAT),
            ("BS.1855592200", FORMAT),
            ("BS185559220", FORMAT),
            ("185559220", FORMAT),
            ("", FORMAT),
        ] {
            assert_eq!(LayoutDesignNumber::parse(text), Err(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn one_check_character_fits_a_body(body in "(0[1-9]|[1-9][0-9])5[0-9]{5}") {
            let number = LayoutDesignNumber::with_check_digit(&body).unwrap();
            for check in "0123456789X".chars() {
                let text = format!("BS.{body}{check}");
                prop_assert_eq!(LayoutDesignNumber::parse(&text).is_ok(), text == number.as_str());
            }
        }
    }
}
