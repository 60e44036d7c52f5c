//! Recorded routing decisions.

use super::assign::Explanation;
use crate::access::{Authorized, ReadCase};
use crate::clock::UtcTime;
use crate::ids::{CaseId, DecisionId};
use crate::problem::Problem;
use crate::store::schema::routing_decisions;
use crate::store::{Conn, on_engine};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Insertable)]
#[diesel(table_name = routing_decisions, treat_none_as_default_value = false)]
pub(super) struct NewDecision<'a> {
    pub decision_id: DecisionId,
    pub case_id: CaseId,
    /// Counts the decisions on a case: instants may be equal.
    pub position: i32,
    pub table_code: String,
    pub table_version: i32,
    pub pack_version: i32,
    pub cause: &'a str,
    pub queue_code: &'a str,
    pub explanation: String,
    pub decided_at: UtcTime,
}

pub(super) fn insert(conn: &mut Conn, row: &NewDecision<'_>) -> Result<(), Problem> {
    on_engine!(conn => diesel::insert_into(routing_decisions::table).values(row).execute(conn))?;
    Ok(())
}

/// How many decisions there are on a case.
pub(super) fn count(conn: &mut Conn, case: CaseId) -> Result<i32, Problem> {
    let count: i64 =
        routing_decisions::table.filter(routing_decisions::case_id.eq(case)).count().get_result(conn)?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// Why a case was sent where it is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RoutingDecisionView {
    pub decision_id: DecisionId,
    pub case_id: CaseId,
    #[schema(example = "cases", max_length = 60)]
    pub table_code: String,
    #[schema(example = 1, minimum = 0, maximum = 2_147_483_647)]
    pub table_version: i32,
    /// Version of the city pack whose table and lists were asked.
    #[schema(example = 1, minimum = 1, maximum = 2_147_483_647)]
    pub pack_version: i32,
    #[schema(example = "NTIPC-PRE_EXAMINATION", max_length = 60)]
    pub queue_code: String,
    pub decided_at: UtcTime,
    pub explanation: Explanation,
}

/// The decisions on a case that the caller may read, oldest first.
pub fn decisions_of(
    conn: &mut Conn,
    case: &Authorized<ReadCase, CaseId>,
) -> Result<Vec<RoutingDecisionView>, Problem> {
    type Row = (DecisionId, String, i32, i32, String, UtcTime, String);
    let rows: Vec<Row> = routing_decisions::table
        .filter(routing_decisions::case_id.eq(*case.subject()))
        .order(routing_decisions::position.asc())
        .select((
            routing_decisions::decision_id,
            routing_decisions::table_code,
            routing_decisions::table_version,
            routing_decisions::pack_version,
            routing_decisions::queue_code,
            routing_decisions::decided_at,
            routing_decisions::explanation,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(decision_id, table_code, table_version, pack_version, queue_code, decided_at, explanation)| {
            let explanation = serde_json::from_str(&explanation)
                .map_err(|_| Problem::internal("a routing decision cannot be read"))?;
            Ok(RoutingDecisionView {
                decision_id,
                case_id: *case.subject(),
                table_code,
                table_version,
                pack_version,
                queue_code,
                decided_at,
                explanation,
            })
        })
        .collect()
}

/// Reason codes that officers have given for moving a case, oldest first.
pub fn reason_codes_of(conn: &mut Conn, case: CaseId) -> Result<Vec<String>, Problem> {
    let rows: Vec<String> = routing_decisions::table
        .filter(routing_decisions::case_id.eq(case).and(routing_decisions::cause.eq("REROUTED")))
        .order(routing_decisions::position.asc())
        .select(routing_decisions::explanation)
        .load(conn)?;
    let mut codes = Vec::new();
    for row in rows {
        let explanation: Explanation =
            serde_json::from_str(&row).map_err(|_| Problem::internal("a routing decision cannot be read"))?;
        // Each decision carries the reasons before it; the last one is its own.
        codes.extend(explanation.cause.reason_codes.into_iter().next_back());
    }
    Ok(codes)
}
