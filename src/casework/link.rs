//! Ties cases together, and parts one that holds two matters.

use super::model::{Content, LinkKind};
use super::number::Numbering;
use super::open::{NewCase, open};
use super::transition::UnderRules;
use super::{Case, records};
use crate::access::{LinkCase, ReadCase, SplitCase};
use crate::catalogue;
use crate::command::Act;
use crate::decision::Facts as RoutingFacts;
use crate::ids::{CaseId, StreamId};
use crate::journal::{Recorded, StreamKind};
use crate::language::Text;
use crate::problem::{Code, Problem};
use crate::routing::CauseKind;
use serde_json::json;

/// Ties a case to another one that the caller may read, too. Both show it.
pub fn link(act: &mut Act<'_>, id: CaseId, other: CaseId) -> Result<Recorded, Problem> {
    if id == other {
        let rule = Text::new("另一个案件", "another case");
        return Err(Problem::invalid("/caseId", other.to_string(), rule));
    }
    // Locks are taken in the order of ids, so that two officers tying the same pair do not wait for each other.
    let (first, second) = if id < other { (id, other) } else { (other, id) };
    let (first_facts, second_facts) = (records::lock(act.conn, first)?, records::lock(act.conn, second)?);
    let (facts, other_facts) =
        if id == first { (first_facts, second_facts) } else { (second_facts, first_facts) };
    let authorized = act.authorize::<LinkCase, _>(&facts, id)?;
    let readable = act.authorize::<ReadCase, _>(&other_facts, other)?;
    records::link(act.conn, id, other, LinkKind::Related, act.now)?;
    records::link(act.conn, other, id, LinkKind::Related, act.now)?;
    // Both histories tell of it.
    let tied = records::load(act.conn, &readable)?;
    let tied = records::update(act.conn, &readable, tied, act.now)?;
    record_link(act, &tied, id)?;
    let case = records::load(act.conn, &authorized)?;
    let case = records::update(act.conn, &authorized, case, act.now)?;
    record_link(act, &case, other)
}

fn record_link(act: &mut Act<'_>, case: &Case, other: CaseId) -> Result<Recorded, Problem> {
    let kind = LinkKind::Related.as_str();
    act.record(
        StreamKind::Case,
        StreamId(case.case_id.0),
        "CASE_LINKED",
        json!({ "otherCaseId": other, "kind": kind, "state": case.state, "version": case.version }),
    )
}

/// How the routing facts of a case are read from its content.
type FactsOf<'f> = dyn Fn(&mut Act<'_>, &UnderRules, &Case, &Content) -> Result<RoutingFacts, Problem> + 'f;

/// Parts a second case from one that holds two matters: same content, its own number, clocks and history. What belongs
/// to which is then set right by correction.
pub fn split(
    act: &mut Act<'_>,
    numbering: &Numbering,
    id: CaseId,
    facts_of: &FactsOf<'_>,
) -> Result<(CaseId, Recorded), Problem> {
    let (authorized, case) = records::lock_authorized::<SplitCase>(act, id)?;
    let rules = UnderRules::of(act, &case)?;
    if rules.workflow(&case)?.initial != case.state {
        return Err(Problem::new(Code::StateConflict));
    }
    let content = records::sealed_content(act.conn, id)?;
    let parts = records::splits(act.conn, id)?;
    let routing_facts = facts_of(act, &rules, &case, &content)?;
    let new = CaseId(act.ids.draw());
    let item_key = format!("{}.{}", case.item_key, parts + 2);
    let in_force = catalogue::current(act.conn)?;
    open(
        act,
        &rules.catalogue,
        &in_force,
        numbering,
        &NewCase {
            id: new,
            owner: case.owner_id,
            creator: case.creator_id,
            submission: case.submission_id,
            item_key: &item_key,
            service: rules.service(&case)?,
            right_kind: case.right_kind,
            intake_node: &case.intake_node,
            channel: &case.channel,
            external_reference: None,
            right_number: None,
            facts: routing_facts,
            content,
            cause: CauseKind::Split,
        },
    )?;
    records::link(act.conn, id, new, LinkKind::SplitInto, act.now)?;
    records::link(act.conn, new, id, LinkKind::Related, act.now)?;
    let case = records::update(act.conn, &authorized, case, act.now)?;
    let event = act.record(
        StreamKind::Case,
        StreamId(id.0),
        "CASE_SPLIT",
        json!({ "newCaseId": new, "state": case.state, "version": case.version }),
    )?;
    Ok((new, event))
}
