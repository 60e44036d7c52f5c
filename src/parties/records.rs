//! Rows of parties. Names and identifiers are sealed; a party is found by a keyed digest of its identifier.

use crate::access::keyed_digest;
use crate::clock::UtcTime;
use crate::command::Act;
use crate::ids::PartyId;
use crate::problem::Problem;
use crate::store::schema::parties;
use crate::store::{Conn, Sealed, StoreError, on_engine};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a party is in law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = RegisteredPartyKind)]
pub enum PartyKind {
    Enterprise,
    /// 个体工商户
    IndividualBusiness,
    UniversityOrInstitute,
    Association,
    NaturalPerson,
    ForeignParty,
    /// 专利代理机构 and trademark agencies
    Agency,
}

impl PartyKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enterprise => "ENTERPRISE",
            Self::IndividualBusiness => "INDIVIDUAL_BUSINESS",
            Self::UniversityOrInstitute => "UNIVERSITY_OR_INSTITUTE",
            Self::Association => "ASSOCIATION",
            Self::NaturalPerson => "NATURAL_PERSON",
            Self::ForeignParty => "FOREIGN_PARTY",
            Self::Agency => "AGENCY",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Enterprise,
            Self::IndividualBusiness,
            Self::UniversityOrInstitute,
            Self::Association,
            Self::NaturalPerson,
            Self::ForeignParty,
            Self::Agency,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == code)
    }
}

crate::store::text_column!(PartyKind);

/// A party as the program knows it. Its name can be a person's, so there is no `Debug`.
#[derive(Clone)]
pub struct Party {
    pub id: PartyId,
    pub kind: PartyKind,
    pub name: String,
    pub identifier_scheme: String,
    pub identifier: String,
    pub seat_division: Option<String>,
    pub version: i64,
}

pub struct NewParty {
    pub id: PartyId,
    pub kind: PartyKind,
    pub name: String,
    pub identifier_scheme: String,
    pub identifier: String,
    pub seat_division: Option<String>,
}

/// The look-up key of an identifier: without the installation's pepper it tells nothing.
pub fn identifier_key(pepper: &[u8; 32], scheme: &str, value: &str) -> Vec<u8> {
    keyed_digest(pepper, "onewindow/party/v1", &[scheme.as_bytes(), value.as_bytes()])
}

pub fn insert(conn: &mut Conn, pepper: &[u8; 32], party: &NewParty, now: UtcTime) -> Result<(), Problem> {
    diesel::insert_into(parties::table)
        .values((
            parties::party_id.eq(party.id),
            parties::kind.eq(party.kind),
            parties::name.eq(Sealed::seal(party.name.as_bytes())),
            parties::identifier_scheme.eq(&party.identifier_scheme),
            parties::identifier.eq(Sealed::seal(party.identifier.as_bytes())),
            parties::identifier_key.eq(identifier_key(pepper, &party.identifier_scheme, &party.identifier)),
            parties::seat_division.eq(&party.seat_division),
            parties::version.eq(1_i64),
            parties::created_at.eq(now),
        ))
        .execute(conn)
        .map_err(|error| StoreError::from(error).lost_race("parties"))?;
    Ok(())
}

pub fn find_by_identifier(
    conn: &mut Conn,
    pepper: &[u8; 32],
    scheme: &str,
    value: &str,
) -> Result<Option<PartyId>, Problem> {
    let found = on_engine!(conn => parties::table
        .filter(parties::identifier_key.eq(identifier_key(pepper, scheme, value)))
        .select(parties::party_id)
        .first(conn));
    Ok(found.optional()?)
}

/// The party with this identifier, made if there is none: a walk-in becomes known at the window.
pub fn ensure(act: &mut Act<'_>, party: impl FnOnce(PartyId) -> NewParty) -> Result<PartyId, Problem> {
    let party = party(PartyId(act.ids.draw()));
    if let Some(known) =
        find_by_identifier(act.conn, act.pepper, &party.identifier_scheme, &party.identifier)?
    {
        return Ok(known);
    }
    insert(act.conn, act.pepper, &party, act.now)?;
    act.record(
        crate::journal::StreamKind::Party,
        crate::ids::StreamId(party.id.0),
        "PARTY_CREATED",
        serde_json::json!({ "kind": party.kind.as_str() }),
    )?;
    Ok(party.id)
}

/// Division of a party's seat on record.
pub fn seat(conn: &mut Conn, id: PartyId) -> Result<Option<String>, Problem> {
    let found = on_engine!(conn => parties::table.find(id).select(parties::seat_division).first(conn));
    Ok(found.optional()?.flatten())
}

pub fn load(conn: &mut Conn, id: PartyId) -> Result<Option<Party>, Problem> {
    type Row = (PartyKind, Sealed, String, Sealed, Option<String>, i64);
    let row: Option<Row> = parties::table
        .find(id)
        .select((
            parties::kind,
            parties::name,
            parties::identifier_scheme,
            parties::identifier,
            parties::seat_division,
            parties::version,
        ))
        .first(conn)
        .optional()?;
    row.map(|(kind, name, identifier_scheme, identifier, seat_division, version)| {
        Ok(Party {
            id,
            kind,
            name: text(&name)?,
            identifier_scheme,
            identifier: text(&identifier)?,
            seat_division,
            version,
        })
    })
    .transpose()
}

fn text(sealed: &Sealed) -> Result<String, Problem> {
    let bytes = sealed.open().map_err(|error| Problem::internal(error.to_string()))?;
    String::from_utf8(bytes.to_vec()).map_err(|_| Problem::internal("a sealed text is not UTF-8"))
}
