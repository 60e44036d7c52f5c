//! Drafts: kept as they are typed, whatever is still missing. Only a value of the wrong shape is refused.

use super::model::{Submission, SubmissionState};
use super::origin::origin;
use super::records;
use crate::access::{CreateSubmission, EditSubmission, Facts, Phase};
use crate::catalogue::{self, Catalogue};
use crate::command::Act;
use crate::edge::{IfMatch, json};
use crate::forms::{self, SubmissionForm};
use crate::ids::{StreamId, SubmissionId};
use crate::journal::{Recorded, StreamKind};
use crate::problem::{Code, Problem};
use serde_json::{Value, json};

/// Reads a form, or says every fault of its shape.
pub fn parse(catalogue: &Catalogue, value: Value) -> Result<SubmissionForm, Problem> {
    let kind_of = |code: &str| catalogue.pack.service(code).map(|service| service.particulars);
    SubmissionForm::parse(value, &kind_of).map_err(|faults| forms::shape_problem(&faults))
}

/// Begins a draft.
pub fn create(act: &mut Act<'_>, value: &Value) -> Result<(SubmissionId, Recorded), Problem> {
    let catalogue = catalogue::current(act.conn)?;
    let form = parse(&catalogue, value.clone())?;
    let origin = origin(act, &catalogue, &form)?;
    let facts = Facts {
        owner: origin.owner,
        creator: Some(act.caller.principal()),
        intake_node: Some(origin.intake_node.clone()),
        phase: Phase::Draft,
        ..Facts::of_nobody()
    };
    act.authorize::<CreateSubmission, _>(&facts, ())?;
    let id = SubmissionId(act.ids.draw());
    let new = Submission {
        submission_id: id,
        owner_id: origin.owner,
        creator_id: act.caller.principal(),
        channel: origin.channel.code().to_owned(),
        intake_node: origin.intake_node,
        state: SubmissionState::Draft,
        bundle_code: form.bundle_code.clone(),
        receipt_number: None,
        external_reference: form.external_reference.clone(),
        version: 1,
        created_at: act.now,
        updated_at: act.now,
        submitted_at: None,
    };
    records::insert(act.conn, &new, &form.to_value())?;
    let data = json!({ "channel": new.channel, "intakeNodeCode": new.intake_node, "version": 1 });
    let event = act.open_stream(StreamKind::Submission, StreamId(id.0), "DRAFT_CREATED", data)?;
    Ok((id, event))
}

/// Saves changes to a draft: a merge patch over the form as it stands.
pub fn save(act: &mut Act<'_>, id: SubmissionId, expected: IfMatch, patch: &Value) -> Result<(), Problem> {
    let submission = records::lock(act.conn, id)?;
    let authorized = act.authorize::<EditSubmission, _>(&submission.facts(), id)?;
    expected.check(submission.version)?;
    let catalogue = catalogue::current(act.conn)?;
    let mut value = records::form(act.conn, &authorized)?;
    json::merge(&mut value, patch.clone());
    let form = parse(&catalogue, value)?;
    let origin = origin(act, &catalogue, &form)?;
    let changed = Submission {
        owner_id: origin.owner,
        channel: origin.channel.code().to_owned(),
        intake_node: origin.intake_node,
        bundle_code: form.bundle_code.clone(),
        external_reference: form.external_reference.clone(),
        ..submission
    };
    let saved = records::update(act.conn, &authorized, changed, Some(&form.to_value()), act.now)?;
    act.record(StreamKind::Submission, StreamId(id.0), "DRAFT_SAVED", json!({ "version": saved.version }))?;
    Ok(())
}

/// Throws a draft away: its form is erased, its history says so.
pub fn discard(act: &mut Act<'_>, id: SubmissionId, expected: IfMatch) -> Result<(), Problem> {
    let submission = records::lock(act.conn, id)?;
    let authorized = act.authorize::<EditSubmission, _>(&submission.facts(), id)?;
    expected.check(submission.version)?;
    if submission.state != SubmissionState::Draft {
        return Err(Problem::new(Code::StateConflict));
    }
    let discarded = Submission { state: SubmissionState::Discarded, external_reference: None, ..submission };
    let discarded = records::update(act.conn, &authorized, discarded, Some(&json!({})), act.now)?;
    act.record(
        StreamKind::Submission,
        StreamId(id.0),
        "DRAFT_DISCARDED",
        json!({ "version": discarded.version }),
    )?;
    Ok(())
}
