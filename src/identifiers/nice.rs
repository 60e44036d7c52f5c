//! Classes of goods and services: the Nice Classification, and the similar groups (类似群) within it.

use super::fault::{Fault, FaultCode};
use super::text;

const CLASSES: [&str; 45] = [
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19",
    "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36",
    "37", "38", "39", "40", "41", "42", "43", "44", "45",
];
const LAST_OF_GOODS: u8 = 34;

const FORMAT: Fault =
    Fault::new(FaultCode::Format, "1 至 2 位数字的类别号", "a class number of one or two digits");
const RANGE: Fault = Fault::new(FaultCode::Range, "尼斯分类第 1 至 45 类", "a Nice class from 1 to 45");
const GROUP_FORMAT: Fault =
    Fault::new(FaultCode::Format, "4 位数字的类似群号", "a similar group of four digits");
const GROUP_RANGE: Fault = Fault::new(
    FaultCode::Range,
    "类似群号前两位为第 01 至 45 类，后两位自 01 起",
    "a similar group whose first two digits are a class from 01 to 45, and whose last two count from 01",
);

/// A class of the Nice Classification, 1 to 45.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NiceClass(u8);

impl NiceClass {
    /// Reads one or two digits; `05` is read as `5`. Faults: `FORMAT`, `RANGE`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let class = text::entered(input)?;
        if !text::is_digits(class, 1..=2) {
            return Err(FORMAT);
        }
        class.parse().map_err(|_| FORMAT).and_then(Self::new)
    }

    /// Fault: `RANGE`.
    pub fn new(number: u8) -> Result<Self, Fault> {
        if (1..=45).contains(&number) { Ok(Self(number)) } else { Err(RANGE) }
    }

    pub fn number(self) -> u8 {
        self.0
    }

    /// The number without a leading zero.
    pub fn as_str(self) -> &'static str {
        CLASSES[usize::from(self.0) - 1]
    }

    /// Classes 1 to 34 are goods, the others services.
    pub fn is_goods(self) -> bool {
        self.0 <= LAST_OF_GOODS
    }
}

impl std::fmt::Display for NiceClass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A similar group of goods or services: `2405`, the fifth of class 24 (类似商品和服务区分表).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SimilarGroup {
    group: String,
    class: NiceClass,
}

public_form!(SimilarGroup, group);

impl SimilarGroup {
    /// Reads four digits. Faults: `FORMAT`, `RANGE`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let group = text::entered(input)?;
        if !text::is_digits(group, 4..=4) {
            return Err(GROUP_FORMAT);
        }
        let class = NiceClass::parse(&group[..2]).map_err(|_| GROUP_RANGE)?;
        if group.ends_with("00") {
            return Err(GROUP_RANGE);
        }
        Ok(Self { group: group.to_owned(), class })
    }

    pub fn class(&self) -> NiceClass {
        self.class
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_five_classes() {
        for number in 0..=u8::MAX {
            assert_eq!(NiceClass::new(number).is_ok(), (1..=45).contains(&number));
        }
        for number in 1..=45 {
            let class = NiceClass::parse(&number.to_string()).unwrap();
            assert_eq!((class.number(), class.to_string()), (number, number.to_string()));
            assert_eq!(class.is_goods(), number <= 34);
        }
    }

    #[test]
    fn a_leading_zero_is_dropped() {
        assert_eq!(NiceClass::parse("05").unwrap().as_str(), "5");
    }

    #[test]
    fn refuses_what_is_no_class() {
        for (text, fault) in
            [("46", RANGE), ("0", RANGE), ("00", RANGE), ("", FORMAT), ("005", FORMAT), ("+5", FORMAT)]
        {
            assert_eq!(NiceClass::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_group_belongs_to_its_class() {
        let group = SimilarGroup::parse("2405").unwrap();
        assert_eq!((group.as_str(), group.class().number()), ("2405", 24));
        for (text, fault) in [
            ("4601", GROUP_RANGE),
            ("0001", GROUP_RANGE),
            ("2400", GROUP_RANGE),
            ("240", GROUP_FORMAT),
            ("24-5", GROUP_FORMAT),
        ] {
            assert_eq!(SimilarGroup::parse(text), Err(fault), "{text}");
        }
    }
}
