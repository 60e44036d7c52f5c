//! An officer says a case is at the wrong place. The first time it goes where they say, or to manual triage; the
//! second time to the city centre's manual queue with both reasons, so that it is not sent round in circles.

use super::model::Case;
use super::transition::Transition;
use crate::catalogue::Catalogue;
use crate::command::Act;
use crate::language::Text;
use crate::problem::Problem;
use crate::routing::{self, Cause, CauseKind, Placement};

pub(super) fn reroute(
    act: &mut Act<'_>,
    catalogue: &Catalogue,
    case: Case,
    asked: &Transition,
) -> Result<Case, Problem> {
    let mut reason_codes = routing::reason_codes_of(act.conn, case.case_id)?;
    reason_codes.extend(asked.reason_code.clone());
    let placement = match asked.queue_code.as_deref() {
        Some(queue) if case.reroutes == 0 => target(catalogue, &case, queue)?,
        _ => routing::manual(catalogue, case.track),
    };
    let cause = Cause { kind: CauseKind::Rerouted, reason_codes };
    routing::place_by_hand(act, catalogue, case.case_id, &placement, cause)?;
    Ok(Case { reroutes: case.reroutes + 1, ..placed(case, placement) })
}

/// The queue an officer names, with the track it stands for.
pub(super) fn target(catalogue: &Catalogue, case: &Case, queue: &str) -> Result<Placement, Problem> {
    let known =
        catalogue.pack.queue(queue).filter(|found| found.code != case.queue_code).ok_or_else(|| {
            let rule = Text::new("城市包中的另一个队列代码", "the code of another queue of the city pack");
            Problem::invalid("/queueCode", queue, rule)
        })?;
    Ok(Placement {
        track: known.track.unwrap_or(case.track),
        queue: known.code.clone(),
        node: known.node.clone(),
    })
}

pub(super) fn placed(case: Case, placement: Placement) -> Case {
    Case { track: placement.track, node_code: placement.node, queue_code: placement.queue, ..case }
}
