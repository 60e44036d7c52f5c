//! Rules of single kinds, and what holds of all of them.

use super::*;
use crate::forms::acceptance::AcceptanceCheck;
use crate::forms::examples::{all, defects, form, form_with, read, today, told};
use crate::forms::form::SubmissionForm;
use crate::forms::names;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const AT: &str = "/items/0/particulars";

/// Every property of a value by its pointer, entries of arrays passed through.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let below = |name: &str, value| pointers(value, &format!("{at}/{name}"));
    match value {
        Value::Object(properties) => properties
            .iter()
            .flat_map(|(name, value)| below(name, value).into_iter().chain([format!("{at}/{name}")]))
            .collect(),
        Value::Array(entries) => {
            entries.iter().enumerate().flat_map(|(place, entry)| below(&place.to_string(), entry)).collect()
        }
        _ => Vec::new(),
    }
}

fn without(form: &Value, pointer: &str) -> Value {
    let mut form = form.clone();
    let (parent, property) = pointer.rsplit_once('/').unwrap();
    form.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(property);
    form
}

#[test]
fn a_complete_form_has_no_defect_and_comes_back_as_it_was() {
    let mut kinds = BTreeSet::new();
    for (name, example) in all() {
        assert_eq!(told(example.form()), [], "{name}");
        let form = read(example.form()).unwrap();
        assert_eq!(form.to_value(), example.form(), "{name}");
        assert!(read(form.to_value()).unwrap() == form, "{name}");
        kinds.insert(format!("{:?}", form.items[0].particulars));
    }
    assert_eq!(kinds.len(), 15);
}

#[test]
fn each_needed_property_left_out_is_one_defect_at_its_place() {
    for (name, example) in all() {
        let form = example.form();
        let mut needed = BTreeSet::new();
        for pointer in pointers(&form["items"][0]["particulars"], AT) {
            match told(without(&form, &pointer)).as_slice() {
                [] => {}
                [("REQUIRED", at)] if *at == pointer => {
                    needed.insert(pointer[AT.len() + 1..].to_owned());
                }
                other => panic!("{name} without {pointer}: {other:?}"),
            }
        }
        assert_eq!(needed, BTreeSet::from_iter(example.needed), "{name}");
    }
}

/// A service may want any property of its kind, and a property of no other name.
#[test]
fn every_property_can_be_wanted() {
    for (kind, properties) in properties_of_kinds() {
        let nothing = Particulars::parse(kind, json!({})).unwrap();
        for property in properties {
            let wanted = [property.clone()];
            let mut list = Checklist::new(today());
            list.wanting(&wanted);
            let context = ItemContext { right_kind: None, applicants: &[], document_keys: &[] };
            nothing.check(&context, &mut list);
            let defects = list.into_defects();
            let about = defects.iter().filter(|defect| defect.pointer[1..] == property).count();
            assert_eq!(about, 1, "{kind:?} {property}");
        }
    }
}

fn properties_of_kinds() -> Vec<(ParticularsKind, Vec<String>)> {
    let kinds: BTreeMap<_, _> = all()
        .filter_map(|(_, example)| read(example.form()).unwrap().items.remove(0).particulars)
        .map(|particulars| {
            let kind = particulars.kind();
            (format!("{kind:?}"), kind)
        })
        .collect();
    let mut schemas = Vec::new();
    Particulars::schemas(&mut schemas);
    let properties = |name: &str| {
        let (_, schema) = schemas.iter().find(|(of, _)| of == name).unwrap();
        json!(schema)["properties"].as_object().unwrap().keys().cloned().collect()
    };
    kinds.iter().map(|(name, kind)| (*kind, properties(name))).collect()
}

/// The contract says of everything how much fits, gives an example, and calls arrays of the right itself bags (ST.97).
#[test]
fn schemas_are_bounded_named_and_exemplified() {
    let mut schemas = vec![("SubmissionForm".to_owned(), SubmissionForm::schema())];
    SubmissionForm::schemas(&mut schemas);
    let own = ["SubmissionForm", "Agency", "SubmissionItem"];
    let mut named = BTreeSet::new();
    for (schema, definition) in schemas {
        let definition = json!(definition);
        for (property, rule) in definition["properties"].as_object().into_iter().flatten() {
            let is = |kind: &str| rule["type"] == kind || rule["type"] == json!([kind, "null"]);
            named.insert(property.clone());
            assert!(!is("string") || rule["maxLength"].is_u64(), "{schema}.{property}");
            assert!(!is("integer") || rule["maximum"].is_u64(), "{schema}.{property}");
            assert!(!is("array") || rule["maxItems"].is_u64(), "{schema}.{property}");
            let scalar = is("string") || is("integer") || is("boolean");
            assert!(!scalar || !rule["example"].is_null(), "{schema}.{property} has no example");
            let bag = property.ends_with("Bag") || own.contains(&schema.as_str());
            assert!(!is("array") || bag, "{schema}.{property}");
        }
    }
    let table: BTreeSet<_> = names::NAMES.iter().map(|(property, _, _)| (*property).to_owned()).collect();
    assert_eq!(named, table);
}

/// Code and check of what is told about the one place that is expected to have a fault.
fn fault_of(form: Value, at: &str) -> (&'static str, Option<&'static str>) {
    let defects = defects(form);
    let [defect] = defects.as_slice() else { panic!("{at}: {defects:?}") };
    assert_eq!(defect.pointer, format!("{AT}/{at}"), "{defects:?}");
    assert!(defect.source.is_some(), "{defects:?}");
    (defect.code.as_str(), defect.check.map(AcceptanceCheck::as_str))
}

#[test]
fn what_excludes_pre_examination_is_told_with_its_check() {
    let no = json!(false);
    for (property, value, code, check) in [
        ("applicationNumberText", json!("202410320600.X"), "NOT_ALLOWED", "A03"),
        ("filingDate", json!("2024-03-20"), "NOT_ALLOWED", "A03"),
        ("pctIndicator", json!(true), "NOT_ALLOWED", "A05"),
        ("pctNationalPhaseIndicator", json!(true), "NOT_ALLOWED", "A05"),
        ("divisionalIndicator", json!(true), "NOT_ALLOWED", "A05"),
        ("sameDayUtilityModelIndicator", json!(true), "NOT_ALLOWED", "A06"),
        ("secrecyIndicator", json!(true), "NOT_ALLOWED", "A07"),
        ("priorityClaimBag", json!([{"countryCode": "CN"}]), "NOT_ALLOWED", "A07"),
        ("electronicPackageIndicator", no.clone(), "NOT_ALLOWED", "A08"),
        ("commitmentSignedDate", json!("2026-03-03"), "RANGE", "A09"),
        ("genuineFilingDeclarationIndicator", no.clone(), "NOT_ALLOWED", "A10"),
        ("substantiveExaminationRequestIndicator", no.clone(), "NOT_ALLOWED", "A12"),
        ("earlyPublicationRequestIndicator", no.clone(), "NOT_ALLOWED", "A12"),
        ("voluntaryAmendmentWaiverIndicator", no.clone(), "NOT_ALLOWED", "A12"),
    ] {
        let form = form_with("patent_filing_invention", &json!({property: value}));
        assert_eq!(fault_of(form, property), (code, Some(check)), "{property}");
    }
}

#[test]
fn joint_applicants_prove_their_co_operation() {
    let mut form = form("patent_filing_invention");
    let mut partner = form["applicants"][0].clone();
    partner["kind"] = json!("UNIVERSITY_OR_INSTITUTE");
    partner["identifier"]["value"] = json!("12320600466900AB4T");
    form["applicants"].as_array_mut().unwrap().push(partner);
    let at = |property| ("REQUIRED", format!("{AT}/{property}"));
    assert_eq!(
        told(form.clone()),
        [at("jointDevelopmentContractIndicator"), at("universityCooperationIndicator")]
    );
    form["items"][0]["particulars"]["jointDevelopmentContractIndicator"] = json!(true);
    form["items"][0]["particulars"]["universityCooperationIndicator"] = json!(true);
    assert_eq!(told(form), []);
}

/// Puts particulars into the form of each name and expects one fault, of the code and at the place that follow.
fn assert_faults(rows: &[(&str, Value, &str, &str)]) {
    for (name, particulars, code, at) in rows {
        assert_eq!(fault_of(form_with(name, particulars), at).0, *code, "{name} {at}");
    }
}

#[test]
fn numbers_and_classes_are_held_against_their_rules() {
    let locarno = |symbol| json!({"mainClassification": {"scheme": "LOCARNO", "symbol": symbol}});
    let ipc = |symbol| json!({"mainClassification": {"scheme": "IPC", "symbol": symbol}});
    let nice = |class| json!({"goodsServicesBag": [{"classNumber": class, "goodsServicesText": "床单"}]});
    let number = |property: &str, number| json!({property: number});
    assert_faults(&[
        ("patent_filing_design", locarno("33-01"), "RANGE", "mainClassification/symbol"),
        ("patent_filing_design", ipc("D03D 15/00"), "KIND", "mainClassification/scheme"),
        ("patent_filing_invention", ipc("D03D 15/0"), "FORMAT", "mainClassification/symbol"),
        ("trademark_matter_expedited", nice(46), "RANGE", "goodsServicesBag/0/classNumber"),
        (
            "trademark_matter_expedited",
            number("applicationNumberText", "12-345"),
            "FORMAT",
            "applicationNumberText",
        ),
        (
            "patent_matter_invalidation",
            number("patentNumber", "ZL202420112233.1"),
            "CHECK_DIGIT",
            "patentNumber",
        ),
        ("patent_matter_invalidation", number("patentNumber", "ZL202410320600.X"), "KIND", "patentNumber"),
        ("patent_matter_invalidation", number("patentNumber", "202440112233.5"), "KIND", "patentNumber"),
        (
            "copyright_work",
            number("registrationNumber", "国作登字-2021-F-24141"),
            "FORMAT",
            "registrationNumber",
        ),
        ("software", number("registrationNumber", "2014SX001852"), "FORMAT", "registrationNumber"),
        ("layout_design", number("registrationNumber", "BS.185559221"), "CHECK_DIGIT", "registrationNumber"),
        ("geographical_indication_sign", number("protectionNumber", "500"), "FORMAT", "protectionNumber"),
        ("infringement_mediation", number("rightNumber", "12345678"), "FORMAT", "rightNumber"),
        (
            "filing_guidance",
            json!({"targetCountryCodeBag": ["DE", "ZZ"]}),
            "UNKNOWN_CODE",
            "targetCountryCodeBag/1",
        ),
        ("entity_recordal", number("agencyCode", "3220"), "FORMAT", "agencyCode"),
    ]);
}

#[test]
fn texts_dates_and_amounts_are_held_against_their_rules() {
    let amount = |value, currency| json!({"debtAmount": {"value": value, "currencyCode": currency}});
    let ended = json!({"captureEndDateTime": "2026-03-01T09:00:00+08:00"});
    let unnamed_hour = json!({"captureEndDateTime": "2026-03-01 09:50"});
    let platform = json!({"platform": {"name": "商城", "listingUri": "示例"}});
    assert_faults(&[
        ("patent_filing_invention", json!({"claimTotalQuantity": 0}), "RANGE", "claimTotalQuantity"),
        ("patent_filing_invention", json!({"inventionTitle": "长".repeat(61)}), "TOO_LONG", "inventionTitle"),
        (
            "patent_filing_invention",
            json!({"inventionTitle": "提\u{202E}花"}),
            "UNSAFE_CHARACTER",
            "inventionTitle",
        ),
        (
            "patent_filing_invention",
            json!({"abstractText": "提\u{2066}花"}),
            "UNSAFE_CHARACTER",
            "abstractText",
        ),
        (
            "patent_filing_invention",
            json!({"serviceFormSignedDate": "2026-02-30"}),
            "DATE",
            "serviceFormSignedDate",
        ),
        ("patent_filing_utility_model", json!({"drawingTotalQuantity": 0}), "RANGE", "drawingTotalQuantity"),
        (
            "patent_matter_re_examination",
            json!({"refusalReceiptDate": "2026-01-08"}),
            "CONFLICT",
            "refusalReceiptDate",
        ),
        ("copyright_work", json!({"firstPublicationDate": "2025-11-07"}), "CONFLICT", "firstPublicationDate"),
        ("layout_design", json!({"sampleTotalQuantity": 3}), "RANGE", "sampleTotalQuantity"),
        ("infringement_platform", platform, "FORMAT", "platform/listingUri"),
        ("customs_recordal", json!({"expiryDate": "2026-03-01"}), "CONFLICT", "expiryDate"),
        ("evidence_deposit", ended, "CONFLICT", "captureEndDateTime"),
        ("evidence_deposit", unnamed_hour, "DATE", "captureEndDateTime"),
        ("evidence_deposit", json!({"hashText": "e3b0"}), "FORMAT", "hashText"),
        ("pledge_financing", amount("5,000", "CNY"), "FORMAT", "debtAmount/value"),
        ("pledge_financing", amount("5000", "cny"), "FORMAT", "debtAmount/currencyCode"),
        ("subsidy_claim", json!({"claimYearNumber": 2027}), "RANGE", "claimYearNumber"),
    ]);
}

/// A slip such as a minus sign is kept in a draft and told with the rest.
#[test]
fn a_quantity_below_zero_is_a_defect_and_no_fault_of_shape() {
    for (name, property) in [
        ("patent_filing_invention", "claimTotalQuantity"),
        ("patent_filing_utility_model", "drawingTotalQuantity"),
        ("patent_filing_design", "similarDesignTotalQuantity"),
        ("entity_recordal", "researchStaffQuantity"),
        ("entity_recordal", "patentTotalQuantity"),
        ("entity_recordal", "plannedFilingQuantity"),
        ("evidence_deposit", "fileSizeQuantity"),
        ("layout_design", "drawingTotalQuantity"),
        ("layout_design", "sampleTotalQuantity"),
        ("software", "sourceLineTotalQuantity"),
        ("subsidy_claim", "claimYearNumber"),
        ("trademark_matter_expedited", "expeditionCircumstanceNumber"),
    ] {
        assert_faults(&[(name, json!({ property: -1 }), "RANGE", property)]);
    }
}

#[test]
fn statements_are_held_against_one_another() {
    let sole = json!({"requesterStandingCategory": "SOLE_LICENSEE"});
    assert_faults(&[
        (
            "trademark_matter_expedited",
            json!({"coApplicantConsentIndicator": false}),
            "NOT_ALLOWED",
            "coApplicantConsentIndicator",
        ),
        (
            "patent_matter_invalidation",
            json!({"requesterCategory": "INTERESTED_PARTY"}),
            "REQUIRED",
            "requesterStandingText",
        ),
        ("infringement_platform", json!({"rightNumber": "12-345"}), "FORMAT", "rightNumber"),
        ("infringement_adjudication", sole, "REQUIRED", "holderConsentIndicator"),
        ("infringement_adjudication", json!({"placeOfAct": null}), "REQUIRED", "placeOfAct"),
        (
            "pledge_financing",
            json!({"invalidationPendingIndicator": true}),
            "REQUIRED",
            "pledgeeConsentIndicator",
        ),
        ("entity_recordal", json!({"abnormalFilingIndicator": true}), "REQUIRED", "abnormalFilingRemedyText"),
        (
            "entity_recordal",
            json!({"dishonestyListIndicator": true}),
            "NOT_ALLOWED",
            "dishonestyListIndicator",
        ),
        ("subsidy_claim", json!({"patentGrantIndicator": true}), "NOT_ALLOWED", "patentGrantIndicator"),
    ]);
}

/// The window does not decide whether a legal term was kept; it warns.
#[test]
fn terms_that_have_run_out_are_warnings() {
    for (name, particulars, code, at) in [
        (
            "patent_matter_re_examination",
            json!({"refusalDate": "2025-11-20", "refusalReceiptDate": "2025-12-01"}),
            "LATE",
            "refusalReceiptDate",
        ),
        (
            "layout_design",
            json!({"completionDate": "2023-01-01", "firstExploitationDate": "2024-03-01"}),
            "LATE",
            "firstExploitationDate",
        ),
        ("layout_design", json!({"completionDate": "2011-03-01"}), "LATE", "completionDate"),
        (
            "infringement_adjudication",
            json!({"courtSuitIndicator": true}),
            "NOT_ALLOWED",
            "courtSuitIndicator",
        ),
        (
            "patent_matter_evaluation_report",
            json!({"earlierReportIndicator": true}),
            "CONFLICT",
            "earlierReportIndicator",
        ),
    ] {
        let form = form_with(name, &particulars);
        assert!(defects(form.clone()).iter().all(|defect| !defect.bars()), "{name}");
        assert_eq!(fault_of(form, at).0, code, "{name}");
    }
    let in_time = json!({"refusalDate": "2025-11-20", "refusalReceiptDate": "2025-12-02"});
    assert_eq!(told(form_with("patent_matter_re_examination", &in_time)), []);
}

#[test]
fn a_counterfeit_may_bear_any_number() {
    let counterfeit = json!({"requesterStandingCategory": "INFORMANT", "rightNumber": "专利号 123"});
    assert_eq!(told(form_with("infringement_platform", &counterfeit)), []);
}

#[test]
fn the_chosen_seat_of_the_respondent_must_be_known() {
    let respondent = json!({"respondent": {"name": "启东示例贸易有限公司"}});
    let form = form_with("infringement_adjudication", &respondent);
    assert_eq!(fault_of(form, "respondent/address").0, "REQUIRED");
}

fn particulars(name: &str) -> Particulars {
    read(form(name)).unwrap().items.remove(0).particulars.unwrap()
}

#[test]
fn routing_sees_classification_places_and_choice() {
    let adjudication = particulars("infringement_adjudication").routing();
    assert_eq!(adjudication.classification, Some((Scheme::Locarno, "05-05".to_owned())));
    assert_eq!(adjudication.place_of_act.as_deref(), Some("320681"));
    assert_eq!(adjudication.respondent_seat.as_deref(), Some("320681"));
    assert_eq!(adjudication.chosen_forum, Some(Forum::RespondentSeat));
    assert_eq!(adjudication.on_platform, Some(false));
    let notice = particulars("infringement_platform").routing();
    assert_eq!((notice.on_platform, notice.seller_seat.as_deref()), (Some(true), Some("320612")));
    assert_eq!(particulars("copyright_work").routing(), RoutingFacts::default());
}

#[test]
fn numbers_of_one_right_compare_equal_and_titles_are_found() {
    assert_eq!(particulars("infringement_adjudication").right_number().as_deref(), Some("2024301122335"));
    assert_eq!(
        particulars("evidence_deposit").right_number(),
        particulars("infringement_exhibition").right_number()
    );
    for (written, compared) in [
        ("ZL202410320600.X", Some("202410320600X")),
        ("cn 202410320600x", Some("202410320600X")),
        ("国作登字-2021-F-00024141", Some("国作登字2021F00024141")),
        ("CNABC", Some("CNABC")),
        ("---", None),
    ] {
        assert_eq!(parts::comparable(written).as_deref(), compared, "{written}");
    }
    assert_eq!(particulars("patent_filing_design").title(), Some("窗帘布料（江海潮）"));
    assert_eq!(format!("{:?}", particulars("software")), "Particulars(Software)");
}
