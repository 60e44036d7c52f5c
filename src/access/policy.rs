//! Reads `policy.csv` once and answers questions about it. It has no rule of its own: what no row allows is denied.

use super::action::{Phase, Relation, Resource, Verb};
use super::role::Role;
use crate::decision::Track;
use std::sync::LazyLock;

/// One right, as reviewed.
#[derive(Debug, Clone)]
pub struct Row {
    pub role: Role,
    pub resource: Resource,
    pub verb: Verb,
    pub relation: Relation,
    pub track: Option<Track>,
    pub phase: PhaseRule,
    pub why: String,
}

/// `*`, one phase, or `OPEN`, which is every phase of a case but the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseRule {
    Any,
    Open,
    Only(Phase),
}

impl PhaseRule {
    pub fn holds(self, phase: Phase) -> bool {
        match self {
            Self::Any => true,
            Self::Open => matches!(phase, Phase::Unclaimed | Phase::Claimed | Phase::InReview),
            Self::Only(only) => only == phase,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "*" => Some(Self::Any),
            "OPEN" => Some(Self::Open),
            other => Phase::from_code(other).map(Self::Only),
        }
    }
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    include_str!("policy.csv")
        .lines()
        .skip(1)
        .map(|line| parse(line).unwrap_or_else(|| panic!("policy.csv: {line}")))
        .collect()
});

pub fn rows() -> &'static [Row] {
    &ROWS
}

/// The rows about one right.
pub fn rows_for(resource: Resource, verb: Verb) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.resource == resource && row.verb == verb)
}

fn parse(line: &str) -> Option<Row> {
    let mut cells = line.splitn(7, ',');
    Some(Row {
        role: Role::from_code(cells.next()?)?,
        resource: Resource::from_code(cells.next()?)?,
        verb: Verb::from_code(cells.next()?)?,
        relation: Relation::from_code(cells.next()?)?,
        track: match cells.next()? {
            "*" => None,
            code => Some(Track::from_code(code)?),
        },
        phase: PhaseRule::parse(cells.next()?)?,
        why: cells.next()?.trim_matches('"').to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_row_is_read_says_why_and_stands_once() {
        let mut seen = HashSet::new();
        for row in rows() {
            assert!(!row.why.is_empty());
            let key = (row.role, row.resource, row.verb, row.relation, row.track, format!("{:?}", row.phase));
            assert!(seen.insert(key), "twice: {row:?}");
        }
        assert!(seen.len() > 100);
    }
}
