//! The form that an applicant fills in: one form, one pool of documents, one item for each service asked for. A form
//! holds whatever is well shaped; whether it is complete and right is for `completeness` to say. The bounds of its
//! numbers reach below zero, so that a slip is kept and told with the rest.

use super::particulars::Particulars;
use super::party::{Applicant, PartyIdentifier};
use crate::catalogue::{ParticularsKind, RightKind, Service};
use crate::language::Bilingual;
use crate::shape::{self, Shape, ShapeCode, ShapeFault};
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::LazyLock;
use utoipa::ToSchema;
use utoipa::openapi::Array;

/// How a form came to the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    Portal,
    Counter,
    Workstation,
    Api,
    Import,
}

impl Channel {
    /// Handed over to a clerk in person; that node's clerks then go on with it.
    pub const AT_A_COUNTER: [&'static str; 2] = [Self::Counter.code(), Self::Workstation.code()];

    /// The code under which a channel is kept.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Portal => "PORTAL",
            Self::Counter => "COUNTER",
            Self::Workstation => "WORKSTATION",
            Self::Api => "API",
            Self::Import => "IMPORT",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        let all = [Self::Portal, Self::Counter, Self::Workstation, Self::Api, Self::Import];
        all.into_iter().find(|channel| channel.code() == code)
    }

    /// The node whose clerks took in what came by this channel, if clerks did.
    pub fn counter_node(code: &str, node: &str) -> Option<String> {
        Self::AT_A_COUNTER.contains(&code).then(|| node.to_owned())
    }
}

/// All of what an applicant hands in.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SubmissionForm {
    /// Template (一件事) that the items follow.
    #[schema(max_length = 60, example = "PATTERN_PROTECTION")]
    pub bundle_code: Option<String>,
    /// Follows from who files when it is left out; one that is not the caller's is refused.
    pub channel: Option<Channel>,
    /// Node at whose window it is handed in.
    #[schema(max_length = 40, example = "NTIPC")]
    pub intake_node_code: Option<String>,
    /// The sender's own reference, unique among its submissions.
    #[schema(max_length = 100, example = "ERP-2026-000123")]
    pub external_reference: Option<String>,
    /// The first is the lead: it is written to, and its seat and standing count.
    #[schema(max_items = 50)]
    pub applicants: Vec<Applicant>,
    pub agency: Option<Agency>,
    pub attendance: Option<Attendance>,
    #[schema(max_items = 200)]
    pub documents: Vec<DocumentEntry>,
    #[schema(max_items = 50)]
    pub items: Vec<Item>,
    #[schema(max_length = 4000, example = "三项请一并办理")]
    pub remark: Option<String>,
}

/// The agency that acts for the applicants.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Agency {
    /// Code given by CNIPA to a patent agency.
    #[schema(max_length = 20, example = "32200")]
    pub agency_code: Option<String>,
    #[schema(max_length = 400, example = "南通示例专利代理事务所（普通合伙）")]
    pub name: Option<String>,
    #[schema(max_items = 10)]
    pub attorneys: Vec<Attorney>,
}

/// An attorney of the agency (专利代理师) named for the matter.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Attorney {
    #[schema(max_length = 200, example = "王五")]
    pub name: Option<String>,
    #[schema(max_length = 40, example = "3220012345.6")]
    pub licence_number: Option<String>,
}

/// In what capacity somebody came to the counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Capacity {
    Applicant,
    LegalRepresentative,
    Employee,
    Agent,
}

/// Who attended when a clerk took the form.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Attendance {
    pub attended_by: Option<Attendee>,
    pub capacity: Option<Capacity>,
}

/// A person who came to the counter.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Attendee {
    #[schema(max_length = 200, example = "赵六")]
    pub name: Option<String>,
    pub identifier: Option<PartyIdentifier>,
}

/// One document of the pool: what it is, and the digest that its bytes must have when they arrive.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DocumentEntry {
    /// The applicant's own name for it, by which items refer to it.
    #[schema(max_length = 60, example = "claims")]
    pub document_key: Option<String>,
    /// Kind in the catalogue.
    #[schema(max_length = 60, example = "CLAIMS")]
    pub kind: Option<String>,
    #[schema(max_length = 400, example = "权利要求书.pdf")]
    pub file_name: Option<String>,
    #[schema(max_length = 200, example = "application/pdf")]
    pub media_type: Option<String>,
    #[schema(example = 182_044, minimum = -9_007_199_254_740_991_i64, maximum = 9_007_199_254_740_991_i64)]
    pub size_bytes: Option<i64>,
    /// Digest of the bytes, hexadecimal.
    #[schema(max_length = 100, example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    pub sha256: Option<String>,
    #[schema(example = 12, minimum = -1_000_000, maximum = 1_000_000)]
    pub page_count: Option<i64>,
    #[schema(max_length = 40, example = "2026-03-02")]
    pub signed_on: Option<String>,
}

/// One service asked for on one right.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schema(as = SubmissionItem)]
pub struct Item {
    /// The applicant's own name for it, by which other items refer to it.
    #[schema(max_length = 60, example = "design")]
    pub item_key: Option<String>,
    #[schema(max_length = 60, example = "PRE_EXAMINATION_DESIGN")]
    pub service_code: Option<String>,
    /// May be left out where the service knows one kind only.
    pub right_kind: Option<RightKind>,
    /// What is to be known of the right and the matter; its shape depends on the service.
    #[serde(deserialize_with = "refused")]
    pub particulars: Option<Particulars>,
    /// Keys of the documents that belong to it.
    #[schema(schema_with = keys)]
    pub document_keys: Vec<String>,
    /// Keys of the items whose outcome this one waits for.
    #[schema(schema_with = keys)]
    pub depends_on: Vec<String>,
    #[schema(max_length = 100, example = "ERP-2026-000123-1")]
    pub external_reference: Option<String>,
}

static FORM: LazyLock<Shape> = LazyLock::new(Shape::of::<SubmissionForm>);

impl SubmissionForm {
    /// Reads a form. `kind_of` says which particulars a service asks for. Every fault of shape is told, each with its
    /// pointer; faults of value are not looked for. What says nothing is dropped: blank and absent are one.
    pub fn parse(
        mut value: Value,
        kind_of: &dyn Fn(&str) -> Option<ParticularsKind>,
    ) -> Result<Self, Vec<ShapeFault>> {
        let mut faults = FORM.faults(&value);
        let mut particulars = Vec::new();
        for (place, item) in items_of(&mut value).iter_mut().enumerate() {
            match take_particulars(item, &format!("/items/{place}"), kind_of) {
                Ok(taken) => particulars.push(taken),
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let value = shape::without_empties(value);
        let mut form: Self = serde_json::from_value(value).map_err(|_| vec![ShapeFault::unreadable("")])?;
        for (item, particulars) in form.items.iter_mut().zip(particulars) {
            item.particulars = particulars;
        }
        Ok(form)
    }

    /// The form as JSON, without what is null or empty.
    pub fn to_value(&self) -> Value {
        shape::without_empties(serde_json::to_value(self).unwrap_or_default())
    }

    /// The applicant that is written to and whose seat and standing count.
    pub fn lead(&self) -> Option<&Applicant> {
        self.applicants.first()
    }

    pub fn document(&self, key: &str) -> Option<&DocumentEntry> {
        self.documents.iter().find(|document| document.document_key.as_deref() == Some(key))
    }
}

impl Item {
    /// The kind of right: as stated, or the only one that the service knows.
    pub fn right_kind_for(&self, service: &Service) -> Option<RightKind> {
        self.right_kind.or(match service.right_kinds.as_slice() {
            [only] => Some(*only),
            _ => None,
        })
    }
}

/// Shows how much is in the form, never what.
impl fmt::Debug for SubmissionForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubmissionForm")
            .field("applicants", &self.applicants.len())
            .field("documents", &self.documents.len())
            .field("items", &self.items.len())
            .finish_non_exhaustive()
    }
}

fn keys() -> Array {
    shape::strings(200, 60, "design")
}

fn items_of(value: &mut Value) -> &mut [Value] {
    value.get_mut("items").and_then(Value::as_array_mut).map_or(&mut [], Vec::as_mut_slice)
}

/// Takes the particulars out of a raw item and reads them as the service asks. Where they are another service's, or the
/// service is not known yet, they are kept as what they are: whoever changes the service of a draft finds them there.
/// Nothing is said of an item that is not of the right shape itself: that is told already.
fn take_particulars(
    item: &mut Value,
    pointer: &str,
    kind_of: &dyn Fn(&str) -> Option<ParticularsKind>,
) -> Result<Option<Particulars>, Vec<ShapeFault>> {
    let Some(item) = item.as_object_mut() else { return Ok(None) };
    let particulars = item.remove("particulars").filter(|particulars| !particulars.is_null());
    let code = match item.get("serviceCode") {
        Some(Value::String(code)) => Some(code.as_str()),
        None | Some(Value::Null) => None,
        Some(_) => return Ok(None),
    };
    match (code.and_then(kind_of), particulars) {
        (Some(kind), particulars) => {
            let particulars = particulars.unwrap_or_else(|| Value::Object(Map::new()));
            Particulars::parse_or_keep(kind, particulars).map(Some).map_err(|faults| {
                faults.into_iter().map(|fault| fault.beneath(pointer, "particulars")).collect()
            })
        }
        (None, Some(particulars)) => match Particulars::of_any_kind(particulars) {
            Some(kept) => Ok(Some(kept)),
            None => Err(vec![no_service(pointer, code)]),
        },
        (None, None) => Ok(None),
    }
}

fn no_service(item: &str, code: Option<&str>) -> ShapeFault {
    ShapeFault {
        code: ShapeCode::UnknownCode,
        pointer: format!("{item}/serviceCode"),
        message: Bilingual::new("未指明已有的服务事项", "names no service of the catalogue"),
        found: code.map(shape::code_or_type),
        allowed: Bilingual::new("服务目录中的事项代码", "the code of a service in the catalogue"),
    }
}

/// The type of particulars depends on the service, which serde does not know; [`SubmissionForm::parse`] takes them out
/// first. Reading a form in any other way fails instead of losing them.
fn refused<'de, D: Deserializer<'de>>(_: D) -> Result<Option<Particulars>, D::Error> {
    Err(D::Error::custom("particulars are read by SubmissionForm::parse"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forms::examples::{form, read};
    use serde_json::json;

    fn faults(form: Value) -> Vec<(&'static str, String)> {
        let faults = read(form).map(|_| ()).unwrap_err();
        faults.into_iter().map(|fault| (fault.code.as_str(), fault.pointer)).collect()
    }

    #[test]
    fn a_draft_holds_whatever_is_well_shaped() {
        for form in [
            json!({}),
            json!({"applicants": [{}], "agency": {}, "documents": [{}], "items": [{}], "remark": ""}),
            json!({"items": [{"serviceCode": null, "particulars": null}]}),
            json!({"items": [{"serviceCode": "SOFTWARE_REGISTRATION"}]}),
            json!({"items": [{"serviceCode": "SOFTWARE_REGISTRATION", "particulars": {"completionDate": "someday"}}]}),
            json!({"items": [{"serviceCode": "NO_SUCH"}, {"particulars": {}}]}),
        ] {
            assert!(read(form.clone()).is_ok(), "{form}");
        }
        let draft = read(json!({"agency": {}, "items": [{}], "remark": " ", "channel": null})).unwrap();
        assert!(draft == read(json!({"items": [{}]})).unwrap());
        assert_eq!(draft.to_value(), json!({"items": [{}]}));
    }

    #[test]
    fn every_fault_of_shape_is_told() {
        let mut form = form("software");
        form["surprise"] = json!(1);
        form["channel"] = json!("PIGEON");
        form["documents"][0]["sizeBytes"] = json!("large");
        form["items"][0]["particulars"]["softwareTitle"] = json!(["a"]);
        form["items"][0]["particulars"]["colour"] = json!("red");
        form["items"].as_array_mut().unwrap().extend([
            json!({"serviceCode": "NO_SUCH", "particulars": {"colour": "red"}}),
            json!({"particulars": {"colour": "red"}}),
            json!({"serviceCode": 7, "particulars": {}}),
            json!("item"),
        ]);
        let mut found = faults(form);
        found.sort();
        let expected = [
            ("UNKNOWN_CODE", "/channel"),
            ("UNKNOWN_CODE", "/items/1/serviceCode"),
            ("UNKNOWN_CODE", "/items/2/serviceCode"),
            ("UNKNOWN_PROPERTY", "/items/0/particulars/colour"),
            ("UNKNOWN_PROPERTY", "/surprise"),
            ("WRONG_TYPE", "/documents/0/sizeBytes"),
            ("WRONG_TYPE", "/items/0/particulars/softwareTitle"),
            ("WRONG_TYPE", "/items/3/serviceCode"),
            ("WRONG_TYPE", "/items/4"),
        ];
        assert_eq!(found, expected.map(|(code, pointer)| (code, pointer.to_owned())));
        for form in [json!([]), json!("form"), json!(null)] {
            assert_eq!(faults(form), [("WRONG_TYPE", String::new())]);
        }
        assert_eq!(faults(json!({"items": {}})), [("WRONG_TYPE", "/items".to_owned())]);
    }

    #[test]
    fn particulars_of_another_service_are_kept_as_they_are() {
        let whole = form("software");
        let given = whole["items"][0]["particulars"].clone();
        for code in [json!("NO_SUCH"), json!(null), json!("PRE_EXAMINATION_INVENTION")] {
            let mut form = whole.clone();
            form["items"][0]["serviceCode"] = code;
            let draft = read(form).unwrap();
            assert_eq!(draft.to_value()["items"][0]["particulars"], given);
            assert!(read(draft.to_value()).unwrap() == draft);
        }
    }

    #[test]
    fn particulars_are_never_lost_by_reading_in_another_way() {
        assert!(serde_json::from_value::<SubmissionForm>(form("software")).is_err());
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", read(form("patent_filing_invention")).unwrap());
        assert_eq!(shown, "SubmissionForm { applicants: 1, documents: 8, items: 1, .. }");
    }
}
