//! A case as it is shown: what is not confidential to whoever may know of it, the content only where it was asked for
//! and recorded.

use super::correction::{self, RoundView};
use super::model::{Case, LinkKind};
use super::records;
use super::remarks::{self, RemarkView};
use super::transition::{UnderRules, allowed_actions};
use crate::access::{ActOnCase, Authorized, Permission, ReadCase, ReadCaseContent, roles_for};
use crate::catalogue::{RightKind, SubmissionKind};
use crate::clock::UtcTime;
use crate::command::Act;
use crate::decision::Track;
use crate::forms;
use crate::ids::{CaseId, PartyId, StreamId, SubmissionId, UserId};
use crate::journal::StreamKind;
use crate::problem::{Code, Problem};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use utoipa::ToSchema;

/// A case.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseView {
    pub case_id: CaseId,
    /// For people to read out; ends with a check character.
    #[schema(example = "NT2026-C000123-C", max_length = 40)]
    pub case_number: String,
    pub submission_id: SubmissionId,
    #[schema(example = "design", max_length = 60)]
    pub item_key: String,
    #[schema(example = "PRE_EXAMINATION_DESIGN", max_length = 60)]
    pub service_code: String,
    pub submission_kind: SubmissionKind,
    pub right_kind: RightKind,
    pub track: Track,
    #[schema(example = "TZHT", max_length = 40)]
    pub node_code: String,
    #[schema(example = "TZHT-PRE_EXAMINATION", max_length = 60)]
    pub queue_code: String,
    /// Node at whose window it was handed in.
    #[schema(example = "NTIPC", max_length = 40)]
    pub intake_node_code: String,
    #[schema(example = "PORTAL", max_length = 20)]
    pub channel: String,
    pub owner_party_id: PartyId,
    #[schema(example = "SUBMITTED", max_length = 40)]
    pub state: String,
    /// A local date of the city's zone that ends at 24:00; left out while the clock is paused or after the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-30")]
    pub due_date: Option<NaiveDate>,
    /// The date rests on a year whose official calendar is not published yet.
    pub due_date_provisional: bool,
    /// Who holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee_id: Option<UserId>,
    /// What the caller can do with it now, by `POST …/transitions`.
    #[schema(max_items = 100, example = json!(["ACCEPT", "REQUEST_CORRECTION", "REFUSE", "REROUTE"]))]
    pub allowed_actions: Vec<String>,
    /// Cases that belong with it, as far as the caller may know of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub links: Vec<LinkView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ERP-2026-000123-1", max_length = 200)]
    pub external_reference: Option<String>,
    pub received_at: UtcTime,
    pub updated_at: UtcTime,
    #[schema(example = 1, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub version: i64,
    /// Only with `expand=particulars`, which leaves an entry in the access stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<ContentView>,
}

/// The confidential content of a case.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContentView {
    #[schema(value_type = Vec<forms::Applicant>, max_items = 50)]
    applicants: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = forms::Agency)]
    agency: Option<Value>,
    #[schema(value_type = Vec<forms::DocumentEntry>, max_items = 200)]
    documents: Value,
    #[schema(value_type = forms::Particulars)]
    particulars: Value,
    /// What was asked to be corrected, round by round.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    correction_rounds: Vec<RoundView>,
    /// What staff remarked to the applicant with their decisions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    remarks: Vec<RemarkView>,
}

/// A case that belongs with this one.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkView {
    case_id: CaseId,
    /// `SAME_RIGHT` warns: the same party already had an open case on this right.
    kind: LinkKind,
}

/// The caller may read the case, by the facts loaded here.
pub fn readable(act: &mut Act<'_>, id: CaseId) -> Result<Authorized<ReadCase, CaseId>, Problem> {
    let facts = records::facts(act.conn, id)?;
    act.authorize(&facts, id)
}

/// One case, without its content.
pub fn show(act: &mut Act<'_>, id: CaseId) -> Result<CaseView, Problem> {
    let (_, case) = records::authorized::<ReadCase>(act, id)?;
    view(act, case)
}

/// One case with its content; the read is recorded in the same transaction.
pub fn show_content(act: &mut Act<'_>, id: CaseId) -> Result<CaseView, Problem> {
    let (authorized, case) = records::authorized::<ReadCaseContent>(act, id)?;
    act.record_access(StreamKind::Case, StreamId(id.0), ReadCaseContent::VERB.as_str())?;
    let content = records::content(act.conn, &authorized)?;
    let correction_rounds = correction::rounds(act.conn, &authorized)?;
    let remarks = remarks::to_applicant(act.conn, &authorized)?;
    let particulars = content.item.get("particulars").cloned().unwrap_or_else(|| serde_json::json!({}));
    let content = ContentView {
        applicants: content.applicants,
        agency: content.agency,
        documents: content.documents,
        particulars,
        correction_rounds,
        remarks,
    };
    Ok(CaseView { content: Some(content), ..view(act, case)? })
}

/// How a case is shown after an action: the caller may have lost sight of it by that very action, and is still told
/// what became of it.
pub fn after_action(act: &mut Act<'_>, id: CaseId) -> Result<CaseView, Problem> {
    let case = records::by_id(act.conn, id)?.ok_or_else(Problem::not_found)?;
    view(act, case)
}

/// Cases of a list, without their links. Many share the version of the pack that they began under.
pub fn listed(act: &mut Act<'_>, cases: Vec<Case>) -> Result<Vec<CaseView>, Problem> {
    let mut known: HashMap<i32, UnderRules> = HashMap::new();
    let mut views = Vec::with_capacity(cases.len());
    for case in cases {
        let rules = match known.entry(case.pack_version) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(UnderRules::of(act, &case)?),
        };
        views.push(under_rules(act, rules, case, Vec::new())?);
    }
    Ok(views)
}

pub fn view(act: &mut Act<'_>, case: Case) -> Result<CaseView, Problem> {
    let rules = UnderRules::of(act, &case)?;
    let links = visible_links(act, case.case_id)?;
    under_rules(act, &rules, case, links)
}

fn under_rules(
    act: &Act<'_>,
    rules: &UnderRules,
    case: Case,
    links: Vec<LinkView>,
) -> Result<CaseView, Problem> {
    let facts = case.facts();
    let roles = roles_for::<ActOnCase>(act.caller, &facts);
    Ok(CaseView {
        allowed_actions: allowed_actions(rules.workflow(&case)?, &case.state, &roles),
        links,
        content: None,
        case_id: case.case_id,
        case_number: case.case_number,
        submission_id: case.submission_id,
        item_key: case.item_key,
        service_code: case.service_code,
        submission_kind: case.submission_kind,
        right_kind: case.right_kind,
        track: case.track,
        node_code: case.node_code,
        queue_code: case.queue_code,
        intake_node_code: case.intake_node,
        channel: case.channel,
        owner_party_id: case.owner_id,
        state: case.state,
        due_date: case.due_on,
        due_date_provisional: case.due_provisional,
        assignee_id: case.assignee_id,
        external_reference: case.external_reference,
        received_at: case.received_at,
        updated_at: case.updated_at,
        version: case.version,
    })
}

fn visible_links(act: &mut Act<'_>, id: CaseId) -> Result<Vec<LinkView>, Problem> {
    let mut links = Vec::new();
    for (case_id, kind) in records::links(act.conn, id)? {
        match readable(act, case_id) {
            Ok(_) => links.push(LinkView { case_id, kind }),
            Err(problem) if matches!(problem.code, Code::NotFound | Code::Forbidden) => {}
            // A database error passed over inside a write would let PostgreSQL roll back what is then acknowledged.
            Err(problem) => return Err(problem),
        }
    }
    Ok(links)
}
