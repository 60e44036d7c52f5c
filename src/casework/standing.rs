//! How an applicant stands with the centres, as far as the completeness check asks.

use crate::forms::{ApplicantStanding, RecordalState as Asked};
use crate::ids::PartyId;
use crate::parties::{self, RecordalState};
use crate::problem::Problem;
use crate::store::Conn;

/// Recorded anywhere in the city counts as recorded, unless some centre has suspended the party.
pub fn standing(conn: &mut Conn, party: PartyId) -> Result<ApplicantStanding, Problem> {
    let states: Vec<RecordalState> =
        parties::standing(conn, party)?.into_iter().map(|row| row.state).collect();
    let recordal = if states.contains(&RecordalState::Suspended) {
        Some(Asked::Suspended)
    } else if states.contains(&RecordalState::Recorded) {
        Some(Asked::Recorded)
    } else {
        states.first().map(|_| Asked::Ended)
    };
    let seat = parties::seat(conn, party)?;
    Ok(ApplicantStanding { recordal, seat, ..ApplicantStanding::default() })
}
