//! Symbols of the International Patent Classification, and the prefixes of field lists.

use super::fault::{Fault, FaultCode};
use super::text;

const FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "IPC 小类（如 D03D），或小类加一个空格加大组/小组（如 D03D 15/00）",
    "an IPC subclass such as D03D, or subclass, space, main group/subgroup such as D03D 15/00",
);
const PREFIX_FORMAT: Fault = Fault::new(
    FaultCode::Format,
    "IPC 部（D）、大类（D03）、小类（D03D）、大组（D03D 15）或小组（D03D 15/00）",
    "an IPC section (D), class (D03), subclass (D03D), main group (D03D 15) or subgroup (D03D 15/00)",
);

/// A classification of an invention or utility model: a subclass `D03D` or a full symbol `D03D 15/00`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ipc(String);

public_form!(Ipc, 0);

impl Ipc {
    /// Reads `[A-H]\d{2}[A-Z]( \d{1,4}/\d{2,6})?`; leading zeros of the main group are dropped. Fault:
    /// `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let symbol = text::entered_upper(input)?;
        match symbol.split_once(' ') {
            None if is_subclass(&symbol) => Some(symbol),
            None => None,
            Some((subclass, group)) => full_symbol(subclass, group),
        }
        .map(Self)
        .ok_or(FORMAT)
    }

    /// The subclass, `D03D`.
    pub fn subclass(&self) -> &str {
        &self.0[..4]
    }

    /// The symbol up to the main group, `D03D 15`, if there is one.
    fn main_group(&self) -> Option<&str> {
        self.0.split_once('/').map(|(main_group, _)| main_group)
    }
}

/// The part of a symbol that an entry of a field list names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IpcPrefix {
    symbol: String,
    level: Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Level {
    /// Section, class and subclass have a fixed width each.
    Subclass,
    MainGroup,
    Subgroup,
}

public_form!(IpcPrefix, symbol);

impl IpcPrefix {
    /// Reads `D`, `D03`, `D03D`, `D03D 15` or `D03D 15/00`. Fault: `FORMAT`.
    pub fn parse(input: &str) -> Result<Self, Fault> {
        let entered = text::entered_upper(input)?;
        match entered.split_once(' ') {
            None if is_section_or_class(&entered) || is_subclass(&entered) => {
                Some((entered, Level::Subclass))
            }
            None => None,
            Some((subclass, group)) if group.contains('/') => {
                full_symbol(subclass, group).map(|symbol| (symbol, Level::Subgroup))
            }
            Some((subclass, group)) => main_group(subclass, group).map(|symbol| (symbol, Level::MainGroup)),
        }
        .map(|(symbol, level)| Self { symbol, level })
        .ok_or(PREFIX_FORMAT)
    }

    /// Whether the symbol lies within this part of the classification. Main groups are compared whole, so
    /// `D03D 15` covers `D03D 15/00` but not `D03D 150/00`. A subgroup covers itself only: the dots that put
    /// one subgroup under another are not in the symbol.
    pub fn covers(&self, ipc: &Ipc) -> bool {
        match self.level {
            Level::Subclass => ipc.0.starts_with(&self.symbol),
            Level::MainGroup => ipc.main_group() == Some(&self.symbol),
            Level::Subgroup => ipc.0 == self.symbol,
        }
    }
}

fn is_section_or_class(symbol: &str) -> bool {
    matches!(symbol.as_bytes(), [b'A'..=b'H'] | [b'A'..=b'H', b'0'..=b'9', b'0'..=b'9'])
}

fn is_subclass(symbol: &str) -> bool {
    matches!(symbol.as_bytes(), [b'A'..=b'H', b'0'..=b'9', b'0'..=b'9', b'A'..=b'Z'])
}

fn main_group(subclass: &str, group: &str) -> Option<String> {
    if !is_subclass(subclass) || !text::is_digits(group, 1..=4) {
        return None;
    }
    let group: u16 = group.parse().ok()?;
    Some(format!("{subclass} {group}"))
}

fn full_symbol(subclass: &str, group: &str) -> Option<String> {
    let (group, subgroup) = group.split_once('/').filter(|(_, subgroup)| text::is_digits(subgroup, 2..=6))?;
    main_group(subclass, group).map(|symbol| format!("{symbol}/{subgroup}"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_subclasses_and_full_symbols() {
        for (text, normal) in [
            ("D03D 15/00", "D03D 15/00"),
            ("d03d", "D03D"),
            ("H04L 9/32", "H04L 9/32"),
            ("A61K 0008/00", "A61K 8/00"),
            ("G06F 9999/123456", "G06F 9999/123456"),
        ] {
            let ipc = Ipc::parse(text).unwrap();
            assert_eq!((ipc.as_str(), ipc.subclass()), (normal, &normal[..4]));
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "D03D 15/0",
            "",
            "D",
            "D03",
            "G06",
            "I03D",
            "D3D",
            "D03D15/00",
            "D03D  15/00",
            "D03D 15",
            "D03D 15/",
            "D03D /00",
            "D03D 12345/00",
            "D03D 15/1234567",
            "D03D 15/00/00",
            "D03D 1+/00",
        ] {
            assert_eq!(Ipc::parse(text), Err(FORMAT), "{text}");
        }
    }

    #[test]
    fn a_prefix_covers_what_lies_within() {
        for (prefix, symbol, covered) in [
            ("A61K", "A61K 8/00", true),
            ("A61K", "A61K", true),
            ("A61", "A61K 8/00", true),
            ("A", "A61K 8/00", true),
            ("A61K", "A61P 8/00", false),
            ("B", "A61K 8/00", false),
            ("D03D 15", "D03D 15/00", true),
            ("D03D 15", "D03D 15/47", true),
            ("D03D 15", "D03D 015/47", true),
            ("D03D 15", "D03D 150/00", false),
            ("D03D 15", "D03D 1/00", false),
            ("D03D 15", "D03D", false),
            ("D03D 1", "D03D 15/00", false),
            ("D03D 15/00", "D03D 15/00", true),
            ("D03D 15/00", "D03D 15/0001", false),
        ] {
            let (prefix, ipc) = (IpcPrefix::parse(prefix).unwrap(), Ipc::parse(symbol).unwrap());
            assert_eq!(prefix.covers(&ipc), covered, "{prefix} over {ipc}");
        }
    }

    #[test]
    fn a_published_record_may_name_a_class_only() {
        assert_eq!(IpcPrefix::parse("g06").unwrap().as_str(), "G06");
    }

    #[test]
    fn refuses_what_is_no_prefix() {
        for text in ["", "I", "D0", "D03D 15/", "D03D 15/0", "D03 15", "D03D 12345", "D03D15", "DD"] {
            assert_eq!(IpcPrefix::parse(text), Err(PREFIX_FORMAT), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_part_of_a_symbol_covers_it(symbol in "[A-H][0-9]{2}[A-Z] [1-9][0-9]{0,3}/[0-9]{2,6}") {
            let ipc = Ipc::parse(&symbol).unwrap();
            let group = symbol.find('/').unwrap();
            for end in [1, 3, 4, group, symbol.len()] {
                prop_assert!(IpcPrefix::parse(&symbol[..end]).unwrap().covers(&ipc));
            }
            for end in 6..group {
                prop_assert!(!IpcPrefix::parse(&symbol[..end]).unwrap().covers(&ipc));
            }
        }
    }
}
