//! Classes of the Locarno Classification for industrial designs, and the prefixes of field lists.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "洛迦诺分类大类-小类，各两位数字，例如 06-13",
    "Locarno class-subclass, two digits each, such as 06-13",
);
const PREFIX_FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "洛迦诺分类大类（06）或大类-小类（06-13）",
    "a Locarno class (06) or class-subclass (06-13), two digits each",
);
const RANGE: Fault =
    Fault::new(FaultCode::Range, "洛迦诺分类大类为 01 至 32", "a Locarno class from 01 to 32");

/// A classification of a design: class and subclass, `06-13`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Locarno(String);

public_form!(Locarno, 0);

impl Locarno {
    /// Reads class and subclass. Faults: `FORMAT`, `RANGE`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let entered = text::entered(input)?;
        let (class, subclass) = entered.split_once('-').ok_or(FORMAT)?;
        if !text::is_digits(class, 2..=2) || !text::is_digits(subclass, 2..=2) {
            return Err(FORMAT);
        }
        in_range(class)?;
        Ok(Self(entered.to_owned()))
    }

    /// The class, two digits.
    pub fn class(&self) -> &str {
        &self.0[..2]
    }
}

/// A class `06` or a class and subclass `06-13`, as an entry of a field list names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LocarnoPrefix(String);

public_form!(LocarnoPrefix, 0);

impl LocarnoPrefix {
    /// Reads a class with or without subclass. Faults: `FORMAT`, `RANGE`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let entered = text::entered(input)?;
        if text::is_digits(entered, 2..=2) {
            return in_range(entered).map(|()| Self(entered.to_owned()));
        }
        Locarno::parse(entered).map(|locarno| Self(locarno.0)).map_err(|fault| match fault {
            FORMAT => PREFIX_FORMAT,
            other => other,
        })
    }

    /// Whether the design class lies within. Both parts have a fixed width, so a plain prefix is enough.
    pub fn covers(&self, locarno: &Locarno) -> bool {
        locarno.0.starts_with(&self.0)
    }
}

fn in_range(class: &str) -> Result<(), Fault> {
    if ("01"..="32").contains(&class) { Ok(()) } else { Err(RANGE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_class_and_subclass() {
        let locarno = Locarno::parse("06-13").unwrap();
        assert_eq!((locarno.as_str(), locarno.class()), ("06-13", "06"));
        assert!(Locarno::parse("32-00").is_ok());
    }

    #[test]
    fn refuses_what_is_wrong() {
        for (text, fault) in [
            ("33-01", RANGE),
            ("00-01", RANGE),
            ("6-13", FORMAT),
            ("06-1", FORMAT),
            ("0613", FORMAT),
            ("06", FORMAT),
            ("06-13-01", FORMAT),
            ("06–13", FORMAT),
            ("", FORMAT),
        ] {
            assert_eq!(Locarno::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_prefix_covers_what_lies_within() {
        let locarno = Locarno::parse("06-13").unwrap();
        for (prefix, covered) in
            [("06", true), ("06-13", true), ("06-01", false), ("16", false), ("11", false)]
        {
            assert_eq!(LocarnoPrefix::parse(prefix).unwrap().covers(&locarno), covered, "{prefix}");
        }
    }

    #[test]
    fn refuses_what_is_no_prefix() {
        for (text, fault) in [
            ("33", RANGE),
            ("00", RANGE),
            ("33-01", RANGE),
            ("6", PREFIX_FORMAT),
            ("06-", PREFIX_FORMAT),
            ("", PREFIX_FORMAT),
        ] {
            assert_eq!(LocarnoPrefix::parse(text), Err(fault), "{text}");
        }
    }
}
