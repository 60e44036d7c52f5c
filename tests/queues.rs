//! Queues: what waits, and taking it with exactly one winner.

use crate::on_both_engines;
use crate::support::caller::fresh_key;
use crate::support::database::Engine;
use crate::support::forms::{DESIGN, example, filer, hand_in, one_case, path_of, version_of};
use crate::support::process::Process;
use crate::support::{App, Caller};
use onewindow::clock::Clock;
use serde_json::{Value, json};
use std::collections::HashSet;

const QUEUE: &str = "TZHT-PRE_EXAMINATION";

/// Copies the one case of a queue until there are this many, past the program: the claims are what is tested.
fn fill_queue(app: &App, count: usize) {
    let user = app.user(&filer(DESIGN));
    hand_in(&user, &example(DESIGN));
    let form = example(DESIGN);
    let items: Vec<Value> = (0..50)
        .map(|at| {
            let mut item = form["items"][0].clone();
            item["itemKey"] = json!(format!("design-{at}"));
            item
        })
        .collect();
    let mut many = form;
    many["items"] = Value::Array(items);
    let mut filed = 1;
    while filed < count {
        let mut form = many.clone();
        let left = (count - filed).min(50);
        form["items"].as_array_mut().unwrap().truncate(left);
        hand_in(&user, &form);
        filed += left;
    }
}

/// 64 clients take from one queue of 1,000 until nothing waits: every case is taken once.
fn sixty_four_claimers(app: &App, officers: &[Caller]) {
    fill_queue(app, 1000);
    let taken: Vec<String> = std::thread::scope(|scope| {
        let claimers: Vec<_> = (0..64)
            .map(|at| {
                let officer = officers[at % officers.len()].clone();
                scope.spawn(move || {
                    let mut mine = Vec::new();
                    loop {
                        let answer = officer.post(&format!("/api/v1/queues/{QUEUE}/claims"), &json!({}));
                        match answer.status {
                            201 => mine.push(answer.json()["case"]["caseId"].as_str().unwrap().to_owned()),
                            204 => return mine,
                            // Shed under pressure: asked again.
                            503 => {}
                            other => panic!("{other}: {}", answer.text),
                        }
                    }
                })
            })
            .collect();
        claimers.into_iter().flat_map(|claimer| claimer.join().unwrap()).collect()
    });
    let distinct: HashSet<&String> = taken.iter().collect();
    assert_eq!((taken.len(), distinct.len()), (1000, 1000));
}

#[test]
fn sixty_four_clients_claim_a_thousand_cases_once_each_on_sqlite() {
    App::on(Engine::Sqlite).test(|app| sixty_four_claimers(app, &[app.user("pre-examiner.tzht")]));
}

#[test]
fn sixty_four_clients_claim_a_thousand_cases_once_each_on_postgres_through_two_server_processes() {
    App::on(Engine::Postgres).test(|app| {
        // The servers have the machine's clock: what one of the two clocks calls long ago the other must, too.
        app.clock.move_to(Clock::System.now());
        let servers = [Process::serve(&app.database), Process::serve(&app.database)];
        let officers =
            servers.each_ref().map(|server| Caller::new(&server.address).sign_in("pre-examiner.tzht"));
        sixty_four_claimers(app, &officers);
    });
}

on_both_engines! {
    /// An act that asks for nothing takes no body or an empty object, refuses any other, and its key stands for what was
    /// sent.
    fn an_act_that_asks_for_nothing_is_told_nothing(app) {
        let case = path_of(&one_case(&app.user(&filer(DESIGN))));
        let officer = app.user("triage-officer.tzht");
        for path in [format!("{case}/claims"), format!("{case}/releases"), format!("{case}/splits"), format!("/api/v1/queues/{QUEUE}/claims")] {
            let refused = officer.post(&path, &json!({ "force": true }));
            refused.refused(400, "INVALID_VALUE");
            assert_eq!(refused.details(), [("UNKNOWN_PROPERTY".to_owned(), "/force".to_owned())], "{path}");
            officer.post(&path, &json!([])).refused(400, "INVALID_VALUE");
        }
        let key = fresh_key();
        let claims = format!("{case}/claims");
        let wordless = |body: Option<&[u8]>| {
            officer.with("Idempotency-Key", &key).send("POST", &claims, Some(body.unwrap_or_default().to_vec()))
        };
        let first = wordless(None).expect(201);
        assert_eq!(wordless(None).expect(201), first);
        officer.post_with_key(&claims, &json!({}), &key).refused(422, "IDEMPOTENCY_KEY_REUSED");
        wordless(Some(b"{}")).refused(415, "UNSUPPORTED_MEDIA_TYPE");
        officer.post(&format!("{case}/releases"), &json!({})).expect(201);
    }

    /// Lists filter, sort and page by cursor; a made-up or foreign cursor is refused.
    fn lists_page_by_cursor_without_gap_or_repeat(app) {
        fill_queue(app, 23);
        let officer = app.user("triage-officer.tzht");
        let mut seen = Vec::new();
        let mut path = format!("/api/v1/cases?queueCode={QUEUE}&sort=dueDate:asc&limit=10&count=true");
        let mut first_next = String::new();
        loop {
            let page = officer.get(&path).expect(200);
            assert_eq!(page["totalQuantity"], 23);
            assert_eq!((page["limit"].as_i64(), page["sort"].as_str()), (Some(10), Some("dueDate:asc")));
            for case in page["items"].as_array().unwrap() {
                seen.push((case["dueDate"].as_str().unwrap().to_owned(), case["caseId"].as_str().unwrap().to_owned()));
            }
            let Some(next) = page["links"]["next"].as_str() else { break };
            if first_next.is_empty() {
                next.clone_into(&mut first_next);
            }
            next.clone_into(&mut path);
        }
        let mut sorted = seen.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!((seen.len(), seen), (23, sorted));
        app.user("triage-officer.ntipc").get(&first_next).refused(400, "INVALID_VALUE");
        for bad in ["limit=0", "limit=201", "limit=x", "offset=10001", "sort=title:asc", "sort=dueDate:up", "sort=dueDate:asc:asc", "cursor=AAAA", "track=FAST", "count=maybe"] {
            officer.get(&format!("/api/v1/cases?{bad}")).refused(400, "INVALID_VALUE");
        }
        let both = officer.get("/api/v1/cases?limit=0&sort=x");
        assert_eq!(both.details().len(), 2, "{}", both.text);
        let few = officer.get("/api/v1/cases?fields=caseId,state&limit=1").expect(200);
        let names: Vec<&String> = few["items"][0].as_object().unwrap().keys().collect();
        assert_eq!(names, ["caseId", "state"]);
        officer.get("/api/v1/cases?colour=red").expect(200);
        officer.with("Prefer", "handling=strict").get("/api/v1/cases?colour=red").refused(400, "UNKNOWN_PARAMETER");
    }

    /// A summary counts what waits, what is held and what is overdue.
    fn a_queue_tells_what_waits_is_held_and_is_overdue(app) {
        fill_queue(app, 3);
        let officer = app.user("pre-examiner.tzht");
        officer.post(&format!("/api/v1/queues/{QUEUE}/claims"), &json!({})).expect(201);
        let queue = officer.get(&format!("/api/v1/queues/{QUEUE}")).expect(200);
        assert_eq!((queue["waiting"].as_i64(), queue["held"].as_i64(), queue["overdue"].as_i64()), (Some(2), Some(1), Some(0)));
        app.move_clock_to("2026-12-10T01:00:00Z");
        let officer = app.user("pre-examiner.tzht");
        assert_eq!(officer.get(&format!("/api/v1/queues/{QUEUE}")).expect(200)["overdue"], 3);
        let queues = officer.get("/api/v1/queues?count=true").expect(200);
        assert!(queues["items"].as_array().unwrap().iter().all(|queue| queue["nodeCode"] == "TZHT"));
        officer.get("/api/v1/queues?sort=queueCode:desc").refused(400, "INVALID_VALUE");
        let shown = officer.get(&format!("/api/v1/queues/{QUEUE}"));
        let tag = shown.header("etag").unwrap();
        assert_eq!(officer.with("If-None-Match", tag).get(&format!("/api/v1/queues/{QUEUE}")).status, 304);
        officer.get("/api/v1/queues/HAFC-PRE_EXAMINATION").refused(404, "NOT_FOUND");
        officer.get("/api/v1/queues/NO-SUCH").refused(404, "NOT_FOUND");
    }

    /// One certain case: taken once, given back, given to a colleague, moved to another queue.
    fn a_case_is_taken_given_back_assigned_and_moved(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let path = path_of(&case);
        let examiner = app.user("pre-examiner.tzht");
        let taken = examiner.post(&format!("{path}/claims"), &json!({})).expect(201);
        let examiner_id = taken["case"]["assigneeId"].clone();
        let triage = app.user("triage-officer.tzht");
        triage.post(&format!("{path}/claims"), &json!({})).refused(409, "ALREADY_CLAIMED");
        examiner.post(&format!("{path}/releases"), &json!({})).expect(201);
        triage.post(&format!("{path}/releases"), &json!({})).refused(409, "NOT_CLAIMED");
        let assigned = triage.post(&format!("{path}/assignments"), &json!({ "assigneeId": examiner_id })).expect(201);
        assert_eq!(assigned["event"]["kind"], "CASE_ASSIGNED");
        let stranger = app.user("pre-examiner.hafc").get("/api/v1/sessions/current").expect(200)["userId"].clone();
        triage.post(&format!("{path}/assignments"), &json!({ "assigneeId": stranger })).refused(400, "INVALID_VALUE");
        let transfer = |queue: &str| triage.post(&format!("{path}/transfers"), &json!({ "queueCode": queue, "reasonCode": "WRONG_FIELD" }));
        transfer("HAFC-PRE_EXAMINATION").refused(400, "INVALID_VALUE");
        let moved = transfer("TZHT-GUIDANCE").expect(201);
        assert_eq!((moved["case"]["track"].as_str(), moved["case"].get("assigneeId")), (Some("GUIDANCE"), None));
        examiner.get(&path).refused(404, "NOT_FOUND");
    }

    /// Two cases are tied; one is parted in two; a second case on the same right warns.
    fn cases_are_tied_parted_and_warned_of(app) {
        let user = app.user(&filer(DESIGN));
        let (first, second) = (one_case(&user), one_case(&user));
        let triage = app.user("triage-officer.tzht");
        let tied = triage.post(&format!("{}/links", path_of(&first)), &json!({ "caseId": second["caseId"] })).expect(201);
        assert_eq!(tied["case"]["links"][0]["kind"], "RELATED");
        triage.post(&format!("{}/links", path_of(&first)), &json!({ "caseId": second["caseId"] })).refused(409, "DUPLICATE");
        triage.post(&format!("{}/links", path_of(&first)), &json!({ "caseId": first["caseId"] })).refused(400, "INVALID_VALUE");
        let parted = triage.post(&format!("{}/splits", path_of(&second)), &json!({})).expect(201);
        let link = parted["case"]["links"].as_array().unwrap().iter().find(|link| link["kind"] == "SPLIT_INTO").unwrap();
        let new = triage.get(&format!("/api/v1/cases/{}", link["caseId"].as_str().unwrap())).expect(200);
        assert_eq!((new["state"].as_str(), new["queueCode"].as_str()), (Some("SUBMITTED"), Some(QUEUE)));
        assert_ne!(new["caseNumber"], second["caseNumber"]);

        let file = "public-design-evaluation-report.json";
        let user = app.user(&filer(file));
        hand_in(&user, &example(file));
        let again = hand_in(&user, &example(file));
        let case = user.get(&format!("/api/v1/cases/{}", again["items"][0]["caseId"].as_str().unwrap())).expect(200);
        assert_eq!(case["links"][0]["kind"], "SAME_RIGHT", "{case}");
        assert!(version_of(&case) >= 1);
    }
}
