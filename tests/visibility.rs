//! Who sees what: own things, nobody else's; what may not be known answers as if it did not exist.

use crate::on_both_engines;
use crate::support::caller::Caller;
use crate::support::forms::{
    DESIGN, cases, draft, example, filer, hand_in, index, one_case, path_of, version_of,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A random id that nothing has.
const NOTHING: &str = "01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11";

fn ids(caller: &Caller, list: &str, id: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut path = format!("/api/v1/{list}?limit=200");
    loop {
        let page = caller.get(&path).expect(200);
        found.extend(
            page["items"].as_array().unwrap().iter().map(|item| item[id].as_str().unwrap().to_owned()),
        );
        match page["links"]["next"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => return found,
        }
    }
}

on_both_engines! {
    /// A party is unchanged only while all that is shown of it is: its recordals change without its version.
    fn a_party_is_unchanged_while_what_is_shown_is(app) {
        let member = app.user(&filer(DESIGN));
        let id = member.get("/api/v1/parties").expect(200)["items"][0]["partyId"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/parties/{id}");
        let first = member.get(&path);
        let held = member.with("If-None-Match", first.header("etag").unwrap());
        assert_eq!(held.get(&path).status, 304);
        app.database.meddle("UPDATE recordals SET state = 'SUSPENDED'");
        let now = held.get(&path).expect(200);
        assert_eq!((&now["recordals"][0]["state"], &now["version"]), (&json!("SUSPENDED"), &first.json()["version"]));
        app.database.meddle("UPDATE recordals SET state = 'RECORDED'");
    }

    /// Another enterprise's draft and case answer exactly as what does not exist.
    fn what_is_anothers_answers_like_what_is_not_there(app) {
        let owner = app.user(&filer(DESIGN));
        let (draft_path, version) = draft(&owner, &example(DESIGN));
        let case = one_case(&owner);
        let stranger = app.user("jianghai.admin").with("Correlation-ID", "0123456789abcdef0123456789abcdef");
        let nothing_draft = format!("/api/v1/submissions/{NOTHING}");
        let nothing_case = format!("/api/v1/cases/{NOTHING}");
        let id = case["caseId"].as_str().unwrap();
        for (theirs, nothing) in [
            (stranger.get(&draft_path), stranger.get(&nothing_draft)),
            (stranger.get(&format!("{draft_path}?expand=form")), stranger.get(&format!("{nothing_draft}?expand=form"))),
            (stranger.patch(&draft_path, version, &json!({})), stranger.patch(&nothing_draft, version, &json!({}))),
            (stranger.delete(&draft_path, version), stranger.delete(&nothing_draft, version)),
            (stranger.act(&draft_path, version, &json!({ "action": "SUBMIT" })), stranger.act(&nothing_draft, version, &json!({ "action": "SUBMIT" }))),
            (stranger.get(&path_of(&case)), stranger.get(&nothing_case)),
            (stranger.get(&format!("{}?expand=particulars", path_of(&case))), stranger.get(&format!("{nothing_case}?expand=particulars"))),
            (stranger.act(&path_of(&case), version_of(&case), &json!({ "action": "WITHDRAW" })), stranger.act(&nothing_case, 1, &json!({ "action": "WITHDRAW" }))),
            (stranger.get(&format!("/api/v1/case-events?caseId={id}")), stranger.get(&format!("/api/v1/case-events?caseId={NOTHING}"))),
            (stranger.get(&format!("/api/v1/routing-decisions?caseId={id}")), stranger.get(&format!("/api/v1/routing-decisions?caseId={NOTHING}"))),
            (stranger.get(&format!("/api/v1/deadlines?caseId={id}")), stranger.get(&format!("/api/v1/deadlines?caseId={NOTHING}"))),
        ] {
            assert_eq!((theirs.status, &theirs.text), (404, &nothing.text));
        }
        stranger.get("/api/v1/cases/not-an-id").refused(404, "NOT_FOUND");
    }

    /// A clerk goes on with what was handed over at the counter, not with what came to that node through the portal.
    fn a_clerk_sees_what_the_counter_took_in_and_nothing_of_the_portal(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let clerk = app.user("clerk.ntipc");
        assert_eq!(case["intakeNodeCode"], "NTIPC");
        clerk.get(&path_of(&case)).refused(404, "NOT_FOUND");
        clerk.get(&format!("{}?expand=particulars", path_of(&case))).refused(404, "NOT_FOUND");
        assert!(ids(&clerk, "cases", "caseId").is_empty());
        assert!(ids(&clerk, "submissions", "submissionId").is_empty());
        let mut walk_in = example("walk-in-workstation.json");
        walk_in["channel"] = json!("COUNTER");
        walk_in["intakeNodeCode"] = json!("NTIPC");
        hand_in(&clerk, &walk_in);
        assert_eq!(ids(&clerk, "cases", "caseId").len(), 1);

        // What the counter took in for another node is followed, but held by that node's own staff only.
        let at_the_counter = |file: &str| {
            let mut form = example(file);
            for member in ["channel", "intakeNodeCode", "attendance"] {
                form[member] = walk_in[member].clone();
            }
            cases(&clerk, &hand_in(&clerk, &form)).remove(0)
        };
        let acts = |case: &Value, what: &str| clerk.post(&format!("{}/{what}", path_of(case)), &json!({}));
        let elsewhere = at_the_counter(DESIGN);
        assert_eq!(elsewhere["nodeCode"], "TZHT");
        acts(&elsewhere, "claims").refused(403, "FORBIDDEN");
        let own = at_the_counter("bundle-finance.json");
        assert_eq!(own["nodeCode"], "NTIPC");
        acts(&own, "claims").expect(201);
        acts(&own, "releases").expect(201);
    }

    /// For every kind of caller the list shows exactly what the single read shows: nothing more, nothing less.
    fn every_list_equals_the_single_reads(app) {
        let files: BTreeSet<String> = index().into_iter().map(|line| line.file).collect();
        for file in files.iter().step_by(3) {
            hand_in(&app.user(&filer(file)), &example(file));
        }
        draft(&app.user(&filer(DESIGN)), &json!({}));
        let auditor = app.user("auditor.ntipc");
        let all = ids(&auditor, "cases", "caseId");
        assert!(all.len() >= 10);
        let examiner = app.user("pre-examiner.ntipc");
        examiner.post("/api/v1/queues/NTIPC-PRE_EXAMINATION/claims", &json!({}));
        let filed = ids(&auditor, "submissions", "submissionId");
        for name in [
            "hengmian.admin", "hengmian.member", "jianghai.admin", "qiming.agent", "tongshang.agent", "clerk.ntipc", "clerk.ws-qd",
            "triage-officer.ntipc", "triage-officer.tzht", "triage-officer.amr-qd", "pre-examiner.ntipc", "pre-examiner.tzht",
            "reviewer.ntipc", "enforcement-officer.ntamr", "enforcement-officer.amr-qd", "mediator.ntpmc", "centre-director.ntipc",
            "centre-admin.ntipc", "auditor.ntamr",
        ] {
            let caller = app.user(name);
            let listed = ids(&caller, "cases", "caseId");
            let read: BTreeSet<String> =
                all.iter().filter(|id| caller.get(&format!("/api/v1/cases/{id}")).status == 200).cloned().collect();
            assert_eq!(listed, read, "cases of {name}");
            let counted = caller.get("/api/v1/cases?count=true").expect(200)["totalQuantity"].clone();
            assert_eq!(counted, read.len(), "count of {name}");
            if caller.get("/api/v1/submissions").status == 200 {
                let listed: BTreeSet<String> = ids(&caller, "submissions", "submissionId").intersection(&filed).cloned().collect();
                let read: BTreeSet<String> =
                    filed.iter().filter(|id| caller.get(&format!("/api/v1/submissions/{id}")).status == 200).cloned().collect();
                assert_eq!(listed, read, "submissions of {name}");
            }
        }
    }

    /// Content is for those who may see it, only when asked for, and every such read leaves one entry.
    fn content_is_shown_only_on_request_to_the_right_people_and_recorded(app) {
        let owner = app.user(&filer(DESIGN));
        let form = example(DESIGN);
        let title = form["items"][0]["particulars"]["inventionTitle"].as_str().unwrap();
        let case = one_case(&owner);
        let path = path_of(&case);
        let with_content = format!("{path}?expand=particulars");
        assert!(!owner.get(&path).text.contains(title));
        let before = owner.get(&path);
        assert!(owner.get(&with_content).text.contains(title));
        assert_eq!(owner.get(&path).header("etag"), before.header("etag"), "a read changes no ETag");
        app.user("triage-officer.tzht").get(&with_content).refused(403, "FORBIDDEN");
        app.user("centre-director.tzht").get(&with_content).refused(403, "FORBIDDEN");
        app.user("auditor.ntipc").get(&with_content).refused(403, "FORBIDDEN");
        let examiner = app.user("pre-examiner.tzht");
        examiner.get(&with_content).refused(403, "FORBIDDEN");
        examiner.post(&format!("{path}/claims"), &json!({})).expect(201);
        assert!(examiner.get(&with_content).expect(200).to_string().contains(title));
        app.user("pre-examiner.ntipc").get(&path).refused(404, "NOT_FOUND");
        let entries = app.inside(|act| {
            use diesel::prelude::*;
            use onewindow::store::schema::accesses;
            Ok(accesses::table.count().get_result::<i64>(act.conn)?)
        });
        assert_eq!(entries, 2, "one entry for each of the two reads that were answered");
        owner.get(&format!("{path}?expand=everything")).refused(400, "INVALID_VALUE");
    }

    /// An agent acts within a mandate in force and not beyond.
    fn an_agent_acts_within_a_mandate(app) {
        let file = "pre-invention-joint-university.json";
        let agent = app.user(&filer(file));
        let submission = hand_in(&agent, &example(file));
        let id = submission["submissionId"].as_str().unwrap();
        agent.get(&format!("/api/v1/submissions/{id}")).expect(200);
        let refused = agent.post("/api/v1/submissions", &example(DESIGN));
        refused.refused(400, "INVALID_VALUE");
        assert_eq!(refused.details()[0].1, "/applicants/0/identifier");
        app.database.meddle("UPDATE mandates SET valid_until = '2026-11-22'");
        agent.get(&format!("/api/v1/submissions/{id}")).refused(404, "NOT_FOUND");
        assert_eq!(agent.get("/api/v1/cases?count=true").expect(200)["totalQuantity"], 0);
    }

    /// An officer recused from an enterprise neither sees its cases nor is told of them; the colleague is.
    fn a_recused_officer_is_not_told_either(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        app.work();
        let officer = app.user("triage-officer.tzht");
        let told = |officer: &Caller| officer.get("/api/v1/notices").expect(200)["items"].as_array().unwrap().len();
        officer.get(&path_of(&case)).expect(200);
        assert_eq!(told(&officer), 1);
        app.database.meddle(
            "INSERT INTO recusals (user_id, party_id, created_at)
             SELECT user_id, (SELECT owner_id FROM cases), created_at FROM users WHERE user_name = 'triage-officer.tzht'");
        officer.get(&path_of(&case)).refused(404, "NOT_FOUND");
        assert_eq!((ids(&officer, "cases", "caseId").len(), told(&officer)), (0, 0));
        assert_eq!(told(&app.user("centre-director.tzht")), 1);
    }

    /// Several roles, memberships and recusals at once: each is held once, and what is suspended is not held.
    fn each_right_is_held_once(app) {
        let officer = app.user("triage-officer.tzht");
        let held = |officer: &Caller| {
            let session = officer.get("/api/v1/sessions/current").expect(200);
            let grants = session["grants"].as_array().unwrap();
            let at = |name: &str| grants.iter().filter(|grant| grant[name].is_string()).count();
            (at("nodeCode"), at("partyId"))
        };
        let (nodes, parties) = held(&officer);
        app.database.meddle(
            "INSERT INTO node_roles (user_id, node_code, role, granted_at)
             SELECT user_id, 'NTIPC', 'CLERK', created_at FROM users WHERE user_name = 'triage-officer.tzht'");
        app.database.meddle(
            "INSERT INTO memberships (user_id, party_id, role, state, created_at)
             SELECT user_id, p.party_id, 'APPLICANT_MEMBER', CASE WHEN p.place = 1 THEN 'SUSPENDED' ELSE 'ACTIVE' END, created_at
             FROM users CROSS JOIN (SELECT party_id, ROW_NUMBER() OVER (ORDER BY party_id) AS place FROM parties) p
             WHERE user_name = 'triage-officer.tzht' AND p.place <= 3");
        app.database.meddle(
            "INSERT INTO recusals (user_id, party_id, created_at)
             SELECT user_id, p.party_id, created_at
             FROM users CROSS JOIN (SELECT party_id, ROW_NUMBER() OVER (ORDER BY party_id) AS place FROM parties) p
             WHERE user_name = 'triage-officer.tzht' AND p.place <= 2");
        assert_eq!(held(&officer), (nodes + 1, parties + 2));
    }

    /// A role taken away is gone at once; so is a closed session and a suspended account.
    fn what_is_taken_away_is_gone_at_once(app) {
        let officer = app.user("triage-officer.tzht");
        officer.get("/api/v1/queues/TZHT-PRE_EXAMINATION").expect(200);
        app.database.meddle("DELETE FROM node_roles WHERE node_code = 'TZHT'");
        officer.get("/api/v1/queues/TZHT-PRE_EXAMINATION").refused(403, "FORBIDDEN");
        let user = app.user("hengmian.admin");
        assert_eq!(user.send("DELETE", "/api/v1/sessions/current", None).status, 204);
        user.get("/api/v1/cases").refused(401, "UNAUTHENTICATED");
        let user = app.user("hengmian.admin");
        app.database.meddle("UPDATE users SET state = 'SUSPENDED'");
        user.get("/api/v1/cases").refused(401, "UNAUTHENTICATED");
    }
}
