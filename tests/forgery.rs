//! What an intruder could do to events, to the log and to the file of checkpoints: each kind is found, and what is
//! found is named.

use crate::on_both_engines;
use crate::support::App;
use crate::support::database::{Database, Engine};
use crate::support::process::{Process, command, run};
use crate::transparency::{event_of_kind, late_event, positions, signed_case};
use diesel::prelude::*;
use onewindow::ids::EventId;
use onewindow::store::schema::{events, log_leaves};
use onewindow::transparency::Notary;
use std::fs;
use std::process::Output;

/// Statements past the program and past its references, as somebody with the database's password could give them.
fn meddle(app: &App, sql: &str) {
    let unbound = match app.database.engine {
        Engine::Sqlite => "PRAGMA foreign_keys = OFF",
        Engine::Postgres => "SET session_replication_role = replica",
    };
    app.database.meddle(&format!("{unbound}; {sql}"));
}

/// A kind of forgery: its name, the statements, and words of a fault that must be among those found. `{event}` stands
/// for the id of the claim, `{claim}` for its position, `{last}` for the last one, `{late}` for an inserted event.
const FORGERIES: [(&str, &str, &str); 11] = [
    (
        "an edited event",
        "UPDATE events SET body = replace(body, 'CASE_CLAIMED', 'CASE_RELEASED') WHERE kind = 'CASE_CLAIMED'",
        "event {event} at position {claim} is not what was logged",
    ),
    (
        "an edited hash",
        "UPDATE events SET hash = previous_hash WHERE kind = 'CASE_CLAIMED'",
        "event {event} at position {claim} is not what was logged",
    ),
    (
        "a deleted event",
        "DELETE FROM events WHERE kind = 'CASE_CLAIMED'",
        "event {event} at position {claim} is gone",
    ),
    (
        "an event deleted with its leaf",
        "DELETE FROM log_leaves WHERE position = {claim}; DELETE FROM events WHERE kind = 'CASE_CLAIMED'",
        "position {claim} is missing",
    ),
    (
        "an event moved over another's place",
        "DELETE FROM log_leaves WHERE position = {claim}; UPDATE log_leaves SET position = {claim} WHERE position = {last}",
        "event {event} is marked as logged and is not in it",
    ),
    (
        "an inserted event that says it is logged",
        "{late}; UPDATE events SET logged = TRUE WHERE kind = 'TEST'",
        "event 00000000-0000-7000-8000-000000000001 is marked as logged and is not in it",
    ),
    (
        "swapped leaves",
        "UPDATE log_leaves SET position = -1 WHERE position = {claim}; UPDATE log_leaves SET position = {claim} \
         WHERE position = 0; UPDATE log_leaves SET position = 0 WHERE position = -1",
        "the first that is not as it was",
    ),
    (
        "swapped events",
        "UPDATE events SET sequence = 99 WHERE kind = 'CASE_CLAIMED'; UPDATE events SET sequence = 2 WHERE kind = \
         'CASE_TRANSITIONED'; UPDATE events SET sequence = 3 WHERE kind = 'CASE_CLAIMED'",
        "does not follow the event before it",
    ),
    (
        "a cut log",
        "DELETE FROM events WHERE event_id IN (SELECT event_id FROM log_leaves WHERE position >= {claim}); \
         DELETE FROM log_leaves WHERE position >= {claim}; UPDATE log_heads SET size = {claim}",
        "and it has {claim}: position {claim} is missing",
    ),
    (
        "an edited leaf",
        "UPDATE log_leaves SET leaf_hash = (SELECT leaf_hash FROM log_leaves WHERE position = 0) WHERE position = {claim}",
        "event {event} at position {claim} is not what was logged",
    ),
    ("an edited head", "UPDATE log_heads SET size = size + 1", "its head is not that of its leaves"),
];

fn every_forgery_is_found(engine: Engine) {
    for (what, statements, words) in FORGERIES {
        let app = App::on(engine);
        signed_case(&app, &app.notary());
        assert_eq!(app.verify_with_checkpoints().faults, Vec::<String>::new());
        let event = event_of_kind(&app, "CASE_CLAIMED");
        let claim = crate::transparency::position_of(&app, "CASE_CLAIMED");
        let last = positions(&app).len() - 1;
        let filled = |text: &str| {
            text.replace("{event}", &event)
                .replace("{claim}", &claim.to_string())
                .replace("{last}", &last.to_string())
                .replace("{late}", &late_event(engine))
        };
        meddle(&app, &filled(statements));
        let faults = app.verify_with_checkpoints().faults;
        let found = faults.iter().any(|fault| fault.contains(&filled(words)));
        assert!(found, "{engine:?}, {what}: {faults:#?}");
    }
}

#[test]
fn every_forgery_is_found_on_sqlite() {
    every_forgery_is_found(Engine::Sqlite);
}

#[test]
fn every_forgery_is_found_on_postgres() {
    every_forgery_is_found(Engine::Postgres);
}

/// What a history tells of can be taken away past the references: PostgreSQL itself says nothing of it.
fn what_has_a_history_and_is_gone_is_named(engine: Engine) {
    let app = App::on(engine);
    signed_case(&app, &app.notary());
    let submission = app.inside(|act| {
        let begun = events::table.filter(events::kind.eq("SUBMISSION_SUBMITTED"));
        let stream: onewindow::ids::StreamId = begun.select(events::stream_id).first(act.conn)?;
        Ok(stream.0.to_string())
    });
    meddle(&app, "DELETE FROM submissions");
    let faults = app.verify_with_checkpoints().faults;
    assert!(
        faults.contains(&format!("submission {submission}: it has a history and is gone")),
        "{faults:#?}"
    );
}

#[test]
fn what_has_a_history_and_is_gone_is_named_on_sqlite() {
    what_has_a_history_and_is_gone_is_named(Engine::Sqlite);
}

#[test]
fn what_has_a_history_and_is_gone_is_named_on_postgres() {
    what_has_a_history_and_is_gone_is_named(Engine::Postgres);
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A file of checkpoints that was cut, taken away or written by somebody else is named by the command; a copy that lies
/// elsewhere proves as much as the file itself.
fn a_forged_file_is_found(engine: Engine) {
    let app = App::on(engine);
    let notary = app.notary();
    signed_case(&app, &notary);
    app.user("clerk.ntipc");
    app.move_clock_to("2026-11-23T01:00:20Z");
    assert_eq!(app.work_with(&notary).signed, 1);
    let silent = |words: &[&str]| {
        let output = run(&app.database, words);
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    let finds = |words: &[&str], fault: &str| {
        let output = run(&app.database, words);
        assert!(!output.status.success() && said(&output).contains(fault), "{}", said(&output));
    };
    assert_eq!(silent(&["verify"]), "");
    assert_eq!(silent(&["verify", "--count"]), "0 events are not under a checkpoint yet\n");
    let key = silent(&["checkpoint-key"]);
    assert_eq!(key.trim_end(), notary.verifier().to_string());

    let whole = fs::read_to_string(app.checkpoints()).unwrap();
    let (first, _) = whole.split_once("\n\nwindow.example.cn/log\n").unwrap();
    let copy = app.database.folder().join("copy");
    let elsewhere = |key: &str, fault: Option<&str>| {
        let words = ["verify", "--checkpoints", copy.to_str().unwrap(), "--verifier-key", key];
        match fault {
            None => assert_eq!(silent(&words), ""),
            Some(fault) => finds(&words, fault),
        }
    };
    finds(&["verify", "--checkpoints", copy.to_str().unwrap()], "cannot be read");
    fs::write(&copy, &whole).unwrap();
    elsewhere(key.trim_end(), None);
    let stranger = Notary::open(
        &copy.with_extension("key"),
        &copy.with_extension("notes"),
        "window.example.cn/log",
        [6; 32],
    );
    elsewhere(&stranger.unwrap().verifier().to_string(), Some("checkpoint 1: its signature does not hold"));

    fs::write(app.checkpoints(), format!("{first}\n\n")).unwrap();
    finds(&["verify"], "they were rolled back");
    // A copy is of the time when it was made, and proves what it covers.
    fs::write(&copy, format!("{first}\n\n")).unwrap();
    elsewhere(key.trim_end(), None);
    fs::write(app.checkpoints(), whole.replace("window.example.cn/log\n", "window.example.cn/logs\n"))
        .unwrap();
    finds(&["verify"], "checkpoint 2: its signature does not hold");
    fs::write(app.checkpoints(), format!("{whole}{whole}")).unwrap();
    finds(&["verify"], "checkpoint 3: it is of size");
    fs::remove_file(app.checkpoints()).unwrap();
    finds(&["verify"], "they were rolled back");
    fs::write(app.checkpoints(), whole).unwrap();
    silent(&["verify"]);
}

#[test]
fn a_forged_file_is_found_on_sqlite() {
    a_forged_file_is_found(Engine::Sqlite);
}

#[test]
fn a_forged_file_is_found_on_postgres() {
    a_forged_file_is_found(Engine::Postgres);
}

/// The first start makes a key that its owner alone can read; until then there is none to print.
#[test]
fn a_server_makes_its_key_at_the_first_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let database = Database::empty(Engine::Sqlite);
    let before = run(&database, &["checkpoint-key"]);
    assert!(!before.status.success() && said(&before).contains("onewindow serve"), "{}", said(&before));
    let server = Process::serve(&database);
    let printed = String::from_utf8(run(&database, &["checkpoint-key"]).stdout).unwrap();
    assert!(printed.starts_with("127.0.0.1:0/log+"), "{printed}");
    drop(server);
    let key = database.folder().join("checkpoint.key");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let _again = Process::serve(&database);
    assert_eq!(String::from_utf8(run(&database, &["checkpoint-key"]).stdout).unwrap(), printed);
    let moved =
        command(&database, &["checkpoint-key"]).env("ONEWINDOW_CHECKPOINT_KEY", "nowhere").output().unwrap();
    assert!(!moved.status.success());
}

/// One event or leaf, as it lies in the database.
#[derive(Clone, PartialEq, Debug)]
struct Stored {
    event: EventId,
    body: String,
    hash: Vec<u8>,
    leaf: Vec<u8>,
}

fn stored(app: &App) -> Vec<Stored> {
    let rows: Vec<(EventId, Vec<u8>)> = app.inside(|act| {
        let leaves = log_leaves::table.order(log_leaves::position);
        Ok(leaves.select((log_leaves::event_id, log_leaves::leaf_hash)).load(act.conn)?)
    });
    app.inside(move |act| {
        let whole = |(event, leaf): (EventId, Vec<u8>)| {
            let row = events::table.filter(events::event_id.eq(event));
            let (body, hash) = row.select((events::body, events::hash)).first(act.conn)?;
            Ok(Stored { event, body, hash, leaf })
        };
        rows.clone().into_iter().map(whole).collect()
    })
}

fn put_back(app: &App, stored: &Stored) {
    let stored = stored.clone();
    app.inside(move |act| {
        diesel::update(events::table.filter(events::event_id.eq(stored.event)))
            .set((events::body.eq(&stored.body), events::hash.eq(&stored.hash)))
            .execute(act.conn)?;
        diesel::update(log_leaves::table.filter(log_leaves::event_id.eq(stored.event)))
            .set(log_leaves::leaf_hash.eq(&stored.leaf))
            .execute(act.conn)?;
        Ok(())
    });
}

on_both_engines! {
    /// Any one byte of any event or leaf, wherever it is: the log names that event and no other, and is silent again
    /// when the byte is as it was.
    fn any_changed_byte_is_named_alone(app) {
        signed_case(app, &app.notary());
        let whole = stored(app);
        for number in 0..60 {
            let (position, at) = (number * 37 % whole.len(), number * 53);
            let mut changed = whole[position].clone();
            match number % 3 {
                0 => {
                    let bytes = changed.body.as_bytes();
                    let at = (at % bytes.len()..bytes.len()).find(|at| bytes[*at].is_ascii()).unwrap();
                    let before = bytes[at];
                    // Another letter that is not this one: a body is text on PostgreSQL.
                    changed.body.replace_range(at..=at, if before == b'x' { "y" } else { "x" });
                }
                1 => changed.hash[at % 32] ^= 1 << (number % 8),
                _ => changed.leaf[at % 32] ^= 1 << (number % 8),
            }
            put_back(app, &changed);
            let faults = app.verify_with_checkpoints().faults;
            let named: Vec<&String> = faults.iter().filter(|fault| fault.contains("is not what was logged")).collect();
            let event = changed.event.0.to_string();
            assert!(named.len() == 1 && named[0].contains(&event), "{number}: {faults:#?}");
            put_back(app, &whole[position]);
            assert_eq!(app.verify_with_checkpoints().faults, Vec::<String>::new(), "{number}");
        }
    }
}
