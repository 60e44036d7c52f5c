//! Complete forms for the tests: one file for each kind of request, holding the service, the particulars and the
//! properties that cannot be left out.

use super::completeness;
use super::defect::Defect;
use super::form::SubmissionForm;
use super::standing::{ApplicantStanding, RecordalState};
use crate::catalogue::{Bundle, City, DocumentKind, Node, Pack, Service};
use crate::shape::ShapeFault;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Example {
    service: Value,
    right_kind: String,
    /// Key and kind of each document that the service asks for.
    documents: BTreeMap<String, String>,
    particulars: Value,
    /// Pointers, from the particulars, of what cannot be left out.
    pub needed: Vec<String>,
}

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("examples/", $name, ".json")))),+];
    };
}

files!(
    "assistance_aid",
    "assistance_overseas",
    "copyright_work",
    "customs_recordal",
    "entity_recordal",
    "evidence_deposit",
    "filing_guidance",
    "geographical_indication_mark",
    "geographical_indication_sign",
    "infringement_adjudication",
    "infringement_exhibition",
    "infringement_mediation",
    "infringement_platform",
    "infringement_report",
    "layout_design",
    "patent_filing_design",
    "patent_filing_invention",
    "patent_filing_utility_model",
    "patent_matter_evaluation_report",
    "patent_matter_invalidation",
    "patent_matter_re_examination",
    "pledge_financing",
    "software",
    "subsidy_claim",
    "trademark_matter_acceleration",
    "trademark_matter_expedited",
);

pub fn all() -> impl Iterator<Item = (&'static str, Example)> {
    FILES.iter().map(|(name, text)| (*name, serde_json::from_str(text).unwrap()))
}

/// The complete form of one file.
pub fn form(name: &str) -> Value {
    all().find(|(of, _)| *of == name).unwrap().1.form()
}

/// The complete form with other particulars merged in; null takes a property away.
pub fn form_with(name: &str, particulars: &Value) -> Value {
    let mut form = form(name);
    for (property, value) in particulars.as_object().unwrap() {
        form["items"][0]["particulars"][property] = value.clone();
    }
    form
}

impl Example {
    pub fn form(&self) -> Value {
        let documents = self.documents.iter().map(|(key, kind)| {
            json!({
                "documentKey": key, "kind": kind, "fileName": format!("{key}.pdf"), "mediaType": "application/pdf",
                "sizeBytes": 182_044, "pageCount": 3, "signedOn": "2026-02-27",
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            })
        });
        json!({
            "channel": "PORTAL",
            "externalReference": "ERP-2026-000123",
            "applicants": [{
                "kind": "ENTERPRISE", "name": "南通示例纺织有限公司", "nameEnglish": "Nantong Example Textile Co., Ltd.",
                "identifier": {"scheme": "USCC", "value": "91320600MA1ABCD11U"}, "countryCode": "CN",
                "address": {"divisionCode": "320613", "line": "江苏省南通市崇川区示例路1号", "postalCode": "226000"},
                "contact": {"name": "张示例", "telephone": "0513-85210000", "email": "ip@example.com"},
            }],
            "documents": documents.collect::<Vec<_>>(),
            "items": [{
                "itemKey": "item-1", "serviceCode": self.service["serviceCode"], "rightKind": self.right_kind,
                "particulars": self.particulars, "documentKeys": self.documents.keys().collect::<Vec<_>>(),
                "externalReference": "ERP-2026-000123-1",
            }],
            "remark": "请一并办理。",
        })
    }

    fn service(&self) -> Service {
        let mut service = self.service.clone();
        let nothing = json!({"zh": "", "en": ""});
        let document =
            |kind: &String| json!({"kind": kind, "requirement": "REQUIRED", "source": "city rule"});
        let documents = self.documents.values().filter(|kind| *kind != "EVIDENCE").map(document);
        let by_agency =
            json!({"kind": "POWER_OF_ATTORNEY", "requirement": "IF_ANY", "source": "Patent Law art. 18"});
        for (property, value) in [
            ("name", nothing.clone()),
            ("authority", json!("CNIPA")),
            ("platformRole", json!("PRECHECK")),
            ("workflow", json!("intake")),
            ("documents", documents.chain([by_agency]).collect()),
            ("limits", json!([])),
            (
                "guide",
                json!({
                    "basis": nothing, "conditions": nothing, "fee": nothing, "statutoryLimit": nothing,
                    "promisedLimit": nothing, "place": nothing, "hours": nothing, "telephone": "",
                    "complaintLine": "", "forms": [],
                }),
            ),
        ] {
            service[property] = value;
        }
        serde_json::from_value(service).unwrap()
    }
}

/// A city that offers the service of every file.
pub static PACK: LazyLock<Pack> = LazyLock::new(pack);

fn pack() -> Pack {
    let area = ["320612", "320613", "320614", "320681"]
        .map(|code| json!({"code": code, "name": {"zh": "区", "en": "district"}, "current": true}));
    let kinds = all()
        .flat_map(|(_, example)| example.documents.into_values())
        .chain(["POWER_OF_ATTORNEY".to_owned()]);
    let kinds: BTreeSet<String> = kinds.collect();
    let kind = |code| DocumentKind {
        name: crate::language::Bilingual::new(format!("材料{code}"), format!("document {code}")),
        code,
        cnipa_code: None,
        media_types: vec!["application/pdf".to_owned(), "image/png".to_owned()],
    };
    Pack {
        city: serde_json::from_value::<City>(json!({
            "code": "NANTONG", "name": {"zh": "南通", "en": "Nantong"}, "zone": "Asia/Shanghai",
            "utcOffset": "+08:00", "divisionCode": "320600", "area": area, "numberPrefix": "NT",
            "centreNode": "NTIPC", "manualQueue": "NTIPC-MANUAL",
        }))
        .unwrap(),
        nodes: vec![
            serde_json::from_value::<Node>(json!({
                "code": "NTIPC", "kind": "PROTECTION_CENTRE", "name": {"zh": "中心", "en": "centre"}, "staffRoles": [],
            }))
            .unwrap(),
        ],
        queues: vec![],
        fields: vec![],
        document_kinds: kinds.into_iter().map(kind).collect(),
        reasons: vec![],
        services: all().map(|(_, example)| example.service()).collect(),
        workflows: vec![],
        routing: vec![],
        calendars: vec![],
        bundles: vec![
            serde_json::from_value::<Bundle>(json!({
                "code": "PATTERN_PROTECTION", "name": {"zh": "花样保护", "en": "pattern"},
                "summary": {"zh": "", "en": ""},
                "items": [
                    {"itemKey": "design", "services": ["PRE_EXAMINATION_DESIGN"]},
                    {"itemKey": "work", "services": ["WORK_REGISTRATION"], "dependsOn": ["design"]},
                    {"itemKey": "deposit", "services": ["EVIDENCE_DEPOSIT"], "optional": true},
                ],
            }))
            .unwrap(),
        ],
    }
}

pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

pub fn recorded() -> ApplicantStanding {
    ApplicantStanding { recordal: Some(RecordalState::Recorded), ..ApplicantStanding::default() }
}

pub fn read(form: Value) -> Result<SubmissionForm, Vec<ShapeFault>> {
    SubmissionForm::parse(form, &|code| PACK.service(code).map(|service| service.particulars))
}

/// Defects of a form handed in by a recorded enterprise.
pub fn defects(form: Value) -> Vec<Defect> {
    completeness::check(&read(form).unwrap(), &PACK, &recorded(), today())
}

/// Code and pointer of each defect.
pub fn told(form: Value) -> Vec<(&'static str, String)> {
    defects(form).into_iter().map(|defect| (defect.code.as_str(), defect.pointer)).collect()
}
