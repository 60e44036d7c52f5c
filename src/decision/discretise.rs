//! The facts a service's items can have, cut down to those a table can tell apart.
//!
//! Columns are filled in one after the other. After each, facts that the same rows can still take under the same rule of
//! competence are merged, for nothing that follows tells them apart. So the work grows with what the rows distinguish, not
//! with all combinations.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::cell::Cell;
use super::classification::Classification;
use super::column::{Column, Fact};
use super::domain::{Presence, RightDomain, ServiceDomain};
use super::facts::{Facts, Forum};
use super::fields::FieldLists;
use super::representatives::{codes, divisions, symbols};
use super::row_set::RowSet;
use super::table::Table;

/// Facts that stand for all facts which exactly these rows take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    pub facts: Facts,
    pub rows: RowSet,
}

/// More combinations would have to be looked at than the limit allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany(pub usize);

/// A table on a day, and the items of one service on one kind of right.
#[derive(Clone, Copy)]
pub struct Space<'a> {
    pub table: &'a Table,
    pub lists: &'a FieldLists,
    pub on: NaiveDate,
    pub service: &'a ServiceDomain,
    pub right: Option<&'a RightDomain>,
}

/// The columns whose facts vary, in the order of filling. Forum and platform stand before the places, as they settle
/// which of these is competent; the competent place itself is filled by that place.
const VARIED: [Column; 10] = [
    Column::Classification,
    Column::ChosenForum,
    Column::OnPlatform,
    Column::PlaceOfAct,
    Column::RespondentSeat,
    Column::SellerSeat,
    Column::ApplicantSeat,
    Column::IntakeNode,
    Column::Channel,
    Column::RecordedEntity,
];

/// One way to fill a column, and the rows that allow it.
struct Choice {
    fill: Fill,
    rows: RowSet,
}

impl Choice {
    fn applied(&self, point: &Point) -> Point {
        let mut facts = point.facts.clone();
        (self.fill)(&mut facts);
        Point { facts, rows: point.rows.intersection(&self.rows) }
    }
}

type Fill = Box<dyn Fn(&mut Facts)>;

impl Space<'_> {
    /// The rows that do not rule out the service or the kind of right.
    pub fn candidates(&self) -> RowSet {
        let facts = self.bare_facts();
        [Column::Service, Column::RightKind]
            .iter()
            .fold(RowSet::full(self.table.rows.len()), |rows, column| {
                self.allowing(&rows, &[*column], column.value(&facts))
            })
    }

    /// One point for every set of rows that some possible facts meet together; points with the same rows differ in the
    /// rule of competence. Examples have as few facts as they can.
    pub fn points(&self, limit: usize) -> Result<Vec<Point>, TooMany> {
        let rows = self.candidates();
        let start = vec![Point { facts: self.bare_facts(), rows: rows.clone() }];
        VARIED.iter().try_fold(start, |points, &column| self.filled(&points, column, &rows, limit))
    }

    fn bare_facts(&self) -> Facts {
        let right_kind = self.right.map(|right| right.code.clone());
        Facts { service: self.service.service.clone(), right_kind, ..Facts::default() }
    }

    fn filled(
        &self,
        points: &[Point],
        column: Column,
        rows: &RowSet,
        limit: usize,
    ) -> Result<Vec<Point>, TooMany> {
        let plain = self.choices(column, &[column], rows);
        let competent = LazyCell::new(|| self.choices(column, &[column, Column::CompetentPlace], rows));
        let choices = |point: &Point| {
            if point.facts.competence().column() == column { competent.as_slice() } else { plain.as_slice() }
        };
        let combinations = points.iter().map(|point| choices(point).len()).sum();
        if combinations > limit {
            return Err(TooMany(combinations));
        }
        let mut seen = BTreeSet::new();
        let combined =
            points.iter().flat_map(|point| choices(point).iter().map(|choice| choice.applied(point)));
        Ok(combined.filter(|point| seen.insert((point.rows.clone(), point.facts.competence()))).collect())
    }

    /// The ways to fill a column that the rows, or the rules of competence, tell apart. The value stands under each of
    /// the tested columns.
    fn choices(&self, column: Column, tested: &[Column], rows: &RowSet) -> Vec<Choice> {
        let mut seen = BTreeSet::new();
        let choice = |fill: Fill| {
            let mut facts = Facts::default();
            fill(&mut facts);
            let rows = self.allowing(rows, tested, column.value(&facts));
            seen.insert((rows.clone(), facts.competence())).then_some(Choice { fill, rows })
        };
        self.fills(column, tested, rows).into_iter().filter_map(choice).collect()
    }

    /// Of these rows, those whose cells in the tested columns hold for the fact.
    fn allowing(&self, rows: &RowSet, tested: &[Column], found: Option<Fact<'_>>) -> RowSet {
        rows.filter(|place| {
            tested
                .iter()
                .filter_map(|column| self.table.rows.get(place)?.cells.get(column))
                .all(|cell| cell.holds(found, self.lists, self.on))
        })
    }

    /// The ways to fill a column: leaving it open first, where that is possible, then a representative of each kind.
    fn fills(&self, column: Column, tested: &[Column], rows: &RowSet) -> Vec<Fill> {
        let presence = self.service.facts.get(&column);
        let known = if presence.is_some() { self.known(column, tested, rows) } else { vec![] };
        if known.is_empty() || presence == Some(&Presence::Optional) {
            let open: Fill = Box::new(|_| ());
            [open].into_iter().chain(known).collect()
        } else {
            known
        }
    }

    fn known(&self, column: Column, tested: &[Column], rows: &RowSet) -> Vec<Fill> {
        let cells: Vec<&Cell> = rows
            .iter()
            .filter_map(|place| self.table.rows.get(place))
            .flat_map(|row| tested.iter().filter_map(|column| row.cells.get(column)))
            .collect();
        let texts = || cells.iter().flat_map(|cell| cell.constants()).map(String::as_str).collect();
        match column {
            Column::Service | Column::RightKind | Column::CompetentPlace => vec![],
            Column::Classification => {
                let Some(scheme) = self.right.and_then(|right| right.scheme) else { return vec![] };
                let mentioned = cells.iter().flat_map(|cell| self.mentioned_symbols(cell)).cloned().collect();
                fills(symbols(scheme, &mentioned), |facts, symbol| facts.classification = Some(symbol))
            }
            Column::ApplicantSeat => {
                fills(divisions(&texts()), |facts, place| facts.applicant_seat = Some(place))
            }
            Column::PlaceOfAct => fills(divisions(&texts()), |facts, place| facts.place_of_act = Some(place)),
            Column::RespondentSeat => {
                fills(divisions(&texts()), |facts, place| facts.respondent_seat = Some(place))
            }
            Column::SellerSeat => fills(divisions(&texts()), |facts, place| facts.seller_seat = Some(place)),
            Column::IntakeNode => fills(codes(&texts()), |facts, node| facts.intake_node = Some(node)),
            Column::Channel => fills(codes(&texts()), |facts, channel| facts.channel = Some(channel)),
            Column::ChosenForum => fills(Forum::ALL, |facts, forum| facts.chosen_forum = Some(forum)),
            Column::OnPlatform => fills([false, true], |facts, flag| facts.on_platform = Some(flag)),
            Column::RecordedEntity => fills([false, true], |facts, flag| facts.recorded_entity = Some(flag)),
        }
    }

    fn mentioned_symbols<'c>(&'c self, cell: &'c Cell) -> Box<dyn Iterator<Item = &'c Classification> + 'c> {
        match cell {
            Cell::Within(prefixes) => Box::new(prefixes.iter()),
            Cell::Field(list) => Box::new(self.lists.prefixes(list, self.on)),
            _ => Box::new(std::iter::empty()),
        }
    }
}

fn fills<T: Clone + 'static>(values: impl IntoIterator<Item = T>, set: fn(&mut Facts, T)) -> Vec<Fill> {
    let fill = |value: T| -> Fill { Box::new(move |facts| set(facts, value.clone())) };
    values.into_iter().map(fill).collect()
}
