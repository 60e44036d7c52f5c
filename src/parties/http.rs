//! Parties over HTTP: those the caller belongs to or acts for.

use super::records::{self, PartyKind};
use super::standing::{Standing, standing};
use crate::access::{Allowed, Facts, Phase, Place, ReadParty};
use crate::command::{self, Act};
use crate::edge::{Query, Registry, listed, shown_by_content};
use crate::ids::PartyId;
use crate::page::PageOf;
use crate::problem::Problem;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// A party, with how it stands with the centres.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PartyView {
    party_id: PartyId,
    kind: PartyKind,
    #[schema(example = "南通示例家纺有限公司", max_length = 200)]
    name: String,
    #[schema(example = "USCC", max_length = 40)]
    identifier_scheme: String,
    /// In full for organisations, masked for persons.
    #[schema(example = "91320600MA1ABCD11U", max_length = 60)]
    identifier: String,
    /// GB/T 2260 code of the seat.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "320612", max_length = 6)]
    seat_division_code: Option<String>,
    /// Recordals (备案) with the centres.
    #[schema(max_items = 100)]
    recordals: Vec<Standing>,
    #[schema(example = 1, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    version: i64,
}

fn view(act: &mut Act<'_>, id: PartyId) -> Result<PartyView, Problem> {
    let facts = Facts { owner: Some(id), phase: Phase::None, ..Facts::of_nobody() };
    act.authorize::<ReadParty, _>(&facts, id)?;
    let party = records::load(act.conn, id)?.ok_or_else(Problem::not_found)?;
    Ok(PartyView {
        party_id: id,
        kind: party.kind,
        name: party.name,
        identifier: if party.kind == PartyKind::NaturalPerson {
            masked(&party.identifier)
        } else {
            party.identifier
        },
        identifier_scheme: party.identifier_scheme,
        seat_division_code: party.seat_division,
        recordals: standing(act.conn, id)?,
        version: party.version,
    })
}

/// Three characters in front, four behind, the rest hidden.
fn masked(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let last = characters.len().saturating_sub(4);
    characters.iter().enumerate().map(|(at, shown)| if at < 3 || at >= last { *shown } else { '*' }).collect()
}

/// List my parties
///
/// The organisations the caller belongs to, and for an agent those whose mandate is in force.
#[utoipa::path(
    tag = "parties", operation_id = "party_list",
    params(("sort" = Option<String>, Query, description = "The only order there is", max_length = 40,
        pattern = "^partyId(:asc)?$", example = "partyId:asc")),
    responses((status = 200, description = "One page", body = PageOf<PartyView>)),
)]
#[get("/parties")]
async fn party_list(who: Allowed<ReadParty>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let page = Query::of(&request)?.page::<PartyView>(&["partyId:asc"], "partyId:asc")?;
    let parties = command::read(who, |act| {
        let mut ids: Vec<PartyId> = Vec::new();
        for grant in act.caller.grants() {
            match &grant.place {
                Place::Party(party) => ids.push(*party),
                Place::Agency { agency, principals } => ids.extend([*agency].iter().chain(principals)),
                _ => {}
            }
        }
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| view(act, id)).collect::<Result<Vec<_>, _>>()
    })
    .await?;
    Ok(listed(&page.cut(parties)?))
}

/// Show a party
///
/// One organisation the caller belongs to or acts for.
#[utoipa::path(
    tag = "parties", operation_id = "party_show",
    params(("partyId" = PartyId, Path, description = "Id of the party")),
    responses((status = 200, description = "The party", body = PartyView),
        (status = 304, description = "Unchanged since the ETag sent")),
)]
#[get("/parties/{partyId}")]
async fn party_show(
    who: Allowed<ReadParty>,
    id: Path<PartyId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::refuse_any(&request)?;
    let id = id.into_inner();
    let party = command::read(who, move |act| view(act, id)).await?;
    // Its recordals change without its own version.
    shown_by_content(&request, &party)
}

pub fn routes(config: &mut impl Registry) {
    config.operation(party_list).operation(party_show);
}
