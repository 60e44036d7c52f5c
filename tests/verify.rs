//! `onewindow verify` compares what stands in the tables with what the histories, clocks and decisions say, and names
//! each difference. Every change made here past the program is undone again, so that each test ends in silence.

use crate::on_both_engines;
use crate::support::App;
use crate::support::forms::{DESIGN, cases, draft, example, filer, hand_in, one_case, path_of, version_of};
use serde_json::{Value, json};

/// Makes a change past the program, sees what is found, and undoes it.
fn finds(app: &App, change: &str, undo: &str, faults: &[String]) {
    // Ids born in one millisecond are in no order that a test could know.
    let sorted = |mut faults: Vec<String>| {
        faults.sort();
        faults
    };
    app.database.meddle(change);
    assert_eq!(sorted(app.verify()), sorted(faults.to_vec()), "{change}");
    app.database.meddle(undo);
    assert_eq!(app.verify(), Vec::<String>::new(), "{undo}");
}

fn id(thing: &Value, member: &str) -> String {
    thing[member].as_str().unwrap().to_owned()
}

fn user_id(app: &App, name: &str) -> String {
    id(&app.user(name).get("/api/v1/sessions/current").expect(200), "userId")
}

/// A column of `cases` set to another user or nobody.
fn held_by(user_name: &str) -> String {
    format!("UPDATE cases SET assignee_id = (SELECT user_id FROM users WHERE user_name = '{user_name}')")
}

on_both_engines! {
    fn a_changed_case_is_named_with_what_its_history_says(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let named = |fault: &str| vec![format!("case {}: {fault}", id(&case, "caseId"))];
        let lies = "but its history says";
        finds(app, "UPDATE cases SET queue_code = 'TZHT-GUIDANCE'", "UPDATE cases SET queue_code = 'TZHT-PRE_EXAMINATION'",
            &named(&format!("it lies in queue TZHT-GUIDANCE, {lies} TZHT-PRE_EXAMINATION")));
        finds(app, "UPDATE cases SET node_code = 'HAFC'", "UPDATE cases SET node_code = 'TZHT'",
            &named(&format!("it lies at node HAFC, {lies} TZHT")));
        let last = named("event 1 is its last, but does not say its present state and version");
        finds(app, "UPDATE cases SET state = 'ACCEPTED'", "UPDATE cases SET state = 'SUBMITTED'", &last);
        finds(app, "UPDATE cases SET version = 2", "UPDATE cases SET version = 1", &last);
        let number = id(&case, "caseNumber");
        finds(app, "UPDATE cases SET case_number = 'NT2026-000009-X'",
            &format!("UPDATE cases SET case_number = '{number}'"),
            &[named("the check character of its number does not fit"),
              named(&format!("its number is NT2026-000009-X, {lies} {number}"))].concat());
    }

    /// After each act that gives a case to somebody or takes it away, its history says who holds it, and where it lies.
    fn whoever_holds_a_case_holds_it_by_its_history(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let path = path_of(&case);
        let (examiner, triage) = (app.user("pre-examiner.tzht"), app.user("triage-officer.tzht"));
        let (examiner_id, triage_id) = (user_id(app, "pre-examiner.tzht"), user_id(app, "triage-officer.tzht"));
        let named = |stored: &str, said: &str| {
            [format!("case {}: it is held by {stored}, but its history says {said}", id(&case, "caseId"))]
        };
        let nobody = || finds(app, &held_by("triage-officer.tzht"), &held_by("nobody"), &named(&triage_id, "nobody"));
        let examiner_holds = || {
            finds(app, &held_by("triage-officer.tzht"), &held_by("pre-examiner.tzht"), &named(&triage_id, &examiner_id));
            finds(app, &held_by("nobody"), &held_by("pre-examiner.tzht"), &named("nobody", &examiner_id));
        };
        nobody();
        examiner.post(&format!("{path}/claims"), &json!({})).expect(201);
        examiner_holds();
        examiner.post(&format!("{path}/releases"), &json!({})).expect(201);
        nobody();
        triage.post(&format!("{path}/assignments"), &json!({ "assigneeId": examiner_id })).expect(201);
        examiner_holds();
        let held = examiner.get(&path).expect(200);
        let asked = json!({ "action": "REQUEST_CORRECTION", "defects": [{ "pointer": "/documents/0", "message": "不清晰" }] });
        let asked = examiner.act(&path, version_of(&held), &asked).expect(201);
        assert_eq!(asked["event"]["data"]["assigneeId"], examiner_id.as_str());
        examiner_holds();
        let there = json!({ "queueCode": "TZHT-GUIDANCE", "reasonCode": "WRONG_FIELD" });
        triage.post(&format!("{path}/transfers"), &there).expect(201);
        nobody();
    }

    /// From the manual queue a case may go to another node, and re-routed it leaves whoever held it.
    fn a_case_lies_where_it_was_last_sent(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let path = path_of(&case);
        app.user("pre-examiner.tzht").post(&format!("{path}/claims"), &json!({})).expect(201);
        let triage = app.user("triage-officer.tzht");
        let away = json!({ "action": "REROUTE", "reasonCode": "WRONG_FIELD" });
        let moved = triage.act(&path, version_of(&case) + 1, &away).expect(201);
        assert_eq!(moved["case"]["queueCode"], "NTIPC-MANUAL");
        let named = |fault: &str| [format!("case {}: {fault}", id(&case, "caseId"))];
        let holder = user_id(app, "pre-examiner.tzht");
        finds(app, &held_by("pre-examiner.tzht"), &held_by("nobody"),
            &named(&format!("it is held by {holder}, but its history says nobody")));
        let there = json!({ "queueCode": "HAFC-PRE_EXAMINATION", "reasonCode": "WRONG_FIELD" });
        let moved = app.user("triage-officer.ntipc").post(&format!("{path}/transfers"), &there).expect(201);
        assert_eq!(moved["case"]["nodeCode"], "HAFC");
        finds(app, "UPDATE cases SET node_code = 'NTIPC'", "UPDATE cases SET node_code = 'HAFC'",
            &named("it lies at node NTIPC, but its history says HAFC"));
        let at = |position: i32| format!("UPDATE routing_decisions SET queue_code = 'HAFC-PRE_EXAMINATION' WHERE position = {position}");
        finds(app, "UPDATE routing_decisions SET queue_code = 'TZHT-GUIDANCE' WHERE position = 3", &at(3),
            &named("its last routing decision chose queue TZHT-GUIDANCE, but its history says HAFC-PRE_EXAMINATION"));
        finds(app, "UPDATE routing_decisions SET position = 4 WHERE position = 3",
            "UPDATE routing_decisions SET position = 3 WHERE position = 4",
            &named("its routing decisions are not all there"));
        app.database.meddle("CREATE TABLE kept AS SELECT * FROM routing_decisions; DELETE FROM routing_decisions WHERE position = 3");
        assert_eq!(app.verify(),
            named("its last routing decision chose queue NTIPC-MANUAL, but its history says HAFC-PRE_EXAMINATION"));
        app.database.meddle("DELETE FROM routing_decisions WHERE position = 2");
        let table_says = |what: &str, chosen: &str, said: &str|
            format!("its last routing decision chose {what} {chosen}, but its history says {said}");
        assert_eq!(app.verify(), [
            named(&table_says("queue", "TZHT-PRE_EXAMINATION", "HAFC-PRE_EXAMINATION")),
            named(&table_says("by its explanation queue", "TZHT-PRE_EXAMINATION", "HAFC-PRE_EXAMINATION")),
            named(&table_says("by its explanation node", "TZHT", "HAFC")),
        ].concat());
        app.database.meddle("DELETE FROM routing_decisions");
        assert_eq!(app.verify(), named("no routing decision is recorded"));
        app.database.meddle("INSERT INTO routing_decisions SELECT * FROM kept; DROP TABLE kept");
    }

    fn a_changed_explanation_is_named(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let named = |fault: &str| [format!("case {}: {fault}", id(&case, "caseId"))];
        let swap = |from: &str, to: &str|
            format!("UPDATE routing_decisions SET explanation = replace(explanation, '\"node\":\"{from}\"', '\"node\":\"{to}\"')");
        finds(app, &swap("TZHT", "HAFC"), &swap("HAFC", "TZHT"),
            &named("its last routing decision chose by its explanation node HAFC, but its history says TZHT"));
        finds(app, "UPDATE routing_decisions SET explanation = '?' || explanation",
            "UPDATE routing_decisions SET explanation = substr(explanation, 2)",
            &named("its last routing decision cannot be read"));
    }

    /// The date a case shows is that of its soonest running clock; the queue sorts by it.
    fn a_shown_date_is_that_of_the_soonest_running_clock(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        assert_eq!(case["dueDate"], "2026-11-25");
        let named = |fault: &str| format!("case {}: {fault}", id(&case, "caseId"));
        let back = "UPDATE cases SET due_on = '2026-11-25', sort_due = '2026-11-25'";
        finds(app, "UPDATE cases SET due_on = '2027-01-01', sort_due = '2027-01-01'", back,
            &[named("it shows 2027-01-01, but its soonest running clock says 2026-11-25")]);
        finds(app, "UPDATE cases SET due_on = NULL, sort_due = '9999-12-31'", back,
            &[named("it shows no date, but its soonest running clock says 2026-11-25")]);
        finds(app, "UPDATE cases SET due_provisional = true", "UPDATE cases SET due_provisional = false",
            &[named("it shows its date as provisional, but its soonest running clock does not")]);
        finds(app, "UPDATE cases SET sort_due = '2026-01-01'", back,
            &[named("its queue sorts it by 2026-01-01, which is not its date")]);
        finds(app, "UPDATE deadlines SET state = 'STOPPED'", "UPDATE deadlines SET state = 'RUNNING'",
            &[named("it shows 2026-11-25, but its soonest running clock says no date")]);
        finds(app, "UPDATE deadlines SET provisional = true", "UPDATE deadlines SET provisional = false",
            &[named("it shows its date as certain, but its soonest running clock does not")]);
    }

    fn a_changed_submission_is_named_with_what_is_wrong(app) {
        let user = app.user(&filer(DESIGN));
        let submission = hand_in(&user, &example(DESIGN));
        let case = id(&cases(&user, &submission)[0], "caseId");
        let named = |fault: &str| format!("submission {}: {fault}", id(&submission, "submissionId"));
        let last = named("event 2 is its last, but does not say its present state and version");
        finds(app, "UPDATE submissions SET state = 'WITHDRAWN'", "UPDATE submissions SET state = 'SUBMITTED'", std::slice::from_ref(&last));
        finds(app, "UPDATE submissions SET version = 7", "UPDATE submissions SET version = 2", std::slice::from_ref(&last));
        finds(app, "UPDATE submissions SET state = 'DRAFT'", "UPDATE submissions SET state = 'SUBMITTED'",
            &[named("it is in state DRAFT and has cases"), last]);
        let receipt = submission["receipt"]["receiptNumber"].as_str().unwrap();
        finds(app, "UPDATE submissions SET receipt_number = 'NT2026-R000999-X'",
            &format!("UPDATE submissions SET receipt_number = '{receipt}'"),
            &[named("its receipt number is not the one that its history says")]);

        // Its case laid to a draft: the one misses it, the other has what it cannot have.
        let (path, _) = draft(&user, &json!({}));
        let other = path.rsplit('/').next().unwrap();
        let belongs = |state: &str|
            format!("UPDATE cases SET submission_id = (SELECT submission_id FROM submissions WHERE state = '{state}')");
        finds(app, &belongs("DRAFT"), &belongs("SUBMITTED"), &[
            named("it has a receipt and no case"),
            named(&format!("case {case}, which was handed in with it, is not among its cases")),
            format!("submission {other}: it is in state DRAFT and has cases"),
            format!("submission {other}: case {case} was neither handed in with it nor parted from one of its cases"),
        ]);
    }

    /// A case that was parted from another belongs to its submission, by the word of the other's history.
    fn a_parted_case_belongs_to_the_submission_it_was_parted_in(app) {
        let user = app.user(&filer(DESIGN));
        let first = hand_in(&user, &example(DESIGN));
        let second = hand_in(&user, &example(DESIGN));
        let whole = cases(&user, &first).remove(0);
        let parted = app.user("triage-officer.tzht").post(&format!("{}/splits", path_of(&whole)), &json!({})).expect(201);
        let part = parted["case"]["links"].as_array().unwrap().iter().find(|link| link["kind"] == "SPLIT_INTO").unwrap();
        let part = id(part, "caseId");
        assert_eq!(app.verify(), Vec::<String>::new());
        let belongs = |with: &Value| format!(
            "UPDATE cases SET submission_id = (SELECT submission_id FROM submissions WHERE receipt_number = '{}')
             WHERE item_key LIKE '%.2'", with["receipt"]["receiptNumber"].as_str().unwrap());
        finds(app, &belongs(&second), &belongs(&first), &[format!(
            "submission {}: case {part} was neither handed in with it nor parted from one of its cases",
            id(&second, "submissionId"))]);
    }

    /// Streams of every kind are chained: a changed word of a user's or a party's is found as well as a case's.
    fn a_changed_history_of_a_user_or_a_party_is_named(app) {
        let user = app.user(&filer(DESIGN));
        let user_id = user_id(app, &filer(DESIGN));
        let party = id(&user.get("/api/v1/parties").expect(200)["items"][0], "partyId");
        let change = |kind: &str, from: &str, to: &str|
            format!("UPDATE events SET body = replace(body, '{from}', '{to}') WHERE kind = '{kind}'");
        for (stream, kind, from, to) in [
            (format!("user {user_id}:"), "USER_CREATED", "\"demo\":true", "\"demo\":false"),
            (format!("party {party}:"), "PARTY_CREATED", "\"kind\":\"ENTERPRISE\"", "\"kind\":\"enterprise\""),
        ] {
            app.database.meddle(&change(kind, from, to));
            let faults = app.verify();
            let named = faults.iter().any(|fault| fault.starts_with(&stream) && fault.contains("its bytes do not give its hash"));
            assert!(named, "{stream} is not among {faults:?}");
            app.database.meddle(&change(kind, to, from));
        }
    }

    fn a_message_that_was_given_up_is_named(app) {
        let user = app.user(&filer(DESIGN));
        one_case(&user);
        app.work();
        let notices = user.get("/api/v1/notices").expect(200);
        let told = notices["items"].as_array().unwrap().iter().find(|notice| notice["kind"] == "SUBMISSION_SUBMITTED").unwrap();
        // A notice bears the id of the message that it was made of.
        let set = |state: &str, attempts: i32|
            format!("UPDATE messages SET state = '{state}', attempts = {attempts} WHERE topic = 'SUBMISSION_SUBMITTED'");
        finds(app, &set("FAILED", 5), &set("DELIVERED", 1), &[format!("message {}: it cannot be read and was given up", id(told, "noticeId"))]);
        finds(app, "CREATE TABLE kept AS SELECT * FROM notices; DELETE FROM notices",
            "INSERT INTO notices SELECT * FROM kept; DROP TABLE kept",
            &["2 messages are marked delivered and have no notice".to_owned()]);
    }
}

/// SQLite keeps any value in any column: one of the wrong type is named with what it stands in, and the rest is compared
/// as ever.
#[test]
fn a_value_of_the_wrong_type_is_named_and_hides_nothing_else() {
    let app = App::on_sqlite();
    let user = app.user(&filer(DESIGN));
    let submissions: Vec<Value> = (0..3).map(|_| hand_in(&user, &example(DESIGN))).collect();
    let cases: Vec<Value> = submissions.iter().map(|submission| cases(&user, submission).remove(0)).collect();
    let moved = id(&cases[2], "caseNumber");
    app.database
        .meddle(&format!("UPDATE cases SET queue_code = 'TZHT-GUIDANCE' WHERE case_number = '{moved}'"));
    let still = format!(
        "case {}: it lies in queue TZHT-GUIDANCE, but its history says TZHT-PRE_EXAMINATION",
        id(&cases[2], "caseId")
    );
    let number = id(&cases[0], "caseNumber");
    let of = |thing: &str| {
        format!("{thing} WHERE case_id = (SELECT case_id FROM cases WHERE case_number = '{number}')")
    };
    let case = |fault: &str| format!("case {}: {fault}", id(&cases[0], "caseId"));
    let receipt = submissions[0]["receipt"]["receiptNumber"].as_str().unwrap();
    let submission = format!("submission {}: its row cannot be read", id(&submissions[0], "submissionId"));
    let no_text = "CAST(X'FF' AS TEXT)";
    for (change, undo, fault) in [
        (
            of("UPDATE cases SET due_on = 'soon'"),
            of("UPDATE cases SET due_on = '2026-11-25'"),
            case("its row cannot be read"),
        ),
        (
            of("UPDATE deadlines SET due_on = 'soon'"),
            of("UPDATE deadlines SET due_on = '2026-11-25'"),
            case("its clocks cannot be read"),
        ),
        (
            of(&format!("UPDATE routing_decisions SET queue_code = {no_text}")),
            of("UPDATE routing_decisions SET queue_code = 'TZHT-PRE_EXAMINATION'"),
            case("its routing decisions cannot be read"),
        ),
        (
            format!("UPDATE submissions SET state = {no_text} WHERE receipt_number = '{receipt}'"),
            "UPDATE submissions SET state = 'SUBMITTED'".to_owned(),
            submission,
        ),
    ] {
        app.database.meddle(&change);
        let faults = app.verify();
        assert!(
            faults.len() == 2 && faults.contains(&fault) && faults.contains(&still),
            "{change}: {faults:?}"
        );
        app.database.meddle(&undo);
    }
    assert_eq!(app.verify(), [still]);
}
