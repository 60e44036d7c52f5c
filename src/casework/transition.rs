//! Takes an action of a case's workflow. States, roles and clocks are the pack's; guards and effects are here.

use super::correction::{self, Correction};
use super::model::Case;
use super::{records, reroute};
use crate::access::{ActOnCase, Authorized, ReadCase, Role, authorize_timer};
use crate::catalogue::workflow::{Action, Effect, Field, Guard, Outcome, Workflow};
use crate::catalogue::{self, Catalogue, Service};
use crate::command::Act;
use crate::deadlines;
use crate::edge::IfMatch;
use crate::ids::{CaseId, StreamId};
use crate::journal::{Recorded, StreamKind};
use crate::language::Text;
use crate::outbox::{About, Audience};
use crate::problem::{Code, Detail, Problem};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use utoipa::ToSchema;

/// An action on a case. What each action asks for stands in the service's workflow.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Transition {
    /// One of the case's `allowedActions`.
    #[schema(example = "ACCEPT", max_length = 40)]
    pub action: String,
    /// Reason of the city's list, for refusals and re-routes.
    #[serde(default)]
    #[schema(example = "A04", max_length = 60)]
    pub reason_code: Option<String>,
    /// Confidential remark: shown to those who may read the case's content, bound into its history by a commitment.
    #[serde(default)]
    #[schema(example = "主分类号不在批准的预审领域内", max_length = 4000)]
    pub remark: Option<String>,
    /// Queue to re-route to; the city centre's manual queue when left out.
    #[serde(default)]
    #[schema(example = "TZHT-PRE_EXAMINATION", max_length = 60)]
    pub queue_code: Option<String>,
    /// All defects at once (一次性告知).
    #[serde(default)]
    #[schema(max_items = 200)]
    pub defects: Vec<AskedDefect>,
    #[serde(default)]
    pub correction: Option<Correction>,
}

/// A defect that the applicant is asked to mend.
#[derive(Debug, Clone, Deserialize, serde::Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedDefect {
    /// JSON pointer into the case's form.
    #[schema(example = "/items/0/particulars/inventionTitle", max_length = 400)]
    pub pointer: String,
    #[schema(example = "名称应当写明产品用途", max_length = 2000)]
    pub message: String,
    /// Law and article, or the city's rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "专利审查指南第一部分第三章 (Guidelines for Patent Examination, part I ch. 3)",
        max_length = 400
    )]
    pub source: Option<String>,
}

/// A case with the rules it lives under.
pub struct UnderRules {
    pub catalogue: Arc<Catalogue>,
}

impl UnderRules {
    pub fn of(act: &mut Act<'_>, case: &Case) -> Result<Self, Problem> {
        Ok(Self { catalogue: catalogue::at_version(act.conn, case.pack_version)? })
    }

    pub fn workflow(&self, case: &Case) -> Result<&Workflow, Problem> {
        let missing = || Problem::internal(format!("no workflow {}", case.workflow_code));
        self.catalogue.pack.workflow(&case.workflow_code).ok_or_else(missing)
    }

    pub fn service(&self, case: &Case) -> Result<&Service, Problem> {
        self.catalogue
            .pack
            .service(&case.service_code)
            .ok_or_else(|| Problem::internal(format!("no service {}", case.service_code)))
    }
}

/// Takes an action that a person or partner asks for.
pub fn transition(
    act: &mut Act<'_>,
    id: CaseId,
    expected: IfMatch,
    asked: &Transition,
) -> Result<Recorded, Problem> {
    let (authorized, case) = records::lock_authorized::<ActOnCase>(act, id)?;
    expected.check(case.version)?;
    let rules = UnderRules::of(act, &case)?;
    let action = find(rules.workflow(&case)?, &case, &asked.action, authorized.roles())?.clone();
    check_asked(&rules.catalogue, &action, asked)?;
    take(act, &rules, &authorized, case, &action, asked)
}

/// Actions that these roles could take in the case's present state: what pages and partners offer.
pub fn allowed_actions(workflow: &Workflow, state: &str, roles: &[Role]) -> Vec<String> {
    workflow
        .actions
        .iter()
        .filter(|action| action.from.iter().any(|from| from == state))
        .filter(|action| action.roles.iter().any(|role| roles.contains(role)))
        .map(|action| action.code.clone())
        .collect()
}

fn find<'w>(workflow: &'w Workflow, case: &Case, code: &str, roles: &[Role]) -> Result<&'w Action, Problem> {
    let Some(action) = workflow.action(code) else {
        let rule = Text::new("该案件 allowedActions 中的操作", "one of the case's allowedActions");
        return Err(Problem::invalid("/action", code, rule));
    };
    if !action.roles.iter().any(|role| roles.contains(role)) {
        return Err(Problem::new(Code::Forbidden).at("/action"));
    }
    if action.from.contains(&case.state) {
        Ok(action)
    } else {
        Err(Problem::new(Code::StateConflict).at("/action"))
    }
}

/// What the action asks for is there and nothing else is wrong with it; all faults at once.
fn check_asked(catalogue: &Catalogue, action: &Action, asked: &Transition) -> Result<(), Problem> {
    let mut faults: Vec<Detail> = Vec::new();
    let mut missing = |target: &str, rule: Text| faults.extend(Problem::invalid(target, "", rule).details);
    // A reason is a code of the list or nothing: it stands in the history for good.
    if action.asks.contains(&Field::ReasonCode) || asked.reason_code.is_some() {
        let known = asked
            .reason_code
            .as_deref()
            .is_some_and(|code| catalogue.pack.reason(code, &action.code).is_some());
        if !known {
            missing(
                "/reasonCode",
                Text::new("本操作可用的理由代码", "a reason code that this action may give"),
            );
        }
    }
    if action.asks.contains(&Field::Defects) && asked.defects.is_empty() {
        missing("/defects", Text::new("至少一项缺陷", "at least one defect"));
    }
    let not_asked = Text::new("本操作不需要此项", "nothing: this action does not ask for it");
    if !action.asks.contains(&Field::Defects) && !asked.defects.is_empty() {
        missing("/defects", not_asked);
    }
    if !action.asks.contains(&Field::Correction) && asked.correction.is_some() {
        missing("/correction", not_asked);
    }
    for (at, defect) in asked.defects.iter().enumerate() {
        if defect.message.trim().is_empty() || !defect.pointer.starts_with('/') {
            missing(&format!("/defects/{at}"), Text::new("JSON 指针与说明", "a JSON pointer and a message"));
        }
    }
    if action.asks.contains(&Field::Correction) && asked.correction.is_none() {
        missing("/correction", Text::new("补正内容", "the correction"));
    }
    if asked.remark.as_ref().is_some_and(|remark| remark.chars().count() > 4000) {
        missing("/remark", Text::new("不超过 4000 字", "at most 4000 characters"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Problem::new(Code::InvalidValue).with_details(faults)) }
}

pub(super) fn take(
    act: &mut Act<'_>,
    rules: &UnderRules,
    authorized: &Authorized<ActOnCase, CaseId>,
    mut case: Case,
    action: &Action,
    asked: &Transition,
) -> Result<Recorded, Problem> {
    let workflow = rules.workflow(&case)?;
    let from = case.state.clone();
    for guard in &action.guards {
        check(act, rules, &case, *guard, asked)?;
    }
    let mut texts: Vec<(&'static str, String)> =
        asked.remark.iter().map(|remark| ("remark", remark.clone())).collect();
    if action.asks.contains(&Field::Defects) {
        let defects =
            serde_json::to_string(&asked.defects).map_err(|error| Problem::internal(error.to_string()))?;
        correction::ask(act, case.case_id, &defects)?;
        texts.push(("defects", defects));
    }
    for effect in &action.effects {
        match effect {
            Effect::Reroute => case = reroute::reroute(act, &rules.catalogue, case, asked)?,
            Effect::Release => case.assignee_id = None,
            Effect::TakeCorrection => {
                let correction =
                    asked.correction.as_ref().ok_or_else(|| Problem::new(Code::StateConflict))?;
                correction::take(act, rules, &case, correction)?;
            }
            Effect::NotifyApplicant | Effect::NotifyStaff => {}
        }
    }
    case.state.clone_from(&action.to);
    case.is_open = !workflow.is_final(&action.to);
    // Limits are those the case was filed under; working days are those in force now.
    let in_force = catalogue::current(act.conn)?;
    let due =
        deadlines::advance(act, &in_force, workflow, rules.service(&case)?, case.case_id, &from, &action.to)?;
    case.due_on = due.due_on;
    case.due_provisional = due.provisional;
    let case = records::update(act.conn, authorized, case, act.now)?;
    // Who holds the case afterwards is always said, `null` for nobody: `verify` replays it.
    let mut data = json!({
        "action": action.code, "from": from, "to": case.state, "version": case.version,
        "nodeCode": case.node_code, "queueCode": case.queue_code, "assigneeId": case.assignee_id,
    });
    if let (Some(reason), Some(members)) = (&asked.reason_code, data.as_object_mut()) {
        members.insert("reasonCode".to_owned(), json!(reason));
    }
    let event =
        act.record_with_texts(StreamKind::Case, StreamId(case.case_id.0), "CASE_TRANSITIONED", data, texts)?;
    let about = About { case_id: Some(case.case_id), submission_id: Some(case.submission_id) };
    if action.effects.contains(&Effect::NotifyApplicant) {
        act.tell(event, &action.code, &Audience::Party(case.owner_id), &about)?;
    }
    if action.effects.contains(&Effect::NotifyStaff) {
        act.tell(event, &action.code, &Audience::Node(case.node_code.clone()), &about)?;
    }
    Ok(event)
}

fn check(
    act: &mut Act<'_>,
    rules: &UnderRules,
    case: &Case,
    guard: Guard,
    asked: &Transition,
) -> Result<(), Problem> {
    match guard {
        Guard::ClaimedByCaller => {
            if case.assignee_id.is_some() && case.assignee_id == act.caller.user_id() {
                return Ok(());
            }
            Err(Problem::new(if case.assignee_id.is_some() {
                Code::AlreadyClaimed
            } else {
                Code::NotClaimed
            }))
        }
        // That they are there was checked with the rest of what was asked.
        Guard::ReasonGiven | Guard::DefectsListed => Ok(()),
        Guard::CorrectionComplete => {
            let correction = asked.correction.as_ref().ok_or_else(|| Problem::new(Code::StateConflict))?;
            correction::check(act, rules, case, correction).map(|_| ())
        }
        Guard::DependenciesStanding => dependencies_standing(act, case),
        Guard::CorrectionOverdue => {
            let today = rules.catalogue.today(act.now);
            let overdue = case.due_on.is_some_and(|due| due < today);
            if overdue { Ok(()) } else { Err(Problem::new(Code::StateConflict)) }
        }
    }
}

/// A case whose condition has failed is blocked: it cannot be accepted any more.
fn dependencies_standing(act: &mut Act<'_>, case: &Case) -> Result<(), Problem> {
    for (other, version, workflow, state) in records::awaited(act.conn, case.case_id)? {
        let catalogue = catalogue::at_version(act.conn, version)?;
        let outcome = catalogue.pack.workflow(&workflow).and_then(|workflow| workflow.state(&state)?.outcome);
        if matches!(outcome, Some(Outcome::Failed | Outcome::Withdrawn)) {
            // The other case may lie at a node whose cases the caller may not know of.
            let facts = records::facts(act.conn, other)?;
            let named = match act.authorize::<ReadCase, _>(&facts, other) {
                Ok(_) => format!(" {other} "),
                Err(_) => " ".to_owned(),
            };
            let message = crate::language::Bilingual::new(
                format!("所依赖的案件{named}未成功，本案受阻"),
                format!("The case{named}that this one depends on did not succeed: it is blocked"),
            );
            return Err(Problem::new(Code::StateConflict).saying(message));
        }
    }
    Ok(())
}

/// Takes the timer's action on a case whose clock ran out; answers false when there is nothing to do any more.
pub fn lapse(act: &mut Act<'_>, id: CaseId, clock: &str) -> Result<bool, Problem> {
    records::lock(act.conn, id)?;
    let authorized = authorize_timer(act.caller, id)?;
    let case = records::load(act.conn, &authorized)?;
    let rules = UnderRules::of(act, &case)?;
    let workflow = rules.workflow(&case)?;
    let Some(code) = workflow.clock(clock).and_then(|clock| clock.when_overdue.as_deref()) else {
        return Ok(false);
    };
    let Some(action) = workflow.action(code).filter(|action| action.from.contains(&case.state)) else {
        return Ok(false);
    };
    let action = action.clone();
    take(act, &rules, &authorized, case, &action, &Transition::default())?;
    Ok(true)
}

/// Withdraws every open case of a submission that the caller may withdraw; one that cannot be withdrawn stops it all.
pub fn withdraw_all(act: &mut Act<'_>, cases: &[CaseId]) -> Result<usize, Problem> {
    let asked = Transition { action: "WITHDRAW".to_owned(), ..Transition::default() };
    for id in cases {
        let version = records::lock(act.conn, *id).and_then(|_| records::version(act.conn, *id))?;
        transition(act, *id, IfMatch(version), &asked)?;
    }
    Ok(cases.len())
}
