//! What the catalogue says about the facts of a service's items.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::classification::Scheme;
use super::column::Column;

/// Which facts the items of a service can have; the analysis looks at these and no others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServiceDomain {
    pub service: String,
    /// The kinds of right it may be asked for; with none, its items have no right kind.
    pub right_kinds: Vec<RightDomain>,
    /// Facts the items may have, beyond service, right kind and what is derived; a column not named is never filled.
    pub facts: BTreeMap<Column, Presence>,
}

/// A kind of right, and the scheme its rights are classified by, if any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RightDomain {
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<Scheme>,
}

/// Whether a fact is there in every item, or in some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Presence {
    Required,
    Optional,
}

impl ServiceDomain {
    /// The service with each kind of right, or once without any.
    pub fn rights(&self) -> impl Iterator<Item = (&Self, Option<&RightDomain>)> {
        let none = self.right_kinds.is_empty().then_some(None);
        self.right_kinds.iter().map(Some).chain(none).map(move |right| (self, right))
    }
}
