//! One entry of the one-time notification (一次性告知): what is missing or wrong in a form, where, and by which rule.

use super::acceptance::AcceptanceCheck;
use crate::identifiers::FaultCode;
use crate::language::Bilingual;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is wrong, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DefectCode {
    /// Nothing was given where something is needed.
    Required,
    /// Length, characters or punctuation of an identifier.
    Format,
    /// The check digit does not fit the rest of the number.
    CheckDigit,
    /// Of another kind than the one that is asked for.
    Kind,
    /// A number, date or amount outside its bounds.
    Range,
    /// A date that is not in the calendar.
    Date,
    /// More characters than the rule allows.
    TooLong,
    /// Well formed, but in no list of codes.
    UnknownCode,
    /// Given twice where it may stand once.
    Duplicate,
    /// An invisible or direction-changing character.
    UnsafeCharacter,
    /// The applicant does not meet a condition of the service.
    NotEligible,
    /// A fact that makes the request impossible.
    NotAllowed,
    /// Two statements that cannot both be true.
    Conflict,
    /// A document that the service asks for is not in the pool.
    DocumentMissing,
    /// Items wait for one another in a way that cannot be kept.
    Dependency,
    /// A legal term seems to have run out.
    Late,
    /// Handed in, but asked for by no item.
    Unused,
}

impl DefectCode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::Format => "FORMAT",
            Self::CheckDigit => "CHECK_DIGIT",
            Self::Kind => "KIND",
            Self::Range => "RANGE",
            Self::Date => "DATE",
            Self::TooLong => "TOO_LONG",
            Self::UnknownCode => "UNKNOWN_CODE",
            Self::Duplicate => "DUPLICATE",
            Self::UnsafeCharacter => "UNSAFE_CHARACTER",
            Self::NotEligible => "NOT_ELIGIBLE",
            Self::NotAllowed => "NOT_ALLOWED",
            Self::Conflict => "CONFLICT",
            Self::DocumentMissing => "DOCUMENT_MISSING",
            Self::Dependency => "DEPENDENCY",
            Self::Late => "LATE",
            Self::Unused => "UNUSED",
        }
    }
}

impl From<FaultCode> for DefectCode {
    fn from(code: FaultCode) -> Self {
        match code {
            FaultCode::Format => Self::Format,
            FaultCode::CheckDigit => Self::CheckDigit,
            FaultCode::Kind => Self::Kind,
            FaultCode::Range => Self::Range,
            FaultCode::Date => Self::Date,
            FaultCode::UnknownCode => Self::UnknownCode,
            FaultCode::UnsafeCharacter => Self::UnsafeCharacter,
            FaultCode::SchemeMissing => Self::Required,
        }
    }
}

/// Whether it bars handing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Severity {
    /// The form cannot be handed in until it is mended.
    Defect,
    /// The form can be handed in; somebody should look at it.
    Warning,
}

/// One thing that is missing or wrong. It never repeats personal data or the text of an invention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Defect {
    pub code: DefectCode,
    pub severity: Severity,
    /// JSON pointer from the root of the form.
    #[schema(example = "/items/0/particulars/inventionTitle", max_length = 400)]
    pub pointer: String,
    pub message: Bilingual,
    /// What was found, where it may be said back; personal values are masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "33-01", max_length = 200)]
    pub found: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Bilingual>,
    /// Law and article, standard or city rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "专利法第26条 (Patent Law art. 26)", max_length = 400)]
    pub source: Option<String>,
    /// The acceptance check of pre-examination that it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<AcceptanceCheck>,
}

impl Defect {
    /// Whether the form cannot be handed in with it.
    pub fn bars(&self) -> bool {
        self.severity == Severity::Defect
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn codes_are_written_the_same_way_everywhere() {
        for code in [DefectCode::CheckDigit, DefectCode::DocumentMissing, DefectCode::Late] {
            assert_eq!(json!(code), json!(code.as_str()));
        }
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let defect = Defect {
            code: DefectCode::Required,
            severity: Severity::Defect,
            pointer: "/items".to_owned(),
            message: Bilingual::new("未填写", "missing"),
            found: None,
            allowed: None,
            source: None,
            check: Some(AcceptanceCheck::A03),
        };
        let written = json!(defect);
        assert_eq!(
            written,
            json!({
                "code": "REQUIRED", "severity": "DEFECT", "pointer": "/items", "check": "A03",
                "message": {"zh": "未填写", "en": "missing"},
            })
        );
        assert_eq!(serde_json::from_value::<Defect>(written).unwrap(), defect);
    }
}
