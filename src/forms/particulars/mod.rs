//! What is to be known of the right and the matter, one type for each kind of request. Names are those of WIPO ST.97
//! (ST.96 components in lowerCamelCase, arrays as `…Bag`).

mod assistance;
mod copyright_work;
mod customs_recordal;
mod entity_recordal;
mod evidence_deposit;
mod filing_guidance;
mod geographical_indication;
mod infringement;
mod layout_design;
mod parts;
mod patent_filing;
mod patent_matter;
mod pledge_financing;
mod software;
mod subsidy_claim;
#[cfg(test)]
mod tests;
mod trademark_matter;

pub use assistance::Assistance;
pub use copyright_work::CopyrightWork;
pub use customs_recordal::CustomsRecordal;
pub use entity_recordal::EntityRecordal;
pub use evidence_deposit::EvidenceDeposit;
pub use filing_guidance::FilingGuidance;
pub use geographical_indication::GeographicalIndication;
pub use infringement::Infringement;
pub use layout_design::LayoutDesign;
pub use patent_filing::PatentFiling;
pub use patent_matter::PatentMatter;
pub use pledge_financing::PledgeFinancing;
pub use software::Software;
pub use subsidy_claim::SubsidyClaim;
pub use trademark_matter::TrademarkMatter;

use self::parts::ClassSymbol;
use super::checklist::Checklist;
use super::party::Applicant;
use crate::catalogue::{ParticularsKind, RightKind};
use crate::decision::{Forum, Scheme};
use crate::shape::{self, Shape, ShapeCode, ShapeFault};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use std::sync::LazyLock;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// What a check of particulars may look at beside them.
#[derive(Clone, Copy)]
pub struct ItemContext<'a> {
    pub right_kind: Option<RightKind>,
    pub applicants: &'a [Applicant],
    /// Keys of the documents that the item names.
    pub document_keys: &'a [String],
}

/// What routing asks of particulars. Places are division codes (GB/T 2260), as given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoutingFacts {
    /// Scheme and symbol of the main classification.
    pub classification: Option<(Scheme, String)>,
    pub place_of_act: Option<String>,
    pub respondent_seat: Option<String>,
    pub seller_seat: Option<String>,
    pub chosen_forum: Option<Forum>,
    /// Whether the act was done on an e-commerce platform; nothing where the request is about no act.
    pub on_platform: Option<bool>,
}

/// What every kind of particulars can be asked.
trait Matter {
    /// Every rule of the kind, in the order of its properties.
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>);

    /// What people call the right or matter. Confidential before publication.
    fn title(&self) -> Option<&str> {
        None
    }

    /// The number of the right concerned, as given.
    fn right_number(&self) -> Option<&str> {
        None
    }

    fn routing(&self) -> RoutingFacts {
        RoutingFacts::default()
    }
}

/// Each kind is a type of the same name; the table makes them one.
macro_rules! kinds {
    ($($kind:ident),+ $(,)?) => {
        /// The particulars of one item.
        #[derive(Clone, PartialEq)]
        pub enum Particulars { $($kind(Box<$kind>),)+ }

        static SHAPES: LazyLock<Vec<(ParticularsKind, Shape)>> =
            LazyLock::new(|| vec![$((ParticularsKind::$kind, Shape::of::<$kind>()),)+]);

        impl Particulars {
            pub fn kind(&self) -> ParticularsKind {
                match self { $(Self::$kind(_) => ParticularsKind::$kind,)+ }
            }

            fn read(kind: ParticularsKind, value: Value) -> serde_json::Result<Self> {
                Ok(match kind {
                    $(ParticularsKind::$kind => Self::$kind(Box::new(serde_json::from_value(value)?)),)+
                })
            }

            fn matter(&self) -> &dyn Matter {
                match self { $(Self::$kind(matter) => matter.as_ref(),)+ }
            }
        }

        /// Written as what they are: the kind stands in the catalogue, not in the data.
        impl Serialize for Particulars {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $(Self::$kind(matter) => matter.serialize(serializer),)+ }
            }
        }

        impl PartialSchema for Particulars {
            fn schema() -> RefOr<Schema> {
                let kinds = AnyOfBuilder::new()$(.item(Ref::from_schema_name($kind::name())))+;
                let text = "One of the fifteen kinds. Which one, the service says: its `particulars` in the catalogue names it, \
                    `PATENT_FILING` for PatentFiling and so on. Any of a kind's members may still be missing in a draft.";
                kinds.description(Some(text)).into()
            }
        }

        impl ToSchema for Particulars {
            fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
                $(
                    schemas.push(($kind::name().into(), $kind::schema()));
                    $kind::schemas(schemas);
                )+
            }
        }
    };
}

kinds! {
    PatentFiling,
    PatentMatter,
    TrademarkMatter,
    CopyrightWork,
    Software,
    GeographicalIndication,
    LayoutDesign,
    Infringement,
    CustomsRecordal,
    Assistance,
    EntityRecordal,
    FilingGuidance,
    EvidenceDeposit,
    PledgeFinancing,
    SubsidyClaim,
}

impl Particulars {
    /// Reads particulars of a kind. Pointers of faults begin at the particulars.
    pub fn parse(kind: ParticularsKind, value: Value) -> Result<Self, Vec<ShapeFault>> {
        let shape = SHAPES.iter().find(|(of, _)| *of == kind);
        let faults = shape.map(|(_, shape)| shape.faults(&value)).unwrap_or_default();
        if faults.is_empty() {
            Self::read(kind, shape::without_empties(value)).map_err(|_| vec![ShapeFault::unreadable("")])
        } else {
            Err(faults)
        }
    }

    /// Reads particulars of a kind, or of another one if they have properties that this kind does not know.
    pub fn parse_or_keep(kind: ParticularsKind, value: Value) -> Result<Self, Vec<ShapeFault>> {
        Self::parse(kind, value.clone()).or_else(|faults| {
            let foreign = faults.iter().any(|fault| fault.code == ShapeCode::UnknownProperty);
            Self::of_any_kind(value).filter(|_| foreign).ok_or(faults)
        })
    }

    /// Reads particulars as of the first kind that knows all their properties.
    pub fn of_any_kind(value: Value) -> Option<Self> {
        let (kind, _) = SHAPES.iter().find(|(_, shape)| shape.faults(&value).is_empty())?;
        Self::parse(*kind, value).ok()
    }

    /// The particulars as JSON, without what is null or empty.
    pub fn to_value(&self) -> Value {
        shape::without_empties(serde_json::to_value(self).unwrap_or_default())
    }

    /// What people call the right or matter: confidential before publication, like all the rest.
    pub fn title(&self) -> Option<&str> {
        self.matter().title()
    }

    /// The number of the right concerned, brought to the form in which numbers are compared.
    pub fn right_number(&self) -> Option<String> {
        self.matter().right_number().and_then(parts::comparable)
    }

    pub fn routing(&self) -> RoutingFacts {
        self.matter().routing()
    }

    /// Notes every defect on the list.
    pub fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        self.matter().check(context, list);
    }
}

/// Shows the kind, never the content.
impl fmt::Debug for Particulars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Particulars({:?})", self.kind())
    }
}

impl ClassSymbol {
    /// Scheme and symbol, when both were given.
    fn for_routing(&self) -> Option<(Scheme, String)> {
        self.scheme.zip(self.symbol.clone())
    }
}
