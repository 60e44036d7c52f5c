//! Decision tables: ordered rows of conditions, the first that holds decides.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cell::{Cell, WrittenCell};
use super::column::Column;
use super::facts::Facts;
use super::fields::FieldLists;
use crate::language::Bilingual;

/// One version of a decision table. The order of the rows is part of the rule: the first that holds decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Table {
    #[schema(example = "cases", max_length = 60)]
    pub code: String,
    #[schema(example = 1)]
    pub version: u32,
    /// First day in force.
    pub effective_from: NaiveDate,
    /// Last day in force; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_to: Option<NaiveDate>,
    pub name: Bilingual,
    /// The facts the table looks at, in the order in which people read them.
    #[schema(max_items = 13, example = json!(["service", "rightKind", "classification", "competentPlace"]))]
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// One rule of a table: when every cell holds, the case goes to the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Row {
    /// Unique in the table; a case keeps it with the table's version.
    #[schema(example = "PRE_DESIGN_HOME_TEXTILE", max_length = 60)]
    pub id: String,
    pub name: Bilingual,
    /// Law and article, or the local rule, on which the row rests.
    #[schema(example = "南通市实施方案措施9 (city plan, measure 9)", max_length = 4000)]
    pub basis: String,
    /// Conditions by column; a column that is not named may hold anything.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, WrittenCell>,
        example = json!({"service": ["PRE_EXAMINATION_DESIGN"], "classification": {"field": "HOME_TEXTILE"}}))]
    pub cells: BTreeMap<Column, Cell>,
    pub target: Target,
}

/// Where a case goes: the track, and the queue at a node where it waits for staff.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    pub track: Track,
    /// Code of the queue.
    #[schema(example = "TZHT-PRE_EXAMINATION", max_length = 60)]
    pub queue: String,
    /// Code of the node.
    #[schema(example = "TZHT", max_length = 40)]
    pub node: String,
}

/// The city's fast tracks, and guidance for what belongs on none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Track {
    PreExamination,
    RightsConfirmation,
    Enforcement,
    Guidance,
}

impl Track {
    pub const ALL: [Self; 4] =
        [Self::PreExamination, Self::RightsConfirmation, Self::Enforcement, Self::Guidance];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PreExamination => "PRE_EXAMINATION",
            Self::RightsConfirmation => "RIGHTS_CONFIRMATION",
            Self::Enforcement => "ENFORCEMENT",
            Self::Guidance => "GUIDANCE",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|track| track.as_str() == code)
    }

    /// What people call the track, in Chinese and English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::PreExamination => ("快速预审", "fast pre-examination"),
            Self::RightsConfirmation => ("快速确权", "fast rights confirmation"),
            Self::Enforcement => ("快速维权", "fast enforcement"),
            Self::Guidance => ("业务指导", "guidance"),
        }
    }
}

impl Table {
    /// Whether the table is in force on that day.
    pub fn in_force(&self, on: NaiveDate) -> bool {
        self.effective_from <= on && self.effective_to.is_none_or(|to| on <= to)
    }

    /// The place of the row that takes these facts on that day: the first whose cells all hold.
    pub fn first_match(&self, lists: &FieldLists, on: NaiveDate, facts: &Facts) -> Option<usize> {
        self.rows.iter().position(|row| row.takes(lists, on, facts))
    }
}

impl Row {
    /// Whether every cell holds for these facts on that day.
    pub fn takes(&self, lists: &FieldLists, on: NaiveDate, facts: &Facts) -> bool {
        self.cells.iter().all(|(column, cell)| cell.holds(column.value(facts), lists, on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        code = "NANTONG"
        version = 3
        effectiveFrom = "2026-01-01"
        effectiveTo = "2026-12-31"
        name = { zh = "南通分派表", en = "Nantong routing" }
        columns = ["service", "rightKind"]

        [[rows]]
        id = "DESIGN"
        name = { zh = "外观设计", en = "Designs" }
        basis = "城市规则第一条"
        cells.service = ["DESIGN_PRE_EXAMINATION"]
        cells.rightKind = { not = ["TRADEMARK"] }
        target = { track = "PRE_EXAMINATION", queue = "PRE", node = "CENTRE" }

        [[rows]]
        id = "REST"
        name = { zh = "其余", en = "The rest" }
        basis = "城市规则第二条"
        target = { track = "GUIDANCE", queue = "ADVICE", node = "CENTRE" }
    "#;

    fn table() -> Table {
        toml::from_str(TEXT).unwrap()
    }

    #[test]
    fn a_table_is_written_as_it_was_read() {
        let table = table();
        assert_eq!(toml::from_str::<Table>(&toml::to_string(&table).unwrap()).unwrap(), table);
        let json = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<Table>(&json).unwrap(), table);
        assert!(!json.contains("null"));
    }

    #[test]
    fn unknown_keys_are_refused_at_every_level() {
        for (at, wrong) in [
            ("code =", "kode = 1\ncode ="),
            ("cells.service", "cells.colour"),
            ("queue =", "kueue = \"X\", queue ="),
            ("basis =", "base = \"\"\nbasis ="),
        ] {
            assert!(toml::from_str::<Table>(&TEXT.replacen(at, wrong, 1)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_first_row_that_holds_decides_and_a_row_without_cells_always_holds() {
        let table = table();
        let first = |service: &str, right_kind: Option<&str>| {
            let right_kind = right_kind.map(str::to_owned);
            let facts = Facts { service: service.to_owned(), right_kind, ..Facts::default() };
            table.first_match(&FieldLists::default(), table.effective_from, &facts)
        };
        assert_eq!(first("DESIGN_PRE_EXAMINATION", Some("DESIGN")), Some(0));
        assert_eq!(first("DESIGN_PRE_EXAMINATION", Some("TRADEMARK")), Some(1));
        assert_eq!(first("DESIGN_PRE_EXAMINATION", None), Some(1));
        assert_eq!(first("REPORT", Some("DESIGN")), Some(1));
    }

    #[test]
    fn both_ends_of_the_period_are_in_force() {
        let in_force = |day: &str| table().in_force(day.parse().unwrap());
        assert_eq!(
            ["2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"].map(in_force),
            [false, true, true, false]
        );
    }
}
