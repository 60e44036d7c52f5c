//! Places a case: asks the table in force, or takes an officer's word, and keeps why.

use super::records::{self, NewDecision};
use crate::catalogue::Catalogue;
use crate::command::Act;
use crate::decision::{Decision, Facts, Outcome, Track, decide};
use crate::ids::{CaseId, DecisionId};
use crate::language::Bilingual;
use crate::problem::Problem;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a case goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    pub track: Track,
    pub queue: String,
    pub node: String,
}

/// Why a case is placed now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    pub kind: CauseKind,
    /// Reason codes given, oldest first: a second re-route carries both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100, example = json!(["WRONG_FIELD"]))]
    pub reason_codes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CauseKind {
    HandedIn,
    Rerouted,
    Transferred,
    Split,
}

impl CauseKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HandedIn => "HANDED_IN",
            Self::Rerouted => "REROUTED",
            Self::Transferred => "TRANSFERRED",
            Self::Split => "SPLIT",
        }
    }
}

/// What is kept with a case: the facts that were asked about and what the table made of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub cause: Cause,
    /// In words: table version, row and the cells that decided.
    pub reason: Bilingual,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

/// Where facts lead, and why; nothing is written yet.
pub struct Preview {
    pub placement: Placement,
    pub decision: Decision,
    pub reason: Bilingual,
}

/// Asks the table in force on a date. What no row takes goes to the city centre's manual queue; nothing is dropped.
pub fn preview(catalogue: &Catalogue, date: NaiveDate, facts: &Facts, usual: Track) -> Preview {
    let table = catalogue.pack.table_on(date);
    let decision = table.map_or_else(
        || Decision {
            table_code: "none".to_owned(),
            table_version: 0,
            decided_on: date,
            outcome: Outcome::Unmatched,
            rows: Vec::new(),
        },
        |table| decide(table, &catalogue.fields, date, facts),
    );
    let placement = match decision.target() {
        Some(target) => {
            Placement { track: target.track, queue: target.queue.clone(), node: target.node.clone() }
        }
        None => manual(catalogue, usual),
    };
    Preview { reason: decision.reason(), placement, decision }
}

/// The city centre's manual queue, on the track the service has by nature.
pub fn manual(catalogue: &Catalogue, track: Track) -> Placement {
    let city = &catalogue.pack.city;
    Placement { track, queue: city.manual_queue.clone(), node: city.centre_node.clone() }
}

/// Keeps with a case that is being opened why it was placed as the table says.
pub fn keep_decision(
    act: &mut Act<'_>,
    catalogue: &Catalogue,
    case: CaseId,
    preview: Preview,
    facts: &Facts,
    cause: CauseKind,
) -> Result<(), Problem> {
    let explanation = Explanation {
        cause: Cause { kind: cause, reason_codes: Vec::new() },
        reason: preview.reason,
        facts: Some(facts.clone()),
        decision: Some(preview.decision.compact()),
    };
    keep(act, catalogue, case, 1, &preview.placement, &explanation)
}

/// Places a case where an officer says, with their reasons.
pub fn place_by_hand(
    act: &mut Act<'_>,
    catalogue: &Catalogue,
    case: CaseId,
    placement: &Placement,
    cause: Cause,
) -> Result<(), Problem> {
    let reasons = cause.reason_codes.join(", ");
    let queue = &placement.queue;
    let reason = Bilingual::new(
        format!("由工作人员转至队列 {queue}，理由：{reasons}"),
        format!("Sent to queue {queue} by staff; reasons: {reasons}"),
    );
    let position = records::count(act.conn, case)? + 1;
    let explanation = Explanation { cause, reason, facts: None, decision: None };
    keep(act, catalogue, case, position, placement, &explanation)
}

fn keep(
    act: &mut Act<'_>,
    catalogue: &Catalogue,
    case: CaseId,
    position: i32,
    placement: &Placement,
    explanation: &Explanation,
) -> Result<(), Problem> {
    let json = serde_json::to_string(explanation).map_err(|error| Problem::internal(error.to_string()))?;
    let (table_code, table_version) = explanation
        .decision
        .as_ref()
        .map_or(("by-hand".to_owned(), 0), |decision| (decision.table_code.clone(), decision.table_version));
    records::insert(
        act.conn,
        &NewDecision {
            decision_id: DecisionId(act.ids.draw()),
            case_id: case,
            position,
            table_code,
            table_version: table_version.cast_signed(),
            pack_version: catalogue.version,
            cause: explanation.cause.kind.as_str(),
            queue_code: &placement.queue,
            explanation: json,
            decided_at: act.now,
        },
    )
}
