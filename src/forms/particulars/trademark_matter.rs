//! A matter of a trademark application or registration: expedited examination (商标快速审查), acceleration of a change,
//! assignment, licence or renewal.

use super::parts::{GoodsServices, NamedParty, right_number};
use super::{ItemContext, Matter};
use crate::catalogue::RightKind;
use crate::forms::checklist::Checklist;
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is asked of the trademark office about one mark.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TrademarkMatter {
    #[schema(max_length = 60, example = "87654321")]
    pub application_number_text: Option<String>,
    #[schema(max_length = 60, example = "12345678")]
    pub registration_number: Option<String>,
    /// Words of the mark.
    #[schema(max_length = 400, example = "知慧通")]
    pub mark_verbal_element_text: Option<String>,
    pub mark_feature_category: Option<MarkFeature>,
    pub mark_kind_category: Option<MarkKind>,
    #[schema(max_items = 45)]
    pub goods_services_bag: Vec<GoodsServices>,
    #[schema(max_length = 40, example = "2026-01-12")]
    pub filing_date: Option<String>,
    #[schema(example = true)]
    pub electronic_filing_indicator: Option<bool>,
    /// Owners of the mark where they are not the applicants of the form.
    #[schema(max_items = 50)]
    pub right_holder_bag: Vec<NamedParty>,
    /// Which of the five circumstances of the expedition measures holds.
    #[schema(example = 2, minimum = -99, maximum = 99)]
    pub expedition_circumstance_number: Option<i64>,
    #[schema(max_length = 8000, example = "涉及南通市重点培育的区域品牌，亟需取得商标专用权。")]
    pub expedition_reason_text: Option<String>,
    #[schema(max_length = 400, example = "南通市市场监督管理局")]
    pub recommending_body_name: Option<String>,
    /// All applicants of the mark agree.
    #[schema(example = true)]
    pub co_applicant_consent_indicator: Option<bool>,
    /// What is to be accelerated.
    pub matter_category: Option<MatterCategory>,
    /// Why it is urgent.
    pub urgency_category: Option<UrgencyCategory>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MarkFeature {
    Word,
    Figurative,
    Combined,
    ThreeDimensional,
    Colour,
    Sound,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MarkKind {
    Ordinary,
    Collective,
    Certification,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatterCategory {
    Change,
    Assignment,
    Licence,
    Renewal,
    Certificate,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UrgencyCategory {
    Listing,
    Pledge,
    Customs,
    Litigation,
    ECommerce,
    Other,
}

impl Matter for TrademarkMatter {
    fn check(&self, _: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let mark = Some(RightKind::Trademark);
        list.by("商标法第22条 (Trademark Law art. 22)");
        let no_registration = self.registration_number.is_none() && !list.wants("registrationNumber");
        let application_number = list.text("applicationNumberText", &self.application_number_text);
        right_number(application_number.required_if(no_registration), mark);
        right_number(list.text("registrationNumber", &self.registration_number), mark);
        let figurative = self.mark_feature_category.is_some_and(MarkFeature::may_lack_words);
        list.text("markVerbalElementText", &self.mark_verbal_element_text)
            .required_if(!figurative)
            .at_most(200);
        list.value("markFeatureCategory", self.mark_feature_category);
        list.value("markKindCategory", self.mark_kind_category);
        list.bag("goodsServicesBag", &self.goods_services_bag)
            .required()
            .each(|list, _, goods| goods.check(list));
        list.date("filingDate", &self.filing_date).not_future();
        list.value("electronicFilingIndicator", self.electronic_filing_indicator);
        list.bag("rightHolderBag", &self.right_holder_bag).each(|list, _, holder| holder.check(list));
        list.by("商标注册申请快速审查办法 (Measures for expedited examination of trademarks)");
        list.value("expeditionCircumstanceNumber", self.expedition_circumstance_number).between(1..=5);
        list.prose("expeditionReasonText", &self.expedition_reason_text).at_most(4000);
        list.text("recommendingBodyName", &self.recommending_body_name).at_most(200);
        list.value("coApplicantConsentIndicator", self.co_applicant_consent_indicator)
            .affirmed(Text::new("须经全体申请人同意", "must be given by all applicants"));
        list.value("matterCategory", self.matter_category);
        list.value("urgencyCategory", self.urgency_category);
    }

    fn title(&self) -> Option<&str> {
        self.mark_verbal_element_text.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.registration_number.as_deref().or(self.application_number_text.as_deref())
    }
}

impl MarkFeature {
    const fn may_lack_words(self) -> bool {
        !matches!(self, Self::Word | Self::Combined)
    }
}
