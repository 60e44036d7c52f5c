//! Gives a case to a colleague, takes it back, or moves it to another queue of the same city.

use super::reroute::{placed, target};
use super::transition::UnderRules;
use super::{Case, claim, records};
use crate::access::{AssignCase, ReleaseCase, Role, TransferCase, roles_at_node};
use crate::command::Act;
use crate::ids::{CaseId, StreamId, UserId};
use crate::journal::{Recorded, StreamKind};
use crate::language::Text;
use crate::outbox::{About, Audience};
use crate::problem::{Code, Problem};
use crate::routing::{self, Cause, CauseKind};
use serde_json::json;

/// Puts a case into the hands of somebody at its node.
pub fn assign(act: &mut Act<'_>, id: CaseId, user: UserId) -> Result<Recorded, Problem> {
    let (authorized, case) = records::lock_authorized::<AssignCase>(act, id)?;
    let roles = roles_at_node(act.conn, user, &case.node_code)?;
    if roles.is_empty() {
        let rule = Text::new("案件所在网点的在职人员", "somebody who works at the case's node");
        return Err(Problem::invalid("/assigneeId", user.to_string(), rule));
    }
    let case = claim::hold(case, user, roles.contains(&Role::PreExaminer));
    let case = records::update(act.conn, &authorized, case, act.now)?;
    let event = act.record(
        StreamKind::Case,
        StreamId(id.0),
        "CASE_ASSIGNED",
        json!({ "assigneeId": user, "state": case.state, "version": case.version }),
    )?;
    let about = About { case_id: Some(id), submission_id: Some(case.submission_id) };
    act.tell(event, "CASE_ASSIGNED", &Audience::Node(case.node_code), &about)?;
    Ok(event)
}

/// Gives a case back to its queue.
pub fn release(act: &mut Act<'_>, id: CaseId) -> Result<Recorded, Problem> {
    let (authorized, case) = records::lock_authorized::<ReleaseCase>(act, id)?;
    if case.assignee_id.is_none() {
        return Err(Problem::new(Code::NotClaimed));
    }
    let case = records::update(act.conn, &authorized, Case { assignee_id: None, ..case }, act.now)?;
    act.record(
        StreamKind::Case,
        StreamId(id.0),
        "CASE_RELEASED",
        json!({ "state": case.state, "version": case.version }),
    )
}

/// Moves a case to another queue, with the reason.
pub fn transfer(act: &mut Act<'_>, id: CaseId, queue: &str, reason: &str) -> Result<Recorded, Problem> {
    let (authorized, case) = records::lock_authorized::<TransferCase>(act, id)?;
    let rules = UnderRules::of(act, &case)?;
    if rules.catalogue.pack.reason(reason, "REROUTE").is_none() {
        let rule = Text::new("转办可用的理由代码", "a reason code that a re-route may give");
        return Err(Problem::invalid("/reasonCode", reason, rule));
    }
    let placement = target(&rules.catalogue, &case, queue)?;
    // Between nodes a case is re-routed, which is counted; from manual triage it may go anywhere.
    if placement.node != case.node_code && case.queue_code != rules.catalogue.pack.city.manual_queue {
        let rule = Text::new(
            "本网点的另一个队列；跨网点请用改派",
            "another queue of the same node; between nodes re-route",
        );
        return Err(Problem::invalid("/queueCode", queue, rule));
    }
    let cause = Cause { kind: CauseKind::Transferred, reason_codes: vec![reason.to_owned()] };
    routing::place_by_hand(act, &rules.catalogue, id, &placement, cause)?;
    let from = case.queue_code.clone();
    let case = placed(Case { assignee_id: None, ..case }, placement);
    let case = records::update(act.conn, &authorized, case, act.now)?;
    let event = act.record(
        StreamKind::Case,
        StreamId(id.0),
        "CASE_TRANSFERRED",
        json!({ "fromQueueCode": from, "queueCode": case.queue_code, "nodeCode": case.node_code,
                "reasonCode": reason, "state": case.state, "version": case.version }),
    )?;
    let about = About { case_id: Some(id), submission_id: Some(case.submission_id) };
    act.tell(event, "CASE_TRANSFERRED", &Audience::Node(case.node_code), &about)?;
    Ok(event)
}
