//! The window: drafts, completeness, handing in, receipts.

use crate::on_both_engines;
use crate::support::App;
use crate::support::caller::fresh_key;
use crate::support::forms::{DESIGN, cases, draft, example, filer, hand_in, path_of, version_of};
use serde_json::{Value, json};
use std::collections::HashSet;

on_both_engines! {
    /// A draft keeps any well-shaped value and says what is wrong with it; only handing in refuses, and lists all at once.
    fn a_draft_keeps_what_handing_in_refuses(app) {
        let user = app.user(&filer(DESIGN));
        let mut form = example(DESIGN);
        form["items"][0]["particulars"]["mainClassification"]["symbol"] = json!("33-01");
        form["items"][0]["particulars"].as_object_mut().unwrap().remove("inventionTitle");
        form["applicants"][0]["contact"]["email"] = json!("nobody");
        form["documents"][0]["signedOn"] = json!("2026-02-30");
        form["documents"][0]["pageCount"] = json!(-1);
        let answer = user.post("/api/v1/submissions", &form);
        let body = answer.expect(201);
        let pointers: HashSet<String> =
            body["defects"].as_array().unwrap().iter().map(|d| d["pointer"].as_str().unwrap().to_owned()).collect();
        let path = answer.header("location").unwrap();
        let refused = user.act(path, 1, &json!({ "action": "SUBMIT" }));
        refused.refused(400, "INCOMPLETE");
        let details: HashSet<String> = refused.details().into_iter().map(|(_, target)| target).collect();
        for pointer in [
            "/items/0/particulars/mainClassification/symbol",
            "/items/0/particulars/inventionTitle",
            "/applicants/0/contact/email",
            "/documents/0/signedOn",
            "/documents/0/pageCount",
        ] {
            assert!(pointers.contains(pointer), "{pointer} not among the defects {pointers:?}");
            assert!(details.contains(pointer), "{pointer} not among the details {details:?}");
        }
        let again = user.get(path).expect(200);
        assert_eq!((again["state"].as_str(), again["version"].as_i64()), (Some("DRAFT"), Some(1)));
    }

    /// A draft whose service is not known, or was changed under its particulars, keeps both and says one thing of it.
    fn a_draft_keeps_particulars_of_another_service(app) {
        let user = app.user(&filer(DESIGN));
        let (path, version) = draft(&user, &example(DESIGN));
        let given = example(DESIGN)["items"].clone();
        let changed = |code: &str| {
            let mut items = given.clone();
            items[0]["serviceCode"] = json!(code);
            json!({ "items": items })
        };
        for (at, code, pointer, said) in [
            (version, "WORK_REGISTRATION", "/items/0/particulars", "KIND"),
            (version + 1, "NO_SUCH_SERVICE", "/items/0/serviceCode", "UNKNOWN_CODE"),
        ] {
            let saved = user.patch(&path, at, &changed(code)).expect(200);
            let found: Vec<_> = saved["defects"].as_array().unwrap().iter()
                .filter(|defect| defect["pointer"].as_str().unwrap().starts_with(pointer))
                .map(|defect| (defect["pointer"].as_str().unwrap(), defect["code"].as_str().unwrap()))
                .collect();
            assert_eq!(found, [(pointer, said)], "{saved}");
            let form = user.get(&format!("{path}?expand=form")).expect(200)["form"].clone();
            assert_eq!(form["items"][0]["particulars"], given[0]["particulars"]);
            let refused = user.act(&path, at + 1, &json!({ "action": "SUBMIT" }));
            refused.refused(400, "INCOMPLETE");
            assert!(refused.details().contains(&(said.to_owned(), pointer.to_owned())), "{}", refused.text);
        }
        user.patch(&path, version + 2, &json!({ "items": given })).expect(200);
        user.act(&path, version + 3, &json!({ "action": "SUBMIT" })).expect(201);
    }

    /// Autosave merges; a stale version, a missing one and the wrong media type are refused and change nothing.
    fn autosave_merges_and_never_overwrites_unseen(app) {
        let user = app.user(&filer(DESIGN));
        let (path, version) = draft(&user, &example(DESIGN));
        let saved = user.patch(&path, version, &json!({ "remark": "加急", "externalReference": "ERP-1" }));
        assert_eq!(saved.expect(200)["externalReference"], "ERP-1");
        assert_eq!(saved.header("etag"), Some("\"2\""));
        user.patch(&path, version, &json!({ "remark": "旧" })).refused(412, "STALE");
        user.with("Content-Type", "application/merge-patch+json")
            .send("PATCH", &path, Some(b"{}".to_vec()))
            .refused(428, "PRECONDITION_REQUIRED");
        user.with("Content-Type", "application/json")
            .with("If-Match", "\"2\"")
            .send("PATCH", &path, Some(b"{}".to_vec()))
            .refused(415, "UNSUPPORTED_MEDIA_TYPE");
        let form = user.get(&format!("{path}?expand=form")).expect(200);
        assert_eq!(form["form"]["remark"], "加急");
        assert_eq!(form["version"], 2);
    }

    /// Five rights in one submission: one receipt, five cases on their own ways.
    fn five_rights_give_one_receipt_and_five_cases(app) {
        let user = app.user(&filer("five-rights.json"));
        let submission = hand_in(&user, &example("five-rights.json"));
        let number = submission["receipt"]["receiptNumber"].as_str().unwrap();
        assert!(number.starts_with("NT2026-R"), "{number}");
        let cases = cases(&user, &submission);
        assert_eq!(cases.len(), 5);
        let rights: HashSet<&str> = cases.iter().map(|case| case["rightKind"].as_str().unwrap()).collect();
        assert_eq!(rights.len(), 5, "{rights:?}");
        let numbers: HashSet<&str> = cases.iter().map(|case| case["caseNumber"].as_str().unwrap()).collect();
        assert_eq!(numbers.len(), 5);
        for case in &cases {
            assert!(case["dueDate"].is_string() && case["state"] == "SUBMITTED", "{case}");
            assert!(case.get("content").is_none());
        }
    }

    /// An error in the fifth item writes nothing: no receipt, no case.
    fn an_error_in_the_fifth_item_writes_nothing(app) {
        let user = app.user(&filer("five-rights.json"));
        let mut form = example("five-rights.json");
        form["items"][4]["particulars"] = json!({});
        let (path, version) = draft(&user, &form);
        let refused = user.act(&path, version, &json!({ "action": "SUBMIT" }));
        refused.refused(400, "INCOMPLETE");
        assert!(refused.details().iter().all(|(_, target)| target.starts_with("/items/4")), "{}", refused.text);
        let still = user.get(&path).expect(200);
        assert_eq!(still["state"], "DRAFT");
        assert!(still.get("receipt").is_none());
        assert_eq!(user.get("/api/v1/cases?count=true").expect(200)["totalQuantity"], 0);
    }

    /// The database fails on the fifth case, in the middle of the filing: nothing of the other four stays behind.
    fn a_database_that_fails_on_the_fifth_case_keeps_nothing(app) {
        let user = app.user(&filer("five-rights.json"));
        let (path, version) = draft(&user, &example("five-rights.json"));
        app.database.break_fifth_case();
        user.act(&path, version, &json!({ "action": "SUBMIT" })).refused(500, "INTERNAL");
        let still = user.get(&path).expect(200);
        assert_eq!((still["state"].as_str(), still["version"].as_i64()), (Some("DRAFT"), Some(version)));
        assert!(still.get("receipt").is_none());
        assert_eq!(user.get("/api/v1/cases?count=true").expect(200)["totalQuantity"], 0);
        assert_eq!(user.get("/api/v1/notices").expect(200)["items"], json!([]));
        assert_eq!(app.verify(), Vec::<String>::new());
        app.database.mend_fifth_case();
        user.act(&path, version, &json!({ "action": "SUBMIT" })).expect(201);
        assert_eq!(user.get("/api/v1/cases?count=true").expect(200)["totalQuantity"], 5);
    }

    /// A key belongs to one request: another body, another path or another version is refused, a missing one named.
    fn a_key_stands_for_one_request(app) {
        let user = app.user(&filer(DESIGN));
        let key = fresh_key();
        user.post_with_key("/api/v1/submissions", &json!({}), &key).expect(201);
        user.post_with_key("/api/v1/submissions", &json!({ "remark": "x" }), &key)
            .refused(422, "IDEMPOTENCY_KEY_REUSED");
        user.with("Content-Type", "application/json")
            .send("POST", "/api/v1/submissions", Some(b"{}".to_vec()))
            .refused(400, "IDEMPOTENCY_KEY_MISSING");
        app.work();
        user.post_with_key("/api/v1/submissions", &json!({ "remark": "x" }), &key).expect(422);
        // Somebody else's key is their own.
        let other = app.user("jianghai.admin");
        other.post_with_key("/api/v1/submissions", &json!({ "remark": "x" }), &key).expect(201);
        // A week later it is forgotten and may name another request.
        app.move_clock_to("2026-11-30T01:00:01Z");
        app.work();
        let user = app.user(&filer(DESIGN));
        user.post_with_key("/api/v1/submissions", &json!({ "remark": "x" }), &key).expect(201);
    }

    /// Handed in twice, withdrawn, thrown away: each only once, and only where it can be.
    fn a_submission_is_handed_in_once_and_withdrawn_once(app) {
        let user = app.user(&filer(DESIGN));
        let (path, version) = draft(&user, &example(DESIGN));
        let key = fresh_key();
        let act = |key: &str, version: i64, action: &str| {
            user.with("If-Match", &format!("\"{version}\""))
                .post_with_key(&format!("{path}/transitions"), &json!({ "action": action }), key)
        };
        let first = act(&key, version, "SUBMIT");
        let submitted = first.expect(201);
        assert_eq!(act(&key, version, "SUBMIT").expect(201), submitted);
        act(&fresh_key(), version + 1, "SUBMIT").refused(409, "STATE_CONFLICT");
        user.delete(&path, version + 1).refused(409, "STATE_CONFLICT");
        let withdrawn = act(&fresh_key(), version + 1, "WITHDRAW").expect(201);
        assert_eq!(withdrawn["submission"]["state"], "WITHDRAWN");
        assert_eq!(withdrawn["submission"]["progress"], "CLOSED_FAILED");
        act(&fresh_key(), version + 2, "WITHDRAW").refused(409, "STATE_CONFLICT");
        assert_eq!(cases(&user, &submitted["submission"])[0]["state"], "WITHDRAWN");

        let key = fresh_key();
        let made = user.post_with_key("/api/v1/submissions", &json!({}), &key).expect(201);
        let path = format!("/api/v1/submissions/{}", made["submissionId"].as_str().unwrap());
        assert_eq!(user.delete(&path, 1).status, 204);
        user.delete(&path, 1).refused(404, "NOT_FOUND");
        user.get(&path).refused(404, "NOT_FOUND");
        // What the key made is gone; it makes no second one.
        user.post_with_key("/api/v1/submissions", &json!({}), &key).refused(404, "NOT_FOUND");
    }

    /// Pre-examination is for recorded, unsuspended enterprises seated in the area.
    fn pre_examination_asks_for_a_recorded_enterprise_of_the_area(app) {
        for user in ["guangyu.admin", "dongli.admin", "suxin.admin"] {
            let user = app.user(user);
            let party = user.get("/api/v1/parties").expect(200)["items"][0].clone();
            let mut form = example(DESIGN);
            form["applicants"][0]["name"] = party["name"].clone();
            form["applicants"][0]["identifier"]["value"] = party["identifier"].clone();
            form["applicants"][0]["address"]["divisionCode"] = party["seatDivisionCode"].clone();
            let (path, version) = draft(&user, &form);
            let refused = user.act(&path, version, &json!({ "action": "SUBMIT" }));
            refused.refused(400, "INCOMPLETE");
            let barred = refused.details().into_iter().any(|(code, target)| code == "NOT_ELIGIBLE" && target == "/items/0/serviceCode");
            assert!(barred, "{}", refused.text);
        }
        let form = example(DESIGN);
        let filer = app.user(&filer(DESIGN));
        let (path, version) = draft(&filer, &form);
        // The recordal is taken away between draft and handing in.
        app.database.meddle("UPDATE recordals SET state = 'SUSPENDED'");
        let refused = filer.act(&path, version, &json!({ "action": "SUBMIT" }));
        refused.refused(400, "INCOMPLETE");
        assert!(refused.details().iter().any(|(code, _)| code == "NOT_ELIGIBLE"), "{}", refused.text);
        app.database.meddle("UPDATE recordals SET state = 'RECORDED'");
        filer.act(&path, version, &json!({ "action": "SUBMIT" })).expect(201);
    }

    /// externalReference is unique to whoever gives it.
    fn an_external_reference_is_used_once(app) {
        let user = app.user(&filer(DESIGN));
        user.post("/api/v1/submissions", &json!({ "externalReference": "A-1" })).expect(201);
        user.post("/api/v1/submissions", &json!({ "externalReference": "A-1" })).refused(409, "DUPLICATE");
        app.user("jianghai.admin").post("/api/v1/submissions", &json!({ "externalReference": "A-1" })).expect(201);
        let found = user.get("/api/v1/submissions?externalReference=A-1").expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
    }

    /// What a submission shows changes with its cases, so it is never "unchanged"; drafts are.
    fn a_submission_is_always_shown(app) {
        let user = app.user(&filer(DESIGN));
        let submission = hand_in(&user, &example(DESIGN));
        let path = format!("/api/v1/submissions/{}", submission["submissionId"].as_str().unwrap());
        let shown = user.get(&path);
        let tag = shown.header("etag").expect("a submission has an ETag").to_owned();
        assert_eq!(user.with("If-None-Match", &tag).get(&path).expect(200), shown.json());
    }

    /// Naming another enterprise as lead answers alike whether or not it is on file here.
    fn a_lead_that_is_not_the_callers_is_not_confirmed(app) {
        let own = app.user(&filer(DESIGN));
        let lead = |value: &str| json!({ "applicants": [{ "kind": "ENTERPRISE", "identifier": { "scheme": "USCC", "value": value } }] });
        let on_file = example("public-design-evaluation-report.json")["applicants"][0]["identifier"]["value"].clone();
        let answers: Vec<(u16, Value)> = [on_file.as_str().unwrap(), "91320600MA1MYT1H9M"].iter().map(|value| {
            let answer = own.post("/api/v1/submissions", &lead(value));
            let mut body = answer.json();
            for changing in ["submissionId", "links", "form", "createdAt", "updatedAt", "correlationId", "instance"] {
                body.as_object_mut().unwrap().remove(changing);
            }
            (answer.status, body)
        }).collect();
        assert_eq!(answers[0].0, 201);
        assert_eq!(answers[0], answers[1]);
    }

    /// A clerk files for a walk-in; the applicant takes it over with the code on the receipt.
    fn a_walk_in_is_filed_by_a_clerk_and_taken_over_by_the_applicant(app) {
        let clerk = app.user(&filer("walk-in-workstation.json"));
        let mut form = example("walk-in-workstation.json");
        form["externalReference"] = json!("CLERK-7");
        let submission = hand_in(&clerk, &form);
        assert_eq!(submission["externalReference"], "CLERK-7");
        form.as_object_mut().unwrap().remove("externalReference");
        assert_eq!(submission["channel"], "WORKSTATION");
        let receipt = submission["receipt"].clone();
        let portal = hand_in(&app.user(&filer(DESIGN)), &example(DESIGN));
        assert!(portal["receipt"]["receiptNumber"].is_string() && portal["receipt"].get("claimCode").is_none(), "{portal}");
        assert!(receipt["note"]["zh"].as_str().unwrap().contains("不代表"), "{receipt}");
        let claim = json!({ "receiptNumber": receipt["receiptNumber"], "claimCode": receipt["claimCode"] });
        let wrong = json!({ "receiptNumber": receipt["receiptNumber"], "claimCode": "AAAA-AAAA-AAAA" });
        let stranger = app.user("hengmian.admin");
        stranger.post("/api/v1/receipt-claims", &claim).refused(404, "NOT_FOUND");
        stranger.post("/api/v1/receipt-claims", &wrong).refused(404, "NOT_FOUND");
        let applicant = app.user("lijiang.admin");
        let id = submission["submissionId"].as_str().unwrap();
        let taken = applicant.post("/api/v1/receipt-claims", &claim).expect(201);
        assert_eq!(taken["submissionId"], id);
        assert!(taken["receipt"].get("claimCode").is_none(), "it has been used");
        let case = cases(&applicant, &taken).remove(0);
        assert_eq!(case["allowedActions"], json!(["WITHDRAW"]));
        let told = applicant.get(&format!("/api/v1/case-events?caseId={}", case["caseId"].as_str().unwrap())).expect(200);
        assert_eq!(told["items"][1]["kind"], "CASE_HANDED_OVER");
        // The clerk's reference was the clerk's; the applicant's own numbers begin afresh.
        assert_eq!((taken.get("externalReference"), case.get("externalReference")), (None, None));
        applicant.post("/api/v1/submissions", &json!({ "externalReference": "CLERK-7" })).expect(201);
        let without_attendance = {
            let mut form = form.clone();
            for member in ["attendance", "channel"] {
                form.as_object_mut().unwrap().remove(member);
            }
            let (path, version) = draft(&clerk, &form);
            // The draft says already what handing in will miss, though it does not say that it came over the counter.
            let defects = clerk.get(&path).expect(200)["defects"].clone();
            assert!(defects.as_array().unwrap().iter().any(|defect| defect["pointer"] == "/attendance"), "{defects}");
            clerk.act(&path, version, &json!({ "action": "SUBMIT" }))
        };
        without_attendance.refused(400, "INCOMPLETE");
    }

    /// Faults of shape are refused at once with their pointer, and nothing is written.
    fn faults_of_shape_are_refused_with_their_pointer(app) {
        let user = app.user(&filer(DESIGN));
        let cases: Vec<(Value, &str)> = vec![
            (json!({ "surprise": 1 }), "/surprise"),
            (json!({ "items": [{ "serviceCode": "PRE_EXAMINATION_DESIGN", "particulars": { "surprise": 1 } }] }), "/items/0/particulars/surprise"),
            (json!({ "items": [{ "serviceCode": "NO_SUCH_SERVICE", "particulars": { "surprise": 1 } }] }), "/items/0/serviceCode"),
            (json!({ "items": 7 }), "/items"),
            (json!({ "applicants": [{ "kind": "COMPANY" }] }), "/applicants/0/kind"),
            (json!({ "submissionId": "x", "state": "SUBMITTED" }), "/state"),
        ];
        for (body, pointer) in cases {
            let refused = user.post("/api/v1/submissions", &body);
            refused.refused(400, "INVALID_VALUE");
            let targets: Vec<String> = refused.details().into_iter().map(|(_, target)| target).collect();
            assert!(targets.iter().any(|target| target == pointer), "{pointer}: {targets:?}");
        }
        let deep = format!("{}1{}", "[".repeat(40), "]".repeat(40));
        let large = format!("{{\"remark\":\"{}\"}}", "x".repeat(300_000));
        let raw = |text: &str| {
            user.with("Content-Type", "application/json")
                .with("Idempotency-Key", &fresh_key())
                .send("POST", "/api/v1/submissions", Some(text.as_bytes().to_vec()))
        };
        for text in ["{", "{\"a\":1,\"a\":2}", deep.as_str(), "\"\\u0000\"", ""] {
            raw(text).refused(400, "MALFORMED_JSON");
        }
        raw(&large).refused(413, "TOO_LARGE");
        user.with("Content-Type", "text/plain")
            .with("Idempotency-Key", &fresh_key())
            .send("POST", "/api/v1/submissions", Some(b"{}".to_vec()))
            .refused(415, "UNSUPPORTED_MEDIA_TYPE");
        assert_eq!(user.get("/api/v1/submissions?count=true").expect(200)["totalQuantity"], 0);
    }

    /// Values that cannot be right are defects with their code: check digits, ranges, kinds, invisible characters.
    fn values_that_cannot_be_right_are_named(app) {
        let user = app.user(&filer(DESIGN));
        let mut form = example(DESIGN);
        let good = form["applicants"][0]["identifier"]["value"].as_str().unwrap().to_owned();
        let (body, last) = good.split_at(17);
        let wrong = if last == "0" { "1" } else { "0" };
        form["applicants"][0]["identifier"]["value"] = json!(format!("{body}{wrong}"));
        form["items"][0]["itemKey"] = json!("a\u{202e}b");
        form["items"][0]["rightKind"] = json!("TRADEMARK");
        let defects = user.post("/api/v1/submissions", &form).expect(201)["defects"].clone();
        let named: HashSet<(String, String)> = defects
            .as_array()
            .unwrap()
            .iter()
            .map(|d| (d["pointer"].as_str().unwrap().to_owned(), d["code"].as_str().unwrap().to_owned()))
            .collect();
        for expected in [
            ("/applicants/0/identifier/value", "CHECK_DIGIT"),
            ("/items/0/itemKey", "UNSAFE_CHARACTER"),
            ("/items/0/rightKind", "KIND"),
        ] {
            let expected = (expected.0.to_owned(), expected.1.to_owned());
            assert!(named.contains(&expected), "{expected:?} not in {named:?}");
        }
    }
}

/// Taken over at the moment in which an officer decides: the history tells each as it came. On PostgreSQL, whose
/// transactions run beside each other.
#[test]
fn a_case_is_taken_over_while_it_is_decided() {
    App::on_postgres().test(|app| {
        let clerk = app.user(&filer("walk-in-workstation.json"));
        let submission = hand_in(&clerk, &example("walk-in-workstation.json"));
        let receipt = &submission["receipt"];
        let claim = json!({ "receiptNumber": receipt["receiptNumber"], "claimCode": receipt["claimCode"] });
        let case = cases(&clerk, &submission).remove(0);
        let officer =
            app.user(&format!("triage-officer.{}", case["nodeCode"].as_str().unwrap().to_lowercase()));
        let taken = officer.post(&format!("{}/claims", path_of(&case)), &json!({})).expect(201);
        let applicant = app.user("lijiang.admin");
        let mut held = app.database.hold("SELECT case_id FROM cases FOR UPDATE");
        std::thread::scope(|scope| {
            let accepted = scope.spawn(|| {
                officer
                    .act(&path_of(&case), version_of(&taken["case"]), &json!({ "action": "ACCEPT" }))
                    .status
            });
            held.until_somebody_waits(1);
            let claimed = scope.spawn(|| applicant.post("/api/v1/receipt-claims", &claim).status);
            held.until_somebody_waits(2);
            drop(held);
            assert_eq!((accepted.join().unwrap(), claimed.join().unwrap()), (201, 201));
        });
        assert_eq!(applicant.get(&path_of(&case)).expect(200)["state"], "ACCEPTED");
    });
}
