//! Rules of the whole form: parties, documents, items and what they have to do with one another.

use super::check;
use crate::forms::examples::{self, PACK, defects, form, form_with, read, recorded, today, told};
use crate::forms::form::SubmissionForm;
use crate::forms::standing::{ApplicantStanding, RecordalState};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The complete form of one kind with one value put in, by its pointer.
fn with(name: &str, pointer: &str, value: Value) -> Value {
    let mut form = form(name);
    let (parent, property) = pointer.rsplit_once('/').unwrap();
    match form.pointer_mut(parent).unwrap() {
        Value::Array(entries) => entries.push(value),
        object => object[property] = value,
    }
    form
}

fn assert_told(form: Value, expected: &[(&'static str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(code, pointer)| (*code, (*pointer).to_owned())).collect();
    assert_eq!(told(form), expected);
}

#[test]
fn an_empty_form_lacks_applicants_and_items() {
    assert_told(json!({}), &[("REQUIRED", "/applicants"), ("REQUIRED", "/items")]);
    let form = json!({"applicants": [{}], "documents": [{}], "items": [{"serviceCode": "SOFTWARE_REGISTRATION"}, {}]});
    let told = told(form);
    assert!(told.iter().all(|(code, _)| matches!(*code, "REQUIRED" | "DOCUMENT_MISSING")));
    let pointers: Vec<_> = told.iter().map(|(_, pointer)| pointer.as_str()).collect();
    let applicant = ["kind", "name", "identifier", "countryCode", "address", "contact"];
    assert_eq!(pointers[..6], applicant.map(|property| format!("/applicants/0/{property}")));
    let document = ["documentKey", "kind", "fileName", "mediaType", "sizeBytes", "sha256"];
    assert_eq!(pointers[6..12], document.map(|property| format!("/documents/0/{property}")));
    assert_eq!(pointers[12..14], ["/items/0/itemKey", "/items/0/particulars/softwareTitle"]);
    assert_eq!(pointers[pointers.len() - 2..], ["/items/1/itemKey", "/items/1/serviceCode"]);
}

/// Everything is told in one go, in the order of the form, whatever else is wrong.
#[test]
fn all_defects_are_told_at_once_in_the_order_of_the_form() {
    let mut form = form_with(
        "patent_filing_invention",
        &json!({"inventionTitle": null, "mainClassification": {"scheme": "IPC", "symbol": "D03D 15/0"}, "pctIndicator": true}),
    );
    form["intakeNodeCode"] = json!("NOWHERE");
    form["applicants"][0]["identifier"]["value"] = json!("91320600MA1ABCD110");
    form["documents"][0]["sha256"] = json!("abc");
    form["items"][0]["documentKeys"].as_array_mut().unwrap().retain(|key| key != "claims");
    form["items"][0]["dependsOn"] = json!(["nothing"]);
    assert_told(
        form,
        &[
            ("UNKNOWN_CODE", "/intakeNodeCode"),
            ("CHECK_DIGIT", "/applicants/0/identifier/value"),
            ("FORMAT", "/documents/0/sha256"),
            ("UNUSED", "/documents/1"),
            ("REQUIRED", "/items/0/particulars/inventionTitle"),
            ("FORMAT", "/items/0/particulars/mainClassification/symbol"),
            ("NOT_ALLOWED", "/items/0/particulars/pctIndicator"),
            ("DOCUMENT_MISSING", "/items/0/documentKeys"),
            ("DEPENDENCY", "/items/0/dependsOn/0"),
        ],
    );
}

#[test]
fn each_kind_of_party_has_its_identifier() {
    let applicant = |kind: &str, scheme: &str, value: &str| {
        let mut form = form("software");
        form["applicants"][0]["kind"] = json!(kind);
        form["applicants"][0]["identifier"] = json!({"scheme": scheme, "value": value});
        form
    };
    let uscc = "91320600MA1ABCD11U";
    for (kind, scheme, value, expected) in [
        ("INDIVIDUAL_BUSINESS", "USCC", uscc, None),
        ("UNIVERSITY_OR_INSTITUTE", "USCC", "12320600466900AB4T", None),
        ("ASSOCIATION", "USCC", uscc, None),
        ("NATURAL_PERSON", "RESIDENT_ID", "320602198503124010", None),
        ("NATURAL_PERSON", "PASSPORT", "E12345678", None),
        ("NATURAL_PERSON", "TRAVEL_PERMIT", "H1234567890", None),
        ("ENTERPRISE", "RESIDENT_ID", "320602198503124010", Some(("KIND", "scheme"))),
        ("NATURAL_PERSON", "USCC", uscc, Some(("KIND", "scheme"))),
        ("NATURAL_PERSON", "RESIDENT_ID", "320602198502304010", Some(("DATE", "value"))),
        ("ENTERPRISE", "USCC", "9132060OMA1ABCD11U", Some(("FORMAT", "value"))),
        ("ENTERPRISE", "USCC", "91320600MA1ABCD1\u{200B}1U", Some(("UNSAFE_CHARACTER", "value"))),
    ] {
        let expected = expected.map(|(code, at)| (code, format!("/applicants/0/identifier/{at}")));
        assert_eq!(told(applicant(kind, scheme, value)), Vec::from_iter(expected), "{kind} {scheme} {value}");
    }
}

#[test]
fn personal_values_are_masked_and_the_inner_check_of_a_credit_code_only_warns() {
    let mut form = form("software");
    form["applicants"][0]["kind"] = json!("NATURAL_PERSON");
    form["applicants"][0]["identifier"] = json!({"scheme": "RESIDENT_ID", "value": "320602198503124011"});
    form["applicants"][0]["contact"]["telephone"] = json!("1380000123");
    let told = serde_json::to_string(&defects(form)).unwrap();
    assert!(!told.contains("198503124011") && !told.contains("1380000123"), "{told}");
    let form = with("software", "/applicants/0/identifier/value", json!("91320600MA1ABCD20R"));
    let [warning] = &defects(form)[..] else { panic!() };
    assert_eq!((warning.code.as_str(), warning.bars()), ("CHECK_DIGIT", false));
}

#[test]
fn a_foreign_party_acts_through_an_agency() {
    let foreigner = json!({
        "kind": "FOREIGN_PARTY", "name": "Example Bedding Inc.", "countryCode": "US",
        "identifier": {"scheme": "FOREIGN_REGISTRATION", "value": "0000001"},
        "address": {"line": "1 Example Street, Wilmington DE"},
    });
    let form = with("patent_matter_invalidation", "/applicants/-", foreigner);
    let [defect] = &defects(form.clone())[..] else { panic!() };
    assert_eq!((defect.code.as_str(), defect.pointer.as_str()), ("REQUIRED", "/agency"));
    assert!(defect.source.as_ref().is_some_and(|source| source.contains("Patent Law art. 18")));
    let mut form = form;
    form["agency"] = json!({"attorneys": [{"name": "王示例"}]});
    assert_told(
        form.clone(),
        &[
            ("REQUIRED", "/agency/agencyCode"),
            ("REQUIRED", "/agency/name"),
            ("REQUIRED", "/agency/attorneys/0/licenceNumber"),
            ("DOCUMENT_MISSING", "/items/0/documentKeys"),
        ],
    );
    form["applicants"][1]["countryCode"] = json!("CN");
    assert!(told(form).contains(&("CONFLICT", "/applicants/1/countryCode".to_owned())));
}

#[test]
fn whoever_came_to_the_counter_is_recorded() {
    let mut form = with("software", "/channel", json!("COUNTER"));
    assert_told(form.clone(), &[("REQUIRED", "/intakeNodeCode"), ("REQUIRED", "/attendance")]);
    form["intakeNodeCode"] = json!("NTIPC");
    form["attendance"] = json!({"capacity": "EMPLOYEE"});
    assert_told(form.clone(), &[("REQUIRED", "/attendance/attendedBy")]);
    form["attendance"] = json!({"attendedBy": {"identifier": {"scheme": "PASSPORT"}}});
    let at = ["attendedBy/name", "attendedBy/identifier/value", "capacity"];
    assert_eq!(told(form.clone()), at.map(|property| ("REQUIRED", format!("/attendance/{property}"))));
    form["attendance"] = json!({"attendedBy": {"name": "赵示例"}, "capacity": "EMPLOYEE"});
    assert_told(form, &[]);
}

#[test]
fn documents_fit_into_the_window() {
    for (property, value, code) in [
        ("documentKey", json!("a/b"), "FORMAT"),
        ("kind", json!("POEM"), "UNKNOWN_CODE"),
        ("fileName", json!("../secret.pdf"), "FORMAT"),
        ("fileName", json!(".."), "FORMAT"),
        ("fileName", json!("c:x.pdf"), "FORMAT"),
        ("fileName", json!("fdp\u{202E}.exe"), "UNSAFE_CHARACTER"),
        ("mediaType", json!("text/html"), "NOT_ALLOWED"),
        ("sizeBytes", json!(0), "RANGE"),
        ("sizeBytes", json!(-1), "RANGE"),
        ("sizeBytes", json!(52_428_801), "RANGE"),
        ("sha256", json!("E3B0"), "FORMAT"),
        ("pageCount", json!(0), "RANGE"),
        ("pageCount", json!(-1), "RANGE"),
        ("signedOn", json!("2026-02-30"), "DATE"),
        ("signedOn", json!("2026-03-03"), "RANGE"),
    ] {
        let told = told(with("software", &format!("/documents/0/{property}"), value.clone()));
        assert_eq!(told[0], (code, format!("/documents/0/{property}")), "{property} {value}");
    }
    assert_told(with("software", "/documents/0/sizeBytes", json!(52_428_800)), &[]);
}

#[test]
fn keys_are_unique_and_known() {
    let mut form = form("software");
    let document = form["documents"][0].clone();
    form["documents"].as_array_mut().unwrap().push(document);
    let item = form["items"][0].clone();
    form["items"].as_array_mut().unwrap().push(item);
    form["items"][1]["documentKeys"].as_array_mut().unwrap().extend([json!("form"), json!("lost")]);
    assert_told(
        form,
        &[
            ("DUPLICATE", "/documents/3/documentKey"),
            ("DUPLICATE", "/items/1/itemKey"),
            ("DUPLICATE", "/items/1/documentKeys/3"),
            ("UNKNOWN_CODE", "/items/1/documentKeys/4"),
            ("DUPLICATE", "/items/1/externalReference"),
        ],
    );
}

#[test]
fn a_missing_document_is_named_with_its_source_and_check() {
    let mut form = form("patent_filing_invention");
    form["documents"].as_array_mut().unwrap().retain(|document| document["kind"] != "CLAIMS");
    form["items"][0]["documentKeys"].as_array_mut().unwrap().retain(|key| key != "claims");
    let [defect] = &defects(form)[..] else { panic!() };
    let written = json!(defect);
    assert_eq!(written["code"], "DOCUMENT_MISSING");
    assert_eq!(written["allowed"], json!({"zh": "材料CLAIMS（CLAIMS）", "en": "document CLAIMS (CLAIMS)"}));
    assert_eq!((&written["source"], &written["check"]), (&json!("city rule"), &json!("A08")));
}

#[test]
fn the_right_fits_the_service() {
    assert_told(with("software", "/items/0/rightKind", json!("DESIGN")), &[("KIND", "/items/0/rightKind")]);
    assert_told(with("software", "/items/0/rightKind", Value::Null), &[]);
    let unnamed = with("patent_matter_invalidation", "/items/0/rightKind", Value::Null);
    assert_told(unnamed, &[("REQUIRED", "/items/0/rightKind")]);
}

#[test]
fn items_wait_for_items_of_the_form_and_never_in_a_circle() {
    let chain = |dependencies: [&[&str]; 3]| {
        let mut form = form("software");
        let mut item = form["items"][0].clone();
        item.as_object_mut().unwrap().remove("externalReference");
        form["items"] = (0..3)
            .map(|n| {
                let mut item = item.clone();
                item["itemKey"] = json!(n.to_string());
                item["dependsOn"] = json!(dependencies[n]);
                item
            })
            .collect();
        form
    };
    assert_told(chain([&[], &["0"], &["0", "1"]]), &[]);
    assert_told(chain([&["0"], &[], &[]]), &[("DEPENDENCY", "/items/0/dependsOn")]);
    let circle = [("DEPENDENCY", "/items/0/dependsOn"), ("DEPENDENCY", "/items/1/dependsOn")];
    assert_told(chain([&["1"], &["0"], &["0"]]), &circle);
    assert_told(chain([&[], &["9"], &[]]), &[("DEPENDENCY", "/items/1/dependsOn/0")]);
}

#[test]
fn a_bundle_is_followed() {
    let mut form = form("patent_filing_design");
    form["bundleCode"] = json!("PATTERN_PROTECTION");
    form["items"][0]["itemKey"] = json!("design");
    assert_told(form.clone(), &[("REQUIRED", "/items")]);
    let work = examples::form("copyright_work");
    form["documents"].as_array_mut().unwrap().extend(work["documents"].as_array().unwrap().clone());
    let mut item = work["items"][0].clone();
    item.as_object_mut().unwrap().remove("externalReference");
    item["itemKey"] = json!("work");
    form["items"].as_array_mut().unwrap().push(item);
    assert_told(form.clone(), &[("DEPENDENCY", "/items/1/dependsOn")]);
    form["items"][1]["dependsOn"] = json!(["design"]);
    assert_told(form.clone(), &[]);
    let mut swapped = form.clone();
    swapped["items"][1]["itemKey"] = json!("deposit");
    assert_told(swapped, &[("REQUIRED", "/items"), ("NOT_ALLOWED", "/items/1/serviceCode")]);
    form["items"][1]["itemKey"] = json!("other");
    assert_told(form.clone(), &[("REQUIRED", "/items"), ("NOT_ALLOWED", "/items/1/itemKey")]);
    form["bundleCode"] = json!("NO_SUCH");
    assert_told(form, &[("UNKNOWN_CODE", "/bundleCode")]);
}

#[test]
fn pre_examination_is_for_recorded_organisations_of_the_area() {
    let form = || read(form("patent_filing_design")).unwrap();
    let told = |form: &SubmissionForm, standing: &ApplicantStanding| -> Vec<String> {
        let defects = check(form, &PACK, standing, today());
        assert!(defects.iter().all(|defect| defect.pointer == "/items/0/serviceCode"));
        assert!(
            defects
                .iter()
                .all(|defect| json!(defect.check) == "A01" && defect.code.as_str() == "NOT_ELIGIBLE")
        );
        defects.into_iter().map(|defect| defect.message.en).collect()
    };
    for (recordal, quota_left, word) in [
        (None, None, "not recorded"),
        (Some(RecordalState::Pending), None, "not finished"),
        (Some(RecordalState::Suspended), None, "suspended"),
        (Some(RecordalState::Ended), None, "not recorded"),
        (Some(RecordalState::Recorded), Some(0), "used up"),
    ] {
        let messages =
            told(&form(), &ApplicantStanding { recordal, quota_left, ..ApplicantStanding::default() });
        assert!(matches!(&messages[..], [message] if message.contains(word)), "{messages:?}");
    }
    let outside = ApplicantStanding { seat: Some("320506".to_owned()), ..recorded() };
    assert_eq!(told(&form(), &outside).len(), 1);
    let unrecorded = ApplicantStanding { recordal: None, ..outside };
    assert_eq!(told(&form(), &unrecorded).len(), 2);
    let one_left = ApplicantStanding { quota_left: Some(1), ..recorded() };
    assert!(told(&form(), &one_left).is_empty());
    let mut two = examples::form("patent_filing_design");
    let mut second = two["items"][0].clone();
    second["itemKey"] = json!("item-2");
    second["externalReference"] = Value::Null;
    two["items"].as_array_mut().unwrap().push(second);
    let [defect] = &check(&read(two).unwrap(), &PACK, &one_left, today())[..] else { panic!() };
    assert_eq!(defect.pointer, "/items/1/serviceCode");
}

#[test]
fn other_services_have_their_own_conditions() {
    let mut form = form("assistance_aid");
    form["applicants"][0]["address"]["divisionCode"] = json!("320506");
    let [defect] = &defects(form)[..] else { panic!() };
    assert_eq!((defect.code.as_str(), defect.check), ("NOT_ELIGIBLE", None));
    let mut form = examples::form("subsidy_claim");
    form["applicants"][0]["kind"] = json!("NATURAL_PERSON");
    form["applicants"][0]["identifier"] = json!({"scheme": "RESIDENT_ID", "value": "320602198503124010"});
    assert_told(form, &[("NOT_ELIGIBLE", "/items/0/serviceCode")]);
}

#[test]
fn an_agency_in_pre_examination_is_registered() {
    let mut form = form("patent_filing_design");
    form["agency"] = json!({"agencyCode": "32200", "name": "南通示例专利代理事务所（普通合伙）"});
    form["items"][0]["documentKeys"].as_array_mut().unwrap().push(json!("power"));
    let mut power = form["documents"][0].clone();
    power["documentKey"] = json!("power");
    power["kind"] = json!("POWER_OF_ATTORNEY");
    form["documents"].as_array_mut().unwrap().push(power);
    let form = read(form).unwrap();
    assert_eq!(check(&form, &PACK, &recorded(), today()), []);
    let standing = ApplicantStanding { agency_registered: Some(false), ..recorded() };
    let [defect] = &check(&form, &PACK, &standing, today())[..] else { panic!() };
    assert_eq!((defect.pointer.as_str(), json!(defect.check)), ("/agency/agencyCode", json!("A02")));
}

/// Every text and number in a form, by its pointer.
fn leaves(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::Object(properties) => {
            properties.iter().flat_map(|(name, value)| leaves(value, &format!("{at}/{name}"))).collect()
        }
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .flat_map(|(place, entry)| leaves(entry, &format!("{at}/{place}")))
            .collect(),
        _ => vec![at.to_owned()],
    }
}

proptest! {
    /// Whatever stands in one place, a form is either refused for its shape or checked, and comes back as it was.
    #[test]
    fn any_value_in_any_place_is_told_and_kept(
        place in any::<prop::sample::Index>(),
        name in prop::sample::select(vec!["patent_filing_invention", "infringement_platform", "customs_recordal"]),
        value in prop_oneof![
            "\\PC{0,20}".prop_map(Value::from),
            "[0-9A-Z.-]{1,20}".prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
        ],
    ) {
        let mut form = form(name);
        let pointers = leaves(&form, "");
        let pointer = &pointers[place.index(pointers.len())];
        *form.pointer_mut(pointer).unwrap() = value;
        match read(form) {
            Err(faults) => prop_assert!(faults.iter().all(|fault| pointer.starts_with(&fault.pointer))),
            Ok(form) => {
                let again = read(form.to_value()).unwrap();
                prop_assert!(again == form);
                let told = check(&form, &PACK, &recorded(), today());
                prop_assert!(told.iter().all(|defect| defect.message.zh.len() > 3 && defect.source.is_some()));
            }
        }
    }
}
