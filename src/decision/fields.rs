//! Approved technical fields of the centres: lists of classification prefixes, each valid for a time.
//!
//! A centre may pre-examine only in the fields approved for it, and these are widened over the years, so the lists are
//! data of the city pack and a decision reads them as they stood on its own date.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::classification::{Classification, Scheme, UnreadableSymbol};

/// All field lists of a pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct FieldLists(Vec<FieldList>);

/// A named list of the classification prefixes of one approved field, such as `HOME_TEXTILE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(into = "Written", try_from = "Written")]
pub struct FieldList {
    #[schema(example = "HOME_TEXTILE", max_length = 60)]
    pub code: String,
    /// The centre that the field was approved for.
    #[schema(example = "TZHT", max_length = 40)]
    pub node: String,
    pub scheme: Scheme,
    #[schema(value_type = Vec<WrittenEntry>, max_items = 1000)]
    pub entries: Vec<FieldEntry>,
}

/// One prefix of a list; `from` and `to` are the first and the last day on which it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldEntry {
    pub prefix: Classification,
    pub from: NaiveDate,
    pub to: Option<NaiveDate>,
}

impl FieldLists {
    pub fn new(lists: Vec<FieldList>) -> Self {
        Self(lists)
    }

    pub fn has(&self, code: &str) -> bool {
        self.0.iter().any(|list| list.code == code)
    }

    /// The prefixes of the named list on that day; none if there is no such list.
    pub fn prefixes(&self, code: &str, on: NaiveDate) -> impl Iterator<Item = &Classification> {
        self.0
            .iter()
            .filter(move |list| list.code == code)
            .flat_map(|list| &list.entries)
            .filter(move |entry| entry.from <= on && entry.to.is_none_or(|to| on <= to))
            .map(|entry| &entry.prefix)
    }

    /// Whether the classification lies in the named list on that day.
    pub fn contains(&self, code: &str, classification: &Classification, on: NaiveDate) -> bool {
        self.prefixes(code, on).any(|prefix| prefix.covers(classification))
    }
}

impl FromIterator<FieldList> for FieldLists {
    fn from_iter<I: IntoIterator<Item = FieldList>>(lists: I) -> Self {
        Self(lists.into_iter().collect())
    }
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    code: String,
    node: String,
    scheme: Scheme,
    entries: Vec<WrittenEntry>,
}

/// An entry as files and messages carry it; its scheme is the list's.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FieldEntry)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    #[schema(example = "06-13", max_length = 40)]
    prefix: String,
    /// First day on which the entry counts.
    from: NaiveDate,
    /// Last day on which the entry counts; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<NaiveDate>,
}

impl TryFrom<Written> for FieldList {
    type Error = UnreadableSymbol;

    fn try_from(Written { code, node, scheme, entries }: Written) -> Result<Self, Self::Error> {
        let entry = |WrittenEntry { prefix, from, to }| {
            Classification::parse(scheme, &prefix).map(|prefix| FieldEntry { prefix, from, to })
        };
        entries.into_iter().map(entry).collect::<Result<_, _>>().map(|entries| Self {
            code,
            node,
            scheme,
            entries,
        })
    }
}

impl From<FieldList> for Written {
    fn from(FieldList { code, node, scheme, entries }: FieldList) -> Self {
        let entry =
            |FieldEntry { prefix, from, to }| WrittenEntry { prefix: prefix.symbol().to_owned(), from, to };
        Self { code, node, scheme, entries: entries.into_iter().map(entry).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{"code":"HOME_TEXTILE","node":"TZHT","scheme":"LOCARNO","entries":[
        {"prefix":"05-05","from":"2014-01-01"},
        {"prefix":"06-13","from":"2020-01-01","to":"2025-12-31"}]}"#;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_entry_counts_from_its_first_to_its_last_day() {
        let lists = FieldLists::new(vec![serde_json::from_str(LIST).unwrap()]);
        let sheet = Classification::parse(Scheme::Locarno, "06-13").unwrap();
        let within = |on| lists.contains("HOME_TEXTILE", &sheet, day(on));
        assert_eq!(
            ["2019-12-31", "2020-01-01", "2025-12-31", "2026-01-01"].map(within),
            [false, true, true, false]
        );
        assert!(!lists.contains("FURNITURE", &sheet, day("2024-01-01")));
    }

    #[test]
    fn a_list_is_written_as_it_was_read_and_a_bad_prefix_is_refused() {
        let list: FieldList = serde_json::from_str(LIST).unwrap();
        let written = serde_json::to_string(&list).unwrap();
        assert_eq!(list, serde_json::from_str(&written).unwrap());
        assert!(serde_json::from_str::<FieldList>(&LIST.replace("06-13", "6.13")).is_err());
    }
}
