//! Opens a case for an item that is handed in, in the transaction of the submission.

use super::model::{Content, LinkKind};
use super::number::{Numbering, Series};
use super::records::{self, NewCaseRow};
use crate::access::keyed_digest;
use crate::catalogue::{Catalogue, RightKind, Service};
use crate::command::Act;
use crate::deadlines;
use crate::decision::Facts;
use crate::ids::{CaseId, PartyId, PrincipalId, StreamId, SubmissionId};
use crate::journal::StreamKind;
use crate::outbox::{About, Audience};
use crate::problem::Problem;
use crate::routing::{self, CauseKind};
use chrono::Datelike;
use serde_json::json;

/// An item on its way to become a case.
pub struct NewCase<'a> {
    pub id: CaseId,
    pub owner: PartyId,
    pub creator: PrincipalId,
    pub submission: SubmissionId,
    pub item_key: &'a str,
    pub service: &'a Service,
    pub right_kind: RightKind,
    pub intake_node: &'a str,
    pub channel: &'a str,
    pub external_reference: Option<&'a str>,
    /// Number of the right concerned, where there is one.
    pub right_number: Option<String>,
    pub facts: Facts,
    pub content: Content,
    pub cause: CauseKind,
}

/// Routes the item, starts its clocks, gives it a number and its first event. A case split off lives by its parent's
/// rules (`catalogue`); working days are those in force now.
pub fn open(
    act: &mut Act<'_>,
    catalogue: &Catalogue,
    in_force: &Catalogue,
    numbering: &Numbering,
    new: &NewCase<'_>,
) -> Result<String, Problem> {
    let workflow = catalogue
        .pack
        .workflow(&new.service.workflow)
        .ok_or_else(|| Problem::internal(format!("no workflow {}", new.service.workflow)))?;
    let today = catalogue.today(act.now);
    let number = numbering.next(&catalogue.pack.city.number_prefix, Series::Case, today.year())?;
    let right_key = new.right_number.as_ref().map(|number| {
        keyed_digest(
            act.pepper,
            "onewindow/right/v1",
            &[new.owner.0.as_bytes(), new.service.code.as_bytes(), number.as_bytes()],
        )
    });
    let same_right = match &right_key {
        Some(key) => records::open_on_right(act.conn, key)?,
        None => Vec::new(),
    };
    let placed = routing::preview(catalogue, today, &new.facts, new.service.track);
    let clocks = deadlines::first_clocks(act, in_force, workflow, new.service, new.id)?;
    records::insert(
        act.conn,
        &NewCaseRow {
            case_id: new.id,
            owner_id: new.owner,
            creator_id: new.creator,
            case_number: &number,
            submission_id: new.submission,
            item_key: new.item_key,
            service_code: &new.service.code,
            submission_kind: new.service.submission_kind,
            right_kind: new.right_kind,
            track: placed.placement.track,
            node_code: &placed.placement.node,
            queue_code: &placed.placement.queue,
            intake_node: new.intake_node,
            channel: new.channel,
            state: &workflow.initial,
            is_open: true,
            due_on: clocks.due.due_on,
            due_provisional: clocks.due.provisional,
            sort_due: records::sort_date(clocks.due.due_on),
            pack_version: catalogue.version,
            workflow_code: &workflow.code,
            external_reference: new.external_reference.map(str::to_owned),
            right_key,
            reroutes: 0,
            content: records::seal(&new.content)?,
            version: 1,
            received_at: act.now,
            updated_at: act.now,
        },
    )?;
    let routing::Placement { node, queue, .. } = placed.placement.clone();
    routing::keep_decision(act, catalogue, new.id, placed, &new.facts, new.cause)?;
    clocks.keep(act.conn)?;
    for other in same_right {
        records::link(act.conn, new.id, other, LinkKind::SameRight, act.now)?;
    }
    let event = act.open_stream(
        StreamKind::Case,
        StreamId(new.id.0),
        "CASE_OPENED",
        json!({
            "caseNumber": number, "submissionId": new.submission, "serviceCode": new.service.code,
            "nodeCode": node, "queueCode": queue, "state": workflow.initial, "version": 1,
            "packVersion": catalogue.version, "cause": new.cause.as_str(),
        }),
    )?;
    let about = About { case_id: Some(new.id), submission_id: Some(new.submission) };
    act.tell(event, "CASE_OPENED", &Audience::Node(node), &about)?;
    Ok(number)
}
