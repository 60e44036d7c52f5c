//! A case as the program knows it: what may be listed, and apart from that the confidential content.

use crate::access::{Facts, Phase};
use crate::catalogue::{RightKind, SubmissionKind};
use crate::clock::UtcTime;
use crate::decision::Track;
use crate::forms::Channel;
use crate::ids::{CaseId, PartyId, PrincipalId, SubmissionId, UserId};
use crate::store::schema::cases;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything of a case that is not confidential.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = cases)]
pub struct Case {
    pub case_id: CaseId,
    pub owner_id: PartyId,
    pub creator_id: PrincipalId,
    pub case_number: String,
    pub submission_id: SubmissionId,
    pub item_key: String,
    pub service_code: String,
    pub submission_kind: SubmissionKind,
    pub right_kind: RightKind,
    pub track: Track,
    pub node_code: String,
    pub queue_code: String,
    pub intake_node: String,
    pub channel: String,
    pub state: String,
    pub is_open: bool,
    pub assignee_id: Option<UserId>,
    pub examiner_id: Option<UserId>,
    pub due_on: Option<NaiveDate>,
    pub due_provisional: bool,
    pub sort_due: NaiveDate,
    pub pack_version: i32,
    pub workflow_code: String,
    pub external_reference: Option<String>,
    pub reroutes: i32,
    pub version: i64,
    pub received_at: UtcTime,
    pub updated_at: UtcTime,
}

impl Case {
    /// What the policy needs to know.
    pub fn facts(&self) -> Facts {
        Facts {
            owner: Some(self.owner_id),
            creator: Some(self.creator_id),
            node: Some(self.node_code.clone()),
            intake_node: Channel::counter_node(&self.channel, &self.intake_node),
            track: Some(self.track),
            phase: phase(self.is_open, self.assignee_id.is_some()),
            assignee: self.assignee_id,
            examiner: self.examiner_id,
        }
    }
}

pub fn phase(is_open: bool, is_claimed: bool) -> Phase {
    match (is_open, is_claimed) {
        (false, _) => Phase::Closed,
        (true, false) => Phase::Unclaimed,
        (true, true) => Phase::Claimed,
    }
}

/// The confidential part of a case: its extract of the form, as it stands after corrections. It has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    pub applicants: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<Value>,
    #[serde(default)]
    pub documents: Value,
    /// The item with its particulars and document keys.
    pub item: Value,
}

impl Content {
    /// The extract as a form of one item, so that the same completeness check serves filing and correction.
    pub fn as_form(&self) -> Value {
        let mut form = serde_json::json!({
            "applicants": self.applicants, "documents": self.documents, "items": [self.item],
        });
        if let (Some(agency), Some(members)) = (&self.agency, form.as_object_mut()) {
            members.insert("agency".to_owned(), agency.clone());
        }
        form
    }
}

/// How two cases belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LinkKind {
    /// This case waits for the outcome of the other.
    DependsOn,
    /// The other was parted from this one.
    SplitInto,
    /// An officer tied them together.
    Related,
    /// The same party already had an open case on the same right when this one came in.
    SameRight,
}

impl LinkKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DependsOn => "DEPENDS_ON",
            Self::SplitInto => "SPLIT_INTO",
            Self::Related => "RELATED",
            Self::SameRight => "SAME_RIGHT",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::DependsOn, Self::SplitInto, Self::Related, Self::SameRight]
            .into_iter()
            .find(|kind| kind.as_str() == code)
    }
}

crate::store::text_column!(LinkKind);
