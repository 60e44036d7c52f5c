//! Lists of submissions, by the same policy as the single read.

use super::model::{Submission, SubmissionState};
use crate::access::{Clause, Holds, Phase, PhaseRule, Scope};
use crate::forms::Channel;
use crate::ids::SubmissionId;
use crate::page::Direction;
use crate::problem::Problem;
use crate::store::schema::submissions;
use crate::store::{Conn, MultiBackend};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

type Condition = Box<dyn BoxableExpression<submissions::table, MultiBackend, SqlType = Bool>>;

#[derive(Debug, Default, Clone)]
pub struct Filter {
    pub state: Option<SubmissionState>,
    pub receipt_number: Option<String>,
    pub external_reference: Option<String>,
}

fn always() -> Condition {
    Box::new(sql::<Bool>("1 = 1"))
}

/// Nothing. Every list begins with it, and as a literal it keeps the statement out of the connection's cache, which nothing
/// bounds: what a caller filters and sorts by is in the text.
fn never() -> Condition {
    Box::new(sql::<Bool>("1 = 0"))
}

fn clause(clause: &Clause) -> Condition {
    let relation: Condition = match &clause.relation {
        Holds::Always => always(),
        Holds::Creator { principal, owner, intake_node } => {
            let mut condition: Condition = Box::new(submissions::creator_id.eq(*principal));
            if let Some(owner) = owner {
                condition = Box::new(condition.and(
                    submissions::owner_id.is_null().or(submissions::owner_id.assume_not_null().eq(*owner)),
                ));
            }
            if let Some(node) = intake_node {
                condition = Box::new(condition.and(submissions::intake_node.eq(node.clone())));
            }
            condition
        }
        Holds::OwnerIn(parties) => Box::new(
            submissions::owner_id
                .is_not_null()
                .and(submissions::owner_id.assume_not_null().eq_any(parties.clone())),
        ),
        Holds::IntakeNode(node) => Box::new(
            submissions::intake_node.eq(node.clone()).and(submissions::channel.eq_any(Channel::AT_A_COUNTER)),
        ),
        // A submission lies at no node and in nobody's hands.
        Holds::Node(_) | Holds::NodeNotExaminer { .. } | Holds::Assignee { .. } => never(),
    };
    match clause.phase {
        PhaseRule::Any => relation,
        PhaseRule::Only(Phase::Draft) => {
            Box::new(relation.and(submissions::state.eq(SubmissionState::Draft)))
        }
        PhaseRule::Only(Phase::Filed) => {
            Box::new(relation.and(submissions::state.ne(SubmissionState::Draft)))
        }
        PhaseRule::Open | PhaseRule::Only(_) => never(),
    }
}

fn filtered(filter: &Filter, scope: &Scope) -> Condition {
    let mut condition =
        scope.clauses.iter().map(clause).fold(never(), |left, right| Box::new(left.or(right)) as Condition);
    let mut also = |more: Condition| {
        let so_far = std::mem::replace(&mut condition, always());
        condition = Box::new(so_far.and(more));
    };
    also(Box::new(submissions::state.ne(SubmissionState::Discarded)));
    if !scope.recused_from.is_empty() {
        let recused = scope.recused_from.clone();
        also(Box::new(
            submissions::owner_id.is_null().or(submissions::owner_id.assume_not_null().ne_all(recused)),
        ));
    }
    if let Some(state) = filter.state {
        also(Box::new(submissions::state.eq(state)));
    }
    if let Some(number) = &filter.receipt_number {
        let number = number.clone();
        also(Box::new(
            submissions::receipt_number
                .is_not_null()
                .and(submissions::receipt_number.assume_not_null().eq(number)),
        ));
    }
    if let Some(reference) = &filter.external_reference {
        let reference = reference.clone();
        also(Box::new(
            submissions::external_reference
                .is_not_null()
                .and(submissions::external_reference.assume_not_null().eq(reference)),
        ));
    }
    condition
}

/// One page, with one row more than asked when there are more.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    scope: &Scope,
    direction: Direction,
    after: Option<SubmissionId>,
    offset: u32,
    limit: u32,
) -> Result<Vec<Submission>, Problem> {
    let mut query = submissions::table
        .filter(filtered(filter, scope))
        .select(Submission::as_select())
        .limit(i64::from(limit) + 1)
        .offset(i64::from(offset))
        .into_boxed();
    query = match direction {
        Direction::Ascending => query.order(submissions::submission_id.asc()),
        Direction::Descending => query.order(submissions::submission_id.desc()),
    };
    query = match (after, direction) {
        (Some(after), Direction::Ascending) => query.filter(submissions::submission_id.gt(after)),
        (Some(after), Direction::Descending) => query.filter(submissions::submission_id.lt(after)),
        (None, _) => query,
    };
    Ok(query.load(conn)?)
}

pub fn count(conn: &mut Conn, filter: &Filter, scope: &Scope) -> Result<i64, Problem> {
    Ok(submissions::table.filter(filtered(filter, scope)).count().get_result(conn)?)
}
