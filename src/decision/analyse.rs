//! What is wrong with a draft table in what it decides: gaps, overlaps, and rows that never decide.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::cell::Cell;
use super::discretise::{Point, Space, TooMany};
use super::domain::ServiceDomain;
use super::facts::Facts;
use super::fields::FieldLists;
use super::findings::Finding;
use super::table::Table;

/// The most combinations looked at in one step for one service and kind of right.
const MOST_COMBINATIONS: usize = 200_000;

/// Everything to be said about a table for these services, with the field lists of that day: gaps, overlaps and
/// unreachable rows are exact, except for services reported as too large.
pub fn analyse(table: &Table, lists: &FieldLists, services: &[ServiceDomain], on: NaiveDate) -> Vec<Finding> {
    analyse_within(MOST_COMBINATIONS, table, lists, services, on)
}

fn analyse_within(
    limit: usize,
    table: &Table,
    lists: &FieldLists,
    services: &[ServiceDomain],
    on: NaiveDate,
) -> Vec<Finding> {
    let mut findings = unknown_fields(table, lists);
    let mut points = Vec::new();
    let mut unexplored = BTreeSet::new();
    for (service, right) in services.iter().flat_map(ServiceDomain::rights) {
        let space = Space { table, lists, on, service, right };
        match space.points(limit) {
            Ok(found) => {
                let gap = found.iter().find(|point| point.rows.is_empty());
                findings.extend(gap.map(|gap| Finding::Gap { example: gap.facts.clone() }));
                points.extend(found);
            }
            Err(TooMany(combinations)) => {
                unexplored.extend(space.candidates().iter());
                findings.push(Finding::TooLarge {
                    service: service.service.clone(),
                    right_kind: right.map(|right| right.code.clone()),
                    combinations: combinations as u64,
                });
            }
        }
    }
    findings.extend(overlaps(table, &points));
    findings.extend(unreachable(table, &points, &unexplored));
    findings
}

fn unknown_fields(table: &Table, lists: &FieldLists) -> Vec<Finding> {
    let cells = table.rows.iter().flat_map(|row| row.cells.values().map(move |cell| (row, cell)));
    cells
        .filter_map(|(row, cell)| match cell {
            Cell::Field(field) if !lists.has(field) => {
                Some(Finding::UnknownField { row_id: row.id.clone(), field: field.clone() })
            }
            _ => None,
        })
        .collect()
}

fn overlaps(table: &Table, points: &[Point]) -> Vec<Finding> {
    let mut fitting = vec![0_usize; table.rows.len()];
    let mut both = BTreeMap::<(usize, usize), (usize, &Facts)>::new();
    for Point { facts, rows } in points {
        for earlier in rows.iter() {
            fitting[earlier] += 1;
            for later in rows.iter().filter(|later| *later > earlier) {
                both.entry((earlier, later)).or_insert((0, facts)).0 += 1;
            }
        }
    }
    both.into_iter()
        .filter_map(|((earlier, later), (count, example))| {
            let (first, second) = (table.rows.get(earlier)?, table.rows.get(later)?);
            (first.target != second.target).then(|| Finding::Overlap {
                first_row_id: first.id.clone(),
                second_row_id: second.id.clone(),
                nested: count == fitting[earlier],
                example: example.clone(),
            })
        })
        .collect()
}

fn unreachable(table: &Table, points: &[Point], unexplored: &BTreeSet<usize>) -> Vec<Finding> {
    let mut deciding = unexplored.clone();
    let mut takers = BTreeMap::<usize, BTreeSet<usize>>::new();
    for Point { rows, .. } in points {
        let mut fitting = rows.iter();
        let Some(decider) = fitting.next() else { continue };
        deciding.insert(decider);
        for taken in fitting {
            takers.entry(taken).or_default().insert(decider);
        }
    }
    let id = |place: &usize| table.rows.get(*place).map(|row| row.id.clone());
    let silent = (0..table.rows.len()).filter(|place| !deciding.contains(place));
    silent
        .filter_map(|place| {
            let taken_by = takers.get(&place).into_iter().flatten().filter_map(id).collect();
            id(&place).map(|row_id| Finding::Unreachable { row_id, taken_by })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICES: &str = r#"
        [[services]]
        service = "PRE"
        rightKinds = [{ code = "DESIGN", scheme = "LOCARNO" }, { code = "INVENTION", scheme = "IPC" }]
        facts = { classification = "REQUIRED", recordedEntity = "OPTIONAL" }
        [[services]]
        service = "REPORT"
        rightKinds = []
        facts = { placeOfAct = "REQUIRED", onPlatform = "OPTIONAL", sellerSeat = "OPTIONAL" }
        [[fields]]
        code = "TEXTILE"
        node = "EAST"
        scheme = "LOCARNO"
        entries = [{ prefix = "06-13", from = "2020-01-01" }, { prefix = "05", from = "2030-01-01" }]
        [[fields]]
        code = "FURNITURE"
        node = "WEST"
        scheme = "LOCARNO"
        entries = [{ prefix = "06", from = "2020-01-01" }]
    "#;

    #[derive(serde::Deserialize)]
    struct World {
        services: Vec<ServiceDomain>,
        fields: FieldLists,
    }

    /// Rows as (id, cells); rows with the same first letter share a target.
    fn findings_within(limit: usize, rows: &[(&str, &str)]) -> Vec<Finding> {
        let World { services, fields } = toml::from_str(SERVICES).unwrap();
        let head = "code = 'T'\nversion = 1\neffectiveFrom = '2026-01-01'\nname = { zh = '表', en = 'T' }\ncolumns = []\n";
        let row = |(id, cells): &(&str, &str)| {
            format!(
                "[[rows]]\nid = '{id}'\nname = {{ zh = '行', en = 'Row' }}\nbasis = 'Rule'\ncells = {{ {cells} }}\n\
                 target = {{ track = 'GUIDANCE', queue = '{}', node = 'N' }}\n",
                &id[..1]
            )
        };
        let rows = if rows.is_empty() { "rows = []".to_owned() } else { rows.iter().map(row).collect() };
        let table: Table = toml::from_str(&format!("{head}{rows}")).unwrap();
        analyse_within(limit, &table, &fields, &services, table.effective_from)
    }

    fn findings(rows: &[(&str, &str)]) -> Vec<Finding> {
        findings_within(MOST_COMBINATIONS, rows)
    }

    fn example(json: &str) -> Facts {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn gaps_are_shown_by_example_for_each_service_and_right() {
        let gap = |json| Finding::Gap { example: example(json) };
        assert_eq!(
            findings(&[
                ("A", "service = ['PRE'], rightKind = ['DESIGN'], classification = { field = 'TEXTILE' }"),
                ("B", "service = ['PRE'], classification = { prefix = ['A61'], scheme = 'IPC' }"),
                ("C", "competentPlace = ['320612']"),
            ]),
            [
                gap(
                    r#"{"service":"PRE","rightKind":"DESIGN","classification":{"scheme":"LOCARNO","symbol":"01-99"}}"#
                ),
                gap(
                    r#"{"service":"PRE","rightKind":"INVENTION","classification":{"scheme":"IPC","symbol":"A01A"}}"#
                ),
                gap(r#"{"service":"REPORT","placeOfAct":"110000"}"#),
            ]
        );
        assert_eq!(findings(&[]).len(), 3);
    }

    #[test]
    fn a_last_row_for_everything_closes_all_gaps() {
        assert_eq!(findings(&[("A", "")]), []);
    }

    #[test]
    fn overlaps_tell_exceptions_from_accidents() {
        let overlap = |first: &str, second: &str, nested, json| Finding::Overlap {
            first_row_id: first.to_owned(),
            second_row_id: second.to_owned(),
            nested,
            example: example(json),
        };
        let sheet = r#"{"service":"PRE","rightKind":"DESIGN","classification":{"scheme":"LOCARNO","symbol":"06-13"}}"#;
        let recorded = sheet.replace("}}", r#"},"recordedEntity":true}"#);
        assert_eq!(
            findings(&[
                ("A", "classification = { field = 'TEXTILE' }"),
                ("B", "classification = { field = 'FURNITURE' }, recordedEntity = true"),
                ("B2", "recordedEntity = true"),
                ("B3", ""),
            ]),
            [
                overlap("A", "B", false, &recorded),
                overlap("A", "B2", false, &recorded),
                overlap("A", "B3", true, sheet),
            ]
        );
    }

    #[test]
    fn rows_that_never_decide_are_named_with_those_that_take_their_cases() {
        let unreachable = |row: &str, taken_by: &[&str]| Finding::Unreachable {
            row_id: row.to_owned(),
            taken_by: taken_by.iter().map(|&id| id.to_owned()).collect(),
        };
        assert_eq!(
            findings(&[
                ("A1", "service = ['PRE'], rightKind = ['DESIGN']"),
                ("A2", "service = ['PRE']"),
                ("A3", "classification = { field = 'FURNITURE' }"),
                ("A4", "classification = { prefix = ['F01'], scheme = 'IPC' }, recordedEntity = false"),
                ("A5", "classification = { prefix = ['05'], scheme = 'LOCARNO' }, service = ['REPORT']"),
                ("A6", "service = ['ELSEWHERE']"),
                ("A7", "competentPlace = { present = false }"),
                ("A8", ""),
            ]),
            [
                unreachable("A3", &["A1"]),
                unreachable("A4", &["A2"]),
                unreachable("A5", &[]),
                unreachable("A6", &[]),
            ]
        );
    }

    #[test]
    fn a_field_list_that_does_not_exist_is_named() {
        assert_eq!(
            findings(&[("A", "classification = { field = 'TEXTIL' }"), ("A2", "")]),
            [
                Finding::UnknownField { row_id: "A".to_owned(), field: "TEXTIL".to_owned() },
                Finding::Unreachable { row_id: "A".to_owned(), taken_by: vec![] }
            ]
        );
    }

    #[test]
    fn what_is_too_large_is_said_and_nothing_is_claimed_of_its_rows() {
        let rows = [("A", "service = ['PRE'], rightKind = ['INVENTION']"), ("A2", "rightKind = ['NONE']")];
        let found = findings_within(0, &rows);
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found.iter().all(Finding::blocks));
        let Finding::TooLarge { service, right_kind, combinations: 1 } = &found[0] else {
            panic!("{found:?}")
        };
        assert_eq!((service.as_str(), right_kind.as_deref()), ("PRE", Some("DESIGN")));
        assert_eq!(found[3], Finding::Unreachable { row_id: "A2".to_owned(), taken_by: vec![] });
    }
}
