//! The outbox: what is marked delivered was delivered, and what was given up is told.

use crate::ids::MessageId;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::schema::{messages, notices};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

pub(super) fn check(conn: &mut Conn, faults: &mut Vec<String>) -> Result<(), Problem> {
    let undelivered: i64 = messages::table
        .filter(messages::state.eq("DELIVERED"))
        .filter(not(exists(notices::table.filter(notices::message_id.eq(messages::message_id)))))
        .count()
        .get_result(conn)?;
    if undelivered > 0 {
        faults.push(format!("{undelivered} messages are marked delivered and have no notice"));
    }
    let given_up: Vec<MessageId> = messages::table
        .filter(messages::state.eq("FAILED"))
        .order(messages::message_id.asc())
        .select(messages::message_id)
        .load(conn)?;
    faults.extend(given_up.into_iter().map(|id| format!("message {id}: it cannot be read and was given up")));
    Ok(())
}
