//! Acting on one case over HTTP: its workflow, and reading it.

use super::history::{self, EventView};
use super::transition::{Transition, transition};
use super::view::{self, CaseView};
use crate::access::{ActOnCase, Allowed, ReadCase, ReadCaseContent};
use crate::command::{self, Act, Receipt};
use crate::edge::{Body, IdempotencyKey, IfMatch, Query, Registry, created, shown};
use crate::ids::{CaseId, EventId};
use crate::journal::Recorded;
use crate::language::Text;
use crate::problem::{Problem, ProblemBody};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Serialize;
use utoipa::ToSchema;

/// What came of an action: the event, and the case as it now stands.
#[derive(Serialize, ToSchema)]
pub(super) struct Acted {
    event: EventView,
    case: CaseView,
}

/// The receipt of an action on a case.
pub(super) fn receipt(id: CaseId, event: Recorded) -> Receipt {
    Receipt::created(format!("/api/v1/case-events/{}", event.id), id.0, event.id)
}

/// Shows what came of an action, the first time and every time it is asked again.
pub(super) fn acted(act: &mut Act<'_>, receipt: &Receipt) -> Result<Acted, Problem> {
    let event = history::find(act.conn, receipt.event_id()?)?;
    let case = view::after_action(act, CaseId(receipt.resource_id()?))?;
    // The same answer may be had again by anyone who had it; what became of the case since then only by a reader.
    let case = if event.data["version"].as_i64() == Some(case.version) {
        case
    } else {
        view::show(act, case.case_id)?
    };
    Ok(Acted { event, case })
}

pub(super) fn answer(receipt: &Receipt, acted: &Acted) -> HttpResponse {
    created(receipt.status, receipt.location.as_deref(), Some(acted.case.version), acted)
}

/// Act on a case
///
/// Takes one of the case's `allowedActions`. The answer holds the event and the case as it now stands; its `ETag` is the
/// case's new one. The workflow of the service says which roles may act, what each action asks for, and where it leads.
#[utoipa::path(
    tag = "cases", operation_id = "case_transition_create",
    params(("caseId" = CaseId, Path, description = "Id of the case")),
    request_body(content = Transition, examples(
        ("accept" = (summary = "Accept", value = json!({"action": "ACCEPT"}))),
        ("requestCorrection" = (summary = "Ask for every correction at once", value = json!({
            "action": "REQUEST_CORRECTION",
            "defects": [{
                "pointer": "/items/0/particulars/inventionTitle",
                "message": "名称应当写明产品用途",
                "source": "专利审查指南第一部分第三章 (Guidelines for Patent Examination, part I ch. 3)"
            }]
        }))),
        ("refuse" = (summary = "Refuse with a reason of the city's list", value = json!({
            "action": "REFUSE", "reasonCode": "A04", "remark": "主分类号不在批准的预审领域内"
        }))),
        ("reroute" = (summary = "Send it where it belongs", value = json!({
            "action": "REROUTE", "reasonCode": "WRONG_FIELD", "queueCode": "TZHT-PRE_EXAMINATION"
        }))),
        ("answerCorrection" = (summary = "Answer as the applicant", value = json!({
            "action": "ANSWER_CORRECTION", "correction": {"particulars": {"inventionTitle": "提花床单面料"}}
        }))),
    )),
    responses(
        (status = 201, description = "Done", body = Acted),
        (status = 409, description = "The present state does not allow it", body = ProblemBody),
        (status = 412, description = "The case has changed", body = ProblemBody),
        (status = 428, description = "If-Match is missing", body = ProblemBody),
    ),
)]
#[post("/cases/{caseId}/transitions")]
async fn case_transition_create(
    who: Allowed<ActOnCase>,
    key: IdempotencyKey,
    expected: IfMatch,
    id: Path<CaseId>,
    body: Body<Transition>,
) -> Result<HttpResponse, Problem> {
    let (id, asked) = (id.into_inner(), body.value);
    let act = move |act: &mut Act<'_>| transition(act, id, expected, &asked).map(|event| receipt(id, event));
    let (receipt, acted) = command::write(who, key, body.bytes, act, acted).await?;
    Ok(answer(&receipt, &acted))
}

/// Show a case
///
/// What is not confidential of a case. With `expand=particulars` also its confidential content: that read is for those
/// who may see it, and leaves an entry in the access stream before the answer.
#[utoipa::path(
    tag = "cases", operation_id = "case_show",
    params(("caseId" = CaseId, Path, description = "Id of the case"),
        ("expand" = Option<String>, Query, description = "`particulars` for the confidential content",
            pattern = "^particulars$", max_length = 11, example = "particulars")),
    responses(
        (status = 200, description = "The case", body = CaseView),
        (status = 304, description = "Unchanged since the ETag sent"),
    ),
)]
#[get("/cases/{caseId}")]
async fn case_show(
    who: Allowed<ReadCase>,
    content: Allowed<ReadCaseContent>,
    id: Path<CaseId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let mut query = Query::of(&request)?;
    let rule = Text::new("particulars", "particulars");
    let expand = query.code("expand", |text| (text == "particulars").then_some(()), rule);
    query.end()?;
    let case = match expand {
        Some(()) => command::read_recorded(content, move |act| view::show_content(act, id)).await?,
        None => command::read(who, move |act| view::show(act, id)).await?,
    };
    Ok(shown(&request, case.version, &case))
}

/// Show an event
///
/// One entry of a case's history, with the text that was hashed.
#[utoipa::path(
    tag = "cases", operation_id = "case_event_show",
    params(("eventId" = EventId, Path, description = "Id of the event")),
    responses((status = 200, description = "The event", body = EventView),
        (status = 304, description = "Unchanged since the ETag sent")),
)]
#[get("/case-events/{eventId}")]
async fn case_event_show(
    who: Allowed<ReadCase>,
    id: Path<EventId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::refuse_any(&request)?;
    let id = id.into_inner();
    let event = command::read(who, move |act| {
        let event = history::find(act.conn, id)?;
        view::readable(act, event.case_id)?;
        Ok(event)
    })
    .await?;
    // An event never changes, so its version is always the first.
    Ok(shown(&request, 1, &event))
}

pub fn routes(config: &mut impl Registry) {
    config.operation(case_transition_create).operation(case_show).operation(case_event_show);
}
