//! A submission as it is shown.

use super::claim::claim_code;
use super::draft::parse;
use super::model::{Submission, SubmissionState};
use super::origin::lead_on_file;
use super::records;
use crate::access::{ReadSubmission, ReadSubmissionContent, Role, authorize};
use crate::casework;
use crate::catalogue;
use crate::clock::UtcTime;
use crate::command::Act;
use crate::forms::{self, Channel, Defect, SubmissionForm};
use crate::ids::{CaseId, PartyId, StreamId, SubmissionId};
use crate::journal::StreamKind;
use crate::language::Bilingual;
use crate::problem::Problem;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A submission.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionView {
    pub submission_id: SubmissionId,
    pub state: SubmissionState,
    /// Where the matter as a whole stands, once it is handed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_party_id: Option<PartyId>,
    #[schema(example = "PORTAL", max_length = 20)]
    pub channel: String,
    #[schema(example = "NTIPC", max_length = 40)]
    pub intake_node_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "PATTERN_PROTECTION", max_length = 60)]
    pub bundle_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "ERP-2026-000123", max_length = 200)]
    pub external_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
    /// What was asked for; once handed in, with the case each item became.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub items: Vec<ItemView>,
    /// Of a draft: everything that is still missing or wrong (一次性告知), and warnings.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 1000)]
    pub defects: Option<Vec<Defect>>,
    /// Only with `expand=form`, which leaves an entry in the access stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = SubmissionForm)]
    pub form: Option<Value>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    #[schema(example = 1, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    pub version: i64,
}

/// The state of a matter of several cases, derived from theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Progress {
    /// Somebody is asked to correct something.
    NeedsAction,
    #[serde(rename = "IN_PROGRESS")]
    Underway,
    ClosedAllOk,
    ClosedPartial,
    ClosedFailed,
}

/// The receipt (收件凭证). It says that something was handed in, not that it was accepted.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptView {
    #[schema(example = "NT2026-R000002-Y", max_length = 40)]
    pub receipt_number: String,
    pub received_at: UtcTime,
    pub note: Bilingual,
    /// For a walk-in to take the submission over with; shown to the clerk who filed it at the counter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "7KQ2-M9XD-4TRA", max_length = 20)]
    pub claim_code: Option<String>,
}

/// One item of a submission.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "design", max_length = 60)]
    pub item_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "PRE_EXAMINATION_DESIGN", max_length = 60)]
    pub service_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "NT2026-C000123-C", max_length = 40)]
    pub case_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "SUBMITTED", max_length = 40)]
    pub state: Option<String>,
}

/// One submission, without its form.
pub fn show(act: &mut Act<'_>, id: SubmissionId) -> Result<SubmissionView, Problem> {
    let submission = records::by_id(act.conn, id)?;
    act.authorize::<ReadSubmission, _>(&submission.facts(), id)?;
    view(act, submission)
}

/// One submission with its form; the read is recorded in the same transaction.
pub fn show_form(act: &mut Act<'_>, id: SubmissionId) -> Result<SubmissionView, Problem> {
    let submission = records::by_id(act.conn, id)?;
    let authorized = act.authorize::<ReadSubmissionContent, _>(&submission.facts(), id)?;
    act.record_access(StreamKind::Submission, StreamId(id.0), "READ_CONTENT")?;
    let form = records::form(act.conn, &authorized)?;
    Ok(SubmissionView { form: Some(form), ..view(act, submission)? })
}

fn view(act: &mut Act<'_>, submission: Submission) -> Result<SubmissionView, Problem> {
    let id = submission.submission_id;
    let content = authorize::<ReadSubmissionContent, _>(act.caller, &submission.facts(), id).ok();
    let filed = submission.state != SubmissionState::Draft;
    let (items, defects, progress) = if filed {
        let (items, progress) = of_cases(act, id)?;
        (items, None, Some(progress))
    } else if let Some(authorized) = &content {
        let form = records::form(act.conn, authorized)?;
        let (items, defects) = of_draft(act, &submission, form)?;
        (items, Some(defects), None)
    } else {
        (Vec::new(), None, None)
    };
    // Whoever files through the portal or as a partner has what is filed already: there is nothing to take over.
    let by_this_clerk = submission.creator_id == act.caller.principal()
        && act.caller.has_role_at(Role::Clerk, &submission.intake_node);
    let code = (filed && by_this_clerk && content.is_some() && submission.is_taken_at_a_counter())
        .then(|| claim_code(act.pepper, id));
    Ok(SubmissionView { progress, items, defects, ..summary(submission, code) })
}

/// What a list shows.
pub fn summary(submission: Submission, claim_code: Option<String>) -> SubmissionView {
    let received_at = submission.submitted_at;
    let receipt =
        submission.receipt_number.zip(received_at).map(|(receipt_number, received_at)| ReceiptView {
            receipt_number,
            received_at,
            note: Bilingual::new(
                "本凭证仅表明窗口已收件，不代表已经受理。",
                "This receipt says that the window has received the submission, not that it was accepted.",
            ),
            claim_code,
        });
    SubmissionView {
        submission_id: submission.submission_id,
        state: submission.state,
        progress: None,
        owner_party_id: submission.owner_id,
        channel: submission.channel,
        intake_node_code: submission.intake_node,
        bundle_code: submission.bundle_code,
        external_reference: submission.external_reference,
        receipt,
        items: Vec::new(),
        defects: None,
        form: None,
        created_at: submission.created_at,
        updated_at: submission.updated_at,
        version: submission.version,
    }
}

fn of_draft(
    act: &mut Act<'_>,
    submission: &Submission,
    form: Value,
) -> Result<(Vec<ItemView>, Vec<Defect>), Problem> {
    let catalogue = catalogue::current(act.conn)?;
    // A draft outlives pack versions: what no longer has the shape of the catalogue is a defect, not a dead end.
    let Ok(mut form) = parse(&catalogue, form) else { return Ok((Vec::new(), Vec::new())) };
    // As handing in will: what was not stated follows from how the draft came.
    form.channel = form.channel.or_else(|| Channel::from_code(&submission.channel));
    form.intake_node_code.get_or_insert_with(|| submission.intake_node.clone());
    let owner = match submission.owner_id {
        None => lead_on_file(act, &form)?,
        owner => owner,
    };
    let standing = owner.map(|owner| casework::standing(act.conn, owner)).transpose()?.unwrap_or_default();
    let defects = forms::check(&form, &catalogue.pack, &standing, catalogue.today(act.now));
    let items = form
        .items
        .into_iter()
        .map(|item| ItemView {
            item_key: item.item_key,
            service_code: item.service_code,
            case_id: None,
            case_number: None,
            state: None,
        })
        .collect();
    Ok((items, defects))
}

fn of_cases(act: &mut Act<'_>, id: SubmissionId) -> Result<(Vec<ItemView>, Progress), Problem> {
    use crate::catalogue::workflow::{Actor, Outcome};
    let cases = casework::of_submission(act.conn, id)?;
    let (mut asked, mut open, mut succeeded) = (false, false, 0);
    let count = cases.len();
    let mut items = Vec::with_capacity(count);
    for case in cases {
        let catalogue = catalogue::at_version(act.conn, case.pack_version)?;
        let state =
            catalogue.pack.workflow(&case.workflow_code).and_then(|workflow| workflow.state(&case.state));
        asked |= state.is_some_and(|state| state.actor == Actor::Applicant);
        open |= case.is_open;
        succeeded += usize::from(state.and_then(|state| state.outcome) == Some(Outcome::Succeeded));
        items.push(ItemView {
            item_key: Some(case.item_key),
            service_code: Some(case.service_code),
            case_id: Some(case.case_id),
            case_number: Some(case.case_number),
            state: Some(case.state),
        });
    }
    let progress = match (asked, open, succeeded) {
        (true, _, _) => Progress::NeedsAction,
        (_, true, _) => Progress::Underway,
        (_, _, 0) => Progress::ClosedFailed,
        (_, _, all) if all == count => Progress::ClosedAllOk,
        _ => Progress::ClosedPartial,
    };
    Ok((items, progress))
}
