//! A submission: what an applicant hands in, from its first draft on.

use crate::access::{Facts, Phase};
use crate::clock::UtcTime;
use crate::forms::Channel;
use crate::ids::{PartyId, PrincipalId, SubmissionId};
use crate::store::schema::submissions;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a submission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubmissionState {
    Draft,
    /// Handed in: there is a receipt, which is not yet an acceptance (收件不等于受理).
    Submitted,
    Withdrawn,
    /// A draft that was thrown away; it is gone for everybody.
    Discarded,
}

impl SubmissionState {
    pub const ALL: [Self; 4] = [Self::Draft, Self::Submitted, Self::Withdrawn, Self::Discarded];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Submitted => "SUBMITTED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Discarded => "DISCARDED",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == code)
    }
}

crate::store::text_column!(SubmissionState);

/// Everything of a submission but the form itself.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = submissions)]
pub struct Submission {
    pub submission_id: SubmissionId,
    pub owner_id: Option<PartyId>,
    pub creator_id: PrincipalId,
    pub channel: String,
    pub intake_node: String,
    pub state: SubmissionState,
    pub bundle_code: Option<String>,
    pub receipt_number: Option<String>,
    pub external_reference: Option<String>,
    pub version: i64,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    pub submitted_at: Option<UtcTime>,
}

impl Submission {
    /// Whether a clerk took it in from a walk-in.
    pub fn is_taken_at_a_counter(&self) -> bool {
        Channel::AT_A_COUNTER.contains(&self.channel.as_str())
    }

    /// What the policy needs to know.
    pub fn facts(&self) -> Facts {
        Facts {
            owner: self.owner_id,
            creator: Some(self.creator_id),
            intake_node: Channel::counter_node(&self.channel, &self.intake_node),
            phase: if self.state == SubmissionState::Draft { Phase::Draft } else { Phase::Filed },
            ..Facts::of_nobody()
        }
    }
}
