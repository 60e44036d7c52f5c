//! Takes the next case of a queue, or a certain one: exactly one winner.

use super::list::{self, After};
use super::model::Case;
use super::records;
use crate::access::{ClaimCase, ClaimFromQueue, Facts, Phase, Role};
use crate::breakage::{self, Breakage};
use crate::catalogue;
use crate::command::Act;
use crate::decision::Track;
use crate::ids::{CaseId, StreamId, UserId};
use crate::journal::{Recorded, StreamKind};
use crate::problem::{Code, Problem};
use crate::store::{Conn, lock_first_waiting};
use serde_json::json;

/// How many waiting cases are looked at first, and then in one go: others may be taking as many at this moment.
const FIRST_CANDIDATES: i64 = 8;
const CANDIDATES: i64 = 64;

/// The facts of a queue, for the policy.
pub(super) fn queue_facts(queue: &catalogue::Queue) -> Facts {
    Facts { node: Some(queue.node.clone()), track: queue.track, phase: Phase::None, ..Facts::of_nobody() }
}

/// Gives the caller the case of a queue that is due soonest; `None` when nothing waits that they may take.
pub fn claim_next(act: &mut Act<'_>, queue_code: &str) -> Result<Option<(CaseId, Recorded)>, Problem> {
    let catalogue = catalogue::current(act.conn)?;
    let queue = catalogue.pack.queue(queue_code).ok_or_else(Problem::not_found)?;
    act.authorize::<ClaimFromQueue, _>(&queue_facts(queue), ())?;
    let scope = act.scope::<ClaimCase>()?;
    let mut after: Option<After> = None;
    loop {
        let most = if after.is_none() { FIRST_CANDIDATES } else { CANDIDATES };
        let candidates = list::waiting(act.conn, queue_code, &scope, after.as_ref(), most)?;
        let Some((last, due)) = candidates.last().copied() else { return Ok(None) };
        let mut left: Vec<CaseId> = candidates.into_iter().map(|(case, _)| case).collect();
        while let Some(case) = first_waiting(act.conn, &left, queue_code)? {
            let facts = records::facts(act.conn, case)?;
            // After a pack has moved a queue to another node its older cases still lie at the former one.
            if facts.node.as_ref().is_some_and(|node| act.caller.works_at(node)) {
                return take(act, case, &facts).map(|event| Some((case, event)));
            }
            left.retain(|other| *other != case);
        }
        after = Some(After { due, case: last });
    }
}

fn first_waiting(conn: &mut Conn, among: &[CaseId], queue: &str) -> Result<Option<CaseId>, Problem> {
    if breakage::is(Breakage::ClaimWithoutLock) {
        return Ok(among.first().copied());
    }
    Ok(lock_first_waiting(conn, among, queue)?)
}

/// Takes a certain case.
pub fn claim(act: &mut Act<'_>, id: CaseId) -> Result<Recorded, Problem> {
    let facts = records::lock(act.conn, id)?;
    if facts.assignee.is_some() {
        // Whoever may know of the case is told that somebody has it, and nobody else learns of it.
        act.authorize::<crate::access::ReadCase, _>(&facts, id)?;
        return Err(Problem::new(Code::AlreadyClaimed));
    }
    take(act, id, &facts)
}

/// Under the case's lock, with the facts as they stand there.
fn take(act: &mut Act<'_>, id: CaseId, facts: &Facts) -> Result<Recorded, Problem> {
    let authorized = act.authorize::<ClaimCase, _>(facts, id)?;
    let case = records::load(act.conn, &authorized)?;
    // A case is held by staff of the node it lies at: a clerk may follow what their counter took in for another node,
    // but held there it would be lost to that node's officers.
    if !act.caller.works_at(&case.node_code) {
        return Err(Problem::new(Code::Forbidden));
    }
    let user = act.caller.user_id().ok_or_else(|| Problem::new(Code::Forbidden))?;
    let is_pre_examiner = act.caller.has_role_at(Role::PreExaminer, &case.node_code);
    let case = hold(case, user, is_pre_examiner);
    let case = records::update(act.conn, &authorized, case, act.now)?;
    act.record(
        StreamKind::Case,
        StreamId(id.0),
        "CASE_CLAIMED",
        json!({ "assigneeId": user, "state": case.state, "version": case.version }),
    )
}

/// Whoever holds a pre-examination case as pre-examiner is its examiner from then on, and never its reviewer.
pub(super) fn hold(case: Case, user: UserId, is_pre_examiner: bool) -> Case {
    let examines = is_pre_examiner && case.track == Track::PreExamination;
    Case {
        assignee_id: Some(user),
        examiner_id: if examines { Some(user) } else { case.examiner_id },
        ..case
    }
}
