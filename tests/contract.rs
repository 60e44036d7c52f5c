//! The contract is what the server does: the file equals what is served, every operation is listed with its right, and
//! every answer carries what the contract promises.

use crate::on_both_engines;
use crate::support::caller::fresh_key;
use crate::support::forms::{DESIGN, filer, one_case};
use crate::support::{App, Caller};
use onewindow::access::{Resource, Verb};
use onewindow::identifiers::{PatentNumber, Uscc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Codes and pointers.
type Faults = &'static [(&'static str, &'static str)];

fn document() -> Value {
    serde_json::from_str(&onewindow::openapi::text()).unwrap()
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            all.push((path.clone(), method.clone(), operation));
        }
    }
    all
}

#[test]
fn the_checked_in_contract_is_the_one_the_program_makes() {
    let file = std::fs::read_to_string("openapi/openapi.json").unwrap();
    let made = onewindow::openapi::text();
    assert!(file == made, "openapi/openapi.json is not what the handlers say: run `cargo xtask openapi`");
}

#[test]
fn every_operation_says_what_it_is_and_who_may_call_it() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        let at = format!("{method} {path}");
        for part in ["summary", "description", "operationId"] {
            assert!(operation[part].as_str().is_some_and(|text| !text.is_empty()), "{at}: {part}");
        }
        assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at}: operationId twice");
        let authz = &operation["x-authz"];
        let known = authz["resource"].as_str().and_then(Resource::from_code).is_some()
            && authz["action"].as_str().and_then(Verb::from_code).is_some();
        assert!(known, "{at}: x-authz {authz}");
        let errors = operation["responses"]
            .as_object()
            .unwrap()
            .keys()
            .filter(|status| status.starts_with('4'))
            .count();
        assert!(errors >= 2, "{at}: errors");
    }
    assert!(ids.len() >= 40);
}

/// Numbers in examples have their check characters: whoever tries them is not refused for a misprint.
#[test]
fn numbers_in_examples_are_sound() {
    fn texts<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
        match value {
            Value::String(text) => found.push(text),
            Value::Array(entries) => entries.iter().for_each(|entry| texts(entry, found)),
            Value::Object(members) => members.values().for_each(|member| texts(member, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    texts(&document, &mut found);
    let (mut numbers, mut patents, mut organisations) = (0, 0, 0);
    for text in found {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        if text.starts_with("NT2026-") {
            assert!(onewindow::casework::is_sound(text), "{text}");
            numbers += 1;
        } else if text.as_bytes().iter().nth_back(1) == Some(&b'.') && digits >= 12 {
            assert!(PatentNumber::parse(text).is_ok(), "{text}");
            patents += 1;
        } else if text.len() == 18 && text.starts_with("91") {
            assert!(Uscc::parse(text).is_ok(), "{text}");
            organisations += 1;
        }
    }
    assert!(numbers > 10 && patents > 2 && organisations > 2, "{numbers} {patents} {organisations}");
}

/// The right a handler's signature asks for is the one the contract states.
#[test]
fn the_contract_states_the_right_of_the_handlers_signature() {
    let document = document();
    let stated: BTreeMap<String, String> = operations(&document)
        .into_iter()
        .map(|(_, _, operation)| {
            let authz = &operation["x-authz"];
            let right =
                format!("{}.{}", authz["resource"].as_str().unwrap(), authz["action"].as_str().unwrap());
            (operation["operationId"].as_str().unwrap().to_owned(), right)
        })
        .collect();
    let rights = permission_types();
    let mut handlers = 0;
    for file in
        crate::architecture::sources("src").into_iter().filter(|file| file.text.contains("operation_id = \""))
    {
        for part in file.text.split("operation_id = \"").skip(1) {
            let id = part.split('"').next().unwrap();
            let right = ["Allowed<", "Open<"]
                .iter()
                .filter_map(|guard| part.find(guard).map(|at| (at, &part[at + guard.len()..])))
                .min_by_key(|(at, _)| *at)
                .map_or_else(
                    || panic!("{id} has no guard in its signature"),
                    |(_, rest)| rest.split('>').next().unwrap(),
                );
            assert_eq!(stated.get(id), rights.get(right), "{id} asks for {right}");
            handlers += 1;
        }
    }
    assert_eq!(handlers, stated.len());
}

/// Permission types by name, read from where they are declared.
fn permission_types() -> BTreeMap<String, String> {
    let source = std::fs::read_to_string("src/access/action.rs").unwrap();
    let camel = |name: &str| {
        name.chars().enumerate().fold(String::new(), |mut out, (at, c)| {
            if c.is_uppercase() && at > 0 {
                out.push('_');
            }
            out.extend(c.to_uppercase());
            out
        })
    };
    source
        .split("permissions! {")
        .last()
        .unwrap()
        .lines()
        .filter_map(|line| line.trim().strip_suffix(';')?.split_once(" = "))
        .filter_map(|(name, right)| {
            let (resource, verb) = right.split_once('.')?;
            Some((name.to_owned(), format!("{}.{}", camel(resource), camel(verb))))
        })
        .collect()
}

/// Every path, asked by a method it does not have, says which ones it has.
fn every_path_answers_wrong_methods(app: &App) {
    let document = document();
    let anybody = app.anybody();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let filled = path.replace("{year}", "2026");
        let filled = filled
            .split('/')
            .map(|part| if part.starts_with('{') { "01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"] {
            if methods.get(method.to_lowercase()).is_some() {
                continue;
            }
            let answer = anybody.send(method, &filled, None);
            answer.refused(405, "METHOD_NOT_ALLOWED");
            let allow = answer.header("allow").unwrap();
            for known in methods.as_object().unwrap().keys() {
                assert!(allow.contains(&known.to_uppercase()), "{method} {path}: {allow}");
            }
        }
        assert_eq!(anybody.send("OPTIONS", &filled, None).status, 204);
        anybody.get(&format!("{filled}/")).refused(404, "NOT_FOUND");
    }
}

on_both_engines! {
    /// Headers, languages, formats: on every answer, errors too.
    fn every_answer_carries_what_is_promised(app) {
        let anybody = app.anybody();
        for path in ["/api/v1/services", "/api/v1/cases", "/api/v1/nowhere", "/openapi.json", "/livez", "/readyz"] {
            let answer = anybody.get(path);
            let quota: &[&str] = if path.ends_with('z') { &[] } else { &["ratelimit", "ratelimit-policy"] };
            for name in quota {
                assert!(answer.header(name).is_some(), "{path}: {name}");
            }
            for name in ["correlation-id", "traceparent", "strict-transport-security",
                "x-content-type-options", "referrer-policy", "content-security-policy", "cache-control", "content-language", "vary"] {
                assert!(answer.header(name).is_some(), "{path}: {name}");
            }
            assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("x-") || name == "x-content-type-options"));
            assert!(!answer.headers.iter().any(|(name, _)| name == "server"));
        }
        let chinese = anybody.get("/api/v1/cases");
        assert_eq!((chinese.header("content-language"), chinese.json()["title"].as_str()), (Some("zh-CN"), Some("请先登录")));
        let english = anybody.with("Accept-Language", "en-GB, zh;q=0.1").get("/api/v1/cases");
        assert_eq!((english.header("content-language"), english.json()["title"].as_str()), (Some("en"), Some("Sign in first")));
        anybody.with("Accept", "text/html").get("/api/v1/services").refused(406, "NOT_ACCEPTABLE");
        anybody.with("Accept", "text/html, application/*;q=0.1").get("/api/v1/services").expect(200);
        let traced = anybody.with("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").get("/api/v1/cases");
        assert_eq!(traced.header("correlation-id"), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        assert_eq!(traced.json()["correlationId"], "4bf92f3577b34da6a3ce929d0e0e4736");
        let forged = anybody.with("Correlation-ID", "x\" onload=\"").get("/api/v1/cases");
        assert_eq!(forged.header("correlation-id").unwrap().len(), 32);
        assert_eq!(anybody.send("HEAD", "/api/v1/services", None).text, "");
        anybody.get("/api/v0/services").refused(410, "GONE");
        let served = anybody.get("/openapi.json");
        assert_eq!(served.text, onewindow::openapi::contract().json);
        assert!(anybody.get("/docs/").text.contains("swagger-ui"));
        assert!(anybody.get("/").text.contains("一窗通办"));
        for code in onewindow::problem::Code::ALL {
            let page = anybody.get(&format!("/problems/{}", code.slug()));
            assert!(page.status == 200 && page.text.contains(code.as_str()));
        }
    }
}

on_both_engines! {
    /// A body of the wrong shape is refused with every fault, each with its pointer and in both languages.
    fn faults_of_shape_are_named_in_every_body(app) {
        let clerk = app.user("clerk.ntipc").with("If-Match", "\"1\"");
        let case = "/api/v1/cases/01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11";
        let submission = "/api/v1/submissions/01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11";
        let to = |path: &str, end: &str| format!("{path}/{end}");
        let faulty: Vec<(String, Value, Faults)> = vec![
            (to(case, "transitions"), json!({}), &[("REQUIRED", "/action")]),
            (to(case, "transitions"), json!({ "action": 7, "defects": [{ "pointer": "/a", "message": "b" }, { "message": null }] }),
                &[("WRONG_TYPE", "/action"), ("REQUIRED", "/defects/1/pointer"), ("WRONG_TYPE", "/defects/1/message")]),
            (to(case, "transitions"), json!({ "action": "ANSWER_CORRECTION", "correction": { "agency": { "colour": 1 }, "particulars": [] } }),
                &[("UNKNOWN_PROPERTY", "/correction/agency/colour"), ("WRONG_TYPE", "/correction/particulars")]),
            (to(case, "assignments"), json!({ "assigneeId": "nobody" }), &[("FORMAT", "/assigneeId")]),
            (to(case, "transfers"), json!({ "queueCode": "x".repeat(61), "reason/Code": "A" }),
                &[("REQUIRED", "/reasonCode"), ("TOO_LONG", "/queueCode"), ("UNKNOWN_PROPERTY", "/reason~1Code")]),
            (to(case, "links"), json!([]), &[("WRONG_TYPE", "")]),
            (to(submission, "transitions"), json!({ "action": "DANCE" }), &[("UNKNOWN_CODE", "/action")]),
            ("/api/v1/receipt-claims".to_owned(), json!({ "receiptNumber": "NT" }), &[("REQUIRED", "/claimCode")]),
            ("/api/v1/sessions".to_owned(), json!({ "userName": "clerk.ntipc", "password": 1 }), &[("WRONG_TYPE", "/password")]),
            ("/api/v1/deadline-calculations".to_owned(),
                json!({ "startDate": "2026-02-12", "amount": 1, "unit": "WORKING_DAY", "suspensions": [{ "from": "soon" }] }),
                &[("FORMAT", "/suspensions/0/from")]),
            ("/api/v1/deadline-calculations".to_owned(), json!({ "startDate": "2026-02-12", "amount": -1, "unit": "WEEK" }),
                &[("RANGE", "/amount"), ("UNKNOWN_CODE", "/unit")]),
            ("/api/v1/routing-simulations".to_owned(), json!({ "facts": { "service": "X", "placeOfAct": "3206" } }),
                &[("FORMAT", "/facts/placeOfAct")]),
            ("/api/v1/routing-simulations".to_owned(),
                json!({ "facts": { "service": "X", "classification": { "scheme": "NICE", "symbol": "46" } } }),
                &[("FORMAT", "/facts/classification")]),
        ];
        for (path, body, faults) in faulty {
            let refused = clerk.post(&path, &body);
            let chinese = refused.refused(400, "INVALID_VALUE");
            let found: BTreeSet<(String, String)> = refused.details().into_iter().collect();
            let expected: BTreeSet<(String, String)> =
                faults.iter().map(|(code, target)| ((*code).to_owned(), (*target).to_owned())).collect();
            assert_eq!(found, expected, "{path} {body}");
            let english = clerk.with("Accept-Language", "en").post(&path, &body).refused(400, "INVALID_VALUE");
            for (zh, en) in chinese["details"].as_array().unwrap().iter().zip(english["details"].as_array().unwrap()) {
                assert!(!zh["message"].as_str().unwrap().is_ascii() && en["message"].as_str().unwrap().is_ascii(), "{zh} {en}");
            }
        }
    }

    /// What is no JSON is refused with line, column and cause in the caller's language, and without the text.
    fn what_is_no_json_is_refused_with_its_place(app) {
        let clerk = app.user("clerk.ntipc").with("Content-Type", "application/json").with("Idempotency-Key", &fresh_key());
        let send = |language: &str| {
            let body = "{\n  \"receiptNumber\": 机密}".as_bytes().to_vec();
            clerk.with("Accept-Language", language).send("POST", "/api/v1/receipt-claims", Some(body))
        };
        for (language, said) in [("zh", "第 2 行第 20 列：缺少值"), ("en", "line 2, column 20: expected value")] {
            let answer = send(language);
            let refused = answer.refused(400, "MALFORMED_JSON");
            assert_eq!(answer.details(), [("SYNTAX".to_owned(), String::new())]);
            assert_eq!(refused["details"][0]["message"], said);
            assert!(!answer.text.contains("机密"));
        }
    }
}

on_both_engines! {
    /// A filter by a code that no case can have is refused and says which ones there are; one that only matches nothing
    /// the caller may see answers an empty list.
    fn filters_by_what_cannot_exist_are_refused(app) {
        let member = app.user(&filer(DESIGN));
        one_case(&member);
        for (query, name, allowed) in [
            ("queueCode=NOWHERE", "queueCode", "NTIPC-PRE_EXAMINATION"),
            ("nodeCode=ntipc", "nodeCode", "TZHT"),
            ("serviceCode=", "serviceCode", "PRE_EXAMINATION_DESIGN"),
            ("state=DRAFT", "state", "CORRECTION_REQUIRED"),
            ("track=SLOW", "track", "PRE_EXAMINATION, RIGHTS_CONFIRMATION, ENFORCEMENT, GUIDANCE"),
            ("assignee=you", "assignee", "me"),
            ("sort=state", "sort", "caseId:asc, caseId:desc, dueDate:asc, dueDate:desc"),
            ("fields=caseId,secret", "fields", "caseNumber"),
        ] {
            let refused = member.get(&format!("/api/v1/cases?{query}"));
            let detail = refused.refused(400, "INVALID_VALUE")["details"][0].clone();
            assert_eq!(detail["target"], name, "{detail}");
            assert!(detail["allowed"].as_str().unwrap().contains(allowed), "{detail}");
        }
        let two = member.get("/api/v1/cases?state=NO&nodeCode=NO");
        assert_eq!(two.details().len(), 2, "{}", two.text);
        for query in ["queueCode=HAFC-PRE_EXAMINATION", "nodeCode=HAFC", "state=WITHDRAWN", "serviceCode=WORK_REGISTRATION"] {
            assert_eq!(member.get(&format!("/api/v1/cases?{query}")).expect(200)["items"], json!([]), "{query}");
        }
        member.get("/api/v1/submissions?state=LOST").refused(400, "INVALID_VALUE");
    }

    /// A strict caller is refused a parameter that the operation does not know; others have it ignored.
    fn a_strict_caller_is_refused_unknown_parameters(app) {
        let clerk = app.user("clerk.ntipc").with("If-Match", "\"1\"");
        let strict = clerk.with("Prefer", "handling=strict");
        let mut writes = 0;
        for (path, method, _) in operations(&document()) {
            if !path.starts_with("/api/") {
                continue;
            }
            let path = path.replace("{year}", "2026");
            let parts = path.split('/').map(|part| if part.starts_with('{') { "01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11" } else { part });
            let path = format!("{}?surprise=1", parts.collect::<Vec<_>>().join("/"));
            if method == "get" {
                let read = format!("{path}&caseId=01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11");
                strict.get(&read).refused(400, "UNKNOWN_PARAMETER");
                continue;
            }
            let send = |caller: &Caller| {
                let media = if method == "patch" { "application/merge-patch+json" } else { "application/json" };
                let caller = caller.with("Content-Type", media).with("Idempotency-Key", &fresh_key());
                caller.send(&method.to_uppercase(), &path, Some(b"{}".to_vec()))
            };
            assert_eq!(send(&strict).refused(400, "UNKNOWN_PARAMETER")["target"], "surprise", "{method} {path}");
            // Signing out comes last, or nobody would be left to ask.
            if method != "delete" {
                assert!(!send(&clerk).text.contains("UNKNOWN_PARAMETER"), "{method} {path}");
            }
            writes += 1;
        }
        assert!(writes >= 15);
        strict.post("/api/v1/submissions", &json!({})).expect(201);
    }

    /// `fields` of every list takes the properties that the contract gives its items, and no others.
    fn every_list_knows_its_fields(app) {
        let clerk = app.user("clerk.ntipc");
        let document = document();
        let schema = |reference: &Value| {
            let name = reference["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
            document["components"]["schemas"][name].clone()
        };
        let mut lists = 0;
        for (path, _, operation) in operations(&document) {
            let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
            if !answer["$ref"].as_str().is_some_and(|name| name.contains("/PageOf")) {
                continue;
            }
            let item = schema(&schema(answer)["properties"]["items"]["items"]);
            let known: Vec<&str> = item["properties"].as_object().unwrap().keys().map(String::as_str).collect();
            let ask = |fields: &str| {
                clerk.get(&format!("{path}?caseId=01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11&fields={fields}"))
            };
            assert_ne!(ask(&known.join(",")).status, 400, "{path}");
            let refused = ask(&format!("{},surprise", known[0]));
            let detail = refused.refused(400, "INVALID_VALUE")["details"][0].clone();
            assert_eq!((&detail["target"], &detail["value"]), (&json!("fields"), &json!("surprise")));
            assert_eq!(detail["allowed"], known.join(", "), "{path}");
            lists += 1;
        }
        assert!(lists >= 13);
    }
}

#[test]
fn every_path_answers_wrong_methods_with_the_right_ones() {
    App::on_sqlite().test(every_path_answers_wrong_methods);
}
