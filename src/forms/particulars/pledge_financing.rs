//! A right as security for a loan (质押融资): right check, valuation, registration of the pledge.

use super::parts::{Amount, NamedParty, right_number};
use super::{ItemContext, Matter};
use crate::forms::checklist::{Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The rights, the parties, the debt and what stands in the way.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PledgeFinancing {
    #[schema(max_items = 200)]
    pub pledged_right_bag: Vec<PledgedRight>,
    /// All owners of the rights, unless they have agreed otherwise.
    #[schema(max_items = 50)]
    pub pledgor_bag: Vec<NamedParty>,
    pub pledgee: Option<NamedParty>,
    pub debt_category: Option<DebtCategory>,
    pub debt_amount: Option<Amount>,
    #[schema(max_length = 40, example = "2026-02-20")]
    pub contract_signed_date: Option<String>,
    #[schema(max_length = 40, example = "2026-03-01")]
    pub performance_start_date: Option<String>,
    #[schema(max_length = 40, example = "2027-02-28")]
    pub performance_end_date: Option<String>,
    #[schema(max_length = 4000, example = "主债权、利息、违约金及实现质权的费用")]
    pub pledge_scope_text: Option<String>,
    pub valuation_amount: Option<Amount>,
    #[schema(max_length = 100, example = "苏评报字〔2026〕第012号")]
    pub valuation_report_number: Option<String>,
    #[schema(example = true)]
    pub co_owner_consent_indicator: Option<bool>,
    /// An invention and a utility model of one day are in the matter.
    #[schema(example = false)]
    pub same_day_invention_indicator: Option<bool>,
    #[schema(example = false)]
    pub invalidation_pending_indicator: Option<bool>,
    /// The pledgee knows of either and agrees.
    #[schema(example = false)]
    pub pledgee_consent_indicator: Option<bool>,
    /// The same or similar marks on the same or similar goods are pledged together.
    #[schema(example = true)]
    pub similar_marks_included_indicator: Option<bool>,
}

/// One of the rights.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PledgedRight {
    #[schema(max_length = 60, example = "ZL202410320600.X")]
    pub right_number: Option<String>,
    #[schema(max_length = 400, example = "一种高密度提花面料")]
    pub right_title: Option<String>,
    #[schema(max_length = 40, example = "2024-03-20")]
    pub filing_date: Option<String>,
    #[schema(max_length = 40, example = "2025-06-10")]
    pub grant_date: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DebtCategory {
    Loan,
    CreditLine,
    Guarantee,
    Bond,
    Lease,
    Other,
}

impl Matter for PledgeFinancing {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let conflicting =
            [self.same_day_invention_indicator, self.invalidation_pending_indicator].contains(&Some(true));
        list.by("民法典第444条、专利权质押登记办法 (Civil Code art. 444)");
        list.bag("pledgedRightBag", &self.pledged_right_bag)
            .required()
            .each(|list, _, right| right.check(context, list));
        list.bag("pledgorBag", &self.pledgor_bag).each(|list, _, pledgor| pledgor.check(list));
        list.part("pledgee", self.pledgee.as_ref()).inside(|list, pledgee| pledgee.check(list));
        list.value("debtCategory", self.debt_category);
        list.part("debtAmount", self.debt_amount.as_ref()).inside(|list, amount| amount.check(list));
        list.date("contractSignedDate", &self.contract_signed_date).not_future();
        let start = list.date("performanceStartDate", &self.performance_start_date).value();
        list.date("performanceEndDate", &self.performance_end_date)
            .not_before(start, Text::new("早于起始日", "is earlier than the start"));
        list.prose("pledgeScopeText", &self.pledge_scope_text).at_most(2000);
        list.part("valuationAmount", self.valuation_amount.as_ref())
            .inside(|list, amount| amount.check(list));
        list.text("valuationReportNumber", &self.valuation_report_number).at_most(100);
        list.value("coOwnerConsentIndicator", self.co_owner_consent_indicator)
            .affirmed(Text::new("：须经全体共有人同意", "must be given by all owners"));
        list.value("sameDayInventionIndicator", self.same_day_invention_indicator);
        list.value("invalidationPendingIndicator", self.invalidation_pending_indicator);
        list.value("pledgeeConsentIndicator", self.pledgee_consent_indicator).required_if(conflicting).must(
            |consents| *consents || !conflicting,
            |_| {
                Finding::new(
                    DefectCode::NotAllowed,
                    Text::new("：须由质权人知悉并同意", "must be given by the pledgee"),
                )
            },
        );
        list.value("similarMarksIncludedIndicator", self.similar_marks_included_indicator)
            .affirmed(Text::new("：相同近似商标须一并出质", "must be: similar marks are pledged together"));
    }

    fn title(&self) -> Option<&str> {
        self.pledged_right_bag.first()?.right_title.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.pledged_right_bag.first()?.right_number.as_deref()
    }
}

impl PledgedRight {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        right_number(list.text("rightNumber", &self.right_number).required(), context.right_kind);
        list.text("rightTitle", &self.right_title).required().at_most(200);
        let filed = list.date("filingDate", &self.filing_date).not_future().value();
        list.date("grantDate", &self.grant_date)
            .not_future()
            .not_before(filed, Text::new("早于申请日", "is earlier than the filing date"));
    }
}
