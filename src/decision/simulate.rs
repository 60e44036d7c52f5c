//! Dry runs: what a draft table would change for cases already routed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::Facts;
use super::fields::FieldLists;
use super::table::{Table, Target};

/// What a table would do to recorded cases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TableDryRun)]
pub struct Simulation<Id> {
    /// How many cases were run through the table.
    pub examined: u64,
    /// The cases that would go elsewhere, in the order given.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Move<Id>>,
    /// Cases of each destination, as recorded and as the table would have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loads: Vec<Load>,
}

/// A case that would go elsewhere; no target means manual triage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Move<Id> {
    pub case_id: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Target>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Target>,
    /// The row that would take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row_id: Option<String>,
}

/// Cases of one destination; no target means manual triage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Load {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    pub before: u64,
    pub after: u64,
}

/// Runs recorded cases (id, facts, where they went) through the table, with the field lists of that day.
pub fn simulate<Id>(
    table: &Table,
    lists: &FieldLists,
    on: NaiveDate,
    cases: impl IntoIterator<Item = (Id, Facts, Option<Target>)>,
) -> Simulation<Id> {
    let mut examined = 0;
    let mut moved = Vec::new();
    let mut loads = BTreeMap::<Option<Target>, (u64, u64)>::new();
    for (case_id, facts, from) in cases {
        let row = table.first_match(lists, on, &facts).and_then(|place| table.rows.get(place));
        let to = row.map(|row| row.target.clone());
        examined += 1;
        loads.entry(from.clone()).or_default().0 += 1;
        loads.entry(to.clone()).or_default().1 += 1;
        if from != to {
            moved.push(Move { case_id, from, to, row_id: row.map(|row| row.id.clone()) });
        }
    }
    let loads = loads.into_iter().map(|(target, (before, after))| Load { target, before, after }).collect();
    Simulation { examined, moved, loads }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::table::Track;

    const TABLE: &str = r#"
        code = "T"
        version = 1
        effectiveFrom = "2026-01-01"
        name = { zh = "表", en = "Table" }
        columns = ["service"]
        [[rows]]
        id = "PRE"
        name = { zh = "预审", en = "Pre-examination" }
        basis = "Rule 1"
        cells.service = ["PRE"]
        target = { track = "PRE_EXAMINATION", queue = "Q", node = "NEW" }
    "#;

    #[test]
    fn cases_that_would_go_elsewhere_are_listed_and_loads_add_up() {
        let to = |node: &str| {
            Some(Target { track: Track::PreExamination, queue: "Q".to_owned(), node: node.to_owned() })
        };
        let facts = |service: &str| Facts { service: service.to_owned(), ..Facts::default() };
        let table: Table = toml::from_str(TABLE).unwrap();
        let cases = [
            (1, facts("PRE"), to("OLD")),
            (2, facts("PRE"), to("NEW")),
            (3, facts("MARK"), to("OLD")),
            (4, facts("MARK"), None),
            (5, facts("PRE"), None),
        ];
        let simulation = simulate(&table, &FieldLists::default(), table.effective_from, cases);
        let row_id = || Some("PRE".to_owned());
        assert_eq!(simulation.examined, 5);
        assert_eq!(
            simulation.moved,
            [
                Move { case_id: 1, from: to("OLD"), to: to("NEW"), row_id: row_id() },
                Move { case_id: 3, from: to("OLD"), to: None, row_id: None },
                Move { case_id: 5, from: None, to: to("NEW"), row_id: row_id() },
            ]
        );
        assert_eq!(
            simulation.loads,
            [
                Load { target: None, before: 2, after: 2 },
                Load { target: to("NEW"), before: 1, after: 3 },
                Load { target: to("OLD"), before: 2, after: 0 },
            ]
        );
    }
}
