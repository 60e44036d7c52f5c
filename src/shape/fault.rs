//! Where a value is not of its shape, and the refusal that says so.

use crate::language::Bilingual;
use crate::problem::{Code, Detail, Problem};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is wrong with the shape, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ShapeCode {
    WrongType,
    UnknownProperty,
    Required,
    UnknownCode,
    TooLong,
    TooMany,
    Range,
    /// Of the right type, but not written as the schema says.
    Format,
}

impl ShapeCode {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongType => "WRONG_TYPE",
            Self::UnknownProperty => "UNKNOWN_PROPERTY",
            Self::Required => "REQUIRED",
            Self::UnknownCode => "UNKNOWN_CODE",
            Self::TooLong => "TOO_LONG",
            Self::TooMany => "TOO_MANY",
            Self::Range => "RANGE",
            Self::Format => "FORMAT",
        }
    }
}

/// Where a value is not of the published shape. It tells the type or size that was found, never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeFault {
    pub code: ShapeCode,
    /// JSON pointer from the root.
    pub pointer: String,
    pub message: Bilingual,
    pub found: Option<String>,
    pub allowed: Bilingual,
}

impl ShapeFault {
    /// A value that passed the check of its shape and still could not be read.
    pub fn unreadable(pointer: &str) -> Self {
        Self {
            code: ShapeCode::Format,
            pointer: pointer.to_owned(),
            message: Bilingual::new("无法读取", "cannot be read"),
            found: None,
            allowed: Bilingual::new("接口说明中的格式", "the form that the published schema states"),
        }
    }

    /// The same fault seen from further up.
    #[must_use]
    pub fn beneath(self, pointer: &str, property: &str) -> Self {
        Self { pointer: format!("{pointer}/{property}{}", self.pointer), ..self }
    }

    fn detail(&self) -> Detail {
        Detail {
            code: self.code.as_str().to_owned(),
            message: self.message.clone(),
            target: self.pointer.clone(),
            value: self.found.clone(),
            allowed: Some(self.allowed.clone()),
            source: None,
        }
    }
}

/// The refusal of what is not of the published shape.
pub fn problem(faults: &[ShapeFault]) -> Problem {
    let target = faults.first().map(|fault| fault.pointer.clone()).unwrap_or_default();
    Problem::new(Code::InvalidValue).at(target).with_details(faults.iter().map(ShapeFault::detail).collect())
}
