//! `onewindow verify` names the case and the event after any byte of an event row is changed.

use crate::support::App;
use crate::support::database::Engine;
use crate::support::forms::{DESIGN, filer, one_case, path_of, version_of};
use serde_json::json;

/// Changes to the second event of a case, column by column, as an intruder with the database's password could make them.
fn changes(engine: Engine) -> Vec<(&'static str, String)> {
    let other_id = match engine {
        Engine::Sqlite => "X'01936f5e7c1a7cc08a526d1f0b7a9c11'",
        Engine::Postgres => "'01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11'",
    };
    let flipped = |column: &str| match engine {
        Engine::Sqlite => format!("{column} = X'00' || substr({column}, 2)"),
        Engine::Postgres => format!("{column} = set_byte({column}, 0, (get_byte({column}, 0) + 1) % 256)"),
    };
    let mut changes = vec![
        ("event_id", format!("event_id = {other_id}")),
        ("stream_kind", "stream_kind = 'SUBMISSION'".to_owned()),
        ("stream_kind, one letter", "stream_kind = 'CASf'".to_owned()),
        ("kind", "kind = 'CASE_RELEASED'".to_owned()),
        ("kind, emptied", "kind = ''".to_owned()),
        (
            "at",
            match engine {
                Engine::Sqlite => "at = '2026-11-23T01:00:00.000001Z'".to_owned(),
                Engine::Postgres => "at = at + interval '1 microsecond'".to_owned(),
            },
        ),
        ("actor_id", format!("actor_id = {other_id}")),
        ("body, one letter", "body = replace(body, 'CASE_CLAIMED', 'CASE_CLAIMEd')".to_owned()),
        ("body, one space", "body = body || ' '".to_owned()),
        ("body, emptied", "body = ''".to_owned()),
        ("sequence", "sequence = 7".to_owned()),
        ("previous_hash", flipped("previous_hash")),
        ("hash", flipped("hash")),
    ];
    if engine == Engine::Sqlite {
        // SQLite takes any bytes in any column: a byte that is no text, a value cut short, one of another type.
        for column in ["event_id", "stream_kind", "kind", "at", "actor_id", "body", "previous_hash", "hash"] {
            changes.push((
                column,
                format!("{column} = CAST(X'FF' || substr(CAST({column} AS BLOB), 2) AS TEXT)"),
            ));
            changes.push((column, format!("{column} = substr({column}, 1, length({column}) - 1)")));
            changes.push((column, format!("{column} = 7")));
        }
    }
    changes
}

fn every_changed_byte_is_found(engine: Engine) {
    for (what, change) in changes(engine) {
        let app = App::on(engine);
        let case = one_case(&app.user(&filer(DESIGN)));
        let officer = app.user("pre-examiner.tzht");
        let taken = officer.post(&format!("{}/claims", path_of(&case)), &json!({})).expect(201);
        officer.act(&path_of(&case), version_of(&taken["case"]), &json!({ "action": "ACCEPT" })).expect(201);
        assert_eq!(app.verify(), Vec::<String>::new());
        app.database.meddle(&format!("UPDATE events SET {change} WHERE kind = 'CASE_CLAIMED'"));
        let faults = app.verify();
        let id = case["caseId"].as_str().unwrap();
        let named = faults.iter().any(|fault| fault.contains(id) && fault.contains("event"));
        assert!(named, "{engine:?}, {what}: {faults:?}");
    }
}

#[test]
fn every_changed_byte_of_an_event_is_found_on_sqlite() {
    every_changed_byte_is_found(Engine::Sqlite);
}

#[test]
fn every_changed_byte_of_an_event_is_found_on_postgres() {
    every_changed_byte_is_found(Engine::Postgres);
}

/// Removing an event in the middle, the last one, or a confidential text's salt shows, too; erasing the text does not.
#[test]
fn removed_events_and_swapped_texts_are_found_and_an_erased_text_is_not_a_fault() {
    let app = App::on_sqlite();
    let case = one_case(&app.user(&filer(DESIGN)));
    let officer = app.user("pre-examiner.tzht");
    let taken = officer.post(&format!("{}/claims", path_of(&case)), &json!({})).expect(201);
    let refusal = json!({ "action": "REFUSE", "reasonCode": "A04", "remark": "不在领域内" });
    officer.act(&path_of(&case), version_of(&taken["case"]), &refusal).expect(201);
    let id = case["caseId"].as_str().unwrap();
    let named = |faults: &[String]| faults.iter().any(|fault| fault.contains(id));
    app.database.meddle("UPDATE event_texts SET salt = X'00'");
    assert!(named(&app.verify()));
    app.database.meddle("DELETE FROM event_texts");
    assert_eq!(app.verify(), Vec::<String>::new());
    app.database.meddle("DELETE FROM messages WHERE event_id IN (SELECT event_id FROM events WHERE kind = 'CASE_TRANSITIONED')");
    app.database.meddle("DELETE FROM events WHERE kind = 'CASE_TRANSITIONED'");
    assert!(named(&app.verify()), "the last event of a case is missed");
}

/// Dates that do not follow from their traces and references that lead nowhere are named.
#[test]
fn edited_dates_and_dangling_rows_are_found() {
    let app = App::on_sqlite();
    let case = one_case(&app.user(&filer(DESIGN)));
    app.database.meddle("UPDATE deadlines SET due_on = '2027-01-01'");
    let id = case["caseId"].as_str().unwrap();
    assert!(app.verify().iter().any(|fault| fault.contains(id) && fault.contains("date")));
    app.database.meddle("PRAGMA foreign_keys = OFF; DELETE FROM submissions");
    assert!(app.verify().iter().any(|fault| fault.contains("leads nowhere")));
}
