//! Help for a party in a dispute: rights aid (维权援助) and overseas dispute guidance (海外纠纷应对指导).

use super::parts::{Amount, ClassSymbol, EvidenceItem, NamedParty, patent_schemes, right_number};
use super::{ItemContext, Matter, RoutingFacts};
use crate::forms::checklist::Checklist;
use crate::identifiers::CountryCode;
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The dispute and the help that is asked for.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Assistance {
    pub dispute_category: Option<DisputeCategory>,
    /// Where an overseas dispute is fought, WIPO ST.3.
    #[schema(max_length = 10, example = "US")]
    pub country_code: Option<String>,
    #[schema(max_length = 60, example = "ZL202410320600.X")]
    pub right_number: Option<String>,
    #[schema(max_length = 400, example = "一种高密度提花面料")]
    pub right_title: Option<String>,
    /// Main class of the right, for designs of a fast-track centre's field.
    pub main_classification: Option<ClassSymbol>,
    pub opponent: Option<NamedParty>,
    /// Court or authority before which it is pending.
    #[schema(max_length = 400, example = "美国国际贸易委员会")]
    pub authority_name: Option<String>,
    #[schema(max_length = 100, example = "337-TA-0000")]
    pub proceeding_number: Option<String>,
    /// Next term that must be kept.
    #[schema(max_length = 40, example = "2026-04-15")]
    pub response_due_date: Option<String>,
    #[schema(
        max_length = 20000,
        example = "2026年2月收到起诉通知，对方主张我公司产品落入其专利权保护范围。"
    )]
    pub facts_text: Option<String>,
    #[schema(max_length = 8000, example = "请求提供应对策略和专家意见。")]
    pub request_text: Option<String>,
    pub disputed_amount: Option<Amount>,
    /// The applicant has read the notice and agrees that experts see the matter.
    #[schema(example = true)]
    pub informed_consent_indicator: Option<bool>,
    #[schema(max_items = 200)]
    pub evidence_bag: Vec<EvidenceItem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DisputeCategory {
    Validity,
    Ownership,
    Infringement,
    TradeInvestigation,
    Licence,
    Exhibition,
    TradeSecret,
    Other,
}

impl Matter for Assistance {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        list.by("国务院关于处理涉外知识产权纠纷的规定、本市规则 (State Council Order 801, city rule)");
        list.value("disputeCategory", self.dispute_category).required();
        list.text("countryCode", &self.country_code).read(CountryCode::parse);
        // A service that wants the country is about disputes abroad, where numbers are of other forms.
        let abroad = self.country_code.is_some() || list.wants("countryCode");
        let right_kind = context.right_kind.filter(|_| !abroad);
        right_number(list.text("rightNumber", &self.right_number), right_kind);
        list.text("rightTitle", &self.right_title).at_most(200);
        list.part("mainClassification", self.main_classification.as_ref())
            .inside(|list, class| class.check(list, patent_schemes(context.right_kind)));
        list.part("opponent", self.opponent.as_ref()).inside(|list, opponent| opponent.check(list));
        list.text("authorityName", &self.authority_name).at_most(200);
        list.text("proceedingNumber", &self.proceeding_number).at_most(60);
        list.date("responseDueDate", &self.response_due_date);
        list.prose("factsText", &self.facts_text).required().at_most(10_000);
        list.prose("requestText", &self.request_text).required().at_most(4000);
        list.part("disputedAmount", self.disputed_amount.as_ref()).inside(|list, amount| amount.check(list));
        list.value("informedConsentIndicator", self.informed_consent_indicator)
            .affirmed(Text::new("须先阅读并同意告知书", "must be given after reading the notice"));
        list.bag("evidenceBag", &self.evidence_bag).each(|list, _, evidence| evidence.check(list, context));
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
