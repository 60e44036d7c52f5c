//! A matter of an application or patent that exists: re-examination (复审), invalidation (无效宣告), evaluation report
//! (专利权评价报告).

use super::parts::{ClassSymbol, EvidenceItem, NamedParty, patent_schemes, right_number};
use super::{ItemContext, Matter, RoutingFacts};
use crate::forms::checklist::{Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::language::Text;
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is asked of CNIPA about one application or patent, and by whom.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatentMatter {
    #[schema(max_length = 60, example = "202410320600.X")]
    pub application_number_text: Option<String>,
    #[schema(max_length = 60, example = "ZL202410320600.X")]
    pub patent_number: Option<String>,
    #[schema(max_length = 400, example = "一种高密度提花面料及其织造方法")]
    pub invention_title: Option<String>,
    #[schema(max_length = 40, example = "2024-03-20")]
    pub filing_date: Option<String>,
    #[schema(max_length = 40, example = "2025-06-10")]
    pub grant_publication_date: Option<String>,
    pub main_classification: Option<ClassSymbol>,
    #[schema(max_items = 50)]
    pub right_holder_bag: Vec<NamedParty>,
    pub requester_category: Option<RequesterCategory>,
    /// Why an interested party or accused infringer may ask: licence, letter of accusation, suit.
    #[schema(max_length = 4000, example = "2026-01-10收到专利权人律师函")]
    pub requester_standing_text: Option<String>,
    /// Number of the notice of refusal.
    #[schema(max_length = 60, example = "2026010900123450")]
    pub refusal_number: Option<String>,
    #[schema(max_length = 40, example = "2026-01-09")]
    pub refusal_date: Option<String>,
    #[schema(max_length = 40, example = "2026-01-15")]
    pub refusal_receipt_date: Option<String>,
    /// Grounds with the articles they rest on.
    #[schema(max_length = 20000, example = "权利要求1具备创造性，符合专利法第22条第3款。")]
    pub grounds_text: Option<String>,
    #[schema(max_length = 20000, example = "将权利要求2并入权利要求1。")]
    pub amendment_text: Option<String>,
    /// Claims or designs whose invalidation is asked for.
    #[schema(max_length = 2000, example = "权利要求1至5")]
    pub challenged_claim_text: Option<String>,
    #[schema(max_items = 200)]
    pub evidence_bag: Vec<EvidenceItem>,
    /// The report is asked for together with the formalities of grant.
    #[schema(example = false)]
    pub grant_formalities_indicator: Option<bool>,
    /// A report on this patent exists already.
    #[schema(example = false)]
    pub earlier_report_indicator: Option<bool>,
    #[schema(example = true)]
    pub fee_paid_indicator: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RequesterCategory {
    Applicant,
    Patentee,
    InterestedParty,
    AccusedInfringer,
    /// Invalidation is open to everybody.
    AnyPerson,
}

impl Matter for PatentMatter {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        use RequesterCategory::{AccusedInfringer, InterestedParty};
        list.by("专利法第41、45、66条 (Patent Law arts 41, 45, 66)");
        let no_patent = self.patent_number.is_none() && !list.wants("patentNumber");
        let application_number = list.text("applicationNumberText", &self.application_number_text);
        right_number(application_number.required_if(no_patent), context.right_kind);
        right_number(list.text("patentNumber", &self.patent_number), context.right_kind);
        list.text("inventionTitle", &self.invention_title).required().at_most(200);
        let filed = list.date("filingDate", &self.filing_date).not_future().value();
        list.date("grantPublicationDate", &self.grant_publication_date)
            .not_future()
            .not_before(filed, Text::new("早于申请日", "is earlier than the filing date"));
        list.part("mainClassification", self.main_classification.as_ref())
            .inside(|list, symbol| symbol.check(list, patent_schemes(context.right_kind)));
        list.bag("rightHolderBag", &self.right_holder_bag).each(|list, _, holder| holder.check(list));
        let requester = list.value("requesterCategory", self.requester_category).required().value();
        list.prose("requesterStandingText", &self.requester_standing_text)
            .required_if(matches!(requester, Some(InterestedParty | AccusedInfringer)))
            .at_most(2000);
        self.refusal(list);
        list.prose("groundsText", &self.grounds_text).at_most(10_000);
        list.prose("amendmentText", &self.amendment_text).at_most(10_000);
        list.prose("challengedClaimText", &self.challenged_claim_text).at_most(1000);
        list.bag("evidenceBag", &self.evidence_bag).each(|list, _, evidence| evidence.check(list, context));
        list.by("专利法实施细则第62、63条 (Patent Rules r. 62, 63)");
        list.value("grantFormalitiesIndicator", self.grant_formalities_indicator);
        list.value("earlierReportIndicator", self.earlier_report_indicator).should(
            |exists| !exists,
            |_| {
                let says =
                    Text::new("：一项专利只作出一份评价报告", "says so, but one patent has one report only");
                Finding::new(DefectCode::Conflict, says)
            },
        );
        list.value("feePaidIndicator", self.fee_paid_indicator);
    }

    fn title(&self) -> Option<&str> {
        self.invention_title.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.patent_number.as_deref().or(self.application_number_text.as_deref())
    }

    fn routing(&self) -> RoutingFacts {
        RoutingFacts {
            classification: self.main_classification.as_ref().and_then(ClassSymbol::for_routing),
            ..RoutingFacts::default()
        }
    }
}

impl PatentMatter {
    /// The refusal that re-examination is asked against.
    fn refusal(&self, list: &mut Checklist<'_>) {
        let today = list.today();
        let in_time = |received: &NaiveDate| *received + Months::new(3) >= today;
        list.citing("专利法第41条 (Patent Law art. 41)", |list| {
            list.text("refusalNumber", &self.refusal_number).at_most(40);
            let refused = list.date("refusalDate", &self.refusal_date).not_future().value();
            list.date("refusalReceiptDate", &self.refusal_receipt_date)
                .not_future()
                .not_before(refused, Text::new("早于驳回决定日", "is earlier than the refusal"))
                .should(in_time, |received| {
                    let says =
                        Text::new("距今已逾三个月，可能逾期", "is over three months ago: it may be late");
                    Finding::new(DefectCode::Late, says).found(received)
                });
        });
    }
}
