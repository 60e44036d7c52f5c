//! A claim for money under a policy (政策兑付).

use super::parts::{Amount, EvidenceItem};
use super::{ItemContext, Matter};
use crate::forms::checklist::{CITY_RULE, Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::language::{Bilingual, Text};
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The policy item, what was achieved and where the money goes.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SubsidyClaim {
    #[schema(max_length = 60, example = "2026-ZSCQ-07")]
    pub policy_item_code: Option<String>,
    #[schema(max_length = 400, example = "知识产权质押融资贴息")]
    pub policy_item_name: Option<String>,
    #[schema(example = 2025, minimum = -9999, maximum = 9999)]
    pub claim_year_number: Option<i64>,
    #[schema(max_length = 8000, example = "2025年办理专利权质押登记1笔，贷款500万元。")]
    pub achievement_text: Option<String>,
    pub claimed_amount: Option<Amount>,
    /// The achievement has been paid for before, by whatever authority.
    #[schema(example = false)]
    pub prior_payout_indicator: Option<bool>,
    /// The claim is for the grant of a patent as such.
    #[schema(example = false)]
    pub patent_grant_indicator: Option<bool>,
    /// An application of the claimant was found to be abnormal.
    #[schema(example = false)]
    pub abnormal_filing_indicator: Option<bool>,
    pub payee_account: Option<PayeeAccount>,
    #[schema(max_items = 200)]
    pub evidence_bag: Vec<EvidenceItem>,
}

/// Where the money is to go.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PayeeAccount {
    #[schema(max_length = 400, example = "南通示例纺织有限公司")]
    pub account_name: Option<String>,
    #[schema(max_length = 400, example = "示例银行南通分行")]
    pub bank_name: Option<String>,
    #[schema(max_length = 60, example = "6200000000000000000")]
    pub account_number: Option<String>,
}

impl Matter for SubsidyClaim {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let this_year = list.today().year();
        list.by(CITY_RULE);
        list.text("policyItemCode", &self.policy_item_code).required().at_most(60);
        list.text("policyItemName", &self.policy_item_name).required().at_most(200);
        list.value("claimYearNumber", self.claim_year_number).required().must(
            |year| i32::try_from(*year).is_ok_and(|year| (2000..=this_year).contains(&year)),
            |year| {
                Finding::new(DefectCode::Range, Text::new("超出范围", "is out of range"))
                    .found(year)
                    .allowed(Bilingual::new(format!("2000 至 {this_year}"), format!("2000 to {this_year}")))
            },
        );
        list.prose("achievementText", &self.achievement_text).required().at_most(4000);
        list.part("claimedAmount", self.claimed_amount.as_ref())
            .required()
            .inside(|list, amount| amount.check(list));
        list.value("priorPayoutIndicator", self.prior_payout_indicator)
            .required()
            .denied(Text::new("：同一成果不得重复兑付", "says so, but nothing is paid twice"));
        list.value("patentGrantIndicator", self.patent_grant_indicator)
            .denied(Text::new("：不再资助专利授权", "says so, but grants are no longer subsidised"));
        list.value("abnormalFilingIndicator", self.abnormal_filing_indicator)
            .required()
            .denied(Text::new("：存在非正常申请的不予兑付", "says so, which excludes a payout"));
        list.part("payeeAccount", self.payee_account.as_ref()).required().inside(PayeeAccount::check);
        list.bag("evidenceBag", &self.evidence_bag).each(|list, _, evidence| evidence.check(list, context));
    }

    fn title(&self) -> Option<&str> {
        self.policy_item_name.as_deref()
    }
}

impl PayeeAccount {
    fn check(list: &mut Checklist<'_>, account: &Self) {
        list.text("accountName", &account.account_name).required().at_most(200);
        list.text("bankName", &account.bank_name).required().at_most(200);
        list.text("accountNumber", &account.account_number).required().at_most(40);
    }
}
