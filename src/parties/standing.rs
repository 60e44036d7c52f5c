//! How a party stands with the centres: recorded (备案), suspended, or not at all.

use crate::ids::PartyId;
use crate::problem::Problem;
use crate::store::schema::recordals;
use crate::store::{Conn, on_engine};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RecordalState {
    Recorded,
    Suspended,
    Cancelled,
}

impl RecordalState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "RECORDED",
            Self::Suspended => "SUSPENDED",
            Self::Cancelled => "CANCELLED",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Recorded, Self::Suspended, Self::Cancelled].into_iter().find(|state| state.as_str() == code)
    }
}

crate::store::text_column!(RecordalState);

/// A recordal at one centre.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RecordalStanding)]
pub struct Standing {
    #[schema(example = "NTIPC", max_length = 40)]
    pub node_code: String,
    pub state: RecordalState,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-01-20")]
    pub recorded_on: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_until: Option<NaiveDate>,
}

pub fn standing(conn: &mut Conn, party: PartyId) -> Result<Vec<Standing>, Problem> {
    Ok(on_engine!(conn => recordals::table
        .filter(recordals::party_id.eq(party))
        .order(recordals::node_code.asc())
        .select((recordals::node_code, recordals::state, recordals::recorded_on, recordals::suspended_until))
        .load(conn))?)
}

/// Writes how a party stands with a centre.
pub fn record(conn: &mut Conn, party: PartyId, standing: &Standing) -> Result<(), Problem> {
    diesel::insert_into(recordals::table)
        .values((
            recordals::party_id.eq(party),
            recordals::node_code.eq(&standing.node_code),
            recordals::state.eq(standing.state),
            recordals::recorded_on.eq(standing.recorded_on),
            recordals::suspended_until.eq(standing.suspended_until),
        ))
        .execute(conn)?;
    Ok(())
}
