//! Recordal of an enterprise (备案), the condition of pre-examination.

use super::parts::{Amount, ClassSymbol};
use super::{ItemContext, Matter, RoutingFacts};
use crate::decision::Scheme;
use crate::forms::checklist::Checklist;
use crate::forms::party::Contact;
use crate::identifiers::AgencyCode;
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the centre looks at before it records an enterprise. Name, seat and identifier are those of the applicant.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EntityRecordal {
    #[schema(max_length = 40, example = "2015-06-18")]
    pub establishment_date: Option<String>,
    #[schema(example = true)]
    pub independent_legal_person_indicator: Option<bool>,
    #[schema(example = false)]
    pub foreign_owned_indicator: Option<bool>,
    #[schema(max_length = 8000, example = "家用纺织品研发、制造、销售。")]
    pub business_scope_text: Option<String>,
    /// Fields in which applications are planned.
    #[schema(max_items = 100)]
    pub classification_bag: Vec<ClassSymbol>,
    #[schema(max_length = 8000, example = "设有研发部，拥有提花织造小试线。")]
    pub research_development_text: Option<String>,
    #[schema(example = 26, minimum = -1_000_000, maximum = 1_000_000)]
    pub research_staff_quantity: Option<i64>,
    /// Spent on research and development last year.
    pub research_expenditure_amount: Option<Amount>,
    /// Patents in force.
    #[schema(example = 35, minimum = -1_000_000, maximum = 1_000_000)]
    pub patent_total_quantity: Option<i64>,
    #[schema(example = 12, minimum = -1_000_000, maximum = 1_000_000)]
    pub planned_filing_quantity: Option<i64>,
    pub intellectual_property_officer: Option<Contact>,
    /// Patent agency that is to act in pre-examination.
    #[schema(max_length = 20, example = "32200")]
    pub agency_code: Option<String>,
    #[schema(max_length = 400, example = "南通示例专利代理事务所（普通合伙）")]
    pub agency_name: Option<String>,
    /// An application of the enterprise was found to be abnormal.
    #[schema(example = false)]
    pub abnormal_filing_indicator: Option<bool>,
    #[schema(max_length = 4000, example = "已全部撤回并整改。")]
    pub abnormal_filing_remedy_text: Option<String>,
    /// The enterprise is on a list of the dishonest.
    #[schema(example = false)]
    pub dishonesty_list_indicator: Option<bool>,
    #[schema(max_length = 40, example = "2026-03-02")]
    pub commitment_signed_date: Option<String>,
}

impl Matter for EntityRecordal {
    fn check(&self, _: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let abnormal = self.abnormal_filing_indicator == Some(true);
        list.by(
            "知识产权保护中心和快速维权中心管理办法、本市规则 (Measures for protection centres, city rule)",
        );
        list.date("establishmentDate", &self.establishment_date).required().not_future();
        list.value("independentLegalPersonIndicator", self.independent_legal_person_indicator)
            .required()
            .affirmed(Text::new("：须为独立法人", "must be: an independent legal person is needed"));
        list.value("foreignOwnedIndicator", self.foreign_owned_indicator);
        list.prose("businessScopeText", &self.business_scope_text).required().at_most(4000);
        list.bag("classificationBag", &self.classification_bag)
            .required()
            .each(|list, _, symbol| symbol.check(list, &[Scheme::Ipc, Scheme::Locarno]));
        list.prose("researchDevelopmentText", &self.research_development_text).required().at_most(4000);
        list.value("researchStaffQuantity", self.research_staff_quantity).between(0..=1_000_000);
        list.part("researchExpenditureAmount", self.research_expenditure_amount.as_ref())
            .inside(|list, amount| amount.check(list));
        list.value("patentTotalQuantity", self.patent_total_quantity).required().between(0..=1_000_000);
        list.value("plannedFilingQuantity", self.planned_filing_quantity).between(0..=1_000_000);
        list.part("intellectualPropertyOfficer", self.intellectual_property_officer.as_ref())
            .required()
            .inside(|list, officer| officer.check(list));
        list.text("agencyCode", &self.agency_code).read(AgencyCode::parse);
        list.text("agencyName", &self.agency_name).required_if(self.agency_code.is_some()).at_most(200);
        list.value("abnormalFilingIndicator", self.abnormal_filing_indicator).required();
        list.prose("abnormalFilingRemedyText", &self.abnormal_filing_remedy_text)
            .required_if(abnormal)
            .at_most(2000);
        list.value("dishonestyListIndicator", self.dishonesty_list_indicator)
            .required()
            .denied(Text::new("：被列入失信名单的不予备案", "says so, which excludes recordal"));
        list.date("commitmentSignedDate", &self.commitment_signed_date).required().not_future();
    }

    /// The centre of the first field planned records the enterprise.
    fn routing(&self) -> RoutingFacts {
        RoutingFacts {
            classification: self.classification_bag.first().and_then(ClassSymbol::for_routing),
            ..RoutingFacts::default()
        }
    }
}
