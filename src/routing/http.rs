//! Routing over HTTP: simulations, and the tables in force.

use super::simulate::{Simulated, Simulation, simulate};
use crate::access::{Allowed, ReadRouting, RunSimulation};
use crate::catalogue;
use crate::command;
use crate::decision::{Finding, Table, analyse};
use crate::edge::{Body, Query, Registry, listed};
use crate::page::PageOf;
use crate::problem::Problem;
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Serialize;
use utoipa::ToSchema;

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
    let page = Query::of(&request)?.page::<TableView>(&["code:asc"], "code:asc")?;
    let tables = command::read(who, move |act| {
        let catalogue = catalogue::current(act.conn)?;
        let today = catalogue.today(act.now);
        let domains = catalogue.pack.service_domains();
        let view = |table: &Table| TableView {
            findings: analyse(table, &catalogue.fields, &domains, today),
            table: table.clone(),
        };
        Ok(catalogue.pack.routing.iter().map(view).collect::<Vec<_>>())
    })
    .await?;
    Ok(listed(&page.cut(tables)?))
}

pub fn routes(config: &mut impl Registry) {
    config.operation(routing_simulation_create).operation(routing_table_list);
}
