//! What staff do with cases beside the workflow: take, give, move, tie and part them.

use super::http_acts::{Acted, acted, answer, receipt};
use super::number::Numbering;
use super::routing_facts::{Origin, routing_facts};
use super::standing::standing;
use super::{assign, claim, link, model, transition};
use crate::access::{
    Allowed, AssignCase, ClaimCase, ClaimFromQueue, LinkCase, ReleaseCase, SplitCase, TransferCase,
};
use crate::command::{self, Act, Receipt};
use crate::edge::{Body, EmptyBody, IdempotencyKey, Nothing, Registry, no_content};
use crate::forms::{self, SubmissionForm};
use crate::ids::{CaseId, UserId};
use crate::problem::{Problem, ProblemBody};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Assignment {
    /// Somebody who works at the case's node.
    assignee_id: UserId,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Transfer {
    #[schema(example = "HAFC-PRE_EXAMINATION", max_length = 60)]
    queue_code: String,
    /// Reason of the city's list that a re-route may give.
    #[schema(example = "WRONG_FIELD", max_length = 60)]
    reason_code: String,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewLink {
    /// The other case.
    case_id: CaseId,
}

/// Take the next case of a queue
///
/// Gives the caller the waiting case that is due soonest among those they may take; 204 when there is none. Of any
/// number who ask at the same moment each gets another case.
#[utoipa::path(
    tag = "queues", operation_id = "queue_claim_create",
    params(("queueCode" = String, Path, description = "Code of the queue", max_length = 60,
        example = "NTIPC-PRE_EXAMINATION")),
    request_body(content = Option<Nothing>, description = "Empty, or an empty object", example = json!({})),
    responses((status = 201, description = "The case is yours", body = Acted),
        (status = 204, description = "Nothing waits")),
)]
#[post("/queues/{queueCode}/claims")]
async fn queue_claim_create(
    who: Allowed<ClaimFromQueue>,
    key: IdempotencyKey,
    code: Path<String>,
    body: EmptyBody,
) -> Result<HttpResponse, Problem> {
    let code = code.into_inner();
    let act = move |act: &mut Act<'_>| {
        Ok(claim::claim_next(act, &code)?.map_or_else(Receipt::nothing, |(id, event)| receipt(id, event)))
    };
    let view = |act: &mut Act<'_>, receipt: &Receipt| {
        if receipt.resource.is_some() { acted(act, receipt).map(Some) } else { Ok(None) }
    };
    let (receipt, acted) = command::write(who, key, body.bytes, act, view).await?;
    Ok(acted.map_or_else(no_content, |acted| answer(&receipt, &acted)))
}

/// Take a case
///
/// Claims one certain case that nobody holds.
#[utoipa::path(
    tag = "cases", operation_id = "case_claim_create",
    params(("caseId" = CaseId, Path, description = "Id of the case")),
    request_body(content = Option<Nothing>, description = "Empty, or an empty object", example = json!({})),
    responses((status = 201, description = "The case is yours", body = Acted),
        (status = 409, description = "Somebody else holds it", body = ProblemBody)),
)]
#[post("/cases/{caseId}/claims")]
async fn case_claim_create(
    who: Allowed<ClaimCase>,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: EmptyBody,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let act = move |act: &mut Act<'_>| claim::claim(act, id).map(|event| receipt(id, event));
    let (receipt, acted) = command::write(who, key, body.bytes, act, acted).await?;
    Ok(answer(&receipt, &acted))
}

/// Give a case to a colleague
///
/// Puts the case into the hands of somebody at its node.
#[utoipa::path(
    tag = "cases", operation_id = "case_assignment_create",
    params(("caseId" = CaseId, Path, description = "Id of the case")),
    request_body(content = Assignment, example = json!({"assigneeId": "01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11"})),
    responses((status = 201, description = "Assigned", body = Acted)),
)]
#[post("/cases/{caseId}/assignments")]
async fn case_assignment_create(
    who: Allowed<AssignCase>,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: Body<Assignment>,
) -> Result<HttpResponse, Problem> {
    let (id, asked) = (id.into_inner(), body.value);
    let act =
        move |act: &mut Act<'_>| assign::assign(act, id, asked.assignee_id).map(|event| receipt(id, event));
    let (receipt, acted) = command::write(who, key, body.bytes, act, acted).await?;
    Ok(answer(&receipt, &acted))
}

/// Give a case back
///
/// Frees the case of whoever holds it; it waits in its queue again.
#[utoipa::path(
    tag = "cases", operation_id = "case_release_create",
    params(("caseId" = CaseId, Path, description = "Id of the case")),
    request_body(content = Option<Nothing>, description = "Empty, or an empty object", example = json!({})),
    responses((status = 201, description = "Released", body = Acted),
        (status = 409, description = "Nobody holds it", body = ProblemBody)),
)]
#[post("/cases/{caseId}/releases")]
async fn case_release_create(
    who: Allowed<ReleaseCase>,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: EmptyBody,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let act = move |act: &mut Act<'_>| assign::release(act, id).map(|event| receipt(id, event));
    let (receipt, acted) = command::write(who, key, body.bytes, act, acted).await?;
    Ok(answer(&receipt, &acted))
}

/// Move a case to another queue
///
/// With a reason of the city's list; the routing decisions of the case keep it.
#[utoipa::path(
    tag = "cases", operation_id = "case_transfer_create",
    params(("caseId" = CaseId, Path, description = "Id of the case")),
    request_body(content = Transfer, example = json!({"queueCode": "HAFC-PRE_EXAMINATION", "reasonCode": "WRONG_FIELD"})),
    responses((status = 201, description = "Moved", body = Acted)),
)]
#[post("/cases/{caseId}/transfers")]
async fn case_transfer_create(
    who: Allowed<TransferCase>,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: Body<Transfer>,
) -> Result<HttpResponse, Problem> {
    let (id, asked) = (id.into_inner(), body.value);
    let act = move |act: &mut Act<'_>| {
        assign::transfer(act, id, &asked.queue_code, &asked.reason_code).map(|event| receipt(id, event))
    };
    let (receipt, acted) = command::write(who, key, body.bytes, act, acted).await?;
    Ok(answer(&receipt, &acted))
}

/// Tie two cases together
///
/// Both show the other to whoever may know of it.
#[utoipa::path(
    tag = "cases", operation_id = "case_link_create",
    params(("caseId" = CaseId, Path, description = "Id of the case")),
    request_body(content = NewLink, example = json!({"caseId": "01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11"})),
    responses((status = 201, description = "Tied", body = Acted),
        (status = 409, description = "They are tied already", body = ProblemBody)),
)]
#[post("/cases/{caseId}/links")]
async fn case_link_create(
    who: Allowed<LinkCase>,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: Body<NewLink>,
) -> Result<HttpResponse, Problem> {
    let (id, asked) = (id.into_inner(), body.value);
    let act = move |act: &mut Act<'_>| link::link(act, id, asked.case_id).map(|event| receipt(id, event));
    let (receipt, acted) = command::write(who, key, body.bytes, act, acted).await?;
    Ok(answer(&receipt, &acted))
}

/// Part a case that holds two matters
///
/// Opens a second case with the same content and its own number, clocks and history; the answer shows the first one,
/// whose links lead to the second.
#[utoipa::path(
    tag = "cases", operation_id = "case_split_create",
    params(("caseId" = CaseId, Path, description = "Id of the case")),
    request_body(content = Option<Nothing>, description = "Empty, or an empty object", example = json!({})),
    responses((status = 201, description = "Parted", body = Acted),
        (status = 409, description = "The present state does not allow it", body = ProblemBody)),
)]
#[post("/cases/{caseId}/splits")]
async fn case_split_create(
    who: Allowed<SplitCase>,
    numbering: Data<Numbering>,
    key: IdempotencyKey,
    id: Path<CaseId>,
    body: EmptyBody,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    numbering.provide_for(&who).await?;
    let act = move |act: &mut Act<'_>| {
        link::split(act, &numbering, id, &facts_of).map(|(_, event)| receipt(id, event))
    };
    let (receipt, acted) = command::write(who, key, body.bytes, act, acted).await?;
    Ok(answer(&receipt, &acted))
}

/// The routing facts of a case's own extract of the form.
fn facts_of(
    act: &mut Act<'_>,
    rules: &transition::UnderRules,
    case: &model::Case,
    content: &model::Content,
) -> Result<crate::decision::Facts, Problem> {
    let pack = &rules.catalogue.pack;
    let kind_of = |code: &str| pack.service(code).map(|service| service.particulars);
    let form =
        SubmissionForm::parse(content.as_form(), &kind_of).map_err(|faults| forms::shape_problem(&faults))?;
    let item = form.items.first().ok_or_else(|| Problem::internal("a case without an item"))?;
    let standing = standing(act.conn, case.owner_id)?;
    let origin = Origin {
        intake_node: &case.intake_node,
        channel: &case.channel,
        recorded: standing.recordal == Some(forms::RecordalState::Recorded),
        seat: standing.seat,
    };
    Ok(routing_facts(&form, item, rules.service(case)?, case.right_kind, origin))
}

pub fn routes(config: &mut impl Registry) {
    config
        .operation(queue_claim_create)
        .operation(case_claim_create)
        .operation(case_assignment_create)
        .operation(case_release_create)
        .operation(case_transfer_create)
        .operation(case_link_create)
        .operation(case_split_create);
}
