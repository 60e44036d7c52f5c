//! Working out due dates over HTTP.

use super::calculate::{Calculated, Calculation, calculate};
use crate::access::{Allowed, RunCalculation};
use crate::catalogue;
use crate::command;
use crate::edge::{Body, Registry, listed};
use crate::problem::Problem;
use actix_web::{HttpResponse, post};

/// Work out a due date
///
/// Counts a limit on the official working-day calendar: the start day is not counted, make-up days are worked, a last
/// day that is a rest day rolls to the next working day. Nothing is written.
#[utoipa::path(
    tag = "deadlines", operation_id = "deadline_calculation_create",
    request_body(content = Calculation, example = json!({"startDate": "2026-02-12", "amount": 5, "unit": "WORKING_DAY"})),
    responses(
        (status = 200, description = "The due date with its trace", body = Calculated),
    ),
)]
#[post("/deadline-calculations")]
async fn deadline_calculation_create(
    who: Allowed<RunCalculation>,
    body: Body<Calculation>,
) -> Result<HttpResponse, Problem> {
    let asked = body.value;
    let answer = command::read(who, move |act| calculate(&*catalogue::current(act.conn)?, &asked)).await?;
    Ok(listed(&answer))
}

pub fn routes(config: &mut impl Registry) {
    config.operation(deadline_calculation_create);
}
