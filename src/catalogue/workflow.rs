//! A workflow as the pack declares it: states, actions, clocks. Guards and effects are code; this names them.

use crate::access::Role;
use crate::language::Bilingual;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who must act next in a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Actor {
    Applicant,
    Staff,
    Authority,
    Timer,
    /// A final state: nobody acts.
    Nobody,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    #[schema(example = "SUBMITTED", max_length = 40)]
    pub code: String,
    pub name: Bilingual,
    pub actor: Actor,
    /// The outcome a final state stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

/// What a final state means for a bundle and its dependants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = CaseOutcome)]
pub enum Outcome {
    Succeeded,
    Failed,
    Withdrawn,
}

/// A condition of an action. The code behind each name is in `casework`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Guard {
    /// The caller has claimed the case, or it is assigned to them.
    ClaimedByCaller,
    /// A reason code of the pack that this action may give.
    ReasonGiven,
    /// At least one defect is named.
    DefectsListed,
    /// Every defect that was asked about is answered and the item is complete again.
    CorrectionComplete,
    /// What the case depends on has not failed.
    DependenciesStanding,
    /// The correction clock has run out.
    CorrectionOverdue,
}

/// What an action does beyond the change of state. The code behind each name is in `casework`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Effect {
    /// Tells the applicant.
    NotifyApplicant,
    /// Tells the staff of the case's queue.
    NotifyStaff,
    /// Routes the case again; the second time it goes to the city centre's manual queue.
    Reroute,
    /// Takes the corrected particulars and documents into the case.
    TakeCorrection,
    /// Frees the case of its holder.
    Release,
}

/// What the caller must send with an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Field {
    ReasonCode,
    Remark,
    Defects,
    Correction,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Action {
    #[schema(example = "ACCEPT", max_length = 40)]
    pub code: String,
    pub name: Bilingual,
    #[schema(max_items = 40, example = json!(["SUBMITTED"]))]
    pub from: Vec<String>,
    #[schema(example = "ACCEPTED", max_length = 40)]
    pub to: String,
    /// Roles that may act; empty means only the timer.
    #[schema(max_items = 20)]
    pub roles: Vec<Role>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub guards: Vec<Guard>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub asks: Vec<Field>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub effects: Vec<Effect>,
    #[schema(example = "本市规则 (city rule)", max_length = 400)]
    pub source: String,
}

/// A clock of the workflow; its length comes from the service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Clock {
    #[schema(example = "ACCEPTANCE", max_length = 40)]
    pub code: String,
    pub name: Bilingual,
    /// States in which it runs: it starts on the first entry into one of them.
    #[schema(max_items = 40, example = json!(["SUBMITTED"]))]
    pub runs_in: Vec<String>,
    /// States in which it is paused (↷).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 40, example = json!(["CORRECTION_REQUIRED"]))]
    pub paused_in: Vec<String>,
    /// Whether every new entry from outside starts it afresh (a new correction round) or goes on with the old one.
    #[serde(default)]
    pub restarts: bool,
    /// Action the timer takes when it runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "LAPSE", max_length = 40)]
    pub when_overdue: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workflow {
    #[schema(example = "intake", max_length = 60)]
    pub code: String,
    #[schema(example = 1)]
    pub version: u32,
    pub name: Bilingual,
    /// State of a case that was just handed in.
    #[schema(example = "SUBMITTED", max_length = 40)]
    pub initial: String,
    #[schema(max_items = 60)]
    pub states: Vec<State>,
    #[schema(max_items = 120)]
    pub actions: Vec<Action>,
    #[schema(max_items = 20)]
    pub clocks: Vec<Clock>,
}

impl Workflow {
    pub fn state(&self, code: &str) -> Option<&State> {
        self.states.iter().find(|state| state.code == code)
    }
    pub fn action(&self, code: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.code == code)
    }
    pub fn clock(&self, code: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.code == code)
    }
    /// Whether nothing more can happen to a case in this state.
    pub fn is_final(&self, code: &str) -> bool {
        self.state(code).is_some_and(|state| state.actor == Actor::Nobody)
    }
}
