//! Codes of administrative divisions (行政区划代码), GB/T 2260, and the names of those of Nantong.

use super::fault::{Fault, FaultCode};
use super::text;
use crate::language::Text;

const FORMAT: Fault =
    Fault::new(FaultCode::Format, "6 位数字的行政区划代码", "a division code of 6 digits, as in GB/T 2260");

/// The code of Nantong City.
pub const NANTONG: &str = "320600";

/// The code of a province, city or county: six digits, two for each level, zeros where a level is open.
///
/// Any six digits are taken: abolished codes live on in credit codes, identity numbers and old files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DivisionCode(String);

public_form!(DivisionCode, 0);

impl DivisionCode {
    /// Reads six digits. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let code = text::entered(input)?;
        if text::is_digits(code, 6..=6) { Ok(Self::of_digits(code)) } else { Err(FORMAT) }
    }

    /// For six digits known to be such.
    pub(super) fn of_digits(digits: &str) -> Self {
        Self(digits.to_owned())
    }

    /// Whether this division is the other or lies in it, by the codes: 320682 is within 320600 and within
    /// 320000.
    pub fn is_within(&self, other: &Self) -> bool {
        let levels = match other.0.strip_suffix("00") {
            Some(city) => city.strip_suffix("00").unwrap_or(city),
            None => &other.0,
        };
        self.0.starts_with(levels)
    }

    /// Name and status, for the codes of Nantong.
    pub fn division(&self) -> Option<&'static Division> {
        NANTONG_DIVISIONS.iter().find(|division| division.code == self.0)
    }
}

/// Whether a code is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DivisionStatus {
    Current,
    /// Abolished, but found in credit codes and identity numbers.
    Historic,
    /// Used in statistics and registers, but no division of its own.
    Statistical,
}

/// A division with its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Division {
    pub code: &'static str,
    pub name: Text,
    pub status: DivisionStatus,
}

/// Nantong and its districts and counties since 1983. Names are the last that the code had.
pub const NANTONG_DIVISIONS: [Division; 19] = {
    use DivisionStatus::{Current, Historic, Statistical};
    [
        division(NANTONG, "南通市", "Nantong City", Current),
        division("320601", "市辖区", "Districts of Nantong City", Statistical),
        division("320602", "崇川区", "Chongchuan District", Historic),
        division("320611", "港闸区", "Gangzha District", Historic),
        division("320612", "通州区", "Tongzhou District", Current),
        division("320613", "崇川区", "Chongchuan District", Current),
        division("320614", "海门区", "Haimen District", Current),
        division("320621", "海安县", "Hai'an County", Historic),
        division("320622", "如皋县", "Rugao County", Historic),
        division("320623", "如东县", "Rudong County", Current),
        division("320624", "南通县", "Nantong County", Historic),
        division("320625", "海门县", "Haimen County", Historic),
        division("320626", "启东县", "Qidong County", Historic),
        division(
            "320671",
            "南通经济技术开发区",
            "Nantong Economic and Technological Development Area",
            Statistical,
        ),
        division("320681", "启东市", "Qidong City", Current),
        division("320682", "如皋市", "Rugao City", Current),
        division("320683", "通州市", "Tongzhou City", Historic),
        division("320684", "海门市", "Haimen City", Historic),
        division("320685", "海安市", "Hai'an City", Current),
    ]
};

const fn division(
    code: &'static str,
    zh: &'static str,
    en: &'static str,
    status: DivisionStatus,
) -> Division {
    Division { code, name: Text { zh, en }, status }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> DivisionCode {
        DivisionCode::parse(text).unwrap()
    }

    #[test]
    fn refuses_what_is_not_six_digits() {
        for text in ["", "32060", "3206000", "32060A", "NT-01"] {
            assert_eq!(DivisionCode::parse(text), Err(FORMAT), "{text}");
        }
    }

    #[test]
    fn a_division_lies_in_those_above_it() {
        for (inner, outer, within) in [
            ("320682", "320600", true),
            ("320602", "320600", true),
            ("320671", "320600", true),
            ("320682", "320000", true),
            ("320600", "320600", true),
            ("320682", "320682", true),
            ("320600", "320682", false),
            ("320682", "320681", false),
            ("320582", "320600", false),
            ("310106", "320000", false),
            ("320000", "320600", false),
        ] {
            assert_eq!(code(inner).is_within(&code(outer)), within, "{inner} in {outer}");
        }
    }

    #[test]
    fn the_divisions_of_nantong_are_in_order_and_within_it() {
        assert!(NANTONG_DIVISIONS.is_sorted_by(|one, next| one.code < next.code));
        for division in &NANTONG_DIVISIONS {
            assert!(code(division.code).is_within(&code(NANTONG)));
            assert_eq!(code(division.code).division(), Some(division));
        }
        let current = NANTONG_DIVISIONS.iter().filter(|division| division.status == DivisionStatus::Current);
        assert_eq!(current.count(), 8);
    }

    #[test]
    fn two_codes_may_share_a_name() {
        let (old, new) = (code("320602").division().unwrap(), code("320613").division().unwrap());
        assert_eq!(old.name, new.name);
        assert_eq!((old.status, new.status), (DivisionStatus::Historic, DivisionStatus::Current));
        assert_eq!(code("320500").division(), None);
    }
}
