//! A new patent application handed in for pre-examination (专利申请预审).

use super::parts::{ClassSymbol, Creator, document_key, patent_schemes};
use super::{ItemContext, Matter, RoutingFacts};
use crate::catalogue::RightKind;
use crate::forms::acceptance::AcceptanceCheck as Check;
use crate::forms::checklist::{Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::forms::party::PartyKind;
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An application for an invention, a utility model or a design that has not been filed yet.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatentFiling {
    /// Title of the invention, or name of the product that bears the design.
    #[schema(max_length = 400, example = "一种高密度提花面料及其织造方法")]
    pub invention_title: Option<String>,
    /// Inventors or designers.
    #[schema(max_items = 100)]
    pub inventor_bag: Vec<Creator>,
    /// IPC for an invention or utility model, Locarno for a design.
    pub main_classification: Option<ClassSymbol>,
    #[schema(max_items = 100)]
    pub classification_bag: Vec<ClassSymbol>,
    #[schema(max_length = 2000, example = "本发明公开了一种高密度提花面料及其织造方法。")]
    pub abstract_text: Option<String>,
    #[schema(example = 8, minimum = -100_000, maximum = 100_000)]
    pub claim_total_quantity: Option<i64>,
    #[schema(example = 3, minimum = -100_000, maximum = 100_000)]
    pub drawing_total_quantity: Option<i64>,
    /// Pictures or photographs of a design.
    #[schema(max_items = 100)]
    pub design_view_bag: Vec<DesignView>,
    /// Brief explanation of a design: name, use, essential features, the view that shows it best.
    #[schema(
        max_length = 4000,
        example = "1.名称：窗帘布料。2.用途：用于制作窗帘。3.设计要点在于图案。4.最能表明设计要点的图片：主视图。"
    )]
    pub brief_explanation_text: Option<String>,
    #[schema(example = false)]
    pub partial_design_indicator: Option<bool>,
    /// Similar designs in one application.
    #[schema(example = 2, minimum = -1000, maximum = 1000)]
    pub similar_design_total_quantity: Option<i64>,
    #[schema(example = true)]
    pub substantive_examination_request_indicator: Option<bool>,
    #[schema(example = true)]
    pub early_publication_request_indicator: Option<bool>,
    #[schema(example = true)]
    pub voluntary_amendment_waiver_indicator: Option<bool>,
    /// Must stay empty: what has been filed cannot be pre-examined.
    #[schema(max_length = 40, example = "202410320600.X")]
    pub application_number_text: Option<String>,
    #[schema(max_length = 40, example = "2026-03-02")]
    pub filing_date: Option<String>,
    #[schema(example = false)]
    pub pct_indicator: Option<bool>,
    #[schema(example = false)]
    pub pct_national_phase_indicator: Option<bool>,
    #[schema(example = false)]
    pub divisional_indicator: Option<bool>,
    /// An invention and a utility model for the same subject are filed on one day.
    #[schema(example = false)]
    pub same_day_utility_model_indicator: Option<bool>,
    #[schema(example = false)]
    pub secrecy_indicator: Option<bool>,
    #[schema(max_items = 50)]
    pub priority_claim_bag: Vec<PriorityClaim>,
    /// The documents are there as CNIPA's XML package.
    #[schema(example = true)]
    pub electronic_package_indicator: Option<bool>,
    #[schema(max_length = 40, example = "2026-03-02")]
    pub service_form_signed_date: Option<String>,
    #[schema(max_length = 40, example = "2026-03-02")]
    pub commitment_signed_date: Option<String>,
    /// The applicant declares that none of the acts of CNIPA Order 77 is in the application.
    #[schema(example = true)]
    pub genuine_filing_declaration_indicator: Option<bool>,
    /// The research or design work behind the application.
    #[schema(max_length = 8000, example = "本项目于2025年立项，完成小试和中试。")]
    pub research_development_text: Option<String>,
    /// Joint applicants have a contract on the joint development.
    #[schema(example = true)]
    pub joint_development_contract_indicator: Option<bool>,
    /// There is proof of the co-operation with the university or institute.
    #[schema(example = true)]
    pub university_cooperation_indicator: Option<bool>,
    pub self_check: Option<SelfCheck>,
}

/// A view of a design.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DesignView {
    pub view_category: Option<ViewCategory>,
    #[schema(max_length = 60, example = "view-front")]
    pub document_key: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ViewCategory {
    Front,
    Back,
    Left,
    Right,
    Top,
    Bottom,
    Perspective,
    Section,
    Enlarged,
    Reference,
}

/// An earlier application whose priority is claimed.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PriorityClaim {
    #[schema(max_length = 10, example = "CN")]
    pub country_code: Option<String>,
    #[schema(max_length = 60, example = "202510112233.9")]
    pub application_number_text: Option<String>,
    #[schema(max_length = 40, example = "2025-06-01")]
    pub filing_date: Option<String>,
}

/// What the applicant has made sure of before handing in.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SelfCheck {
    #[schema(example = true)]
    pub search_done_indicator: Option<bool>,
    #[schema(example = true)]
    pub claims_supported_indicator: Option<bool>,
}

impl Matter for PatentFiling {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        self.contents(context, list);
        self.consents(context, list);
        self.exclusions(list);
        self.declarations(context, list);
    }

    fn title(&self) -> Option<&str> {
        self.invention_title.as_deref()
    }

    fn routing(&self) -> RoutingFacts {
        RoutingFacts {
            classification: self.main_classification.as_ref().and_then(ClassSymbol::for_routing),
            ..RoutingFacts::default()
        }
    }
}

impl PatentFiling {
    /// What the application consists of.
    fn contents(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let design = context.right_kind == Some(RightKind::Design);
        let schemes = patent_schemes(context.right_kind);
        list.by("专利法第26、27条 (Patent Law arts 26, 27)");
        list.text("inventionTitle", &self.invention_title).required().at_most(60);
        list.bag("inventorBag", &self.inventor_bag)
            .required()
            .each(|list, place, inventor| inventor.check(list, place == 0));
        list.under(Check::A04, |list| {
            list.part("mainClassification", self.main_classification.as_ref())
                .required()
                .inside(|list, symbol| symbol.check(list, schemes));
        });
        list.bag("classificationBag", &self.classification_bag)
            .each(|list, _, symbol| symbol.check(list, schemes));
        list.prose("abstractText", &self.abstract_text).required_if(!design).at_most(300);
        list.value("claimTotalQuantity", self.claim_total_quantity).required_if(!design).between(1..=5000);
        let utility_model = context.right_kind == Some(RightKind::UtilityModel);
        list.value("drawingTotalQuantity", self.drawing_total_quantity)
            .required_if(utility_model)
            .between(i64::from(utility_model)..=5000);
        list.bag("designViewBag", &self.design_view_bag).required_if(design).each(|list, _, view| {
            list.value("viewCategory", view.view_category).required();
            document_key(list, view.document_key.as_ref(), context);
        });
        list.prose("briefExplanationText", &self.brief_explanation_text).required_if(design).at_most(2000);
        list.value("partialDesignIndicator", self.partial_design_indicator);
        list.value("similarDesignTotalQuantity", self.similar_design_total_quantity).between(1..=10);
    }

    /// What an applicant for an invention asks for and gives up to be pre-examined.
    fn consents(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let invention = context.right_kind == Some(RightKind::Invention);
        let missing = Text::new(
            "：发明专利申请预审须有此项",
            "must be: an invention is pre-examined on this condition",
        );
        list.under(Check::A12, |list| {
            for (name, consent) in [
                ("substantiveExaminationRequestIndicator", self.substantive_examination_request_indicator),
                ("earlyPublicationRequestIndicator", self.early_publication_request_indicator),
                ("voluntaryAmendmentWaiverIndicator", self.voluntary_amendment_waiver_indicator),
            ] {
                let line = list.value(name, consent).required_if(invention);
                if invention {
                    line.affirmed(missing);
                }
            }
        });
    }

    /// What cannot be pre-examined.
    fn exclusions(&self, list: &mut Checklist<'_>) {
        let filed = Text::new(
            "应为空：已提交的申请不能预审",
            "must be empty: what has been filed cannot be pre-examined",
        );
        let excluded = Text::new("属于不予预审的情形", "excludes pre-examination");
        list.under(Check::A03, |list| {
            list.text("applicationNumberText", &self.application_number_text).absent(filed);
            list.text("filingDate", &self.filing_date).absent(filed);
        });
        list.under(Check::A05, |list| {
            list.value("pctIndicator", self.pct_indicator).denied(excluded);
            list.value("pctNationalPhaseIndicator", self.pct_national_phase_indicator).denied(excluded);
            list.value("divisionalIndicator", self.divisional_indicator).denied(excluded);
        });
        list.under(Check::A06, |list| {
            list.value("sameDayUtilityModelIndicator", self.same_day_utility_model_indicator)
                .denied(excluded);
        });
        list.under(Check::A07, |list| {
            list.value("secrecyIndicator", self.secrecy_indicator).denied(excluded);
            list.bag("priorityClaimBag", &self.priority_claim_bag).absent(excluded);
        });
    }

    /// What the applicant states and signs.
    fn declarations(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let is_university = |kind| kind == Some(PartyKind::UniversityOrInstitute);
        let joint = context.applicants.len() > 1;
        let with_university =
            joint && context.applicants.iter().any(|applicant| is_university(applicant.kind));
        list.under(Check::A08, |list| {
            list.value("electronicPackageIndicator", self.electronic_package_indicator)
                .required()
                .affirmed(Text::new("须提供 XML 格式文件包", "must be: an XML package is needed"));
        });
        list.under(Check::A09, |list| {
            list.date("serviceFormSignedDate", &self.service_form_signed_date).required().not_future();
            list.date("commitmentSignedDate", &self.commitment_signed_date).required().not_future();
        });
        list.under(Check::A10, |list| {
            list.value("genuineFilingDeclarationIndicator", self.genuine_filing_declaration_indicator)
                .required()
                .affirmed(Text::new("须声明不属于非正常申请", "must be declared"));
            list.prose("researchDevelopmentText", &self.research_development_text).at_most(4000);
        });
        list.under(Check::A11, |list| {
            let contract =
                list.value("jointDevelopmentContractIndicator", self.joint_development_contract_indicator);
            if joint {
                contract
                    .required()
                    .affirmed(Text::new("共同申请须有合作研发合同", "must be there for joint applicants"));
            }
            let proof = list.value("universityCooperationIndicator", self.university_cooperation_indicator);
            if with_university {
                proof.required().affirmed(Text::new(
                    "与高校、科研院所共同申请须有合作证明",
                    "must be there with a university",
                ));
            }
        });
        list.under(Check::A13, |list| {
            list.part("selfCheck", self.self_check.as_ref()).required().inside(SelfCheck::check);
        });
    }
}

impl SelfCheck {
    /// The form must be filled in; a no is for the pre-examiner to weigh.
    fn check(list: &mut Checklist<'_>, answers: &Self) {
        let no = Text::new("填写为“否”", "is answered with no");
        for (name, answer) in [
            ("searchDoneIndicator", answers.search_done_indicator),
            ("claimsSupportedIndicator", answers.claims_supported_indicator),
        ] {
            list.value(name, answer)
                .required()
                .should(|yes| *yes, |_| Finding::new(DefectCode::NotAllowed, no));
        }
    }
}
