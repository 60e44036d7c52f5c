//! What the analysis of a draft table has to say.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::facts::Facts;
use crate::language::Bilingual;

/// Something the author of a table should know before it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Finding {
    /// No row takes these facts. One example is given for each service and kind of right.
    #[schema(rename_all = "camelCase")]
    Gap { example: Facts },
    /// Two rows with different targets both fit these facts; the earlier decides. `nested` says that the earlier fits
    /// nothing the later does not, as an exception stands before its rule; if not, the order may be an accident.
    #[schema(rename_all = "camelCase")]
    Overlap {
        #[schema(example = "PRE_DESIGN_HOME_TEXTILE", max_length = 60)]
        first_row_id: String,
        #[schema(example = "PRE_DESIGN_CENTRE", max_length = 60)]
        second_row_id: String,
        nested: bool,
        example: Facts,
    },
    /// The row never decides: these rows take all that it fits, or, if there are none, nothing fits it.
    #[schema(rename_all = "camelCase")]
    Unreachable {
        #[schema(example = "PRE_DESIGN_CENTRE", max_length = 60)]
        row_id: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        taken_by: Vec<String>,
    },
    /// The row names a field list that the pack does not have.
    #[schema(rename_all = "camelCase")]
    UnknownField {
        #[schema(example = "PRE_DESIGN_HOME_TEXTILE", max_length = 60)]
        row_id: String,
        #[schema(example = "HOME_TEXTILE", max_length = 60)]
        field: String,
    },
    /// The rows tell too many combinations apart to look at them all: nothing was found out about this service and right.
    #[schema(rename_all = "camelCase")]
    TooLarge {
        #[schema(example = "PRE_EXAMINATION_DESIGN", max_length = 60)]
        service: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        right_kind: Option<String>,
        combinations: u64,
    },
}

impl Finding {
    /// Whether a table with this finding must not be published. Overlaps are legitimate in a table whose order decides.
    pub const fn blocks(&self) -> bool {
        match self {
            Self::Gap { .. }
            | Self::Unreachable { .. }
            | Self::UnknownField { .. }
            | Self::TooLarge { .. } => true,
            Self::Overlap { .. } => false,
        }
    }

    /// The row that should be looked at, if it is one.
    pub fn row_id(&self) -> Option<&str> {
        match self {
            Self::Overlap { second_row_id, .. } => Some(second_row_id),
            Self::Unreachable { row_id, .. } | Self::UnknownField { row_id, .. } => Some(row_id),
            Self::Gap { .. } | Self::TooLarge { .. } => None,
        }
    }

    /// The finding in words; the example facts stand beside it.
    pub fn message(&self) -> Bilingual {
        match self {
            Self::Gap { example: Facts { service, right_kind, .. } } => {
                let right = right_kind.as_deref().unwrap_or("-");
                Bilingual::new(
                    format!("事项 {service}（权利类型 {right}）存在没有任何一行适用的情形"),
                    format!("Service {service} (right kind {right}) has facts that no row takes"),
                )
            }
            Self::Overlap { first_row_id: first, second_row_id: second, nested: true, .. } => Bilingual::new(
                format!("行 {first} 是行 {second} 的例外，去向不同，先者优先"),
                format!(
                    "Row {first} is an exception to row {second} with another target; the earlier decides"
                ),
            ),
            Self::Overlap { first_row_id: first, second_row_id: second, nested: false, .. } => {
                Bilingual::new(
                    format!("行 {first} 与行 {second} 部分重叠且去向不同，先者优先，请核对顺序"),
                    format!(
                        "Rows {first} and {second} overlap in part with different targets; check their order"
                    ),
                )
            }
            Self::Unreachable { row_id, taken_by } if taken_by.is_empty() => Bilingual::new(
                format!("行 {row_id} 不适用于任何事项"),
                format!("Nothing can fit row {row_id}"),
            ),
            Self::Unreachable { row_id, taken_by } => {
                let rows = taken_by.join(", ");
                Bilingual::new(
                    format!("行 {row_id} 永远轮不到，其情形已由在前的行处理：{rows}"),
                    format!("Row {row_id} never decides: earlier rows take all it fits ({rows})"),
                )
            }
            Self::UnknownField { row_id, field } => Bilingual::new(
                format!("行 {row_id} 引用的领域清单 {field} 不存在"),
                format!("Row {row_id} names the field list {field}, which does not exist"),
            ),
            Self::TooLarge { service, right_kind, combinations } => {
                let right = right_kind.as_deref().unwrap_or("-");
                Bilingual::new(
                    format!("事项 {service}（权利类型 {right}）的情形组合达 {combinations} 种，未能检查"),
                    format!(
                        "Service {service} (right kind {right}) has {combinations} combinations: not examined"
                    ),
                )
            }
        }
    }
}
