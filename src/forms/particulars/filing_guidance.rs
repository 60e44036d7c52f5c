//! Guidance before a filing: trademark, Madrid, Hague, prioritised examination (优先审查).

use super::parts::{ClassSymbol, GoodsServices};
use super::{ItemContext, Matter, RoutingFacts};
use crate::decision::Scheme;
use crate::forms::checklist::{CITY_RULE, Checklist};
use crate::identifiers::CountryCode;
use crate::shape;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::Array;

/// What is to be filed, where, and what the applicant wants to know.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FilingGuidance {
    /// What the right is or will be called.
    #[schema(max_length = 400, example = "江海潮 JIANGHAICHAO")]
    pub right_title: Option<String>,
    /// Number of the application or right to build on, as its office writes it.
    #[schema(max_length = 60, example = "12345678")]
    pub right_number: Option<String>,
    #[schema(max_length = 40, example = "2026-01-12")]
    pub filing_date: Option<String>,
    pub main_classification: Option<ClassSymbol>,
    #[schema(max_items = 45)]
    pub goods_services_bag: Vec<GoodsServices>,
    /// Markets, WIPO ST.3.
    #[schema(schema_with = countries)]
    pub target_country_code_bag: Vec<String>,
    #[schema(max_length = 40, example = "2026-05-30")]
    pub planned_filing_date: Option<String>,
    /// Ground for prioritised examination.
    pub priority_ground_category: Option<PriorityGround>,
    #[schema(max_length = 8000, example = "产品将出口德国、日本，拟通过马德里体系申请注册。")]
    pub question_text: Option<String>,
}

/// Grounds for prioritised examination of patents (专利优先审查管理办法).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PriorityGround {
    NationalKeyIndustry,
    LocalKeyIndustry,
    FastChangingTechnology,
    ReadyForUse,
    FirstFiledInChina,
    PublicInterest,
}

impl Matter for FilingGuidance {
    fn check(&self, _: &ItemContext<'_>, list: &mut Checklist<'_>) {
        list.by(CITY_RULE);
        list.text("rightTitle", &self.right_title).required().at_most(200);
        list.text("rightNumber", &self.right_number).at_most(60);
        list.date("filingDate", &self.filing_date).not_future();
        list.part("mainClassification", self.main_classification.as_ref())
            .inside(|list, symbol| symbol.check(list, &[Scheme::Ipc, Scheme::Locarno, Scheme::Nice]));
        list.bag("goodsServicesBag", &self.goods_services_bag).each(|list, _, goods| goods.check(list));
        list.bag("targetCountryCodeBag", &self.target_country_code_bag)
            .each(|list, _, country| list.entry(country, CountryCode::parse));
        list.date("plannedFilingDate", &self.planned_filing_date);
        list.value("priorityGroundCategory", self.priority_ground_category);
        list.prose("questionText", &self.question_text).required().at_most(4000);
    }

    fn title(&self) -> Option<&str> {
        self.right_title.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.right_number.as_deref()
    }

    fn routing(&self) -> RoutingFacts {
        RoutingFacts {
            classification: self.main_classification.as_ref().and_then(ClassSymbol::for_routing),
            ..RoutingFacts::default()
        }
    }
}

fn countries() -> Array {
    shape::strings(150, 10, "DE")
}
