//! What staff remark to the applicant with an action: kept sealed beside the event that binds it.

use crate::access::{Authorized, ReadCaseContent};
use crate::ids::{CaseId, EventId, StreamId};
use crate::problem::Problem;
use crate::store::schema::{event_texts, events};
use crate::store::{Conn, Sealed};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A remark, and the action it was made with.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RemarkView {
    event_id: EventId,
    #[schema(example = "REFUSE", max_length = 40)]
    action: String,
    #[schema(max_length = 4000)]
    remark: String,
}

/// Actions whose remark stays among staff: where a case should go is no word to the applicant.
const INTERNAL: [&str; 1] = ["REROUTE"];

/// The remarks of a case for those who may see its content.
pub fn to_applicant(
    conn: &mut Conn,
    case: &Authorized<ReadCaseContent, CaseId>,
) -> Result<Vec<RemarkView>, Problem> {
    let rows: Vec<(EventId, String, Sealed)> = event_texts::table
        .inner_join(events::table.on(events::event_id.eq(event_texts::event_id)))
        .filter(events::stream_id.eq(StreamId(case.subject().0)).and(event_texts::name.eq("remark")))
        .order(events::sequence.asc())
        .select((events::event_id, events::body, event_texts::content))
        .load(conn)?;
    let unreadable = || Problem::internal("a remark cannot be read");
    let mut remarks = Vec::new();
    for (event_id, body, content) in rows {
        let body: Value = serde_json::from_str(&body).map_err(|_| unreadable())?;
        let action = body["data"]["action"].as_str().unwrap_or_default().to_owned();
        if !INTERNAL.contains(&action.as_str()) {
            let plain = content.open().map_err(|_| unreadable())?;
            let remark = String::from_utf8(plain.to_vec()).map_err(|_| unreadable())?;
            remarks.push(RemarkView { event_id, action, remark });
        }
    }
    Ok(remarks)
}
