//! A layout-design of integrated circuits to be registered (集成电路布图设计登记).

use super::parts::{Creator, NamedParty, right_number};
use super::{ItemContext, Matter};
use crate::catalogue::RightKind;
use crate::forms::checklist::{Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::forms::party::Address;
use crate::language::{Bilingual, Text};
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A layout-design, who made it, to whom it belongs and when it was first used commercially.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "names of WIPO ST.97")]
pub struct LayoutDesign {
    #[schema(max_length = 400, example = "NT3301电源管理芯片")]
    pub layout_design_title: Option<String>,
    #[schema(max_items = 100)]
    pub creator_bag: Vec<Creator>,
    #[schema(max_items = 50)]
    pub right_holder_bag: Vec<NamedParty>,
    #[schema(max_length = 40, example = "2025-05-18")]
    pub completion_date: Option<String>,
    /// Used commercially anywhere in the world.
    #[schema(example = true)]
    pub exploited_indicator: Option<bool>,
    #[schema(max_length = 40, example = "2025-09-01")]
    pub first_exploitation_date: Option<String>,
    pub first_exploitation_place: Option<Address>,
    pub structure_category: Option<StructureCategory>,
    pub technology_category: Option<TechnologyCategory>,
    pub function_category: Option<FunctionCategory>,
    /// Sheets of the copy or drawings.
    #[schema(example = 6, minimum = -100_000, maximum = 100_000)]
    pub drawing_total_quantity: Option<i64>,
    /// Samples of the chip, for one that has been exploited.
    #[schema(example = 4, minimum = -1000, maximum = 1000)]
    pub sample_total_quantity: Option<i64>,
    /// Layers that are to be kept secret.
    #[schema(example = false)]
    pub confidential_layer_indicator: Option<bool>,
    /// Number of a registration that exists already.
    #[schema(max_length = 60, example = "BS.185559220")]
    pub registration_number: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StructureCategory {
    Bipolar,
    Mos,
    BiMos,
    Optical,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TechnologyCategory {
    Ttl,
    Dtl,
    Ecl,
    Itl,
    Cmos,
    Nmos,
    Pmos,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum FunctionCategory {
    Logic,
    Memory,
    Microcomputer,
    Linear,
    Other,
}

/// Samples that go with the application for a layout-design in commercial use.
const SAMPLES: i64 = 4;

impl Matter for LayoutDesign {
    fn check(&self, _: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let exploited = self.exploited_indicator == Some(true);
        list.by("集成电路布图设计保护条例第16条 (Layout-Design Regulations art. 16)");
        list.text("layoutDesignTitle", &self.layout_design_title).required().at_most(200);
        list.bag("creatorBag", &self.creator_bag)
            .required()
            .each(|list, _, creator| creator.check(list, false));
        list.bag("rightHolderBag", &self.right_holder_bag)
            .required()
            .each(|list, _, holder| holder.check(list));
        let completed = self.completion(list);
        list.value("exploitedIndicator", self.exploited_indicator).required();
        self.first_exploitation(exploited, completed, list);
        list.value("structureCategory", self.structure_category).required();
        list.value("technologyCategory", self.technology_category).required();
        list.value("functionCategory", self.function_category).required();
        list.value("drawingTotalQuantity", self.drawing_total_quantity).between(1..=10_000);
        list.value("sampleTotalQuantity", self.sample_total_quantity)
            .required_if(exploited)
            .between(0..=1000)
            .must(
                |samples| !exploited || *samples >= SAMPLES,
                |samples| {
                    Finding::new(DefectCode::Range, Text::new("不足", "is too small"))
                        .found(samples)
                        .allowed(Bilingual::new(format!("{SAMPLES} 件"), format!("{SAMPLES} samples")))
                },
            );
        list.value("confidentialLayerIndicator", self.confidential_layer_indicator);
        right_number(
            list.text("registrationNumber", &self.registration_number),
            Some(RightKind::LayoutDesign),
        );
    }

    fn title(&self) -> Option<&str> {
        self.layout_design_title.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.registration_number.as_deref()
    }
}

impl LayoutDesign {
    /// Protection ends fifteen years after the creation, whatever happened since (art. 12).
    fn completion(&self, list: &mut Checklist<'_>) -> Option<NaiveDate> {
        let today = list.today();
        list.date("completionDate", &self.completion_date)
            .required()
            .not_future()
            .should(
                |created| *created + Months::new(15 * 12) >= today,
                |created| {
                    let says = Text::new(
                        "距今已逾十五年，不再受保护",
                        "is over fifteen years ago: protection has ended",
                    );
                    Finding::new(DefectCode::Late, says).found(created)
                },
            )
            .value()
    }

    /// After two years of commercial use registration is no longer possible (art. 17).
    fn first_exploitation(&self, exploited: bool, completed: Option<NaiveDate>, list: &mut Checklist<'_>) {
        let today = list.today();
        list.citing(
            "集成电路布图设计保护条例第17条 (Layout-Design Regulations art. 17)",
            |list| {
                list.date("firstExploitationDate", &self.first_exploitation_date)
                    .required_if(exploited)
                    .not_future()
                    .not_before(completed, Text::new("早于创作完成日", "is earlier than the completion"))
                    .should(
                        |first| *first + Months::new(24) >= today,
                        |first| {
                            let says = Text::new(
                                "距今已逾二年，可能逾期",
                                "is over two years ago: the filing may be late",
                            );
                            Finding::new(DefectCode::Late, says).found(first)
                        },
                    );
            },
        );
        list.part("firstExploitationPlace", self.first_exploitation_place.as_ref())
            .required_if(exploited)
            .inside(|list, place| place.check(list, false));
    }
}
