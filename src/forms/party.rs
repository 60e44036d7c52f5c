//! The people and organisations of a form: who they are, how they are identified, where they can be reached.

use super::checklist::{Checklist, Finding};
use super::defect::DefectCode;
use crate::identifiers::{
    CountryCode, DivisionCode, Email, Fault, FaultCode, PostalCode, ResidentId, Telephone, Uscc,
};
use crate::language::{Bilingual, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What a party is in law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartyKind {
    Enterprise,
    /// 个体工商户.
    IndividualBusiness,
    UniversityOrInstitute,
    Association,
    NaturalPerson,
    /// A person or organisation without residence or place of business on the mainland of China.
    ForeignParty,
}

/// Where a party's identifier comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IdentifierScheme {
    /// 统一社会信用代码, GB 32100-2015.
    Uscc,
    /// 公民身份号码, GB 11643-1999.
    ResidentId,
    Passport,
    /// 港澳居民来往内地通行证、台湾居民来往大陆通行证 and residence permits of their holders.
    TravelPermit,
    /// The number in the register of the party's home country.
    ForeignRegistration,
}

/// An identifier of a party, as given.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PartyIdentifier {
    pub scheme: Option<IdentifierScheme>,
    #[schema(max_length = 60, example = "91320600MA1ABCD11U")]
    pub value: Option<String>,
}

/// A postal address; its division is what routing looks at.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Address {
    /// GB/T 2260 code of the county or district.
    #[schema(max_length = 20, example = "320613")]
    pub division_code: Option<String>,
    #[schema(max_length = 400, example = "江苏省南通市崇川区示例路1号")]
    pub line: Option<String>,
    #[schema(max_length = 20, example = "226000")]
    pub postal_code: Option<String>,
}

/// Who is to be called or written to.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Contact {
    #[schema(max_length = 200, example = "张三")]
    pub name: Option<String>,
    #[schema(max_length = 60, example = "0513-85210000")]
    pub telephone: Option<String>,
    #[schema(max_length = 254, example = "ip@example.com")]
    pub email: Option<String>,
}

/// One of those in whose name the form is handed in.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Applicant {
    /// The party's record at the window, when it has one.
    #[schema(max_length = 60, example = "01970000-0000-7000-8000-000000000001")]
    pub party_id: Option<String>,
    pub kind: Option<PartyKind>,
    #[schema(max_length = 400, example = "南通示例纺织有限公司")]
    pub name: Option<String>,
    #[schema(max_length = 400, example = "Nantong Example Textile Co., Ltd.")]
    pub name_english: Option<String>,
    pub identifier: Option<PartyIdentifier>,
    /// Nationality or place of registration, WIPO ST.3.
    #[schema(max_length = 10, example = "CN")]
    pub country_code: Option<String>,
    pub address: Option<Address>,
    pub contact: Option<Contact>,
}

impl PartyKind {
    /// The identifiers by which such a party is known.
    pub const fn schemes(self) -> &'static [IdentifierScheme] {
        use IdentifierScheme as Scheme;
        match self {
            Self::Enterprise | Self::IndividualBusiness | Self::UniversityOrInstitute | Self::Association => {
                &[Scheme::Uscc]
            }
            Self::NaturalPerson => &[Scheme::ResidentId, Scheme::Passport, Scheme::TravelPermit],
            Self::ForeignParty => &[Scheme::Passport, Scheme::TravelPermit, Scheme::ForeignRegistration],
        }
    }

    pub const fn is_organisation(self) -> bool {
        !matches!(self, Self::NaturalPerson)
    }

    /// Whether the party belongs to a division of China.
    pub const fn is_domestic(self) -> bool {
        !matches!(self, Self::ForeignParty)
    }
}

impl IdentifierScheme {
    const fn name(self) -> Text {
        match self {
            Self::Uscc => Text::new("统一社会信用代码", "USCC"),
            Self::ResidentId => Text::new("公民身份号码", "RESIDENT_ID"),
            Self::Passport => Text::new("护照", "PASSPORT"),
            Self::TravelPermit => Text::new("来往内地（大陆）通行证", "TRAVEL_PERMIT"),
            Self::ForeignRegistration => Text::new("境外登记号", "FOREIGN_REGISTRATION"),
        }
    }
}

impl PartyIdentifier {
    /// Scheme and value, the value by the rule of its scheme. Without a kind any scheme may stand.
    pub fn check(&self, list: &mut Checklist<'_>, of: Option<PartyKind>) {
        let scheme = list
            .value("scheme", self.scheme)
            .required()
            .must(
                |scheme| of.is_none_or(|kind| kind.schemes().contains(scheme)),
                |scheme| {
                    Finding::new(
                        DefectCode::Kind,
                        Text::new("与主体类型不符", "does not fit the kind of party"),
                    )
                    .found(scheme.name().en)
                    .allowed(listed(of.map_or(&[], PartyKind::schemes)))
                },
            )
            .value();
        let value = list.text("value", &self.value).required();
        match scheme {
            Some(IdentifierScheme::Uscc) => {
                value.read(Uscc::parse).should(Uscc::organisation_code_check_holds, |code| {
                    let says = Text::new(
                        "所含组织机构代码的校验位不符，请核对",
                        "holds an organisation code that does not fit its check digit",
                    );
                    Finding::new(DefectCode::CheckDigit, says).found(code)
                });
            }
            Some(IdentifierScheme::ResidentId) => {
                value.personal(ResidentId::parse);
            }
            Some(_) => {
                value.at_most(40);
            }
            None => {}
        }
    }
}

impl Address {
    /// An address of a party or place in China needs its division; one abroad has none.
    pub fn check(&self, list: &mut Checklist<'_>, domestic: bool) {
        list.text("divisionCode", &self.division_code).required_if(domestic).read(DivisionCode::parse);
        list.text("line", &self.line).required().at_most(200);
        let postal_code = list.text("postalCode", &self.postal_code);
        if domestic {
            postal_code.read(PostalCode::parse);
        }
    }
}

impl Contact {
    pub fn check(&self, list: &mut Checklist<'_>) {
        list.text("name", &self.name).required().at_most(100);
        list.text("telephone", &self.telephone).required().personal(Telephone::parse);
        list.text("email", &self.email).personal(Email::parse);
    }
}

impl Applicant {
    /// Everybody is named, identified and placed; the first of them, the lead, can also be reached.
    pub fn check(&self, list: &mut Checklist<'_>, lead: bool) {
        let domestic = self.kind.is_none_or(PartyKind::is_domestic);
        list.text("partyId", &self.party_id).read(uuid);
        list.value("kind", self.kind).required();
        list.text("name", &self.name).required().at_most(200);
        list.text("nameEnglish", &self.name_english).at_most(200);
        list.part("identifier", self.identifier.as_ref())
            .required()
            .inside(|list, id| id.check(list, self.kind));
        list.text("countryCode", &self.country_code).required().read(CountryCode::parse).must(
            |country| domestic || country.as_str() != "CN",
            |_| {
                let says = Text::new("与境外主体不符", "does not fit a foreign party");
                Finding::new(DefectCode::Conflict, says).found("CN")
            },
        );
        list.part("address", self.address.as_ref())
            .required()
            .inside(|list, address| address.check(list, domestic));
        list.part("contact", self.contact.as_ref())
            .required_if(lead)
            .inside(|list, contact| contact.check(list));
    }
}

fn uuid(text: &str) -> Result<Uuid, Fault> {
    let allowed = Text::new("UUID", "a UUID");
    Uuid::try_parse(text).map_err(|_| Fault { code: FaultCode::Format, allowed })
}

fn listed(schemes: &[IdentifierScheme]) -> Bilingual {
    let join = |separator, name: fn(Text) -> &'static str| {
        schemes.iter().map(|scheme| name(scheme.name())).collect::<Vec<_>>().join(separator)
    };
    Bilingual::new(join("、", |name| name.zh), join(", ", |name| name.en))
}
