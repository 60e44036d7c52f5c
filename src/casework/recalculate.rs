//! After a new calendar every open date is derived afresh, shown on its case and told to those it concerns.

use super::records;
use crate::catalogue;
use crate::command::Act;
use crate::deadlines;
use crate::ids::StreamId;
use crate::journal::StreamKind;
use crate::outbox::{About, Audience};
use crate::problem::Problem;
use serde_json::json;

/// Answers how many cases now show another date.
pub fn recalculate(act: &mut Act<'_>) -> Result<usize, Problem> {
    let catalogue = catalogue::current(act.conn)?;
    let changed = deadlines::recalculate(act.conn, &catalogue)?;
    let count = changed.len();
    for (id, due) in changed {
        let Some(case) = records::by_id(act.conn, id)? else { continue };
        let version = records::redate(act.conn, &case, due, act.now)?;
        let event = act.record(
            StreamKind::Case,
            StreamId(id.0),
            "DUE_DATE_RECALCULATED",
            json!({ "from": case.due_on, "to": due.due_on, "provisional": due.provisional,
                    "packVersion": catalogue.version, "state": case.state, "version": version }),
        )?;
        let about = About { case_id: Some(id), submission_id: Some(case.submission_id) };
        act.tell(event, "DUE_DATE_RECALCULATED", &Audience::Party(case.owner_id), &about)?;
        act.tell(event, "DUE_DATE_RECALCULATED", &Audience::Node(case.node_code), &about)?;
    }
    Ok(count)
}
