//! The catalogue over HTTP: public information of the city.

use super::model::{Bundle, City, DocumentKind, Node, Pack, Reason, Service};
use super::versions::{Catalogue, current};
use super::workflow::Workflow;
use crate::access::{Allowed, ReadCatalogue};
use crate::calendar::CalendarYear;
use crate::command;
use crate::decision::{FieldList, Track};
use crate::edge::{Query, Registry, listed, shown};
use crate::language::Bilingual;
use crate::page::PageOf;
use crate::problem::{Problem, ProblemBody};
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

async fn catalogue(who: Allowed<ReadCatalogue>) -> Result<Arc<Catalogue>, Problem> {
    command::read(who, |act| current(act.conn)).await
}

/// One entry of the catalogue by its code; its version is that of the pack.
async fn entry<T: Serialize + Clone + 'static>(
    who: Allowed<ReadCatalogue>,
    request: HttpRequest,
    find: impl Fn(&Pack) -> Option<&T>,
) -> Result<HttpResponse, Problem> {
    Query::of(&request)?.end()?;
    let catalogue = catalogue(who).await?;
    let found = find(&catalogue.pack).ok_or_else(Problem::not_found)?;
    Ok(shown(&request, i64::from(catalogue.version), found))
}

/// A list of the catalogue: short, so `limit` and `offset` cut it in memory.
async fn entries<T: Serialize + ToSchema + Clone + 'static>(
    who: Allowed<ReadCatalogue>,
    mut query: Query,
    sorts: &'static [&'static str],
    default_sort: &'static str,
    all: impl FnOnce(&Pack, &mut Query) -> Vec<T>,
) -> Result<HttpResponse, Problem> {
    let catalogue = catalogue(who).await?;
    let rows = all(&catalogue.pack, &mut query);
    let page = query.page::<T>(sorts, default_sort)?;
    Ok(listed(&page.cut(rows)?))
}

/// List the services
///
/// Everything that can be asked for at the window, with the public guide of each: basis, conditions, fee, limits, place,
/// hours, forms.
#[utoipa::path(
    tag = "catalogue", operation_id = "service_list",
    params(("track" = Option<Track>, Query, description = "Only of this track", example = "ENFORCEMENT"),
        ("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
            pattern = "^serviceCode(:asc)?$", example = "serviceCode:asc")),
    responses((status = 200, description = "One page", body = PageOf<Service>)),
)]
#[get("/services")]
async fn service_list(who: Allowed<ReadCatalogue>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request)?;
    entries(who, query, &["serviceCode:asc"], "serviceCode:asc", |pack, query| {
        let tracks = Bilingual::codes(Track::ALL.map(Track::as_str));
        let track = query.code("track", Track::from_code, tracks);
        let mut services: Vec<Service> = pack
            .services
            .iter()
            .filter(|service| track.is_none_or(|track| service.track == track))
            .cloned()
            .collect();
        services.sort_by(|left, right| left.code.cmp(&right.code));
        services
    })
    .await
}

/// Show a service
///
/// One service with its guide, its documents, its limits and the shape of its particulars.
#[utoipa::path(
    tag = "catalogue", operation_id = "service_show",
    params(("serviceCode" = String, Path, description = "Code of the service", max_length = 60,
        example = "PRE_EXAMINATION_DESIGN")),
    responses((status = 200, description = "The service", body = Service),
        (status = 304, description = "Unchanged since the ETag sent")),
)]
#[get("/services/{serviceCode}")]
async fn service_show(
    who: Allowed<ReadCatalogue>,
    code: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    entry(who, request, |pack| pack.service(&code)).await
}

/// List the bundles
///
/// Named templates of several services that are asked for as one matter (一件事).
#[utoipa::path(
    tag = "catalogue", operation_id = "bundle_list",
    params(("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
            pattern = "^code(:asc)?$", example = "code:asc")),
    responses((status = 200, description = "One page", body = PageOf<Bundle>)),
)]
#[get("/bundles")]
async fn bundle_list(who: Allowed<ReadCatalogue>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request)?;
    entries(who, query, &["code:asc"], "code:asc", |pack, _| pack.bundles.clone()).await
}

/// Show a bundle
///
/// One template with its items and what depends on what.
#[utoipa::path(
    tag = "catalogue", operation_id = "bundle_show",
    params(("bundleCode" = String, Path, description = "Code of the bundle", max_length = 60,
        example = "PATTERN_PROTECTION")),
    responses((status = 200, description = "The bundle", body = Bundle),
        (status = 304, description = "Unchanged since the ETag sent")),
)]
#[get("/bundles/{bundleCode}")]
async fn bundle_show(
    who: Allowed<ReadCatalogue>,
    code: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    entry(who, request, |pack| pack.bundle(&code)).await
}

/// List the nodes
///
/// The city's network: protection centre, fast-track centres, workstations, offices and departments.
#[utoipa::path(
    tag = "catalogue", operation_id = "node_list",
    params(("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
            pattern = "^code(:asc)?$", example = "code:asc")),
    responses((status = 200, description = "One page", body = PageOf<Node>)),
)]
#[get("/nodes")]
async fn node_list(who: Allowed<ReadCatalogue>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request)?;
    entries(who, query, &["code:asc"], "code:asc", |pack, _| pack.nodes.clone()).await
}

/// Show a node
///
/// One organisation of the network.
#[utoipa::path(
    tag = "catalogue", operation_id = "node_show",
    params(("nodeCode" = String, Path, description = "Code of the node", max_length = 40, example = "NTIPC")),
    responses((status = 200, description = "The node", body = Node),
        (status = 304, description = "Unchanged since the ETag sent")),
)]
#[get("/nodes/{nodeCode}")]
async fn node_show(
    who: Allowed<ReadCatalogue>,
    code: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    entry(who, request, |pack| pack.node(&code)).await
}

/// List the calendars
///
/// The official working-day calendars that are loaded, a year each, with the notice behind them.
#[utoipa::path(
    tag = "catalogue", operation_id = "calendar_list",
    params(("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
            pattern = "^year(:asc)?$", example = "year:asc")),
    responses((status = 200, description = "One page", body = PageOf<CalendarYear>)),
)]
#[get("/calendars")]
async fn calendar_list(who: Allowed<ReadCatalogue>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let query = Query::of(&request)?;
    entries(who, query, &["year:asc"], "year:asc", |pack, _| pack.calendars.clone()).await
}

/// Show a calendar
///
/// The days off and extra working days of one year.
#[utoipa::path(
    tag = "catalogue", operation_id = "calendar_show",
    params(("year" = i32, Path, description = "The year", minimum = 2000, maximum = 9999, example = 2026)),
    responses((status = 200, description = "The calendar", body = CalendarYear),
        (status = 304, description = "Unchanged since the ETag sent"),
        (status = 404, description = "That year is not published yet", body = ProblemBody)),
)]
#[get("/calendars/{year}")]
async fn calendar_show(
    who: Allowed<ReadCatalogue>,
    year: Path<i32>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let year = year.into_inner();
    entry(who, request, move |pack: &Pack| -> Option<&CalendarYear> {
        pack.calendars.iter().find(|calendar| calendar.year == year)
    })
    .await
}

/// The lists that forms and pages are filled from.
#[derive(Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Classifications {
    city: City,
    #[schema(max_items = 500)]
    document_kinds: Vec<DocumentKind>,
    #[schema(max_items = 500)]
    reasons: Vec<Reason>,
    #[schema(max_items = 100)]
    workflows: Vec<Workflow>,
    /// Approved technical fields (预审领域) with their dates.
    #[schema(max_items = 100)]
    fields: Vec<FieldList>,
}

/// Show the classifications
///
/// City, document kinds, reasons, workflows and approved fields of the pack in force.
#[utoipa::path(
    tag = "catalogue", operation_id = "classification_list",
    responses((status = 200, description = "The lists", body = Classifications),
        (status = 304, description = "Unchanged since the ETag sent")),
)]
#[get("/classifications")]
async fn classification_list(
    who: Allowed<ReadCatalogue>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request)?.end()?;
    let catalogue = catalogue(who).await?;
    let pack = &catalogue.pack;
    let all = Classifications {
        city: pack.city.clone(),
        document_kinds: pack.document_kinds.clone(),
        reasons: pack.reasons.clone(),
        workflows: pack.workflows.clone(),
        fields: pack.fields.clone(),
    };
    Ok(shown(&request, i64::from(catalogue.version), &all))
}

pub fn routes(config: &mut impl Registry) {
    config
        .operation(service_list)
        .operation(service_show)
        .operation(bundle_list)
        .operation(bundle_show)
        .operation(node_list)
        .operation(node_show)
        .operation(calendar_list)
        .operation(calendar_show)
        .operation(classification_list);
}
