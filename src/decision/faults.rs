//! What is wrong with a draft table as it is written, before anyone asks what it decides.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::cell::{Cell, ClassRange};
use super::classification::Scheme;
use super::column::{Column, ColumnKind};
use super::facts::is_division;
use super::table::{Row, Table};
use crate::language::Bilingual;

/// A mistake in the writing of a table. Any of them forbids publishing; evaluation stays total all the same, as a cell
/// that makes no sense never holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Fault {
    /// The last day in force lies before the first.
    PeriodReversed,
    ColumnTwice {
        column: Column,
    },
    RowTwice {
        row_id: String,
    },
    /// The row has no id, no name in one of the languages, or no basis.
    RowUnnamed {
        row_id: String,
    },
    /// The row tests a column the table does not declare.
    ColumnUndeclared {
        row_id: String,
        column: Column,
    },
    /// The column holds another kind of fact than the cell tests.
    CellUnfit {
        row_id: String,
        column: Column,
    },
    /// The cell can never hold, or lists nothing, or names what is no division.
    CellMeaningless {
        row_id: String,
        column: Column,
    },
}

impl Fault {
    /// The row at fault, if it is one row.
    pub fn row_id(&self) -> Option<&str> {
        match self {
            Self::PeriodReversed | Self::ColumnTwice { .. } => None,
            Self::RowTwice { row_id }
            | Self::RowUnnamed { row_id }
            | Self::ColumnUndeclared { row_id, .. }
            | Self::CellUnfit { row_id, .. }
            | Self::CellMeaningless { row_id, .. } => Some(row_id),
        }
    }

    /// The fault in words.
    pub fn message(&self) -> Bilingual {
        match self {
            Self::PeriodReversed => {
                Bilingual::new("失效日早于生效日", "The table ends before it takes effect")
            }
            Self::ColumnTwice { column } => {
                let (zh, en) = column.label();
                Bilingual::new(format!("条件列“{zh}”重复"), format!("The column “{en}” is declared twice"))
            }
            Self::RowTwice { row_id } => {
                Bilingual::new(format!("行号 {row_id} 重复"), format!("Two rows have the id {row_id}"))
            }
            Self::RowUnnamed { row_id } => Bilingual::new(
                format!("行 {row_id} 缺少行号、中英文名称或依据"),
                format!("Row {row_id} lacks its id, its name in one language, or its basis"),
            ),
            Self::ColumnUndeclared { row_id, column } => {
                let (zh, en) = column.label();
                Bilingual::new(
                    format!("行 {row_id} 使用了未声明的条件列“{zh}”"),
                    format!("Row {row_id} tests “{en}”, which the table does not declare"),
                )
            }
            Self::CellUnfit { row_id, column } => {
                let (zh, en) = column.label();
                Bilingual::new(
                    format!("行 {row_id} 对“{zh}”的条件类型不符"),
                    format!("Row {row_id}: “{en}” cannot carry this kind of condition"),
                )
            }
            Self::CellMeaningless { row_id, column } => {
                let (zh, en) = column.label();
                Bilingual::new(
                    format!("行 {row_id} 对“{zh}”的条件为空、越界或不是行政区划代码"),
                    format!(
                        "Row {row_id}: the condition on “{en}” is empty, out of range or no division code"
                    ),
                )
            }
        }
    }
}

impl Table {
    /// Every mistake in the writing of the table, in its own order.
    pub fn faults(&self) -> Vec<Fault> {
        let reversed = self.effective_to.is_some_and(|to| to < self.effective_from);
        let mut columns = BTreeSet::new();
        let columns_twice = self.columns.iter().filter(|&column| !columns.insert(*column));
        let columns_twice: Vec<_> = columns_twice.map(|&column| Fault::ColumnTwice { column }).collect();
        let mut ids = BTreeSet::new();
        let rows = self.rows.iter().flat_map(|row| {
            let twice = (!ids.insert(&row.id)).then(|| Fault::RowTwice { row_id: row.id.clone() });
            twice.into_iter().chain(row.faults(&columns))
        });
        reversed.then_some(Fault::PeriodReversed).into_iter().chain(columns_twice).chain(rows).collect()
    }
}

impl Row {
    fn faults(&self, declared: &BTreeSet<Column>) -> impl Iterator<Item = Fault> {
        let row_id = || self.id.clone();
        let unnamed =
            [&self.id, &self.name.zh, &self.name.en, &self.basis].iter().any(|text| text.trim().is_empty());
        let cells = self.cells.iter().filter_map(move |(&column, cell)| {
            if !declared.contains(&column) {
                Some(Fault::ColumnUndeclared { row_id: row_id(), column })
            } else if !cell.fits(column.kind()) {
                Some(Fault::CellUnfit { row_id: row_id(), column })
            } else if !means_something(cell, column.kind()) {
                Some(Fault::CellMeaningless { row_id: row_id(), column })
            } else {
                None
            }
        });
        unnamed.then(|| Fault::RowUnnamed { row_id: row_id() }).into_iter().chain(cells)
    }
}

fn means_something(cell: &Cell, kind: ColumnKind) -> bool {
    match cell {
        Cell::OneOf(codes) | Cell::NoneOf(codes) => {
            !codes.is_empty() && (kind != ColumnKind::Division || codes.iter().all(|code| is_division(code)))
        }
        Cell::Division(prefixes) => {
            !prefixes.is_empty() && prefixes.iter().all(|prefix| is_division_prefix(prefix))
        }
        Cell::Within(prefixes) => !prefixes.is_empty(),
        Cell::Field(list) => !list.is_empty(),
        Cell::Range(ClassRange { min, max }) => 1 <= *min && min <= max && *max <= Scheme::LAST_NICE_CLASS,
        Cell::Is(_) | Cell::Present(_) => true,
    }
}

/// Province, city or county: the first two, four or six digits (GB/T 2260).
fn is_division_prefix(prefix: &str) -> bool {
    matches!(prefix.len(), 2 | 4 | 6) && prefix.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(columns: &str, rows: &str) -> Vec<Fault> {
        let text = format!(
            "code = 'T'\nversion = 1\neffectiveFrom = '2026-01-01'\nname = {{ zh = '表', en = 'T' }}\n\
             columns = [{columns}]\n{rows}"
        );
        toml::from_str::<Table>(&text).unwrap().faults()
    }

    fn row(id: &str, cells: &str) -> String {
        format!(
            "[[rows]]\nid = '{id}'\nname = {{ zh = '行', en = 'Row' }}\nbasis = 'Rule 1'\n{cells}\n\
             target = {{ track = 'GUIDANCE', queue = 'Q', node = 'N' }}\n"
        )
    }

    #[test]
    fn a_well_written_table_has_none() {
        let cells = "cells.service = ['S']\ncells.placeOfAct = { prefix = ['3206', '310115'] }";
        assert_eq!(faults("'service', 'placeOfAct'", &row("A", cells)), []);
    }

    #[test]
    fn each_mistake_is_named_with_its_row_and_column() {
        let unfit = |column| Fault::CellUnfit { row_id: "A".to_owned(), column };
        let meaningless = |column| Fault::CellMeaningless { row_id: "A".to_owned(), column };
        for (column, cell, fault) in [
            (Column::Service, "service = true", unfit(Column::Service)),
            (Column::Service, "service = { prefix = ['32'] }", unfit(Column::Service)),
            (Column::Classification, "classification = { prefix = ['06'] }", unfit(Column::Classification)),
            (Column::OnPlatform, "onPlatform = ['YES']", unfit(Column::OnPlatform)),
            (Column::Service, "service = []", meaningless(Column::Service)),
            (Column::PlaceOfAct, "placeOfAct = ['3206']", meaningless(Column::PlaceOfAct)),
            (Column::PlaceOfAct, "placeOfAct = { prefix = ['320'] }", meaningless(Column::PlaceOfAct)),
            (
                Column::Classification,
                "classification = { range = { min = 9, max = 8 } }",
                meaningless(Column::Classification),
            ),
        ] {
            let declared = serde_json::to_string(&column).unwrap();
            assert_eq!(faults(&declared, &row("A", &format!("cells.{cell}"))), [fault], "{cell}");
        }
    }

    #[test]
    fn repetition_blanks_and_undeclared_columns_are_found_together() {
        let rows = row("A", "cells.channel = ['WEB']") + &row("A", "").replace("Rule 1", " ");
        assert_eq!(
            faults("'service', 'service'", &rows),
            [
                Fault::ColumnTwice { column: Column::Service },
                Fault::ColumnUndeclared { row_id: "A".to_owned(), column: Column::Channel },
                Fault::RowTwice { row_id: "A".to_owned() },
                Fault::RowUnnamed { row_id: "A".to_owned() },
            ]
        );
    }

    #[test]
    fn a_period_must_not_end_before_it_begins() {
        let text = row("A", "").replace("[[rows]]", "effectiveTo = '2025-12-31'\n[[rows]]");
        assert_eq!(faults("'service'", &text), [Fault::PeriodReversed]);
    }
}
