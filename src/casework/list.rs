//! Lists of cases: what the caller may read, filtered, sorted, a page at a time. The scope comes from the same policy
//! as the single read and becomes one SQL condition here.

use super::model::Case;
use crate::access::{Clause, Holds, Phase, PhaseRule, Scope};
use crate::catalogue::{self, Pack};
use crate::decision::Track;
use crate::forms::Channel;
use crate::ids::{CaseId, SubmissionId, UserId};
use crate::language::Bilingual;
use crate::page::{Direction, Sort};
use crate::problem::{Code, Detail, Problem};
use crate::store::schema::cases;
use crate::store::{Conn, MultiBackend};
use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use std::collections::BTreeSet;

type Condition = Box<dyn BoxableExpression<cases::table, MultiBackend, SqlType = Bool>>;

/// What is looked for; every part that is set must hold.
#[derive(Debug, Default, Clone)]
pub struct Filter {
    pub submission: Option<SubmissionId>,
    pub queue: Option<String>,
    pub node: Option<String>,
    pub track: Option<Track>,
    pub state: Option<String>,
    pub service: Option<String>,
    pub open: Option<bool>,
    pub assignee: Held,
    pub number: Option<String>,
    pub external_reference: Option<String>,
    pub due_until: Option<NaiveDate>,
}

impl Filter {
    /// What consoles ask for all day: what waits in a queue, what is in somebody's hands, or both, or all.
    fn is_plain(&self) -> bool {
        let Self {
            submission,
            track,
            state,
            service,
            number,
            external_reference,
            due_until,
            node,
            queue: _,
            open: _,
            assignee: _,
        } = self;
        let texts = [node, state, service, number, external_reference];
        submission.is_none()
            && track.is_none()
            && due_until.is_none()
            && texts.iter().all(|text| text.is_none())
    }
}

/// In whose hands a case is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    #[default]
    ByAnybodyOrNobody,
    ByNobody,
    By(UserId),
    /// By a caller who is no person: such a one holds nothing.
    ByNoUser,
}

/// Refuses a code that no version of the city pack knows: no case can have it. What is offered instead is what the
/// version in force has.
pub fn refuse_unknown_codes(conn: &mut Conn, filter: &Filter) -> Result<(), Problem> {
    let mut faults = unknown_codes(filter, &catalogue::current(conn)?.pack);
    if faults.is_empty() {
        return Ok(());
    }
    for version in catalogue::versions(conn)? {
        // Cases that began under an older version keep its codes.
        let unknown = unknown_codes(filter, &catalogue::at_version(conn, version)?.pack);
        faults.retain(|fault| unknown.iter().any(|other| other.target == fault.target));
    }
    match faults.first() {
        None => Ok(()),
        Some(first) => Err(Problem::new(Code::InvalidValue).at(first.target.clone()).with_details(faults)),
    }
}

fn unknown_codes(filter: &Filter, pack: &Pack) -> Vec<Detail> {
    let queues = || pack.queues.iter().map(|queue| queue.code.as_str());
    let nodes = || pack.nodes.iter().map(|node| node.code.as_str());
    let services = || pack.services.iter().map(|service| service.code.as_str());
    let states = || {
        let states = pack.workflows.iter().flat_map(|workflow| &workflow.states);
        states.map(|state| state.code.as_str()).collect::<BTreeSet<_>>().into_iter()
    };
    let mut faults = known("queueCode", filter.queue.as_deref(), queues);
    faults.extend(known("nodeCode", filter.node.as_deref(), nodes));
    faults.extend(known("state", filter.state.as_deref(), states));
    faults.extend(known("serviceCode", filter.service.as_deref(), services));
    faults
}

/// Nothing, or the fault of a code that is none of these.
fn known<'p, C: Iterator<Item = &'p str>>(
    name: &str,
    given: Option<&str>,
    codes: impl Fn() -> C,
) -> Vec<Detail> {
    match given {
        Some(code) if !codes().any(|known| known == code) => {
            Problem::invalid(name, code, Bilingual::codes(codes())).details
        }
        _ => Vec::new(),
    }
}

/// Where a page goes on: the sort key and id of the last row before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub due: NaiveDate,
    pub case: CaseId,
}

impl After {
    pub fn write(&self) -> String {
        format!("{}/{}", self.due, self.case)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let (due, case) = text.split_once('/')?;
        Some(Self { due: due.parse().ok()?, case: case.parse().ok()? })
    }
}

fn always() -> Condition {
    Box::new(cases::case_id.is_not_null())
}

fn never() -> Condition {
    Box::new(cases::case_id.is_null())
}

/// Holds always, and as a literal keeps its statement out of the connection's cache, which nothing bounds. What a caller
/// filters by, and how many parties they speak for, is in the text of a list; their roles alone make few texts.
fn not_kept() -> Condition {
    Box::new(sql::<Bool>("1 = 1"))
}

fn and(left: Condition, right: Condition) -> Condition {
    Box::new(left.and(right))
}

/// The scope as one condition.
pub fn within(scope: &Scope) -> Condition {
    let clauses = scope.clauses.iter().map(clause);
    let mut readable =
        clauses.reduce(|left, right| Box::new(left.or(right)) as Condition).unwrap_or_else(never);
    if !scope.recused_from.is_empty() {
        readable = and(readable, Box::new(cases::owner_id.ne_all(scope.recused_from.clone())));
    }
    if scope.has_lists() { and(readable, not_kept()) } else { readable }
}

fn clause(clause: &Clause) -> Condition {
    let mut condition = relation(&clause.relation);
    if let Some(track) = clause.track {
        condition = and(condition, Box::new(cases::track.eq(track)));
    }
    match clause.phase {
        PhaseRule::Any => condition,
        PhaseRule::Open => and(condition, Box::new(cases::is_open)),
        PhaseRule::Only(Phase::Unclaimed) => {
            and(condition, Box::new(cases::is_open.and(cases::assignee_id.is_null())))
        }
        PhaseRule::Only(Phase::Claimed) => {
            and(condition, Box::new(cases::is_open.and(cases::assignee_id.is_not_null())))
        }
        PhaseRule::Only(Phase::Closed) => and(condition, Box::new(diesel::dsl::not(cases::is_open))),
        // A case is never a draft, and none is in review before the fuller workflows come.
        PhaseRule::Only(_) => never(),
    }
}

fn relation(relation: &Holds) -> Condition {
    match relation {
        Holds::Always => always(),
        Holds::Creator { principal, owner, intake_node } => {
            let mut condition: Condition = Box::new(cases::creator_id.eq(*principal));
            if let Some(owner) = owner {
                condition = and(condition, Box::new(cases::owner_id.eq(*owner)));
            }
            if let Some(node) = intake_node {
                condition = and(condition, Box::new(cases::intake_node.eq(node.clone())));
            }
            condition
        }
        Holds::OwnerIn(parties) => Box::new(cases::owner_id.eq_any(parties.clone())),
        Holds::Node(node) => Box::new(cases::node_code.eq(node.clone())),
        Holds::NodeNotExaminer { node, examiner } => Box::new(
            cases::node_code
                .eq(node.clone())
                .and(cases::examiner_id.is_null().or(cases::examiner_id.assume_not_null().ne(*examiner))),
        ),
        Holds::IntakeNode(node) => {
            // SQLite's `IN` is never kept prepared.
            let channels =
                Channel::AT_A_COUNTER.map(|channel| Box::new(cases::channel.eq(channel)) as Condition);
            let at_a_counter = channels.into_iter().reduce(|left, right| Box::new(left.or(right)));
            and(at_a_counter.unwrap_or_else(never), Box::new(cases::intake_node.eq(node.clone())))
        }
        Holds::Assignee { user, node } => Box::new(
            cases::assignee_id
                .is_not_null()
                .and(cases::assignee_id.assume_not_null().eq(*user))
                .and(cases::node_code.eq(node.clone())),
        ),
    }
}

fn filtered(filter: &Filter, scope: &Scope) -> Condition {
    let mut condition = within(scope);
    if !filter.is_plain() {
        condition = and(condition, not_kept());
    }
    let mut also = |more: Condition| {
        let so_far = std::mem::replace(&mut condition, always());
        condition = and(so_far, more);
    };
    if let Some(submission) = filter.submission {
        also(Box::new(cases::submission_id.eq(submission)));
    }
    if let Some(queue) = &filter.queue {
        also(Box::new(cases::queue_code.eq(queue.clone())));
    }
    if let Some(node) = &filter.node {
        also(Box::new(cases::node_code.eq(node.clone())));
    }
    if let Some(track) = filter.track {
        also(Box::new(cases::track.eq(track)));
    }
    if let Some(state) = &filter.state {
        also(Box::new(cases::state.eq(state.clone())));
    }
    if let Some(service) = &filter.service {
        also(Box::new(cases::service_code.eq(service.clone())));
    }
    if let Some(open) = filter.open {
        also(Box::new(cases::is_open.eq(open)));
    }
    match filter.assignee {
        Held::By(user) => also(Box::new(
            cases::assignee_id.is_not_null().and(cases::assignee_id.assume_not_null().eq(user)),
        )),
        Held::ByNobody => also(Box::new(cases::assignee_id.is_null())),
        Held::ByNoUser => also(never()),
        Held::ByAnybodyOrNobody => {}
    }
    if let Some(number) = &filter.number {
        also(Box::new(cases::case_number.eq(number.clone())));
    }
    if let Some(reference) = &filter.external_reference {
        also(Box::new(
            cases::external_reference
                .is_not_null()
                .and(cases::external_reference.assume_not_null().eq(reference.clone())),
        ));
    }
    if let Some(date) = filter.due_until {
        also(Box::new(cases::sort_due.le(date)));
    }
    condition
}

/// One page, with one row more than asked when there are more.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    scope: &Scope,
    sort: &Sort,
    after: Option<&After>,
    offset: u32,
    limit: u32,
) -> Result<Vec<Case>, Problem> {
    let mut query = cases::table
        .filter(filtered(filter, scope))
        .select(Case::as_select())
        .limit(i64::from(limit) + 1)
        .offset(i64::from(offset))
        .into_boxed();
    let by_due = sort.field == "dueDate";
    query = match (by_due, sort.direction) {
        (true, Direction::Ascending) => query.order((cases::sort_due.asc(), cases::case_id.asc())),
        (true, Direction::Descending) => query.order((cases::sort_due.desc(), cases::case_id.desc())),
        (false, Direction::Ascending) => query.order(cases::case_id.asc()),
        (false, Direction::Descending) => query.order(cases::case_id.desc()),
    };
    if let Some(after) = after {
        let case = after.case;
        query = query.filter(not_kept());
        query = match (by_due, sort.direction) {
            (true, Direction::Ascending) => query.filter(
                cases::sort_due.gt(after.due).or(cases::sort_due.eq(after.due).and(cases::case_id.gt(case))),
            ),
            (true, Direction::Descending) => query.filter(
                cases::sort_due.lt(after.due).or(cases::sort_due.eq(after.due).and(cases::case_id.lt(case))),
            ),
            (false, Direction::Ascending) => query.filter(cases::case_id.gt(case)),
            (false, Direction::Descending) => query.filter(cases::case_id.lt(case)),
        };
    }
    Ok(query.load(conn)?)
}

/// How many there are in all that the caller may read.
pub fn count(conn: &mut Conn, filter: &Filter, scope: &Scope) -> Result<i64, Problem> {
    Ok(cases::table.filter(filtered(filter, scope)).count().get_result(conn)?)
}

/// Ids of cases that wait in a queue and that the scope lets the caller take, the soonest due first.
pub fn waiting(
    conn: &mut Conn,
    queue: &str,
    scope: &Scope,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<(CaseId, NaiveDate)>, Problem> {
    let mut query = cases::table
        .filter(cases::queue_code.eq(queue).and(cases::is_open).and(cases::assignee_id.is_null()))
        .filter(within(scope))
        .order((cases::sort_due.asc(), cases::case_id.asc()))
        .select((cases::case_id, cases::sort_due))
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(
            cases::sort_due
                .gt(after.due)
                .or(cases::sort_due.eq(after.due).and(cases::case_id.gt(after.case))),
        );
    }
    Ok(query.load(conn)?)
}

#[cfg(test)]
mod kept;
