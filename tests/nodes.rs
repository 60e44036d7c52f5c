//! Two servers on one database: nobody can tell which of them answers, because neither keeps anything to itself.

use crate::on_both_engines;
use crate::support::Caller;
use crate::support::caller::fresh_key;
use crate::support::forms::{DESIGN, draft, example, filer};
use onewindow::edge::Patience;
use serde_json::{Value, json};

/// What so many answer who ask at the same moment, every second of them the other server.
fn all_at_once<T: Send>(callers: &[Caller; 2], count: usize, ask: impl Fn(&Caller) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let ask = &ask;
        let asking: Vec<_> = (0..count).map(|at| scope.spawn(move || ask(&callers[at % 2]))).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// A caller at each of two servers.
fn at_both(caller: Caller, other: &str) -> [Caller; 2] {
    let moved = caller.at(other);
    [caller, moved]
}

on_both_engines! {
    /// One key, fifty times, at two servers: one submission and fifty equal answers.
    fn one_key_at_two_servers_creates_one_submission(app) {
        let other = app.beside(Patience::default());
        let users = at_both(app.user(&filer(DESIGN)), &other.address);
        let (form, key) = (example(DESIGN), fresh_key());
        let answers = all_at_once(&users, 50, |user| user.post_with_key("/api/v1/submissions", &form, &key));
        let first = answers[0].expect(201);
        assert!(answers.iter().all(|answer| answer.expect(201) == first));
        assert_eq!(users[1].get("/api/v1/submissions?count=true").expect(200)["totalQuantity"], 1);
    }

    /// One version, twenty changes at once, at two servers: one is written, and the others are told that they are late.
    fn one_version_at_two_servers_is_changed_once(app) {
        let other = app.beside(Patience::default());
        let users = at_both(app.user(&filer(DESIGN)), &other.address);
        let (path, version) = draft(&users[0], &example(DESIGN));
        let change = json!({ "remark": "x" });
        let answers = all_at_once(&users, 20, |user| user.patch(&path, version, &change).status);
        let count = |status: u16| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((count(200), count(412)), (1, 19), "{answers:?}");
        assert_eq!(users[1].get(&path).expect(200)["version"], version + 1);
    }

    /// Every step of a life at the other server, each of which sees at once what the one before it did.
    fn a_life_that_changes_servers_at_every_step(app) {
        let other = app.beside(Patience::default());
        let users = at_both(app.user(&filer(DESIGN)), &other.address);
        let officers = at_both(app.user("pre-examiner.tzht"), &other.address);
        let (path, version) = draft(&users[0], &example(DESIGN));
        let filed = users[1].act(&path, version, &json!({ "action": "SUBMIT" })).expect(201);
        let id = filed["submission"]["items"][0]["caseId"].as_str().unwrap();
        let case = format!("/api/v1/cases/{id}");
        let taken = officers[0].post(&format!("{case}/claims"), &json!({})).expect(201);
        officers[1].post(&format!("{case}/claims"), &json!({})).refused(409, "ALREADY_CLAIMED");
        let version_of = |acted: &Value| acted["case"]["version"].as_i64().unwrap();
        let defects = json!([{ "pointer": "/documents/0", "message": "不清晰" }]);
        let asked = json!({ "action": "REQUEST_CORRECTION", "defects": defects });
        let asked = officers[1].act(&case, version_of(&taken), &asked).expect(201);
        let answer = json!({ "action": "ANSWER_CORRECTION",
                             "correction": { "particulars": { "inventionTitle": "提花床单面料" } } });
        let answered = users[0].act(&case, version_of(&asked), &answer).expect(201);
        officers[1].act(&case, version_of(&answered), &json!({ "action": "ACCEPT" })).expect(201);
        let histories = users.each_ref().map(|user| user.get(&format!("/api/v1/case-events?caseId={id}")).expect(200));
        assert_eq!(histories[0], histories[1]);
        assert_eq!(histories[0]["items"].as_array().unwrap().len(), 5);

        // Who signs out at one is out at the other, and so is who is suspended.
        assert_eq!(users[0].send("DELETE", "/api/v1/sessions/current", None).status, 204);
        users[1].get("/api/v1/cases").refused(401, "UNAUTHENTICATED");
        app.database.meddle("UPDATE users SET state = 'SUSPENDED'");
        officers[1].get(&case).refused(401, "UNAUTHENTICATED");
    }
}
