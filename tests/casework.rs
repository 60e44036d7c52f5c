//! Triage by the workflow: accept, correct, refuse, re-route; the clocks that run meanwhile, and the history.

use crate::on_both_engines;
use crate::support::forms::{DESIGN, example, filer, hand_in, one_case, path_of, version_of};
use crate::support::{App, Caller};
use serde_json::{Value, json};

/// A design case in the hands of the pre-examiner at its node: the officer, the path, the version.
fn claimed(app: &App) -> (Caller, String, i64) {
    let case = one_case(&app.user(&filer(DESIGN)));
    let officer = app.user("pre-examiner.tzht");
    let path = path_of(&case);
    let taken = officer.post(&format!("{path}/claims"), &json!({})).expect(201);
    (officer, path, version_of(&taken["case"]))
}

fn clock<'a>(deadlines: &'a Value, name: &str) -> &'a Value {
    deadlines["items"].as_array().unwrap().iter().rev().find(|deadline| deadline["clock"] == name).unwrap()
}

on_both_engines! {
    /// Only whoever holds the case accepts it, at the version they saw; the applicant hears of it.
    fn a_case_is_accepted_by_its_holder(app) {
        let (officer, path, version) = claimed(app);
        let triage = app.user("triage-officer.tzht");
        triage.act(&path, version, &json!({ "action": "ACCEPT" })).refused(409, "ALREADY_CLAIMED");
        officer.act(&path, version - 1, &json!({ "action": "ACCEPT" })).refused(412, "STALE");
        officer.post(&format!("{path}/transitions"), &json!({ "action": "ACCEPT" })).refused(428, "PRECONDITION_REQUIRED");
        officer.act(&path, version, &json!({ "action": "FLY" })).refused(400, "INVALID_VALUE");
        officer.act(&path, version, &json!({ "action": "ANSWER_CORRECTION" })).refused(403, "FORBIDDEN");
        // Free text where a code belongs would stand in the history for good.
        let free = json!({ "action": "ACCEPT", "reasonCode": "320602199001011234" });
        officer.act(&path, version, &free).refused(400, "INVALID_VALUE");
        let accepted = officer.act(&path, version, &json!({ "action": "ACCEPT" }));
        let body = accepted.expect(201);
        assert_eq!((body["case"]["state"].as_str(), body["event"]["kind"].as_str()), (Some("ACCEPTED"), Some("CASE_TRANSITIONED")));
        assert_eq!(accepted.header("etag"), Some(format!("\"{}\"", version + 1).as_str()));
        let event = officer.get(accepted.header("location").unwrap()).expect(200);
        assert_eq!(event, body["event"]);
        officer.act(&path, version + 1, &json!({ "action": "ACCEPT" })).refused(409, "STATE_CONFLICT");

        let applicant = app.user(&filer(DESIGN));
        assert_eq!(applicant.get("/api/v1/notices").expect(200)["items"].as_array().unwrap().len(), 0);
        assert!(app.work().delivered >= 2);
        let kinds: Vec<String> = applicant.get("/api/v1/notices").expect(200)["items"].as_array().unwrap().iter()
            .map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect();
        assert!(kinds.contains(&"ACCEPT".to_owned()) && kinds.contains(&"SUBMISSION_SUBMITTED".to_owned()), "{kinds:?}");
        assert_eq!(app.work().delivered, 0, "nothing is delivered twice");
    }

    /// Messages that cannot be read, more than go into one transaction, hold up no other, and are given up in plain sight.
    fn messages_that_cannot_be_read_hold_up_no_other(app) {
        let applicant = app.user(&filer(DESIGN));
        let mut form = example(DESIGN);
        let items = (0..50).map(|at| {
            let mut item = form["items"][0].clone();
            item["itemKey"] = json!(format!("design-{at}"));
            item
        });
        form["items"] = items.collect();
        (0..3).for_each(|_| drop(hand_in(&applicant, &form)));
        app.database.meddle("CREATE TABLE kept AS SELECT message_id, audience FROM messages");
        app.database.meddle("UPDATE messages SET audience = 'nobody' WHERE message_id <> (SELECT message_id FROM kept ORDER BY message_id DESC LIMIT 1)");
        let first = app.try_to_work();
        assert!(first.delivered == 1 && first.failed > 150, "{first:?}");
        let second = app.try_to_work();
        assert_eq!((second.delivered, second.failed), (0, 0));
        let named = app.verify().iter().filter(|fault| fault.contains("cannot be read and was given up")).count();
        assert_eq!(named, first.failed);
        app.database.meddle("UPDATE messages SET state = 'PENDING', attempts = 0, audience = (SELECT audience FROM kept WHERE kept.message_id = messages.message_id) WHERE state = 'FAILED'");
        app.database.meddle("DROP TABLE kept");
        assert_eq!(app.work().delivered, named);
        assert!(!applicant.get("/api/v1/notices").expect(200)["items"].as_array().unwrap().is_empty());
    }

    /// A case whose clock cannot run out, because its rules are gone, holds up no other.
    fn a_clock_that_cannot_run_out_holds_up_no_other(app) {
        let ask = || {
            let (officer, path, version) = claimed(app);
            let asked = json!({ "action": "REQUEST_CORRECTION", "defects": [{ "pointer": "/documents/0", "message": "不清晰" }] });
            officer.act(&path, version, &asked).expect(201)["case"].clone()
        };
        let (stuck, free) = (ask(), ask());
        let set = |code: &str| app.database.meddle(&format!("UPDATE cases SET workflow_code = '{code}' WHERE case_number = '{}'", stuck["caseNumber"].as_str().unwrap()));
        set("gone");
        app.move_clock_to("2027-03-01T01:00:00Z");
        let round = app.try_to_work();
        assert_eq!((round.lapsed, round.failed), (1, 1));
        set("intake");
        let round = app.work();
        assert_eq!(round.lapsed, 1);
        let applicant = app.user(&filer(DESIGN));
        assert_eq!(applicant.get(&path_of(&free)).expect(200)["state"], "WITHDRAWN");
    }

    /// Without having claimed it nobody decides.
    fn a_case_is_claimed_before_it_is_decided(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let triage = app.user("triage-officer.tzht");
        triage.act(&path_of(&case), version_of(&case), &json!({ "action": "ACCEPT" })).refused(409, "NOT_CLAIMED");
    }

    /// A refusal names a reason of the city's list.
    fn a_refusal_names_its_reason(app) {
        let (officer, path, version) = claimed(app);
        for bad in [json!({ "action": "REFUSE" }), json!({ "action": "REFUSE", "reasonCode": "BECAUSE" })] {
            let refused = officer.act(&path, version, &bad);
            refused.refused(400, "INVALID_VALUE");
            assert_eq!(refused.details()[0].1, "/reasonCode");
        }
        let done = officer.act(&path, version, &json!({ "action": "REFUSE", "reasonCode": "A04", "remark": "不在领域内" })).expect(201);
        assert_eq!(done["case"]["state"], "REFUSED");
        assert_eq!(done["event"]["data"]["reasonCode"], "A04");
        assert!(done["event"]["commitments"]["remark"].is_string());
        assert!(!done.to_string().contains("不在领域内"), "the remark itself stays confidential");
        let told = app.user(&filer(DESIGN)).get(&format!("{path}?expand=particulars")).expect(200);
        assert_eq!(told["content"]["remarks"][0]["remark"], "不在领域内");
    }

    /// A correction round: all defects at once, the acceptance clock stands still, the answer is checked, then it runs on.
    fn a_correction_round_pauses_the_clock(app) {
        let (officer, path, version) = claimed(app);
        let id = path.rsplit('/').next().unwrap().to_owned();
        let deadlines = |caller: &Caller| caller.get(&format!("/api/v1/deadlines?caseId={id}")).expect(200);
        let before = deadlines(&officer);
        assert_eq!(clock(&before, "ACCEPTANCE")["dueDate"], "2026-11-25", "two working days after Monday");
        officer.act(&path, version, &json!({ "action": "REQUEST_CORRECTION" })).refused(400, "INVALID_VALUE");
        let asked = json!({ "action": "REQUEST_CORRECTION", "defects": [
            { "pointer": "/items/0/particulars/inventionTitle", "message": "名称过长" },
            { "pointer": "/documents/0", "message": "图片不清晰", "source": "本市规则" } ] });
        let round = officer.act(&path, version, &asked).expect(201);
        assert_eq!(round["case"]["state"], "CORRECTION_REQUIRED");
        let told = app.user(&filer(DESIGN)).get(&format!("{path}?expand=particulars")).expect(200);
        let asked_of = &told["content"]["correctionRounds"][0]["defects"];
        assert_eq!((asked_of.as_array().unwrap().len(), asked_of[1]["message"].as_str()), (2, Some("图片不清晰")));
        let paused = deadlines(&officer);
        assert_eq!((clock(&paused, "ACCEPTANCE")["state"].as_str(), clock(&paused, "CORRECTION")["state"].as_str()), (Some("PAUSED"), Some("RUNNING")));
        assert_eq!(round["case"]["dueDate"], clock(&paused, "CORRECTION")["dueDate"]);

        app.move_clock_to("2026-11-27T01:00:00Z");
        let applicant = app.user(&filer(DESIGN));
        let seen = applicant.get(&path).expect(200);
        assert_eq!(seen["allowedActions"], json!(["ANSWER_CORRECTION", "WITHDRAW"]));
        let version = version_of(&seen);
        applicant.act(&path, version, &json!({ "action": "ANSWER_CORRECTION" })).refused(400, "INVALID_VALUE");
        let unchanged = json!({ "action": "ANSWER_CORRECTION", "correction": {} });
        applicant.act(&path, version, &unchanged).refused(400, "INVALID_VALUE");
        let bad = json!({ "action": "ANSWER_CORRECTION", "correction": { "particulars": { "inventionTitle": null } } });
        let refused = applicant.act(&path, version, &bad);
        refused.refused(400, "INCOMPLETE");
        assert_eq!(refused.details()[0].1, "/items/0/particulars/inventionTitle");
        let good = json!({ "action": "ANSWER_CORRECTION", "correction": { "particulars": { "inventionTitle": "示例被面（修改）" } } });
        let answered = applicant.act(&path, version, &good).expect(201);
        assert_eq!(answered["case"]["state"], "SUBMITTED");
        let resumed = deadlines(&applicant);
        // Asked on Monday, answered on Friday: the two working days begin again after Friday.
        assert_eq!(clock(&resumed, "ACCEPTANCE")["dueDate"], "2026-12-01");
        assert_eq!(clock(&resumed, "CORRECTION")["state"], "STOPPED");
        let content = applicant.get(&format!("{path}?expand=particulars")).expect(200);
        assert_eq!(content["content"]["particulars"]["inventionTitle"], "示例被面（修改）");
    }

    /// A correction that never comes: the case is withdrawn by the timer on the day after, and not before.
    fn an_unanswered_correction_lapses(app) {
        let (officer, path, version) = claimed(app);
        let asked = json!({ "action": "REQUEST_CORRECTION", "defects": [{ "pointer": "/documents/0", "message": "不清晰" }] });
        let due = officer.act(&path, version, &asked).expect(201)["case"]["dueDate"].as_str().unwrap().to_owned();
        app.move_clock_to(&format!("{due}T15:59:59Z"));
        assert_eq!(app.work().lapsed, 0, "the day ends at 24:00 in Nantong, 16:00 UTC");
        app.move_clock_to(&format!("{due}T16:00:00Z"));
        assert_eq!(app.work().lapsed, 1);
        assert_eq!(app.work().lapsed, 0, "a clock runs out once");
        let applicant = app.user(&filer(DESIGN));
        let case = applicant.get(&path).expect(200);
        assert_eq!((case["state"].as_str(), case.get("dueDate")), (Some("WITHDRAWN"), None));
    }

    /// Re-routed twice it lies at the city centre, with both reasons.
    fn a_second_reroute_goes_to_the_centre_with_both_reasons(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let path = path_of(&case);
        let triage = app.user("triage-officer.tzht");
        let first = json!({ "action": "REROUTE", "reasonCode": "WRONG_FIELD", "queueCode": "HAFC-PRE_EXAMINATION" });
        let moved = triage.act(&path, version_of(&case), &first).expect(201);
        assert_eq!(moved["case"]["queueCode"], "HAFC-PRE_EXAMINATION");
        let second = json!({ "action": "REROUTE", "reasonCode": "NOT_COMPETENT", "queueCode": "TZHT-PRE_EXAMINATION" });
        let moved = app.user("triage-officer.hafc").act(&path, version_of(&moved["case"]), &second).expect(201);
        assert_eq!((moved["case"]["queueCode"].as_str(), moved["case"]["nodeCode"].as_str()), (Some("NTIPC-MANUAL"), Some("NTIPC")));
        let id = case["caseId"].as_str().unwrap();
        let decisions = app.user("triage-officer.ntipc").get(&format!("/api/v1/routing-decisions?caseId={id}")).expect(200);
        let last = decisions["items"].as_array().unwrap().last().unwrap();
        assert_eq!(last["explanation"]["cause"]["reasonCodes"], json!(["WRONG_FIELD", "NOT_COMPETENT"]));
    }

    /// A case that waits for another is blocked once that one has failed.
    fn a_case_is_blocked_when_what_it_waits_for_fails(app) {
        let user = app.user(&filer("bundle-finance.json"));
        let form = example("bundle-finance.json");
        let dependent = form["items"].as_array().unwrap().iter().find(|item| !item["dependsOn"].as_array().is_none_or(Vec::is_empty)).expect("the bundle has a dependency");
        let (key, on) = (dependent["itemKey"].as_str().unwrap(), dependent["dependsOn"][0].as_str().unwrap());
        let submission = hand_in(&user, &form);
        let find = |key: &str| {
            let item = submission["items"].as_array().unwrap().iter().find(|item| item["itemKey"] == key).unwrap();
            user.get(&format!("/api/v1/cases/{}", item["caseId"].as_str().unwrap())).expect(200)
        };
        let (waiting, awaited) = (find(key), find(on));
        assert!(waiting["links"].as_array().unwrap().iter().any(|link| link["kind"] == "DEPENDS_ON" && link["caseId"] == awaited["caseId"]));
        user.act(&path_of(&awaited), version_of(&awaited), &json!({ "action": "WITHDRAW" })).expect(201);
        let officer = app.user(&format!("triage-officer.{}", waiting["nodeCode"].as_str().unwrap().to_lowercase()));
        let taken = officer.post(&format!("{}/claims", path_of(&waiting)), &json!({})).expect(201);
        let blocked = officer.act(&path_of(&waiting), version_of(&taken["case"]), &json!({ "action": "ACCEPT" }));
        let named = blocked.refused(409, "STATE_CONFLICT")["message"].as_str().unwrap().contains(awaited["caseId"].as_str().unwrap());
        assert_eq!(named, officer.get(&path_of(&awaited)).status == 200, "named to those who may know of it");
        // Moved to where the officer may not look, it is not named.
        app.database.meddle(&format!("UPDATE cases SET node_code = 'HAFC' WHERE case_number = '{}'", awaited["caseNumber"].as_str().unwrap()));
        let blocked = officer.act(&path_of(&waiting), version_of(&taken["case"]), &json!({ "action": "ACCEPT" }));
        let said = blocked.refused(409, "STATE_CONFLICT")["message"].as_str().unwrap().to_owned();
        assert!(!said.contains(awaited["caseId"].as_str().unwrap()), "{said}");
        app.database.meddle(&format!("UPDATE cases SET node_code = '{}' WHERE case_number = '{}'", awaited["nodeCode"].as_str().unwrap(), awaited["caseNumber"].as_str().unwrap()));
    }

    /// The same request again, after the right to the case is gone and the case has moved on, tells nothing new.
    fn an_answer_is_not_given_again_past_a_lost_right(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let officer = app.user("triage-officer.tzht");
        let claim = || officer.post_with_key(&format!("{}/claims", path_of(&case)), &json!({}), "once");
        let first = claim().expect(201);
        assert_eq!(claim().expect(201), first);
        let moved = json!({ "queueCode": "TZHT-GUIDANCE", "reasonCode": "WRONG_FIELD" });
        officer.post(&format!("{}/transfers", path_of(&case)), &moved).expect(201);
        assert_eq!(claim().expect(201)["case"]["queueCode"], "TZHT-GUIDANCE", "as it now stands");
        app.database.meddle("UPDATE node_roles SET role = 'REVIEWER' WHERE node_code = 'TZHT' AND user_id = (SELECT user_id FROM users WHERE user_name = 'triage-officer.tzht')");
        let again = claim();
        assert!((403..=404).contains(&again.status) && !again.text.contains("TZHT"), "{}", again.text);
    }

    /// The history can be verified by whoever reads it: each hash covers the text and the hash before it.
    fn a_history_verifies_from_what_is_shown(app) {
        use sha2::{Digest, Sha256};
        let (officer, path, version) = claimed(app);
        officer.act(&path, version, &json!({ "action": "ACCEPT" })).expect(201);
        let id = path.rsplit('/').next().unwrap();
        let events = app.user(&filer(DESIGN)).get(&format!("/api/v1/case-events?caseId={id}&count=true")).expect(200);
        assert_eq!(events["totalQuantity"], 3);
        let mut previous = vec![0_u8; 32];
        for (at, event) in events["items"].as_array().unwrap().iter().enumerate() {
            assert_eq!(event["sequence"].as_u64().unwrap(), at as u64 + 1);
            let text = event["hashedText"].as_str().unwrap();
            let mut bytes = b"onewindow/event/v1\0".to_vec();
            bytes.extend(32_u64.to_be_bytes());
            bytes.extend(&previous);
            bytes.extend((text.len() as u64).to_be_bytes());
            bytes.extend(text.as_bytes());
            previous = Sha256::digest(&bytes).to_vec();
            let hex = onewindow::journal::hex(&previous);
            assert_eq!(event["hash"], hex.as_str());
            let said: Value = serde_json::from_str(text).unwrap();
            assert_eq!((&said["kind"], &said["data"]), (&event["kind"], &event["data"]));
        }
    }
}
