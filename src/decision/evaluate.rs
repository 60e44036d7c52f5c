//! Decisions: which row took the facts, and for each row and cell why it did or did not.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cell::Cell;
use super::column::Column;
use super::facts::{Competence, Facts};
use super::fields::FieldLists;
use super::table::{Row, Table, Target};
use crate::language::Bilingual;

/// What a table answered for one item. It is kept with the case, so it speaks for itself when the table is long gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    #[schema(example = "cases", max_length = 60)]
    pub table_code: String,
    #[schema(example = 1)]
    pub table_version: u32,
    /// The day whose field lists were asked.
    pub decided_on: NaiveDate,
    pub outcome: Outcome,
    /// The verdicts in the order of the table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowVerdict>,
}

/// Where the item goes. What no row takes is triaged by people at the city centre; nothing is dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
#[schema(as = RoutingOutcome)]
pub enum Outcome {
    #[schema(rename_all = "camelCase")]
    Matched {
        #[schema(example = "PRE_DESIGN_HOME_TEXTILE", max_length = 60)]
        row_id: String,
        row_name: Bilingual,
        #[schema(example = "南通市实施方案措施9 (city plan, measure 9)", max_length = 4000)]
        basis: String,
        target: Target,
    },
    Unmatched,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RowVerdict {
    #[schema(example = "PRE_DESIGN_HOME_TEXTILE", max_length = 60)]
    pub row_id: String,
    pub verdict: Verdict,
    /// Every cell of the row; none of a row that was not reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<CellVerdict>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    Matched,
    Missed,
    /// An earlier row had already decided.
    NotReached,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CellVerdict {
    pub column: Column,
    /// What the cell asks, in signs: `DESIGN | TRADEMARK`, `≠ DESIGN`, `3206…`, `∈ HOME_TEXTILE`, `NICE 1–34`, `*`, `∅`.
    #[schema(example = "∈ HOME_TEXTILE", max_length = 10_000)]
    pub condition: String,
    /// The fact; left out when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "LOCARNO 06-13", max_length = 200)]
    pub found: Option<String>,
    /// The rule that made this the competent place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competence: Option<Competence>,
    pub holds: bool,
}

/// Asks the table row by row; the first row whose cells all hold decides.
pub fn decide(table: &Table, lists: &FieldLists, on: NaiveDate, facts: &Facts) -> Decision {
    let hit = table.first_match(lists, on, facts);
    let verdict = |place: usize| match hit {
        Some(hit) if place == hit => Verdict::Matched,
        Some(hit) if place > hit => Verdict::NotReached,
        _ => Verdict::Missed,
    };
    let rows = table.rows.iter().enumerate().map(|(place, row)| {
        let verdict = verdict(place);
        let cells = if verdict == Verdict::NotReached { vec![] } else { row.verdicts(lists, on, facts) };
        RowVerdict { row_id: row.id.clone(), verdict, cells }
    });
    Decision {
        table_code: table.code.clone(),
        table_version: table.version,
        decided_on: on,
        outcome: hit.and_then(|hit| table.rows.get(hit)).map_or(Outcome::Unmatched, Row::outcome),
        rows: rows.collect(),
    }
}

impl Row {
    fn outcome(&self) -> Outcome {
        Outcome::Matched {
            row_id: self.id.clone(),
            row_name: self.name.clone(),
            basis: self.basis.clone(),
            target: self.target.clone(),
        }
    }

    fn verdicts(&self, lists: &FieldLists, on: NaiveDate, facts: &Facts) -> Vec<CellVerdict> {
        let verdict = |(&column, cell): (&Column, &Cell)| {
            let found = column.value(facts);
            let derived = column == Column::CompetentPlace && found.is_some();
            CellVerdict {
                column,
                condition: cell.to_string(),
                found: found.map(|fact| fact.to_string()),
                competence: derived.then(|| facts.competence()),
                holds: cell.holds(found, lists, on),
            }
        };
        self.cells.iter().map(verdict).collect()
    }
}

impl Decision {
    /// Where the item goes; `None` is manual triage.
    pub const fn target(&self) -> Option<&Target> {
        match &self.outcome {
            Outcome::Matched { target, .. } => Some(target),
            Outcome::Unmatched => None,
        }
    }

    /// The form kept with a case: the deciding row whole, of each missed row only the first cell that failed. Rows that
    /// were not reached go without saying, as the table's version is named.
    #[must_use]
    pub fn compact(mut self) -> Self {
        self.rows.retain_mut(|row| {
            if row.verdict == Verdict::Missed {
                let failed = row.cells.iter().position(|cell| !cell.holds);
                row.cells = failed.map(|at| row.cells.swap_remove(at)).into_iter().collect();
            }
            row.verdict != Verdict::NotReached
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
        code = "T"
        version = 2
        effectiveFrom = "2026-01-01"
        name = { zh = "表", en = "Table" }
        columns = ["service", "competentPlace", "onPlatform"]
        [[rows]]
        id = "A"
        name = { zh = "甲", en = "A" }
        basis = "Rule 1"
        cells.service = ["REPORT"]
        cells.competentPlace = ["320612"]
        cells.onPlatform = true
        target = { track = "ENFORCEMENT", queue = "REPORTS", node = "TONGZHOU" }
        [[rows]]
        id = "B"
        name = { zh = "乙", en = "B" }
        basis = "Rule 2"
        cells.service = ["REPORT"]
        cells.competentPlace = { prefix = ["3206"] }
        target = { track = "ENFORCEMENT", queue = "REPORTS", node = "CITY" }
        [[rows]]
        id = "C"
        name = { zh = "丙", en = "C" }
        basis = "Rule 3"
        target = { track = "GUIDANCE", queue = "ADVICE", node = "CITY" }
    "#;

    fn decision(service: &str) -> Decision {
        let facts = Facts {
            service: service.to_owned(),
            seller_seat: Some("320685".to_owned()),
            on_platform: Some(true),
            ..Facts::default()
        };
        let table: Table = toml::from_str(TABLE).unwrap();
        decide(&table, &FieldLists::default(), table.effective_from, &facts)
    }

    fn verdicts(decision: &Decision) -> Vec<(&str, Verdict, Vec<bool>)> {
        let cells = |row: &RowVerdict| row.cells.iter().map(|cell| cell.holds).collect();
        decision.rows.iter().map(|row| (row.row_id.as_str(), row.verdict, cells(row))).collect()
    }

    #[test]
    fn every_cell_is_judged_up_to_the_row_that_decides() {
        assert_eq!(
            verdicts(&decision("REPORT")),
            [
                ("A", Verdict::Missed, vec![true, false, true]),
                ("B", Verdict::Matched, vec![true, true]),
                ("C", Verdict::NotReached, vec![]),
            ]
        );
    }

    #[test]
    fn the_compact_form_keeps_the_hit_and_one_failure_of_each_miss() {
        let whole = decision("REPORT");
        let compact = whole.clone().compact();
        assert_eq!(compact.outcome, whole.outcome);
        assert_eq!(
            verdicts(&compact),
            [("A", Verdict::Missed, vec![false]), ("B", Verdict::Matched, vec![true, true])]
        );
        assert_eq!(compact.rows[0].cells[0].column, Column::CompetentPlace);
    }

    #[test]
    fn a_derived_place_names_its_rule() {
        let decision = decision("REPORT");
        let place = &decision.rows[1].cells[1];
        assert_eq!(
            (place.found.as_deref(), place.competence),
            (Some("320685"), Some(Competence::SellerSeat))
        );
    }

    #[test]
    fn a_decision_is_written_without_nulls_and_read_back() {
        let decision = decision("ADVICE").compact();
        let json = serde_json::to_string(&decision).unwrap();
        assert_eq!(serde_json::from_str::<Decision>(&json).unwrap(), decision);
        assert!(!json.contains("null") && !json.contains("[]"), "{json}");
        assert!(json.contains(r#""outcome":{"kind":"MATCHED","rowId":"C","rowName""#), "{json}");
    }
}
