//! An act against a right: adjudication (行政裁决), mediation (调解), report (举报), e-commerce notice, exhibition complaint.

use super::parts::{
    Amount, ClassSymbol, EvidenceItem, GoodsServices, NamedParty, patent_schemes, right_number,
};
use super::{ItemContext, Matter, RoutingFacts};
use crate::catalogue::RightKind;
use crate::decision::Forum;
use crate::forms::checklist::{Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::forms::party::Address;
use crate::identifiers::{Fault, FaultCode};
use crate::language::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who complains, of whom, of what act and where it was done.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Infringement {
    pub requester_standing_category: Option<Standing>,
    /// The right holder does not act itself (for a sole licensee), or has authorised the request (for an ordinary one).
    #[schema(example = true)]
    pub holder_consent_indicator: Option<bool>,
    /// Number of the right, by its kind; a report of a counterfeit gives the number that is claimed.
    #[schema(max_length = 60, example = "ZL202430112233.5")]
    pub right_number: Option<String>,
    #[schema(max_length = 400, example = "窗帘布料（江海潮）")]
    pub right_title: Option<String>,
    #[schema(max_items = 50)]
    pub right_holder_bag: Vec<NamedParty>,
    /// Main classification of a patent.
    pub main_classification: Option<ClassSymbol>,
    /// Goods and services of a mark.
    #[schema(max_items = 45)]
    pub goods_services_bag: Vec<GoodsServices>,
    #[schema(max_length = 60, example = "W202600012345")]
    pub evaluation_report_number: Option<String>,
    /// What is secret about a trade secret.
    #[schema(max_length = 8000, example = "浆料配比和上浆温度曲线")]
    pub secret_point_text: Option<String>,
    /// How it was kept secret.
    #[schema(max_length = 8000, example = "与员工签订保密协议，配方分级授权。")]
    pub secrecy_measure_text: Option<String>,
    /// Name and seat of whoever is complained of.
    pub respondent: Option<NamedParty>,
    #[schema(max_length = 20000, example = "被请求人未经许可制造、销售与专利设计相同的窗帘布料。")]
    pub act_description_text: Option<String>,
    pub place_of_act: Option<Address>,
    #[schema(max_length = 40, example = "2026-02-10")]
    pub act_date: Option<String>,
    pub platform: Option<Platform>,
    pub exhibition: Option<Exhibition>,
    /// In adjudication the requester chooses the office of the respondent's seat or of the place of the act.
    pub chosen_forum_category: Option<Forum>,
    #[schema(max_length = 8000, example = "责令立即停止侵权行为，销毁侵权产品。")]
    pub request_text: Option<String>,
    pub claimed_amount: Option<Amount>,
    #[schema(example = true)]
    pub mediation_consent_indicator: Option<bool>,
    /// A court has accepted a suit on the same act.
    #[schema(example = false)]
    pub court_suit_indicator: Option<bool>,
    #[schema(example = false)]
    pub invalidation_pending_indicator: Option<bool>,
    /// The informant gives the name and wants to be told the outcome.
    #[schema(example = true)]
    pub real_name_indicator: Option<bool>,
    #[schema(max_items = 200)]
    pub evidence_bag: Vec<EvidenceItem>,
}

/// By what title the requester acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = RequesterStanding)]
pub enum Standing {
    RightHolder,
    ExclusiveLicensee,
    /// May act if the right holder does not.
    SoleLicensee,
    /// May act if authorised.
    OrdinaryLicensee,
    Heir,
    /// Anybody who reports.
    Informant,
}

/// An offer on an e-commerce platform.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Platform {
    #[schema(max_length = 200, example = "示例商城")]
    pub name: Option<String>,
    #[schema(max_length = 2000, example = "https://shop.example.com/item/123")]
    pub listing_uri: Option<String>,
    #[schema(max_length = 400, example = "示例家纺旗舰店")]
    pub seller_name: Option<String>,
    /// The seller's actual place of business.
    pub seller_place: Option<Address>,
}

/// An exhibition at which the act was done.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Exhibition {
    #[schema(max_length = 400, example = "中国南通国际家纺博览会")]
    pub name: Option<String>,
    #[schema(max_length = 100, example = "A区12号")]
    pub booth_number: Option<String>,
    #[schema(max_length = 40, example = "2026-03-01")]
    pub opening_date: Option<String>,
    #[schema(max_length = 40, example = "2026-03-04")]
    pub closing_date: Option<String>,
}

const BASIS: &str = "专利法实施细则第97条、市场监督管理投诉举报处理办法 \
     (Patent Rules r. 97, Complaints and Reports Measures)";

impl Matter for Infringement {
    fn check(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        list.by(BASIS);
        self.right(context, list);
        self.act(list);
        list.prose("requestText", &self.request_text).at_most(4000);
        list.part("claimedAmount", self.claimed_amount.as_ref()).inside(|list, amount| amount.check(list));
        list.value("mediationConsentIndicator", self.mediation_consent_indicator);
        list.citing("专利法第65条 (Patent Law art. 65)", |list| {
            list.value("courtSuitIndicator", self.court_suit_indicator).should(
                |accepted| !accepted,
                |_| {
                    let says = Text::new(
                        "：法院已受理的，行政机关可能不予立案",
                        "says so: the office may not take the case",
                    );
                    Finding::new(DefectCode::NotAllowed, says)
                },
            );
        });
        list.value("invalidationPendingIndicator", self.invalidation_pending_indicator);
        list.value("realNameIndicator", self.real_name_indicator);
        list.bag("evidenceBag", &self.evidence_bag).each(|list, _, evidence| evidence.check(list, context));
    }

    fn title(&self) -> Option<&str> {
        self.right_title.as_deref()
    }

    fn right_number(&self) -> Option<&str> {
        self.right_number.as_deref()
    }

    fn routing(&self) -> RoutingFacts {
        let division = |place: Option<&Address>| place.and_then(|place| place.division_code.clone());
        let seller_place = self.platform.as_ref().and_then(|platform| platform.seller_place.as_ref());
        RoutingFacts {
            classification: self.main_classification.as_ref().and_then(ClassSymbol::for_routing),
            place_of_act: division(self.place_of_act.as_ref()),
            respondent_seat: self.respondent.as_ref().and_then(NamedParty::seat).map(str::to_owned),
            seller_seat: division(seller_place),
            chosen_forum: self.chosen_forum_category,
            on_platform: Some(self.platform.is_some()),
        }
    }
}

impl Infringement {
    /// By what title somebody acts, and on what right.
    fn right(&self, context: &ItemContext<'_>, list: &mut Checklist<'_>) {
        let standing = list.value("requesterStandingCategory", self.requester_standing_category).value();
        list.value("holderConsentIndicator", self.holder_consent_indicator)
            .required_if(matches!(standing, Some(Standing::SoleLicensee | Standing::OrdinaryLicensee)))
            .affirmed(Text::new("：须由权利人授权或不起诉", "must be there for such a licensee"));
        // What an informant reads off a counterfeit may be no number at all.
        let right_kind = context.right_kind.filter(|_| standing != Some(Standing::Informant));
        right_number(list.text("rightNumber", &self.right_number), right_kind);
        list.text("rightTitle", &self.right_title).at_most(200);
        list.bag("rightHolderBag", &self.right_holder_bag).each(|list, _, holder| holder.check(list));
        list.part("mainClassification", self.main_classification.as_ref())
            .inside(|list, symbol| symbol.check(list, patent_schemes(context.right_kind)));
        list.bag("goodsServicesBag", &self.goods_services_bag).each(|list, _, goods| goods.check(list));
        list.text("evaluationReportNumber", &self.evaluation_report_number).at_most(40);
        list.citing(
            "反不正当竞争法、商业秘密保护规定 (Anti-Unfair Competition Law, SAMR Order 126)",
            |list| {
                let secret = context.right_kind == Some(RightKind::TradeSecret);
                list.prose("secretPointText", &self.secret_point_text).required_if(secret).at_most(4000);
                list.prose("secrecyMeasureText", &self.secrecy_measure_text)
                    .required_if(secret)
                    .at_most(4000);
            },
        );
    }

    /// Who did what and where. Competence follows the act, so its place is needed; on a platform it is the listing.
    fn act(&self, list: &mut Checklist<'_>) {
        let at_seat = self.chosen_forum_category == Some(Forum::RespondentSeat);
        list.part("respondent", self.respondent.as_ref()).required_if(at_seat).inside(|list, respondent| {
            respondent.check(list);
            list.part("address", respondent.address.as_ref()).required_if(at_seat);
        });
        list.prose("actDescriptionText", &self.act_description_text).required().at_most(10_000);
        list.citing("行政处罚法第22、23条 (Administrative Penalty Law arts 22, 23)", |list| {
            list.part("placeOfAct", self.place_of_act.as_ref())
                .required_if(self.platform.is_none())
                .inside(|list, place| place.check(list, true));
        });
        list.date("actDate", &self.act_date).not_future();
        list.part("platform", self.platform.as_ref()).inside(Platform::check);
        list.part("exhibition", self.exhibition.as_ref()).inside(Exhibition::check);
        list.citing("专利法实施细则第97条 (Patent Rules r. 97)", |list| {
            list.value("chosenForumCategory", self.chosen_forum_category);
        });
    }
}

impl Platform {
    fn check(list: &mut Checklist<'_>, platform: &Self) {
        list.by("电子商务法第42条 (E-Commerce Law art. 42)");
        list.text("name", &platform.name).required().at_most(100);
        list.text("listingUri", &platform.listing_uri).required().read(web_address);
        list.text("sellerName", &platform.seller_name).at_most(200);
        list.part("sellerPlace", platform.seller_place.as_ref())
            .inside(|list, place| place.check(list, true));
    }
}

impl Exhibition {
    fn check(list: &mut Checklist<'_>, exhibition: &Self) {
        list.text("name", &exhibition.name).required().at_most(200);
        list.text("boothNumber", &exhibition.booth_number).at_most(60);
        let opening = list.date("openingDate", &exhibition.opening_date).value();
        list.date("closingDate", &exhibition.closing_date)
            .not_before(opening, Text::new("早于开幕日", "is earlier than the opening"));
    }
}

fn web_address(text: &str) -> Result<(), Fault> {
    let allowed = Text::new("http 或 https 网址", "a web address of http or https");
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let right = host.contains('.') && !text.contains(char::is_whitespace);
    if right { Ok(()) } else { Err(Fault { code: FaultCode::Format, allowed }) }
}
