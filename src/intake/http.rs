//! The window over HTTP.

use super::claim::{ReceiptClaim, take_over};
use super::draft;
use super::list::{self, Filter};
use super::model::SubmissionState;
use super::submit::{submit, withdraw};
use super::view::{self, SubmissionView};
use crate::access::{
    Allowed, ClaimSubmission, CreateSubmission, EditSubmission, ReadSubmission, ReadSubmissionContent,
    SubmitSubmission,
};
use crate::casework::Numbering;
use crate::command::{self, Act, CursorSeal, Receipt};
use crate::edge::{Body, IdempotencyKey, IfMatch, Patch, Query, Registry, created, listed, no_content};
use crate::forms::SubmissionForm;
use crate::ids::SubmissionId;
use crate::language::{Bilingual, Text};
use crate::page::PageOf;
use crate::problem::{Problem, ProblemBody};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

fn shown_again(act: &mut Act<'_>, receipt: &Receipt) -> Result<SubmissionView, Problem> {
    view::show(act, SubmissionId(receipt.resource_id()?))
}

/// Begin a submission
///
/// Stores a draft: any value of the right shape is kept, and `defects` says everything that is still missing or wrong.
/// One submission may ask for several services on several rights.
#[utoipa::path(
    tag = "submissions", operation_id = "submission_create",
    request_body(content = SubmissionForm, examples(
        ("draft" = (summary = "The first save of a draft", value = json!({
            "items": [{"itemKey": "design", "serviceCode": "PRE_EXAMINATION_DESIGN"}]
        }))),
        ("twoRights" = (summary = "Two services on two rights, as far as they are known", value = json!({
            "externalReference": "ERP-2026-000123",
            "applicants": [{
                "kind": "ENTERPRISE",
                "name": "南通示例家纺有限公司",
                "countryCode": "CN",
                "identifier": {"scheme": "USCC", "value": "91320600MA1ABCD11U"},
                "address": {"divisionCode": "320612", "line": "川姜镇示例路 1 号", "postalCode": "226300"}
            }],
            "documents": [{
                "documentKey": "views", "kind": "DESIGN_VIEWS", "fileName": "视图.pdf",
                "mediaType": "application/pdf", "sizeBytes": 182_044,
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            }],
            "items": [
                {
                    "itemKey": "design", "serviceCode": "PRE_EXAMINATION_DESIGN", "documentKeys": ["views"],
                    "particulars": {
                        "inventionTitle": "床单（缠枝纹）",
                        "mainClassification": {"scheme": "LOCARNO", "symbol": "06-13"}
                    }
                },
                {
                    "itemKey": "work", "serviceCode": "WORK_REGISTRATION",
                    "particulars": {"workTitle": "缠枝纹", "workCategory": "FINE_ART"}
                }
            ]
        }))),
    )),
    responses((status = 201, description = "The draft", body = SubmissionView),
        (status = 400, description = "A value is not of the right shape", body = ProblemBody),
        (status = 404, description = "The draft that this key made was thrown away since", body = ProblemBody),
        (status = 409, description = "externalReference is in use", body = ProblemBody)),
)]
#[post("/submissions")]
async fn submission_create(
    who: Allowed<CreateSubmission>,
    key: IdempotencyKey,
    body: Body<Value>,
) -> Result<HttpResponse, Problem> {
    let value = body.value;
    let act = move |act: &mut Act<'_>| {
        let (id, event) = draft::create(act, &value)?;
        Ok(Receipt::created(format!("/api/v1/submissions/{id}"), id.0, event.id))
    };
    let (receipt, submission) = command::write(who, key, body.bytes, act, shown_again).await?;
    Ok(created(receipt.status, receipt.location.as_deref(), Some(submission.version), &submission))
}

/// Save a draft
///
/// A merge patch (RFC 7396) over the form as it stands, for autosave. Answers with the defects that are left.
#[utoipa::path(
    tag = "submissions", operation_id = "submission_update",
    params(("submissionId" = SubmissionId, Path, description = "Id of the submission")),
    request_body(content = SubmissionForm, content_type = "application/merge-patch+json", example = json!({"remark": "加急"})),
    responses((status = 200, description = "The draft", body = SubmissionView),
        (status = 400, description = "A value is not of the right shape", body = ProblemBody),
        (status = 412, description = "The draft has changed", body = ProblemBody),
        (status = 428, description = "If-Match is missing", body = ProblemBody)),
)]
#[patch("/submissions/{submissionId}")]
async fn submission_update(
    who: Allowed<EditSubmission>,
    expected: IfMatch,
    id: Path<SubmissionId>,
    patch: Patch,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let submission = command::change(who, move |act| {
        draft::save(act, id, expected, &patch.value)?;
        view::show(act, id)
    })
    .await?;
    Ok(created(200, None, Some(submission.version), &submission))
}

/// Throw a draft away
///
/// Its form is erased. What was handed in is withdrawn instead.
#[utoipa::path(
    tag = "submissions", operation_id = "submission_delete",
    params(("submissionId" = SubmissionId, Path, description = "Id of the submission")),
    responses((status = 204, description = "Gone"),
        (status = 409, description = "It was handed in already", body = ProblemBody),
        (status = 412, description = "The draft has changed", body = ProblemBody),
        (status = 428, description = "If-Match is missing", body = ProblemBody)),
)]
#[delete("/submissions/{submissionId}")]
async fn submission_delete(
    who: Allowed<EditSubmission>,
    expected: IfMatch,
    id: Path<SubmissionId>,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    command::change(who, move |act| draft::discard(act, id, expected)).await?;
    Ok(no_content())
}

/// Show a submission
///
/// State, receipt, items and cases; of a draft also its defects. With `expand=form` also what was filled in: that read
/// is for those who may see it, and leaves an entry in the access stream before the answer.
#[utoipa::path(
    tag = "submissions", operation_id = "submission_show",
    params(("submissionId" = SubmissionId, Path, description = "Id of the submission"),
        ("expand" = Option<String>, Query, description = "`form` for what was filled in", pattern = "^form$",
            max_length = 4, example = "form")),
    responses((status = 200, description = "The submission", body = SubmissionView)),
)]
#[get("/submissions/{submissionId}")]
async fn submission_show(
    who: Allowed<ReadSubmission>,
    content: Allowed<ReadSubmissionContent>,
    id: Path<SubmissionId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let mut query = Query::of(&request)?;
    let expand = query.code("expand", |text| (text == "form").then_some(()), Text::new("form", "form"));
    query.end()?;
    let submission = match expand {
        Some(()) => command::read_recorded(content, move |act| view::show_form(act, id)).await?,
        None => command::read(who, move |act| view::show(act, id)).await?,
    };
    // Never 304: its cases move on without the submission's own version, which is what If-Match asks for.
    Ok(created(200, None, Some(submission.version), &submission))
}

/// List submissions
///
/// The caller's own, their organisation's, or those handed in at their node, without what was filled in.
#[utoipa::path(
    tag = "submissions", operation_id = "submission_list",
    params(
        ("state" = Option<SubmissionState>, Query, description = "Only in this state", example = "DRAFT"),
        ("receiptNumber" = Option<String>, Query, description = "The one with this receipt", max_length = 40,
            example = "NT2026-R000002-Y"),
        ("externalReference" = Option<String>, Query, description = "Those with this reference of the filer",
            max_length = 100, example = "ERP-2026-000123"),
        ("sort" = Option<String>, Query, description = "Newest first unless told otherwise",
            pattern = "^submissionId(:asc|:desc)?$", max_length = 40, example = "submissionId:desc"),
    ),
    responses((status = 200, description = "One page", body = PageOf<SubmissionView>)),
)]
#[get("/submissions")]
async fn submission_list(
    who: Allowed<ReadSubmission>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut query = Query::of(&request)?;
    let filter = Filter {
        state: query.code(
            "state",
            SubmissionState::from_code,
            Bilingual::codes(SubmissionState::ALL.map(SubmissionState::as_str)),
        ),
        receipt_number: query.text("receiptNumber"),
        external_reference: query.text("externalReference"),
    };
    let page = query.page::<SubmissionView>(&["submissionId"], "submissionId:desc")?;
    let answer = command::read(who, move |act| {
        let seal = CursorSeal::of(act, "submissions");
        let parse = |text: &str| text.parse::<SubmissionId>().ok();
        let after = page.cursor.as_deref().map(|cursor| seal.read(cursor, parse)).transpose()?;
        let scope = act.scope::<ReadSubmission>()?;
        let rows =
            list::page(act.conn, &filter, &scope, page.sort.direction, after, page.offset, page.limit)?;
        let total = if page.count { Some(list::count(act.conn, &filter, &scope)?) } else { None };
        let views: Vec<SubmissionView> = rows.into_iter().map(|row| view::summary(row, None)).collect();
        page.answer(views, |view: &SubmissionView| seal.write(&view.submission_id.to_string()), total)
    })
    .await?;
    Ok(listed(&answer))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum SubmissionAction {
    /// Hands the draft in.
    Submit,
    /// Withdraws every case that is still open.
    Withdraw,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubmissionTransition {
    action: SubmissionAction,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Submitted {
    event_id: crate::ids::EventId,
    submission: SubmissionView,
}

fn submitted(act: &mut Act<'_>, receipt: &Receipt) -> Result<Submitted, Problem> {
    Ok(Submitted { event_id: receipt.event_id()?, submission: shown_again(act, receipt)? })
}

/// Hand in or withdraw a submission
///
/// `SUBMIT` checks that everything is there (a 400 lists all that is missing at once), gives one receipt and makes a
/// case of every item, all or none. A receipt is not an acceptance. `WITHDRAW` withdraws every case still open.
#[utoipa::path(
    tag = "submissions", operation_id = "submission_transition_create",
    params(("submissionId" = SubmissionId, Path, description = "Id of the submission")),
    request_body(content = SubmissionTransition, example = json!({"action": "SUBMIT"})),
    responses((status = 201, description = "Done", body = Submitted),
        (status = 400, description = "Something is missing or wrong", body = ProblemBody),
        (status = 409, description = "The present state does not allow it", body = ProblemBody),
        (status = 412, description = "The submission has changed", body = ProblemBody),
        (status = 428, description = "If-Match is missing", body = ProblemBody)),
)]
#[post("/submissions/{submissionId}/transitions")]
async fn submission_transition_create(
    who: Allowed<SubmitSubmission>,
    numbering: Data<Numbering>,
    key: IdempotencyKey,
    expected: IfMatch,
    id: Path<SubmissionId>,
    body: Body<SubmissionTransition>,
) -> Result<HttpResponse, Problem> {
    let (id, asked) = (id.into_inner(), body.value);
    numbering.provide_for(&who).await?;
    let act = move |act: &mut Act<'_>| {
        let event = match asked.action {
            SubmissionAction::Submit => submit(act, &numbering, id, expected)?,
            SubmissionAction::Withdraw => withdraw(act, id, expected)?,
        };
        Ok(Receipt::created(format!("/api/v1/submissions/{id}"), id.0, event.id))
    };
    let (receipt, done) = command::write(who, key, body.bytes, act, submitted).await?;
    Ok(created(receipt.status, receipt.location.as_deref(), Some(done.submission.version), &done))
}

/// Take over a walk-in's submission
///
/// With the number and the code on the receipt a member of the applicant's organisation takes over what a clerk filed
/// at the counter.
#[utoipa::path(
    tag = "submissions", operation_id = "receipt_claim_create",
    request_body(content = ReceiptClaim, example = json!({"receiptNumber": "NT2026-R000002-Y", "claimCode": "7KQ2-M9XD-4TRA"})),
    responses((status = 201, description = "It is yours", body = SubmissionView),
        (status = 404, description = "No such receipt for you", body = ProblemBody)),
)]
#[post("/receipt-claims")]
async fn receipt_claim_create(
    who: Allowed<ClaimSubmission>,
    key: IdempotencyKey,
    body: Body<ReceiptClaim>,
) -> Result<HttpResponse, Problem> {
    let claim = body.value;
    let act = move |act: &mut Act<'_>| {
        let (id, event) = take_over(act, &claim)?;
        Ok(Receipt::created(format!("/api/v1/submissions/{id}"), id.0, event.id))
    };
    let (receipt, submission) = command::write(who, key, body.bytes, act, shown_again).await?;
    Ok(created(receipt.status, receipt.location.as_deref(), Some(submission.version), &submission))
}

pub fn routes(config: &mut impl Registry) {
    config
        .operation(submission_create)
        .operation(submission_list)
        .operation(submission_show)
        .operation(submission_update)
        .operation(submission_delete)
        .operation(submission_transition_create)
        .operation(receipt_claim_create);
}
