//! Classification symbols: read once into canonical text, then compared level by level.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A classification scheme: IPC for inventions and utility models, Locarno for designs, Nice for marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Scheme {
    Ipc,
    Locarno,
    Nice,
}

impl Scheme {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ipc => "IPC",
            Self::Locarno => "LOCARNO",
            Self::Nice => "NICE",
        }
    }

    /// The highest Nice class (Nice Agreement, article 1).
    pub const LAST_NICE_CLASS: u8 = 45;
    /// The highest Locarno class (Locarno Agreement, article 1).
    pub const LAST_LOCARNO_CLASS: u8 = 32;
}

/// A symbol of one scheme, whole or cut at a level: IPC `D03D 15/00`, `D03D 15`, `D03D`, `D03`, `D`; Locarno
/// `06-13`, `06`; Nice `24`. A cut symbol serves as a prefix and as an item classified no further than that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Written")]
pub struct Classification {
    scheme: Scheme,
    #[schema(example = "06-13", max_length = 40)]
    symbol: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    scheme: Scheme,
    symbol: String,
}

/// The text is no symbol of the scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableSymbol {
    pub scheme: Scheme,
    pub text: String,
}

impl fmt::Display for UnreadableSymbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, text) = (self.scheme.as_str(), &self.text);
        write!(f, "不是有效的 {scheme} 分类号 / not a {scheme} symbol: `{text}`")
    }
}

impl std::error::Error for UnreadableSymbol {}

impl Classification {
    /// Reads a symbol in any usual spacing (`D03D15/00`, `D03D 015/00`) into its canonical text.
    pub fn parse(scheme: Scheme, text: &str) -> Result<Self, UnreadableSymbol> {
        let trimmed = text.trim();
        match scheme {
            Scheme::Ipc => ipc(&trimmed.to_ascii_uppercase()),
            Scheme::Locarno => locarno(trimmed),
            Scheme::Nice => class_number(trimmed, Scheme::LAST_NICE_CLASS).map(|class| class.to_string()),
        }
        .map(|symbol| Self { scheme, symbol })
        .ok_or_else(|| UnreadableSymbol { scheme, text: text.to_owned() })
    }

    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    pub fn symbol(&self) -> &str {
        &self.symbol
    }

    /// Whether `other` is this symbol or lies below it. A number is whole or not at all: `D03D 15` covers
    /// `D03D 15/00`, not `D03D 150/00`. The dots of IPC subgroups are not in their symbols and are not followed.
    pub fn covers(&self, other: &Self) -> bool {
        let cuts_a_number = |rest: &str| {
            self.symbol.ends_with(|c: char| c.is_ascii_digit())
                && rest.starts_with(|c: char| c.is_ascii_digit())
        };
        self.scheme == other.scheme
            && other.symbol.strip_prefix(&self.symbol).is_some_and(|rest| !cuts_a_number(rest))
    }

    /// The class number, if this is a Nice class.
    pub fn nice_class(&self) -> Option<u8> {
        (self.scheme == Scheme::Nice).then(|| self.symbol.parse().ok()).flatten()
    }
}

impl TryFrom<Written> for Classification {
    type Error = UnreadableSymbol;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        Self::parse(written.scheme, &written.symbol)
    }
}

impl fmt::Display for Classification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.scheme.as_str(), self.symbol)
    }
}

/// Section, class, subclass, then main group and subgroup (WIPO ST.8), cut after any of them.
fn ipc(text: &str) -> Option<String> {
    let (head, group) = text.split_at_checked(4).unwrap_or((text, ""));
    let whole_levels = matches!(
        head.as_bytes(),
        [b'A'..=b'H']
            | [b'A'..=b'H', b'0'..=b'9', b'0'..=b'9']
            | [b'A'..=b'H', b'0'..=b'9', b'0'..=b'9', b'A'..=b'Z']
    );
    if !whole_levels {
        return None;
    }
    let group = group.trim_start();
    if group.is_empty() {
        return Some(head.to_owned());
    }
    let (main, sub) = group.split_once('/').map_or((group, None), |(main, sub)| (main, Some(sub)));
    let main = digits(main, 1..=4)?.trim_start_matches('0');
    match sub {
        _ if main.is_empty() => None,
        None => Some(format!("{head} {main}")),
        Some(sub) => digits(sub, 2..=6).map(|sub| format!("{head} {main}/{sub}")),
    }
}

fn locarno(text: &str) -> Option<String> {
    let (class, subclass) = text.split_once('-').map_or((text, None), |(class, sub)| (class, Some(sub)));
    let class = class_number(class, Scheme::LAST_LOCARNO_CLASS)?;
    match subclass {
        None => Some(format!("{class:02}")),
        Some(subclass) => digits(subclass, 2..=2).map(|subclass| format!("{class:02}-{subclass}")),
    }
}

fn class_number(text: &str, last: u8) -> Option<u8> {
    digits(text, 1..=2)?.parse().ok().filter(|class| (1..=last).contains(class))
}

fn digits(text: &str, length: RangeInclusive<usize>) -> Option<&str> {
    (length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(scheme: Scheme, text: &str) -> Classification {
        Classification::parse(scheme, text).unwrap()
    }

    #[test]
    fn spacing_case_and_leading_zeros_do_not_matter() {
        for written in ["D03D 15/00", "d03d15/00", " D03D  015/00 "] {
            assert_eq!(symbol(Scheme::Ipc, written).symbol(), "D03D 15/00");
        }
        assert_eq!(symbol(Scheme::Locarno, "6-13").symbol(), "06-13");
        assert_eq!(symbol(Scheme::Nice, "03").symbol(), "3");
    }

    #[test]
    fn what_is_no_symbol_is_refused() {
        for text in
            ["", "I03D", "D3", "D03 15/00", "D03D 15/0", "D03D 0/00", "D03D/00", "织D03", "D03D 15/00x"]
        {
            assert!(Classification::parse(Scheme::Ipc, text).is_err(), "{text}");
        }
        for text in ["33-01", "00", "06-1", "06-", "-13", "0613"] {
            assert!(Classification::parse(Scheme::Locarno, text).is_err(), "{text}");
        }
        for text in ["0", "46", "2401", "二十四"] {
            assert!(Classification::parse(Scheme::Nice, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_symbol_covers_itself_and_what_lies_below() {
        let covers = |scheme, prefix, other| symbol(scheme, prefix).covers(&symbol(scheme, other));
        for (prefix, other) in [
            ("A61K", "A61K 8/00"),
            ("D03D 15", "D03D 15/00"),
            ("D03D 15", "D03D 15"),
            ("D", "D03D 15/00"),
            ("D03", "D03D"),
        ] {
            assert!(covers(Scheme::Ipc, prefix, other), "{prefix} {other}");
        }
        for (prefix, other) in [
            ("D03D 15", "D03D 150/00"),
            ("D03D 15/00", "D03D 15/001"),
            ("D03D", "D03"),
            ("D03C", "D03D 15/00"),
        ] {
            assert!(!covers(Scheme::Ipc, prefix, other), "{prefix} {other}");
        }
        assert!(covers(Scheme::Locarno, "06", "06-13"));
        assert!(!covers(Scheme::Locarno, "06-13", "06"));
        assert!(!covers(Scheme::Nice, "3", "35"));
        assert!(!symbol(Scheme::Nice, "6").covers(&symbol(Scheme::Locarno, "06")));
    }
}
