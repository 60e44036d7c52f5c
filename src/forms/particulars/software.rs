//! Computer software to be registered (计算机软件著作权登记).

use super::copyright_work::RightBasis;
use super::parts::{NamedParty, right_number};
use super::{ItemContext, Matter};
use crate::catalogue::RightKind;
use crate::forms::checklist::Checklist;
use crate::forms::party::Address;
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A program in one version, how it was made and to whom the rights belong.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::struct_field_names, reason = "names of WIPO ST.97")]
pub struct Software {
    #[schema(max_length = 400, example = "织造车间排产管理软件")]
    pub software_title: Option<String>,
    #[schema(max_length = 200, example = "排产软件")]
    pub software_short_title: Option<String>,
    #[schema(max_length = 60, example = "V1.0")]
    pub version_number: Option<String>,
    #[schema(max_length = 40, example = "2025-12-20")]
    pub completion_date: Option<String>,
    pub development_category: Option<DevelopmentCategory>,
    /// Owners of the copyright.
    #[schema(max_items = 50)]
    pub right_holder_bag: Vec<NamedParty>,
    pub right_basis_category: Option<RightBasis>,
    #[schema(max_length = 2000, example = "全部权利")]
    pub right_scope_text: Option<String>,
    #[schema(example = false)]
    pub published_indicator: Option<bool>,
    #[schema(max_length = 40, example = "2026-01-05")]
    pub first_publication_date: Option<String>,
    pub first_publication_place: Option<Address>,
    #[schema(max_length = 2000, example = "x86-64 服务器，8 GB 内存")]
    pub hardware_environment_text: Option<String>,
    #[schema(max_length = 2000, example = "Linux 6.x")]
    pub software_environment_text: Option<String>,
    #[schema(max_length = 400, example = "Rust")]
    pub programming_language_text: Option<String>,
    #[schema(example = 42_000, minimum = -2_000_000_000, maximum = 2_000_000_000)]
    pub source_line_total_quantity: Option<i64>,
    #[schema(max_length = 8000, example = "根据订单和机台状态生成排产计划。")]
    pub main_function_text: Option<String>,
    #[schema(max_length = 8000, example = "采用约束求解。")]
    pub technical_feature_text: Option<String>,
    /// Number of a registration that exists already.
    #[schema(max_length = 60, example = "2014SR001852")]
    pub registration_number: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DevelopmentCategory {
    Independent,
    Cooperative,
    Commissioned,
    AssignedTask,
}

impl Matter for Software {
    fn check(&self, _: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let published = self.published_indicator == Some(true);
        list.by("计算机软件著作权登记办法 (Measures for registration of software copyright)");
        list.text("softwareTitle", &self.software_title).required().at_most(200);
        list.text("softwareShortTitle", &self.software_short_title).at_most(100);
        list.text("versionNumber", &self.version_number).required().at_most(40);
        let completed = list.date("completionDate", &self.completion_date).required().not_future().value();
        list.value("developmentCategory", self.development_category).required();
        list.bag("rightHolderBag", &self.right_holder_bag)
            .required()
            .each(|list, _, holder| holder.check(list));
        list.value("rightBasisCategory", self.right_basis_category);
        list.prose("rightScopeText", &self.right_scope_text).at_most(1000);
        list.value("publishedIndicator", self.published_indicator).required();
        list.date("firstPublicationDate", &self.first_publication_date)
            .required_if(published)
            .not_future()
            .not_before(completed, Text::new("早于开发完成日", "is earlier than the completion"));
        list.part("firstPublicationPlace", self.first_publication_place.as_ref())
            .required_if(published)
            .inside(|list, place| place.check(list, false));
        list.prose("hardwareEnvironmentText", &self.hardware_environment_text).at_most(1000);
        list.prose("softwareEnvironmentText", &self.software_environment_text).at_most(1000);
        list.text("programmingLanguageText", &self.programming_language_text).at_most(200);
        list.value("sourceLineTotalQuantity", self.source_line_total_quantity).between(0..=2_000_000_000);
        list.prose("mainFunctionText", &self.main_function_text).at_most(4000);
        list.prose("technicalFeatureText", &self.technical_feature_text).at_most(4000);
        right_number(list.text("registrationNumber", &self.registration_number), Some(RightKind::Software));
    }

    fn title(&self) -> Option<&str> {
        self.software_title.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.registration_number.as_deref()
    }
}
