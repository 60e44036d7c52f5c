//! Routing over HTTP: simulations, and the tables in force.

use super::simulate::{Simulated, Simulation, simulate};
use crate::access::{Allowed, ReadRouting, RunSimulation};
use crate::catalogue;
use crate::command;
use crate::decision::{Column, Finding, Presence, RightDomain, Scheme, ServiceDomain, Table, analyse};
use crate::edge::{Body, Query, listed};
use crate::page::PageOf;
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

/// Ask where a request would go
///
/// Answers with track, queue and node, and for every row and cell of the decision table why it did or did not match.
/// Nothing is written.
#[utoipa::path(
    tag = "routing", operation_id = "routing_simulation_create",
    request_body(content = Simulation, example = json!({"facts": {"service": "PRE_EXAMINATION_DESIGN",
        "rightKind": "DESIGN", "classification": {"scheme": "LOCARNO", "symbol": "06-13"}}})),
    responses(
        (status = 200, description = "Where it would go, and why", body = Simulated),
    ),
)]
#[post("/routing-simulations")]
async fn routing_simulation_create(
    who: Allowed<RunSimulation>,
    body: Body<Simulation>,
) -> Result<HttpResponse, Problem> {
    let asked = body.value;
    let answer = command::read(who, move |act| {
        let catalogue = catalogue::current(act.conn)?;
        simulate(&catalogue, catalogue.today(act.now), &asked)
    })
    .await?;
    Ok(listed(&answer))
}

/// A routing table, and what its analysis says.
#[derive(Debug, Serialize, ToSchema)]
struct TableView {
    table: Table,
    /// Gaps, overlaps and rows that can never decide.
    #[schema(max_items = 10_000)]
    findings: Vec<Finding>,
}

/// List the routing tables
///
/// Every table of the city pack in force, with the gaps, overlaps and unreachable rows that its analysis finds.
#[utoipa::path(
    tag = "routing", operation_id = "routing_table_list",
    params(("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
        pattern = "^code(:asc)?$", example = "code:asc")),
    responses((status = 200, description = "One page", body = PageOf<TableView>)),
)]
#[get("/routing-tables")]
async fn routing_table_list(
    who: Allowed<ReadRouting>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let page = Query::of(&request)?.page(&["code:asc"], "code:asc")?;
    let tables = command::read(who, move |act| {
        let catalogue = catalogue::current(act.conn)?;
        let today = catalogue.today(act.now);
        let domains = domains(&catalogue.pack);
        let view = |table: &Table| TableView {
            findings: analyse(table, &catalogue.fields, &domains, today),
            table: table.clone(),
        };
        Ok(catalogue.pack.routing.iter().map(view).collect::<Vec<_>>())
    })
    .await?;
    Ok(listed(&page.cut(tables)?))
}

/// Which facts the items of each service can have, for the analysis.
fn domains(pack: &catalogue::Pack) -> Vec<ServiceDomain> {
    pack.services
        .iter()
        .map(|service| ServiceDomain {
            service: service.code.clone(),
            right_kinds: service
                .right_kinds
                .iter()
                .flat_map(|kind| rights(*kind, service.particulars))
                .collect(),
            facts: facts_of(service.particulars),
        })
        .collect()
}

/// A right kind with each scheme its rights, or the fields planned for a recordal, can be classified by.
fn rights(kind: catalogue::RightKind, particulars: catalogue::ParticularsKind) -> Vec<RightDomain> {
    use catalogue::RightKind as R;
    let schemes = match (kind, particulars) {
        (R::Invention | R::UtilityModel, _) => vec![Some(Scheme::Ipc)],
        (R::Design, _) => vec![Some(Scheme::Locarno)],
        (R::Trademark, _) => vec![Some(Scheme::Nice)],
        (_, catalogue::ParticularsKind::EntityRecordal) => vec![Some(Scheme::Ipc), Some(Scheme::Locarno)],
        _ => vec![None],
    };
    schemes.into_iter().map(|scheme| RightDomain { code: kind.as_str().to_owned(), scheme }).collect()
}

fn facts_of(kind: catalogue::ParticularsKind) -> std::collections::BTreeMap<Column, Presence> {
    use catalogue::ParticularsKind as K;
    match kind {
        K::PatentFiling => [(Column::Classification, Presence::Required)].into(),
        K::PatentMatter | K::EntityRecordal | K::Assistance => {
            [(Column::Classification, Presence::Optional)].into()
        }
        K::Infringement => [
            (Column::Classification, Presence::Optional),
            (Column::PlaceOfAct, Presence::Required),
            (Column::RespondentSeat, Presence::Optional),
            (Column::SellerSeat, Presence::Optional),
            (Column::ChosenForum, Presence::Optional),
            (Column::OnPlatform, Presence::Optional),
        ]
        .into(),
        _ => [].into(),
    }
}

pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(routing_simulation_create).service(routing_table_list);
}
