//! Conditions: what one cell of a decision table asks of one fact.

use std::fmt;

use chrono::NaiveDate;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::ToSchema;

use super::classification::{Classification, Scheme};
use super::column::{ColumnKind, Fact};
use super::fields::FieldLists;

/// A condition on one fact. An unknown fact meets none of them but `Present(false)`: not knowing is not the same as
/// being otherwise. An `any` cell is one that is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "WrittenCell")]
pub enum Cell {
    /// `true`, `false`
    Is(bool),
    /// `["DESIGN", "UTILITY_MODEL"]`
    OneOf(Vec<String>),
    /// `{ not = ["DESIGN"] }`
    NoneOf(Vec<String>),
    /// `{ prefix = ["3206"] }`: province, city or county by the first two, four or six digits.
    Division(Vec<String>),
    /// `{ prefix = ["06-13"], scheme = "LOCARNO" }`
    Within(Vec<Classification>),
    /// `{ field = "HOME_TEXTILE" }`: in the named list as it stands on the day of the decision.
    Field(String),
    /// `{ range = { min = 1, max = 34 } }`, of Nice classes.
    Range(ClassRange),
    /// `{ present = true }`
    Present(bool),
}

/// Nice classes from `min` to `max`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassRange {
    #[schema(minimum = 1, maximum = 45)]
    pub min: u8,
    #[schema(minimum = 1, maximum = 45)]
    pub max: u8,
}

impl Cell {
    /// Whether the fact meets the condition on that day.
    pub fn holds(&self, found: Option<Fact<'_>>, lists: &FieldLists, on: NaiveDate) -> bool {
        match (self, found) {
            (Self::Present(wanted), found) => found.is_some() == *wanted,
            (Self::Is(wanted), Some(Fact::Flag(flag))) => flag == *wanted,
            (Self::OneOf(codes), Some(Fact::Text(code))) => codes.iter().any(|c| c == code),
            (Self::NoneOf(codes), Some(Fact::Text(code))) => codes.iter().all(|c| c != code),
            (Self::Division(prefixes), Some(Fact::Text(code))) => {
                prefixes.iter().any(|p| code.starts_with(p.as_str()))
            }
            (Self::Within(prefixes), Some(Fact::Symbol(symbol))) => prefixes.iter().any(|p| p.covers(symbol)),
            (Self::Field(list), Some(Fact::Symbol(symbol))) => lists.contains(list, symbol, on),
            (Self::Range(range), Some(Fact::Symbol(symbol))) => {
                symbol.nice_class().is_some_and(|class| (range.min..=range.max).contains(&class))
            }
            _ => false,
        }
    }

    /// The codes, divisions and division prefixes the condition names.
    pub fn constants(&self) -> &[String] {
        match self {
            Self::OneOf(texts) | Self::NoneOf(texts) | Self::Division(texts) => texts,
            Self::Is(_) | Self::Within(_) | Self::Field(_) | Self::Range(_) | Self::Present(_) => &[],
        }
    }

    /// Whether a column of this kind can carry the condition.
    pub const fn fits(&self, kind: ColumnKind) -> bool {
        match self {
            Self::Present(_) => true,
            Self::Is(_) => matches!(kind, ColumnKind::Flag),
            Self::OneOf(_) | Self::NoneOf(_) => matches!(kind, ColumnKind::Code | ColumnKind::Division),
            Self::Division(_) => matches!(kind, ColumnKind::Division),
            Self::Within(_) | Self::Field(_) | Self::Range(_) => matches!(kind, ColumnKind::Classification),
        }
    }
}

/// The condition in signs that need no translation: `DESIGN | UTILITY_MODEL`, `≠ DESIGN`, `3206…`,
/// `LOCARNO 06-13…`, `∈ HOME_TEXTILE`, `NICE 1–34`, `*` for present and `∅` for absent.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(wanted) => wanted.fmt(f),
            Self::OneOf(codes) => f.write_str(&codes.join(" | ")),
            Self::NoneOf(codes) => write!(f, "≠ {}", codes.join(" | ")),
            Self::Division(prefixes) => write!(f, "{}…", prefixes.join("… | ")),
            Self::Within(prefixes) => {
                let scheme = prefixes.first().map_or("", |first| first.scheme().as_str());
                let symbols: Vec<_> = prefixes.iter().map(Classification::symbol).collect();
                write!(f, "{scheme} {}…", symbols.join("… | "))
            }
            Self::Field(list) => write!(f, "∈ {list}"),
            Self::Range(ClassRange { min, max }) => write!(f, "{} {min}–{max}", Scheme::Nice.as_str()),
            Self::Present(wanted) => f.write_str(if *wanted { "*" } else { "∅" }),
        }
    }
}

/// A cell as files and messages carry it: a flag, a list of codes, or an object with exactly one condition.
#[derive(Clone, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = Cell)]
pub(super) enum WrittenCell {
    Flag(bool),
    Codes(Vec<String>),
    Condition(Condition),
}

/// Exactly one of the conditions; `scheme` goes with a `prefix` of classifications.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"field": "HOME_TEXTILE"}))]
pub(super) struct Condition {
    /// None of these codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not: Option<Vec<String>>,
    /// Within one of these divisions or classification symbols.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scheme: Option<Scheme>,
    /// Within this field list, as it stands on the day of the decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 60)]
    field: Option<String>,
    /// Nice classes from `min` to `max`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<ClassRange>,
    /// Whether the fact is known at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    present: Option<bool>,
}

impl From<Cell> for WrittenCell {
    fn from(cell: Cell) -> Self {
        let blank = Condition::default();
        Self::Condition(match cell {
            Cell::Is(wanted) => return Self::Flag(wanted),
            Cell::OneOf(codes) => return Self::Codes(codes),
            Cell::NoneOf(codes) => Condition { not: Some(codes), ..blank },
            Cell::Division(prefixes) => Condition { prefix: Some(prefixes), ..blank },
            Cell::Within(prefixes) => Condition {
                scheme: prefixes.first().map(Classification::scheme),
                prefix: Some(prefixes.iter().map(|prefix| prefix.symbol().to_owned()).collect()),
                ..blank
            },
            Cell::Field(list) => Condition { field: Some(list), ..blank },
            Cell::Range(range) => Condition { range: Some(range), ..blank },
            Cell::Present(wanted) => Condition { present: Some(wanted), ..blank },
        })
    }
}

impl Condition {
    fn read<E: de::Error>(self) -> Result<Cell, E> {
        let Self { not, prefix, scheme, field, range, present } = self;
        match (not, prefix, scheme, field, range, present) {
            (Some(codes), None, None, None, None, None) => Ok(Cell::NoneOf(codes)),
            (None, Some(prefixes), None, None, None, None) => Ok(Cell::Division(prefixes)),
            (None, Some(prefixes), Some(scheme), None, None, None) => {
                let symbols = prefixes.iter().map(|prefix| Classification::parse(scheme, prefix));
                symbols.collect::<Result<_, _>>().map(Cell::Within).map_err(E::custom)
            }
            (None, None, None, Some(list), None, None) => Ok(Cell::Field(list)),
            (None, None, None, None, Some(range), None) => Ok(Cell::Range(range)),
            (None, None, None, None, None, Some(wanted)) => Ok(Cell::Present(wanted)),
            _ => Err(E::custom(
                "条件须恰为其一 / exactly one condition of: not, prefix (with scheme for classifications), field, range, \
                 present",
            )),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

/// Reads by shape, so that an error names the key at fault; serde's untagged enums would only say that nothing fits.
struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, a list of codes, or one condition")
    }

    fn visit_bool<E: de::Error>(self, wanted: bool) -> Result<Cell, E> {
        Ok(Cell::Is(wanted))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, codes: A) -> Result<Cell, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(codes)).map(Cell::OneOf)
    }

    fn visit_map<A: MapAccess<'de>>(self, keys: A) -> Result<Cell, A::Error> {
        Condition::deserialize(MapAccessDeserializer::new(keys))?.read()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Written {
        cell: Cell,
    }

    fn cell(text: &str) -> Cell {
        toml::from_str::<Written>(&format!("cell = {text}")).unwrap().cell
    }

    fn holds(text: &str, found: Option<Fact<'_>>) -> bool {
        cell(text).holds(found, &FieldLists::default(), NaiveDate::default())
    }

    const FORMS: [(&str, &str); 8] = [
        ("true", "true"),
        (r#"["DESIGN", "TRADEMARK"]"#, "DESIGN | TRADEMARK"),
        (r#"{ not = ["DESIGN"] }"#, "≠ DESIGN"),
        (r#"{ prefix = ["3206", "310115"] }"#, "3206… | 310115…"),
        (r#"{ prefix = ["6", "06-13"], scheme = "LOCARNO" }"#, "LOCARNO 06… | 06-13…"),
        (r#"{ field = "HOME_TEXTILE" }"#, "∈ HOME_TEXTILE"),
        ("{ range = { min = 1, max = 34 } }", "NICE 1–34"),
        ("{ present = false }", "∅"),
    ];

    #[test]
    fn every_form_reads_shows_and_writes_back() {
        for (text, shown) in FORMS {
            let read = cell(text);
            assert_eq!(read.to_string(), shown);
            let json = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<Cell>(&json).unwrap(), read, "{json}");
            let toml = toml::to_string(&Written { cell: read }).unwrap();
            assert_eq!(toml::from_str::<Written>(&toml).unwrap().cell, cell(text), "{toml}");
        }
    }

    #[test]
    fn errors_name_what_is_wrong() {
        let error =
            |text: &str| toml::from_str::<Written>(&format!("cell = {text}")).unwrap_err().to_string();
        for (text, named) in [
            (r#"{ prefx = ["3206"] }"#, "prefx"),
            (r#"{ prefix = ["06-1"], scheme = "LOCARNO" }"#, "06-1"),
            (r#"{ not = ["A"], present = true }"#, "exactly one"),
            (r#"{ scheme = "IPC" }"#, "exactly one"),
            ("{}", "exactly one"),
            ("{ range = { min = 1, max = 34, step = 2 } }", "step"),
            ("7", "a list of codes"),
            (r#""DESIGN""#, "a list of codes"),
        ] {
            assert!(error(text).contains(named), "{text}: {}", error(text));
        }
    }

    #[test]
    fn an_unknown_fact_meets_only_the_condition_of_absence() {
        for (text, shown) in FORMS {
            assert_eq!(holds(text, None), shown == "∅", "{text}");
        }
    }

    #[test]
    fn divisions_and_nice_classes_are_compared_by_their_own_rules() {
        assert!(holds(r#"{ prefix = ["3206"] }"#, Some(Fact::Text("320685"))));
        assert!(!holds(r#"{ prefix = ["3206"] }"#, Some(Fact::Text("321000"))));
        let class = |n: &str| Classification::parse(Scheme::Nice, n).unwrap();
        let goods = "{ range = { min = 1, max = 34 } }";
        assert!(holds(goods, Some(Fact::Symbol(&class("34")))));
        assert!(!holds(goods, Some(Fact::Symbol(&class("35")))));
        let design = Classification::parse(Scheme::Locarno, "06-13").unwrap();
        assert!(!holds(goods, Some(Fact::Symbol(&design))));
    }
}
