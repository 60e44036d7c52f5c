//! Lists over HTTP: cases, their histories, decisions and dates, queues, notices.

use super::history::{self, EventView};
use super::list::{self, After, Filter, Held};
use super::notices::{self, NoticeView};
use super::queues::{self, QueueView};
use super::records::sort_date;
use super::view::{self, CaseView};
use crate::access::{Allowed, Authorized, ReadCase, ReadNotice, ReadQueue};
use crate::command::{self, CursorSeal};
use crate::deadlines::{self, DeadlineView};
use crate::decision::Track;
use crate::edge::{Query, Registry, listed, shown_by_content};
use crate::ids::{CaseId, NoticeId, SubmissionId};
use crate::language::{Bilingual, Text};
use crate::page::PageOf;
use crate::problem::Problem;
use crate::routing::{self, RoutingDecisionView};
use crate::store::Conn;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

const UUID_RULE: Text = Text::new("UUID", "a UUID");
const BOOL_RULE: Text = Text::new("true 或 false", "true or false");

/// List cases
///
/// The cases the caller may know of: their own, their organisation's, those of their node. Filter, sort and page; the
/// list shows no confidential content.
#[utoipa::path(
    tag = "cases", operation_id = "case_list",
    params(
        ("submissionId" = Option<SubmissionId>, Query, description = "Cases of one submission"),
        ("queueCode" = Option<String>, Query, description = "Cases in one queue", max_length = 60,
            example = "NTIPC-PRE_EXAMINATION"),
        ("nodeCode" = Option<String>, Query, description = "Cases at one node", max_length = 40, example = "NTIPC"),
        ("track" = Option<Track>, Query, description = "Cases of one track", example = "PRE_EXAMINATION"),
        ("state" = Option<String>, Query, description = "Cases in one state", max_length = 40,
            example = "SUBMITTED"),
        ("serviceCode" = Option<String>, Query, description = "Cases of one service", max_length = 60,
            example = "PRE_EXAMINATION_DESIGN"),
        ("open" = Option<bool>, Query, description = "Only open, or only closed ones", example = true),
        ("assignee" = Option<String>, Query, description = "`me`, or `none` for unclaimed ones",
            pattern = "^(me|none)$", max_length = 4, example = "me"),
        ("caseNumber" = Option<String>, Query, description = "The case with this number", max_length = 40,
            example = "NT2026-C000123-C"),
        ("externalReference" = Option<String>, Query, description = "Cases with this reference of the filer",
            max_length = 100, example = "ERP-2026-000123-1"),
        ("dueUntil" = Option<chrono::NaiveDate>, Query, description = "Due on or before this date",
            example = "2026-12-31"),
        ("sort" = Option<String>, Query, description = "Oldest first unless told otherwise",
            pattern = "^(caseId|dueDate)(:asc|:desc)?$", max_length = 40, example = "dueDate:asc"),
    ),
    responses((status = 200, description = "One page", body = PageOf<CaseView>)),
)]
#[get("/cases")]
async fn case_list(who: Allowed<ReadCase>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut query = Query::of(&request)?;
    let assignee_rule = Text::new("me 或 none", "me or none");
    let assignee =
        query.code("assignee", |text| matches!(text, "me" | "none").then(|| text == "me"), assignee_rule);
    let tracks = Bilingual::codes(Track::ALL.map(Track::as_str));
    let mut filter = Filter {
        submission: query.value("submissionId", UUID_RULE),
        queue: query.text("queueCode"),
        node: query.text("nodeCode"),
        track: query.code("track", Track::from_code, tracks),
        state: query.text("state"),
        service: query.text("serviceCode"),
        open: query.value("open", BOOL_RULE),
        number: query.text("caseNumber"),
        external_reference: query.text("externalReference"),
        due_until: query.value("dueUntil", Text::new("日期 YYYY-MM-DD", "a date, YYYY-MM-DD")),
        assignee: Held::default(),
    };
    let page = query.page::<CaseView>(&["caseId", "dueDate"], "caseId:asc")?;
    let answer = command::read(who, move |act| {
        list::refuse_unknown_codes(act.conn, &filter)?;
        filter.assignee = match (assignee, act.caller.user_id()) {
            (None, _) => Held::ByAnybodyOrNobody,
            (Some(true), Some(me)) => Held::By(me),
            (Some(true), None) => Held::ByNoUser,
            (Some(false), _) => Held::ByNobody,
        };
        let seal = CursorSeal::of(act, "cases");
        let after = page.cursor.as_deref().map(|cursor| seal.read(cursor, After::parse)).transpose()?;
        let scope = act.scope::<ReadCase>()?;
        let rows =
            list::page(act.conn, &filter, &scope, &page.sort, after.as_ref(), page.offset, page.limit)?;
        let total = if page.count { Some(list::count(act.conn, &filter, &scope)?) } else { None };
        let views = view::listed(act, rows)?;
        let place = |case: &CaseView| {
            seal.write(&After { due: sort_date(case.due_date), case: case.case_id }.write())
        };
        page.answer(views, place, total)
    })
    .await?;
    Ok(listed(&answer))
}

/// List the events of a case
///
/// The case's history, oldest first, with everything needed to verify its hash chain offline.
#[utoipa::path(
    tag = "cases", operation_id = "case_event_list",
    params(("caseId" = CaseId, Query, description = "Id of the case"),
        ("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
            pattern = "^sequence(:asc)?$", example = "sequence:asc")),
    responses((status = 200, description = "One page", body = PageOf<EventView>)),
)]
#[get("/case-events")]
async fn case_event_list(who: Allowed<ReadCase>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let mut query = Query::of(&request)?;
    let case = required_case(&mut query)?;
    let page = query.page::<EventView>(&["sequence:asc"], "sequence:asc")?;
    let answer = command::read(who, move |act| {
        view::readable(act, case)?;
        let rule = Text::new("序号", "a sequence number");
        let after = match page.cursor.as_deref() {
            Some(cursor) => cursor.parse().map_err(|_| Problem::invalid("cursor", cursor, rule))?,
            None => i64::from(page.offset),
        };
        let rows = history::list(act.conn, case, after, page.limit)?;
        let total = if page.count {
            Some(crate::journal::last_sequence(act.conn, crate::ids::StreamId(case.0))?)
        } else {
            None
        };
        page.answer(rows, |event: &EventView| event.sequence.to_string(), total)
    })
    .await?;
    Ok(listed(&answer))
}

/// List the routing decisions of a case
///
/// Why the case is where it is: table version, row, and for each row and cell why it did or did not match.
#[utoipa::path(
    tag = "routing", operation_id = "routing_decision_list",
    params(("caseId" = CaseId, Query, description = "Id of the case"),
        ("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
            pattern = "^position(:asc)?$", example = "position:asc")),
    responses((status = 200, description = "The decisions, oldest first", body = PageOf<RoutingDecisionView>)),
)]
#[get("/routing-decisions")]
async fn routing_decision_list(
    who: Allowed<ReadCase>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    all_of_case(who, &request, &["position:asc"], routing::decisions_of).await
}

/// List the dates of a case
///
/// The clocks of the case, running, paused and stopped, each with the proof of its date.
#[utoipa::path(
    tag = "deadlines", operation_id = "deadline_list",
    params(("caseId" = CaseId, Query, description = "Id of the case"),
        ("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
            pattern = "^clock(:asc)?$", example = "clock:asc")),
    responses((status = 200, description = "The clocks", body = PageOf<DeadlineView>)),
)]
#[get("/deadlines")]
async fn deadline_list(who: Allowed<ReadCase>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    all_of_case(who, &request, &["clock:asc"], deadlines::deadlines_of).await
}

type RowsOf<T> = fn(&mut Conn, &Authorized<ReadCase, CaseId>) -> Result<Vec<T>, Problem>;

/// A page of what a case has few of, for whoever may read the case; the only order is the list's own.
async fn all_of_case<T: Serialize + ToSchema + Send + 'static>(
    who: Allowed<ReadCase>,
    request: &HttpRequest,
    order: &'static [&'static str; 1],
    rows: RowsOf<T>,
) -> Result<HttpResponse, Problem> {
    let mut query = Query::of(request)?;
    let case = required_case(&mut query)?;
    let page = query.page::<T>(order, order[0])?;
    let answer = command::read(who, move |act| {
        let authorized = view::readable(act, case)?;
        page.cut(rows(act.conn, &authorized)?)
    })
    .await?;
    Ok(listed(&answer))
}

fn required_case(query: &mut Query) -> Result<CaseId, Problem> {
    let text = query.text("caseId").unwrap_or_default();
    text.parse().map_err(|_| Problem::invalid("caseId", text, UUID_RULE))
}

/// List the queues
///
/// The queues of the caller's nodes, with how many cases wait, are held, and are overdue.
#[utoipa::path(
    tag = "queues", operation_id = "queue_list",
    params(("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
        pattern = "^queueCode(:asc)?$", example = "queueCode:asc")),
    responses((status = 200, description = "One page", body = PageOf<QueueView>)),
)]
#[get("/queues")]
async fn queue_list(who: Allowed<ReadQueue>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let page = Query::of(&request)?.page::<QueueView>(&["queueCode:asc"], "queueCode:asc")?;
    let queues = command::read(who, queues::list).await?;
    Ok(listed(&page.cut(queues)?))
}

/// Show a queue
///
/// One queue with how many cases wait, are held, and are overdue.
#[utoipa::path(
    tag = "queues", operation_id = "queue_show",
    params(("queueCode" = String, Path, description = "Code of the queue", max_length = 60,
        example = "NTIPC-PRE_EXAMINATION")),
    responses((status = 200, description = "The queue", body = QueueView),
        (status = 304, description = "Unchanged since the ETag sent")),
)]
#[get("/queues/{queueCode}")]
async fn queue_show(
    who: Allowed<ReadQueue>,
    code: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::refuse_any(&request)?;
    let code = code.into_inner();
    let queue = command::read(who, move |act| queues::show(act, &code)).await?;
    shown_by_content(&request, &queue)
}

/// List my notices
///
/// What happened to the cases of the caller's organisation or node, newest first.
#[utoipa::path(
    tag = "notices", operation_id = "notice_list",
    params(("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
            pattern = "^noticeId:desc$", example = "noticeId:desc")),
    responses((status = 200, description = "One page", body = PageOf<NoticeView>)),
)]
#[get("/notices")]
async fn notice_list(who: Allowed<ReadNotice>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let page = Query::of(&request)?.page::<NoticeView>(&["noticeId:desc"], "noticeId:desc")?;
    let answer = command::read(who, move |act| {
        let seal = CursorSeal::of(act, "notices");
        let before = |text: &str| text.parse::<NoticeId>().ok();
        let before = page.cursor.as_deref().map(|cursor| seal.read(cursor, before)).transpose()?;
        let rows = notices::list(act, before, page.limit, page.offset)?;
        page.answer(rows, |notice: &NoticeView| seal.write(&notice.notice_id.to_string()), None)
    })
    .await?;
    Ok(listed(&answer))
}

pub fn routes(config: &mut impl Registry) {
    config
        .operation(case_list)
        .operation(case_event_list)
        .operation(routing_decision_list)
        .operation(deadline_list)
        .operation(queue_list)
        .operation(queue_show)
        .operation(notice_list);
}
