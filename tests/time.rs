//! Time: a year whose calendar is not published yet refuses nothing, and its arrival moves what it must.

use crate::on_both_engines;
use crate::support::forms::{DESIGN, filer, one_case, path_of, version_of};
use onewindow::catalogue::{self, PackFiles};
use serde_json::json;
use std::path::Path;

on_both_engines! {
    /// At the beginning of 2027, without a calendar for 2027: everything works, and dates say that they are provisional.
    fn without_next_years_calendar_everything_works_and_says_so(app) {
        app.move_clock_to("2027-01-04T01:00:00Z");
        let case = one_case(&app.user(&filer(DESIGN)));
        assert_eq!((case["dueDate"].as_str(), case["dueDateProvisional"].as_bool()), (Some("2027-01-06"), Some(true)));
        let officer = app.user("pre-examiner.tzht");
        let taken = officer.post(&format!("{}/claims", path_of(&case)), &json!({})).expect(201);
        assert_eq!(taken["case"]["caseNumber"].as_str().unwrap().get(..6), Some("NT2027"));
        let calculation = json!({ "startDate": "2026-12-30", "amount": 3, "unit": "WORKING_DAY" });
        let answer = app.anybody().with("Content-Type", "application/json")
            .send("POST", "/api/v1/deadline-calculations", Some(calculation.to_string().into_bytes())).expect(200);
        assert_eq!((answer["dueDate"].as_str(), answer["provisional"].as_bool()), (Some("2027-01-04"), Some(true)));
        app.anybody().get("/api/v1/calendars/2027").refused(404, "NOT_FOUND");
    }

    /// When the calendar arrives every open date is derived afresh, told to the parties, and what was closed stays.
    fn a_new_calendar_moves_open_dates_and_tells_the_parties(app) {
        app.move_clock_to("2026-12-31T01:00:00Z");
        let case = one_case(&app.user(&filer(DESIGN)));
        assert_eq!((case["dueDate"].as_str(), case["dueDateProvisional"].as_bool()), (Some("2027-01-04"), Some(true)));
        let mut files = PackFiles::read(Path::new("packs/nantong")).unwrap();
        files.0.insert("calendars/2027.toml".to_owned(),
            "year = 2027\nnotice = \"synthetic\"\ndaysOff = [{ from = \"2027-01-01\", to = \"2027-01-04\" }]\nextraWorkingDays = []\n".to_owned());
        let moved = app.inside(move |act| {
            let imported = catalogue::import(act.conn, &files, act.now)?;
            assert_eq!(imported, catalogue::Imported::Version(2));
            onewindow::casework::recalculate(act)
        });
        assert_eq!(moved, 1);
        let user = app.user(&filer(DESIGN));
        let now = user.get(&path_of(&case)).expect(200);
        assert_eq!((now["dueDate"].as_str(), now["dueDateProvisional"].as_bool()), (Some("2027-01-06"), Some(false)));
        app.work();
        let notices = user.get("/api/v1/notices").expect(200);
        assert!(notices["items"].as_array().unwrap().iter().any(|notice| notice["kind"] == "DUE_DATE_RECALCULATED"));

        // What happens to the case from now on is counted by the new calendar, though the case keeps its version's rules.
        let triage = app.user("triage-officer.tzht");
        let parted = triage.post(&format!("{}/splits", path_of(&case)), &json!({})).expect(201);
        let new = parted["case"]["links"].as_array().unwrap().iter().find(|link| link["kind"] == "SPLIT_INTO").unwrap();
        let new = triage.get(&format!("/api/v1/cases/{}", new["caseId"].as_str().unwrap())).expect(200);
        assert_eq!((new["dueDate"].as_str(), new["dueDateProvisional"].as_bool()), (Some("2027-01-06"), Some(false)));
        let officer = app.user("pre-examiner.tzht");
        let taken = officer.post(&format!("{}/claims", path_of(&case)), &json!({})).expect(201);
        let asked = json!({ "action": "REQUEST_CORRECTION", "defects": [{ "pointer": "/documents/0", "message": "不清晰" }] });
        let asked = officer.act(&path_of(&case), version_of(&taken["case"]), &asked).expect(201);
        assert_eq!(asked["case"]["dueDateProvisional"], false);
    }
}

on_both_engines! {
    /// A clock that was wrong for a while: what was begun then is not later than everything, and no session outlives
    /// its hours because of it.
    fn a_clock_that_is_set_back_holds_nothing_up_and_lengthens_nothing(app) {
        app.move_clock_to("2036-11-23T01:00:00Z");
        let early = app.user(&filer(DESIGN));
        let case = one_case(&early);
        app.move_clock_to("2026-11-23T01:00:00Z");
        early.get("/api/v1/cases").refused(401, "UNAUTHENTICATED");
        app.work();
        let user = app.user(&filer(DESIGN));
        let notices = user.get("/api/v1/notices").expect(200);
        assert!(notices["items"].as_array().unwrap().iter().any(|notice| notice["submissionId"] == case["submissionId"]), "{notices}");
    }
}

on_both_engines! {
    /// What only an older version of the pack knows can still be looked for: cases that began under it keep its codes.
    fn codes_of_an_older_pack_can_be_looked_for(app) {
        let case = one_case(&app.user(&filer(DESIGN)));
        let mut files = PackFiles::read(Path::new("packs/nantong")).unwrap();
        let workflow = files.0.get_mut("workflows/intake.toml").unwrap();
        *workflow = workflow.replace("SUBMITTED", "HANDED_IN");
        app.inside(move |act| {
            assert_eq!(catalogue::import(act.conn, &files, act.now)?, catalogue::Imported::Version(2));
            Ok(())
        });
        let user = app.user(&filer(DESIGN));
        let found = user.get("/api/v1/cases?state=SUBMITTED").expect(200);
        assert_eq!(found["items"][0]["caseId"], case["caseId"]);
        user.get("/api/v1/cases?state=HANDED_IN").expect(200);
        user.get("/api/v1/cases?state=HANDED_OUT").refused(400, "INVALID_VALUE");
    }
}

/// The same files loaded again are the version they are already; a broken pack is refused with file and line.
#[test]
fn a_pack_is_kept_once_and_a_broken_one_is_refused_with_its_place() {
    let mut files = PackFiles::read(Path::new("packs/nantong")).unwrap();
    assert!(catalogue::parse(&files).is_ok());
    let faults_after = |path: &str, from: &str, to: &str, files: &PackFiles| {
        let mut broken = files.clone();
        let content = broken.0.get_mut(path).unwrap();
        assert!(content.contains(from), "{path} has no {from}");
        *content = content.replacen(from, to, 1);
        catalogue::parse(&broken).unwrap_err()
    };
    let place = |faults: &[catalogue::Fault]| {
        faults.iter().map(|fault| (fault.file.clone(), fault.line)).collect::<Vec<_>>()
    };
    let unknown = faults_after(
        "services/pre-examination.toml",
        "workflow = \"intake\"",
        "workflow = \"nowhere\"",
        &files,
    );
    assert_eq!(unknown[0].file, "services/pre-examination.toml", "{unknown:?}");
    let line = files.0["services/pre-examination.toml"]
        .lines()
        .position(|line| line.contains("workflow = "))
        .unwrap()
        + 1;
    assert_eq!(unknown[0].line, line);
    let key = faults_after("nodes.toml", "kind = \"PROTECTION_CENTRE\"", "kind = \"CASTLE\"", &files);
    assert_eq!(place(&key).len(), 1);
    assert!(key[0].line > 1 && key[0].message.contains("CASTLE"), "{key:?}");
    let dead = faults_after("workflows/intake.toml", "to = \"REFUSED\"", "to = \"ACCEPTED\"", &files);
    assert!(
        dead.iter()
            .any(|fault| fault.message.contains("REFUSED") && fault.message.contains("never be reached")),
        "{dead:?}"
    );
    let list = faults_after("routing/cases.toml", "field = \"FURNITURE\"", "field = \"FURNITUR\"", &files);
    assert!(
        list.iter().any(|fault| fault.file == "routing/cases.toml" && fault.message.contains("FURNITUR")),
        "{list:?}"
    );
    files.0.remove("bundles.toml");
    let missing = catalogue::parse(&files).unwrap_err();
    assert_eq!(missing[0].file, "bundles.toml");
}
