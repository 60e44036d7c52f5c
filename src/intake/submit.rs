//! Hands a submission in: one receipt, a case for every item, all or none.

use super::draft::parse;
use super::model::{Submission, SubmissionState};
use super::origin::{Origin, lead_identifier, origin};
use super::records;
use crate::access::{Authorized, SubmitSubmission, WithdrawSubmission};
use crate::casework::{self, Content, NewCase, Numbering, Series};
use crate::catalogue::{self, Catalogue};
use crate::command::Act;
use crate::edge::IfMatch;
use crate::forms::{self, Defect, DefectCode, Item, RecordalState, Severity, SubmissionForm};
use crate::ids::{CaseId, PartyId, StreamId, SubmissionId};
use crate::journal::{Recorded, StreamKind};
use crate::language::Bilingual;
use crate::outbox::{About, Audience};
use crate::parties::{self, NewParty, PartyKind};
use crate::problem::{Code, Problem};
use crate::routing::CauseKind;
use chrono::Datelike;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Hands a draft in.
pub fn submit(
    act: &mut Act<'_>,
    numbering: &Numbering,
    id: SubmissionId,
    expected: IfMatch,
) -> Result<Recorded, Problem> {
    let submission = records::lock(act.conn, id)?;
    let authorized = act.authorize::<SubmitSubmission, _>(&submission.facts(), id).map_err(|problem| {
        let already = submission.state != SubmissionState::Draft && problem.code == Code::Forbidden;
        if already { Problem::new(Code::StateConflict).at("/action") } else { problem }
    })?;
    expected.check(submission.version)?;
    let catalogue = catalogue::current(act.conn)?;
    let mut form = parse(&catalogue, records::form(act.conn, &authorized)?)?;
    let origin = origin(act, &catalogue, &form)?;
    form.channel = Some(origin.channel);
    form.intake_node_code = Some(origin.intake_node.clone());
    let owner = origin.known_owner();
    let standing = owner.map(|owner| casework::standing(act.conn, owner)).transpose()?.unwrap_or_default();
    let mut defects = forms::check(&form, &catalogue.pack, &standing, catalogue.today(act.now));
    defects.extend(lead_is_owner(&form, &origin));
    if defects.iter().any(Defect::bars) {
        defects.retain(Defect::bars);
        return Err(forms::problem(Code::Incomplete, &defects));
    }
    let owner = match owner {
        Some(owner) => owner,
        None => walk_in(act, &form)?,
    };
    let year = catalogue.today(act.now).year();
    let receipt = numbering.next(&catalogue.pack.city.number_prefix, Series::Receipt, year)?;
    let recorded = standing.recordal == Some(RecordalState::Recorded);
    let filing = Filing {
        owner,
        submission: &submission,
        channel: origin.channel.code(),
        intake_node: &origin.intake_node,
        recorded,
        seat: standing.seat,
    };
    let submitted = Submission {
        owner_id: Some(owner),
        state: SubmissionState::Submitted,
        receipt_number: Some(receipt.clone()),
        submitted_at: Some(act.now),
        channel: filing.channel.to_owned(),
        intake_node: origin.intake_node.clone(),
        ..submission.clone()
    };
    let submitted = records::update(act.conn, &authorized, submitted, Some(&form.to_value()), act.now)?;
    let cases = open_cases(act, numbering, &catalogue, &form, &filing)?;
    let event = act.record(
        StreamKind::Submission,
        StreamId(id.0),
        "SUBMISSION_SUBMITTED",
        json!({ "receiptNumber": receipt, "cases": cases, "version": submitted.version }),
    )?;
    let about = About { submission_id: Some(id), case_id: None };
    act.tell(event, "SUBMISSION_SUBMITTED", &Audience::Party(owner), &about)?;
    Ok(event)
}

/// What all items of a filing have in common.
struct Filing<'a> {
    owner: PartyId,
    submission: &'a Submission,
    channel: &'a str,
    intake_node: &'a str,
    recorded: bool,
    seat: Option<String>,
}

fn open_cases(
    act: &mut Act<'_>,
    numbering: &Numbering,
    catalogue: &Catalogue,
    form: &SubmissionForm,
    filing: &Filing<'_>,
) -> Result<Vec<CaseId>, Problem> {
    let ids: Vec<CaseId> = form.items.iter().map(|_| CaseId(act.ids.draw())).collect();
    let by_key: HashMap<&str, CaseId> =
        form.items.iter().zip(&ids).filter_map(|(item, id)| Some((item.item_key.as_deref()?, *id))).collect();
    let whole = form.to_value();
    for (place, (item, id)) in form.items.iter().zip(&ids).enumerate() {
        open_case(act, numbering, catalogue, form, filing, item, *id, extract(&whole, place, item))?;
    }
    for (item, id) in form.items.iter().zip(&ids) {
        for on in item.depends_on.iter().filter_map(|key| by_key.get(key.as_str())) {
            casework::depend(act.conn, *id, *on, act.now)?;
        }
    }
    Ok(ids)
}

#[expect(clippy::too_many_arguments, reason = "an item, its filing and the rules it is opened under")]
fn open_case(
    act: &mut Act<'_>,
    numbering: &Numbering,
    catalogue: &Catalogue,
    form: &SubmissionForm,
    filing: &Filing<'_>,
    item: &Item,
    id: CaseId,
    content: Content,
) -> Result<(), Problem> {
    // The completeness check has seen to all of these.
    let incomplete = || Problem::internal("an item passed the completeness check without its service");
    let service =
        item.service_code.as_deref().and_then(|code| catalogue.pack.service(code)).ok_or_else(incomplete)?;
    let right_kind = item.right_kind_for(service).ok_or_else(incomplete)?;
    let origin = casework::Origin {
        intake_node: filing.intake_node,
        channel: filing.channel,
        recorded: filing.recorded,
        seat: filing.seat.clone(),
    };
    let new = NewCase {
        id,
        owner: filing.owner,
        creator: filing.submission.creator_id,
        submission: filing.submission.submission_id,
        item_key: item.item_key.as_deref().ok_or_else(incomplete)?,
        service,
        right_kind,
        intake_node: filing.intake_node,
        channel: filing.channel,
        external_reference: item.external_reference.as_deref(),
        right_number: item.particulars.as_ref().and_then(forms::Particulars::right_number),
        facts: casework::routing_facts(form, item, service, right_kind, origin),
        content,
        cause: CauseKind::HandedIn,
    };
    casework::open(act, catalogue, catalogue, numbering, &new).map(|_| ())
}

/// The part of the form that belongs to one item: its particulars, and of the documents those it names.
fn extract(form: &Value, place: usize, item: &Item) -> Content {
    let mut own = form["items"][place].clone();
    if let Some(members) = own.as_object_mut() {
        members.remove("dependsOn");
        members.remove("externalReference");
    }
    let named = |document: &&Value| {
        item.document_keys.iter().any(|key| document["documentKey"].as_str() == Some(key))
    };
    let documents = form["documents"].as_array().into_iter().flatten().filter(named).cloned().collect();
    Content {
        applicants: form["applicants"].clone(),
        agency: form.get("agency").cloned(),
        documents: Value::Array(documents),
        item: own,
    }
}

/// Whoever files for an organisation files in its name: the lead applicant must be that organisation.
fn lead_is_owner(form: &SubmissionForm, origin: &Origin) -> Option<Defect> {
    // A lead that cannot be read is named by the completeness check.
    let owner = origin.owner.filter(|_| lead_identifier(form).is_some())?;
    if origin.lead == Some(owner) {
        return None;
    }
    Some(Defect {
        code: DefectCode::Conflict,
        severity: Severity::Defect,
        pointer: "/applicants/0/identifier/value".to_owned(),
        message: Bilingual::new(
            "第一申请人应为您所属或受托的组织",
            "the lead applicant must be the organisation you file for",
        ),
        found: None,
        allowed: None,
        source: None,
        check: None,
    })
}

/// A walk-in, or whoever a partner files for, becomes known at the window.
fn walk_in(act: &mut Act<'_>, form: &SubmissionForm) -> Result<PartyId, Problem> {
    let missing = || Problem::internal("a form passed the completeness check without a lead applicant");
    let lead = form.lead().ok_or_else(missing)?;
    let (identifier_scheme, identifier) = lead_identifier(form).ok_or_else(missing)?;
    let kind = lead.kind.map(party_kind).ok_or_else(missing)?;
    let name = lead.name.clone().ok_or_else(missing)?;
    let seat_division = lead.address.as_ref().and_then(|address| address.division_code.clone());
    parties::ensure(act, |id| NewParty { id, kind, name, identifier_scheme, identifier, seat_division })
}

fn party_kind(kind: forms::PartyKind) -> PartyKind {
    match kind {
        forms::PartyKind::Enterprise => PartyKind::Enterprise,
        forms::PartyKind::IndividualBusiness => PartyKind::IndividualBusiness,
        forms::PartyKind::UniversityOrInstitute => PartyKind::UniversityOrInstitute,
        forms::PartyKind::Association => PartyKind::Association,
        forms::PartyKind::NaturalPerson => PartyKind::NaturalPerson,
        forms::PartyKind::ForeignParty => PartyKind::ForeignParty,
    }
}

/// Withdraws everything of a submission that is still open.
pub fn withdraw(act: &mut Act<'_>, id: SubmissionId, expected: IfMatch) -> Result<Recorded, Problem> {
    let submission = records::lock(act.conn, id)?;
    let authorized: Authorized<WithdrawSubmission, _> = act.authorize(&submission.facts(), id)?;
    expected.check(submission.version)?;
    let open = casework::open_of_submission(act.conn, id)?;
    if submission.state != SubmissionState::Submitted || open.is_empty() {
        return Err(Problem::new(Code::StateConflict).at("/action"));
    }
    let withdrawn = casework::withdraw_all(act, &open)?;
    let changed = Submission { state: SubmissionState::Withdrawn, ..submission };
    let changed = records::update(act.conn, &authorized, changed, None, act.now)?;
    act.record(
        StreamKind::Submission,
        StreamId(id.0),
        "SUBMISSION_WITHDRAWN",
        json!({ "cases": withdrawn, "version": changed.version }),
    )
}
