//! The columns of a decision table: each names one fact.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::classification::Classification;
use super::facts::{Facts, Forum};

/// A column of a decision table: a fact of the item, or the competent place derived from several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Column {
    Service,
    RightKind,
    Classification,
    ApplicantSeat,
    PlaceOfAct,
    RespondentSeat,
    SellerSeat,
    CompetentPlace,
    IntakeNode,
    ChosenForum,
    Channel,
    OnPlatform,
    RecordedEntity,
}

/// What kind of fact a column holds, and so which cells it can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    Code,
    Division,
    Classification,
    Flag,
}

/// One known fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<'a> {
    Text(&'a str),
    Symbol(&'a Classification),
    Flag(bool),
}

impl Column {
    pub const fn kind(self) -> ColumnKind {
        match self {
            Self::Service | Self::RightKind | Self::IntakeNode | Self::ChosenForum | Self::Channel => {
                ColumnKind::Code
            }
            Self::ApplicantSeat
            | Self::PlaceOfAct
            | Self::RespondentSeat
            | Self::SellerSeat
            | Self::CompetentPlace => ColumnKind::Division,
            Self::Classification => ColumnKind::Classification,
            Self::OnPlatform | Self::RecordedEntity => ColumnKind::Flag,
        }
    }

    /// The fact under this column, if it is known.
    pub fn value(self, facts: &Facts) -> Option<Fact<'_>> {
        match self {
            Self::Service => Some(facts.service.as_str()),
            Self::RightKind => facts.right_kind.as_deref(),
            Self::Classification => return facts.classification.as_ref().map(Fact::Symbol),
            Self::ApplicantSeat => facts.applicant_seat.as_deref(),
            Self::PlaceOfAct => facts.place_of_act.as_deref(),
            Self::RespondentSeat => facts.respondent_seat.as_deref(),
            Self::SellerSeat => facts.seller_seat.as_deref(),
            Self::CompetentPlace => facts.competent_place().map(|(place, _)| place),
            Self::IntakeNode => facts.intake_node.as_deref(),
            Self::ChosenForum => facts.chosen_forum.map(Forum::as_str),
            Self::Channel => facts.channel.as_deref(),
            Self::OnPlatform => return facts.on_platform.map(Fact::Flag),
            Self::RecordedEntity => return facts.recorded_entity.map(Fact::Flag),
        }
        .map(Fact::Text)
    }

    /// What people call the column, in Chinese and English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::Service => ("服务事项", "service"),
            Self::RightKind => ("权利类型", "right kind"),
            Self::Classification => ("主分类号", "main classification"),
            Self::ApplicantSeat => ("申请人所在地", "applicant's seat"),
            Self::PlaceOfAct => ("行为发生地", "place of the act"),
            Self::RespondentSeat => ("被请求人所在地", "respondent's seat"),
            Self::SellerSeat => ("平台内经营者实际经营地", "seller's place of business"),
            Self::CompetentPlace => ("管辖地", "competent place"),
            Self::IntakeNode => ("受理网点", "node of intake"),
            Self::ChosenForum => ("请求人选择的管辖", "chosen forum"),
            Self::Channel => ("受理渠道", "channel"),
            Self::OnPlatform => ("是否电商平台", "on a platform"),
            Self::RecordedEntity => ("是否备案主体", "recorded entity"),
        }
    }
}

impl fmt::Display for Fact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Symbol(classification) => classification.fmt(f),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}
