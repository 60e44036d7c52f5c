//! The pieces that the particulars of several kinds are made of.

use super::ItemContext;
use crate::catalogue::RightKind;
use crate::decision::Scheme;
use crate::forms::checklist::{Checklist, Finding};
use crate::forms::defect::DefectCode;
use crate::forms::line::Line;
use crate::forms::party::{Address, Contact, PartyIdentifier, PartyKind};
use crate::identifiers::{
    CountryCode, Fault, FaultCode, Ipc, LayoutDesignNumber, Locarno, NiceClass, PatentNumber,
    PatentNumberKind, SoftwareRegistration, TrademarkNumber, WorkRegistration,
};
use crate::language::{Bilingual, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Inventor, designer, author or creator: always a person.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Creator {
    #[schema(max_length = 400, example = "李四")]
    pub name: Option<String>,
    #[schema(max_length = 400, example = "LI Si")]
    pub name_english: Option<String>,
    #[schema(max_length = 10, example = "CN")]
    pub country_code: Option<String>,
    pub identifier: Option<PartyIdentifier>,
}

/// A party of the matter that is not the applicant, or is named again as what it is here: right holder, respondent,
/// seller, licensee, pledgee.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NamedParty {
    #[schema(max_length = 400, example = "南通示例家纺有限公司")]
    pub name: Option<String>,
    #[schema(max_length = 400, example = "Nantong Example Home Textile Co., Ltd.")]
    pub name_english: Option<String>,
    pub kind: Option<PartyKind>,
    pub identifier: Option<PartyIdentifier>,
    #[schema(max_length = 10, example = "CN")]
    pub country_code: Option<String>,
    /// Seat or place of business.
    pub address: Option<Address>,
    pub contact: Option<Contact>,
}

/// A symbol of a classification, as given.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ClassSymbol {
    pub scheme: Option<Scheme>,
    #[schema(max_length = 40, example = "D03D 15/00")]
    pub symbol: Option<String>,
}

/// Goods or services of one Nice class.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GoodsServices {
    /// Nice class, 1 to 45.
    #[schema(example = 24, minimum = -999, maximum = 999)]
    pub class_number: Option<i64>,
    #[schema(max_length = 4000, example = "床单；被子；枕套")]
    pub goods_services_text: Option<String>,
}

/// A piece of evidence and what it is to prove.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EvidenceItem {
    #[schema(max_length = 400, example = "公证购买的被控产品")]
    pub evidence_name: Option<String>,
    #[schema(max_length = 2000, example = "证明被请求人销售被控产品")]
    pub fact_proved_text: Option<String>,
    /// Key of the document of this form that holds it.
    #[schema(max_length = 60, example = "evidence-1")]
    pub document_key: Option<String>,
}

/// A sum of money.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Amount {
    /// Decimal number with at most two places.
    #[schema(max_length = 40, example = "5000000.00")]
    pub value: Option<String>,
    /// ISO 4217.
    #[schema(max_length = 10, example = "CNY")]
    pub currency_code: Option<String>,
}

impl Creator {
    /// Name and country; whoever is `identified` and Chinese gives the identifier too.
    pub fn check(&self, list: &mut Checklist<'_>, identified: bool) {
        let chinese = self.country_code.as_deref() == Some("CN");
        list.text("name", &self.name).required().at_most(200);
        list.text("nameEnglish", &self.name_english).at_most(200);
        list.text("countryCode", &self.country_code).required().read(CountryCode::parse);
        list.part("identifier", self.identifier.as_ref())
            .required_if(identified && chinese)
            .inside(|list, identifier| identifier.check(list, Some(PartyKind::NaturalPerson)));
    }
}

impl NamedParty {
    /// Only the name is always known; whatever else is given must be right.
    pub fn check(&self, list: &mut Checklist<'_>) {
        let chinese = self.country_code.as_deref().is_none_or(|country| country == "CN");
        let domestic = chinese && self.kind.is_none_or(PartyKind::is_domestic);
        list.text("name", &self.name).required().at_most(200);
        list.text("nameEnglish", &self.name_english).at_most(200);
        list.value("kind", self.kind);
        list.part("identifier", self.identifier.as_ref()).inside(|list, id| id.check(list, self.kind));
        list.text("countryCode", &self.country_code).read(CountryCode::parse);
        list.part("address", self.address.as_ref()).inside(|list, address| address.check(list, domestic));
        list.part("contact", self.contact.as_ref()).inside(|list, contact| contact.check(list));
    }

    /// The division of its seat.
    pub fn seat(&self) -> Option<&str> {
        self.address.as_ref()?.division_code.as_deref()
    }
}

impl ClassSymbol {
    /// A symbol of one of the schemes, by the rule of that scheme.
    pub fn check(&self, list: &mut Checklist<'_>, schemes: &[Scheme]) {
        let scheme = list
            .value("scheme", self.scheme)
            .required()
            .must(
                |scheme| schemes.contains(scheme),
                |scheme| {
                    let names = schemes.iter().map(|scheme| scheme.as_str()).collect::<Vec<_>>();
                    Finding::new(
                        DefectCode::Kind,
                        Text::new("与权利类型不符", "does not fit the kind of right"),
                    )
                    .found(scheme.as_str())
                    .allowed(Bilingual::new(names.join("、"), names.join(", ")))
                },
            )
            .value();
        let symbol = list.text("symbol", &self.symbol).required();
        if let Some(scheme) = scheme {
            symbol.read(symbol_rule(scheme));
        }
    }
}

/// How a text is held against the rule of an identifier, when only its rightness matters.
type Rule = fn(&str) -> Result<(), Fault>;

const fn symbol_rule(scheme: Scheme) -> Rule {
    match scheme {
        Scheme::Ipc => |symbol| Ipc::parse(symbol).map(drop),
        Scheme::Locarno => |symbol| Locarno::parse(symbol).map(drop),
        Scheme::Nice => |symbol| NiceClass::parse(symbol).map(drop),
    }
}

/// The classifications of patents of a kind; any of the patents' when the kind is not known.
pub fn patent_schemes(right_kind: Option<RightKind>) -> &'static [Scheme] {
    match right_kind {
        Some(RightKind::Invention | RightKind::UtilityModel) => &[Scheme::Ipc],
        Some(RightKind::Design) => &[Scheme::Locarno],
        _ => &[Scheme::Ipc, Scheme::Locarno],
    }
}

impl GoodsServices {
    pub fn check(&self, list: &mut Checklist<'_>) {
        list.value("classNumber", self.class_number).required().between(1..=45);
        list.prose("goodsServicesText", &self.goods_services_text).required().at_most(2000);
    }
}

impl EvidenceItem {
    pub fn check(&self, list: &mut Checklist<'_>, context: &ItemContext<'_>) {
        list.text("evidenceName", &self.evidence_name).required().at_most(200);
        list.prose("factProvedText", &self.fact_proved_text).at_most(1000);
        document_key(list, self.document_key.as_ref(), context);
    }
}

/// The key of one of the documents that the item names.
pub fn document_key(list: &mut Checklist<'_>, key: Option<&String>, context: &ItemContext<'_>) {
    list.text("documentKey", key).must(
        |key| context.document_keys.iter().any(|known| known == key),
        |key| {
            let says = Text::new("不在本事项的材料中", "is not among the documents of this item");
            Finding::new(DefectCode::UnknownCode, says).found(key)
        },
    );
}

impl Amount {
    pub fn check(&self, list: &mut Checklist<'_>) {
        list.text("value", &self.value).required().read(money);
        list.text("currencyCode", &self.currency_code).required().read(currency);
    }
}

/// A decimal number without sign: up to 15 digits and at most two decimal places.
fn money(text: &str) -> Result<(), Fault> {
    let allowed =
        Text::new("至多两位小数的金额，如 950.00", "an amount with at most two decimals, such as 950.00");
    let digits =
        |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
    let right = digits(whole, 15) && digits(cents, 2);
    if right { Ok(()) } else { Err(Fault { code: FaultCode::Format, allowed }) }
}

/// ISO 4217, by its form alone.
fn currency(text: &str) -> Result<(), Fault> {
    let allowed =
        Text::new("三个大写字母的货币代码，如 CNY", "a currency code of three capitals, such as CNY");
    let right = text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase());
    if right { Ok(()) } else { Err(Fault { code: FaultCode::Format, allowed }) }
}

/// The number of a right, by the rule of its kind. Some kinds have no common form, and some rights no number.
pub fn right_number(line: Line<'_, '_, &str>, right_kind: Option<RightKind>) {
    use RightKind as Kind;
    let line = line.at_most(60);
    let rule: Rule = match right_kind {
        Some(patent @ (Kind::Invention | Kind::UtilityModel | Kind::Design)) => {
            line.read(PatentNumber::parse).must(
                |number| kind_of(number) == patent,
                |number| {
                    let says = Text::new("属于另一类专利", "is of another kind of patent");
                    Finding::new(DefectCode::Kind, says).found(number)
                },
            );
            return;
        }
        Some(Kind::Trademark) => |number| TrademarkNumber::parse(number).map(drop),
        Some(Kind::CopyrightWork) => |number| WorkRegistration::parse(number).map(drop),
        Some(Kind::Software) => |number| SoftwareRegistration::parse(number).map(drop),
        Some(Kind::LayoutDesign) => |number| LayoutDesignNumber::parse(number).map(drop),
        Some(Kind::GeographicalIndication | Kind::PlantVariety | Kind::TradeSecret | Kind::None) | None => {
            return;
        }
    };
    line.read(rule);
}

fn kind_of(number: &PatentNumber) -> RightKind {
    match number.kind() {
        PatentNumberKind::Invention | PatentNumberKind::PctInvention => RightKind::Invention,
        PatentNumberKind::UtilityModel | PatentNumberKind::PctUtilityModel => RightKind::UtilityModel,
        PatentNumberKind::Design => RightKind::Design,
    }
}

/// A number of a right as it is compared: letters and digits only, without the prefix of patents, so that
/// `ZL 202410320600.X` and `202410320600X` are the same right.
pub fn comparable(number: &str) -> Option<String> {
    let bare: String = number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    let digits_follow = |rest: &&str| rest.starts_with(|c: char| c.is_ascii_digit());
    let number =
        bare.strip_prefix("ZL").or_else(|| bare.strip_prefix("CN")).filter(digits_follow).unwrap_or(&bare);
    (!number.is_empty()).then(|| number.to_owned())
}
