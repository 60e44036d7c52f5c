//! Queues and what waits in them.

use super::claim::queue_facts;
use crate::access::ReadQueue;
use crate::catalogue::{self, Catalogue, Queue};
use crate::command::Act;
use crate::decision::Track;
use crate::language::Bilingual;
use crate::problem::Problem;
use crate::store::schema::cases;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

/// A queue with its present load.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QueueView {
    #[schema(example = "NTIPC-PRE_EXAMINATION", max_length = 60)]
    pub queue_code: String,
    #[schema(example = "NTIPC", max_length = 40)]
    pub node_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub track: Option<Track>,
    pub name: Bilingual,
    /// Open cases that nobody holds.
    #[schema(example = 7, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub waiting: i64,
    /// Open cases in somebody's hands.
    #[schema(example = 2, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub held: i64,
    /// Open cases whose date has passed.
    #[schema(example = 0, minimum = 0, maximum = 9_007_199_254_740_991_i64)]
    pub overdue: i64,
}

/// Queues the caller may read.
pub fn list(act: &mut Act<'_>) -> Result<Vec<QueueView>, Problem> {
    let catalogue = catalogue::current(act.conn)?;
    let mut views = Vec::new();
    for queue in &catalogue.pack.queues {
        if act.authorize::<ReadQueue, _>(&queue_facts(queue), ()).is_ok() {
            views.push(view(act, &catalogue, queue)?);
        }
    }
    views.sort_by(|left, right| left.queue_code.cmp(&right.queue_code));
    Ok(views)
}

pub fn show(act: &mut Act<'_>, code: &str) -> Result<QueueView, Problem> {
    let catalogue = catalogue::current(act.conn)?;
    let queue = catalogue.pack.queue(code).ok_or_else(Problem::not_found)?;
    act.authorize::<ReadQueue, _>(&queue_facts(queue), ())?;
    view(act, &catalogue, queue)
}

fn view(act: &mut Act<'_>, catalogue: &Catalogue, queue: &Queue) -> Result<QueueView, Problem> {
    let today = catalogue.today(act.now);
    let open = || cases::table.filter(cases::queue_code.eq(&queue.code).and(cases::is_open)).count();
    Ok(QueueView {
        waiting: open().filter(cases::assignee_id.is_null()).get_result(act.conn)?,
        held: open().filter(cases::assignee_id.is_not_null()).get_result(act.conn)?,
        overdue: open().filter(cases::sort_due.lt(today)).get_result(act.conn)?,
        queue_code: queue.code.clone(),
        node_code: queue.node.clone(),
        track: queue.track,
        name: queue.name.clone(),
    })
}
