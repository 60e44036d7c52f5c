//! The transparency log: every event gets one place, checkpoints are signed as they fall due, and whoever rewrites the
//! database is found by them, even after recomputing every hash in it.

use crate::on_both_engines;
use crate::support::App;
use crate::support::database::Engine;
use crate::support::forms::{DESIGN, filer, one_case, path_of, version_of};
use diesel::prelude::*;
use onewindow::access::Profile;
use onewindow::command::Act;
use onewindow::ids::{EventId, StreamId};
use onewindow::problem::Problem;
use onewindow::store::schema::{event_texts, events, log_heads, log_leaves};
use onewindow::transparency::{Frontier, Notary, VerifierKey, leaf_hash};
use onewindow::{start, worker};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Barrier;

/// A case with three events, all of them under a checkpoint.
pub fn signed_case(app: &App, notary: &Notary) -> Value {
    // Before them, what the demo world began with: ids of one millisecond are in no order.
    app.work();
    let case = one_case(&app.user(&filer(DESIGN)));
    let officer = app.user("pre-examiner.tzht");
    let taken = officer.post(&format!("{}/claims", path_of(&case)), &json!({})).expect(201);
    officer.act(&path_of(&case), version_of(&taken["case"]), &json!({ "action": "ACCEPT" })).expect(201);
    let round = app.work_with(notary);
    assert!(round.logged > 3 && round.signed == 1 && round.failed == 0, "{round:?}");
    case
}

/// Positions as they stand, lowest first.
pub fn positions(app: &App) -> Vec<i64> {
    app.inside(|act| {
        Ok(log_leaves::table.order(log_leaves::position).select(log_leaves::position).load(act.conn)?)
    })
}

fn count_of_events(app: &App) -> i64 {
    app.inside(|act| Ok(events::table.count().get_result(act.conn)?))
}

/// The id of the event of this kind, as `verify` writes it.
pub fn event_of_kind(app: &App, kind: &'static str) -> String {
    let id: EventId = app.inside(move |act| {
        Ok(events::table.filter(events::kind.eq(kind)).select(events::event_id).first(act.conn)?)
    });
    id.0.to_string()
}

/// Where the event of this kind lies in the log.
pub fn position_of(app: &App, kind: &'static str) -> i64 {
    app.inside(move |act| {
        let event: EventId =
            events::table.filter(events::kind.eq(kind)).select(events::event_id).first(act.conn)?;
        let leaf = log_leaves::table.filter(log_leaves::event_id.eq(event));
        Ok(leaf.select(log_leaves::position).first(act.conn)?)
    })
}

on_both_engines! {
    /// Checkpoints come when there is something new: at once after a pause, else ten seconds or a thousand events after
    /// the last.
    fn checkpoints_are_signed_as_they_fall_due(app) {
        app.anybody().get("/api/v1/checkpoints/latest").refused(404, "NOT_FOUND");
        let notary = app.notary();
        signed_case(app, &notary);
        assert_eq!(app.work_with(&notary), worker::Round::default(), "nothing new, nothing written");
        let another = || app.user("clerk.ntipc");
        another();
        let round = app.work_with(&notary);
        assert!(round.logged == 1 && round.signed == 0, "at once after the last is too soon: {round:?}");
        assert_eq!(app.verify_with_checkpoints().uncovered, 1);
        app.move_clock_to("2026-11-23T01:00:09.5Z");
        assert_eq!(app.work_with(&notary).signed, 1);
        let verified = app.verify_with_checkpoints();
        assert_eq!((verified.faults, verified.uncovered), (vec![], 0));

        // A file grows by restarts and by servers that share it, and each checkpoint is there once.
        another();
        assert_eq!(app.work_with(&app.notary()).signed, 1);
        assert_eq!(app.work_with(&notary).signed, 0);
        assert_eq!(std::fs::read_to_string(app.checkpoints()).unwrap().matches("window.example.cn/log\n").count(), 3);

        // Anybody is shown the newest, and it opens with the key of the server.
        let shown = app.anybody().get("/api/v1/checkpoints/latest").expect(200);
        assert_eq!(shown["treeSize"], count_of_events(app));
        let key: VerifierKey = shown["verifierKey"].as_str().unwrap().parse().unwrap();
        assert_eq!(&key, notary.verifier());
        let text = format!("window.example.cn/log\n{}\n{}\n", shown["treeSize"], shown["rootHash"].as_str().unwrap());
        assert_eq!(key.open(shown["note"].as_str().unwrap()), Some(text.as_str()));
    }

    /// A server signs between the moment the file is read and the one the database is looked at: nothing was rolled back.
    fn a_checkpoint_signed_while_verify_looks_is_no_fault(app) {
        let notary = app.notary();
        signed_case(app, &notary);
        let (read_before, cut) = (app.kept_checkpoints(), std::fs::read(app.checkpoints()).unwrap());
        app.user("clerk.ntipc");
        app.move_clock_to("2026-11-23T01:00:20Z");
        assert_eq!(app.work_with(&notary).signed, 1);
        assert_eq!(app.verify_by(read_before).faults, Vec::<String>::new());
        std::fs::write(app.checkpoints(), cut).unwrap();
        assert!(app.verify_with_checkpoints().faults[0].contains("they were rolled back"));
    }

    /// However many events wait, checkpoints are at most a thousand apart.
    fn a_backlog_has_checkpoints_every_thousand_events(app) {
        let notary = app.notary();
        app.work_with(&notary);
        let before = count_of_events(app);
        app.inside(|act| {
            for number in 0..2500 {
                let stream = StreamId(act.ids.draw());
                act.record(onewindow::journal::StreamKind::Pack, stream, "TEST", json!({ "number": number }))?;
            }
            Ok(())
        });
        let round = app.work_with(&notary);
        assert!(round.logged == 2500 && round.failed == 0, "{round:?}");
        let mut sizes: Vec<i64> = std::fs::read_to_string(app.checkpoints()).unwrap().lines()
            .filter_map(|line| line.parse().ok()).collect();
        sizes.push(count_of_events(app));
        assert_eq!(sizes[0], before);
        assert!(sizes.windows(2).all(|pair| pair[1] - pair[0] <= 1000), "{sizes:?}");
        assert!(app.verify_with_checkpoints().uncovered < 1000);
    }

    /// Two servers that work at the same moment give every event one place, without a gap.
    fn two_workers_at_once_give_dense_positions(app) {
        for _ in 0..3 {
            app.inside(|act| {
                for number in 0..1200 {
                    let stream = StreamId(act.ids.draw());
                    act.record(onewindow::journal::StreamKind::Pack, stream, "TEST", json!({ "number": number }))?;
                }
                Ok(())
            });
            let barrier = Barrier::new(2);
            let logged: usize = std::thread::scope(|scope| {
                let work = || {
                    actix_web::rt::System::new().block_on(async {
                        let window = start::window(&app.database.url, app.clock.clone(), Profile::Demo, app.address());
                        let window = actix_web::web::Data::new(window.await.unwrap());
                        barrier.wait();
                        let round = worker::round(&window).await;
                        assert_eq!(round.failed, 0);
                        round.logged
                    })
                };
                let workers = [scope.spawn(work), scope.spawn(work)];
                workers.into_iter().map(|worker| worker.join().unwrap()).sum()
            });
            assert!(logged >= 1200, "{logged}");
            let all = count_of_events(app);
            assert_eq!(positions(app), (0..all).collect::<Vec<_>>());
        }
    }

    /// An event whose transaction commits after one of a higher id gets its place all the same.
    fn an_event_that_commits_late_is_logged(app) {
        let insert = late_event(app.database.engine);
        // SQLite has one writer: there, what commits later also begins later, and only the lower id is late.
        let held = (app.database.engine == Engine::Postgres).then(|| app.database.hold(&insert));
        app.user("clerk.ntipc");
        app.work();
        let before = positions(app).len();
        match held {
            Some(held) => held.commit(),
            None => app.database.meddle(&insert),
        }
        assert_eq!(app.work().logged, 1);
        let last: EventId = app.inside(|act| {
            Ok(log_leaves::table.order(log_leaves::position.desc()).select(log_leaves::event_id).first(act.conn)?)
        });
        assert_eq!(last.0.to_string(), "00000000-0000-7000-8000-000000000001");
        assert_eq!(positions(app).len(), before + 1);
    }

    /// An event that lost its mark keeps the one place it has, and does not stop the others.
    fn an_event_that_lost_its_mark_is_not_logged_twice(app) {
        signed_case(app, &app.notary());
        app.database.meddle("UPDATE events SET logged = FALSE WHERE kind = 'CASE_CLAIMED'");
        assert!(app.verify().iter().any(|fault| fault.starts_with("log: it has")));
        app.user("clerk.ntipc");
        let before = positions(app).len();
        app.work();
        assert_eq!(positions(app).len(), before + 1);
    }
}

/// The statement that inserts an event with the lowest of ids, its hash made as the program makes it.
pub fn late_event(engine: Engine) -> String {
    let (event, stream) = ("00000000-0000-7000-8000-000000000001", "00000000-0000-7000-8000-000000000002");
    let body = json!({
        "algorithm": "SHA-256", "eventId": event, "streamId": stream, "streamKind": "PACK", "sequence": 1,
        "kind": "TEST", "at": "2026-11-23T01:00:00.000000Z", "actorId": stream, "data": {},
    })
    .to_string();
    let hash = onewindow::journal::hex(&chain_hash(&[0; 32], &body));
    let bytes = |hex: &str| match engine {
        Engine::Sqlite => format!("X'{hex}'"),
        Engine::Postgres => format!("'\\x{hex}'"),
    };
    let id = |id: &str| match engine {
        Engine::Sqlite => format!("X'{}'", id.replace('-', "")),
        Engine::Postgres => format!("'{id}'"),
    };
    format!(
        "INSERT INTO events (stream_id, sequence, event_id, stream_kind, kind, at, actor_id, body, previous_hash, hash) \
         VALUES ({stream}, 1, {event}, 'PACK', 'TEST', '2026-11-23T01:00:00.000000Z', {stream}, '{body}', {genesis}, {hash})",
        stream = id(stream),
        event = id(event),
        genesis = bytes(&"00".repeat(32)),
        hash = bytes(&hash),
    )
}

/// As `ARCHITECTURE.md` and the code of the journal describe it: an intruder can read them, too.
fn chain_hash(previous: &[u8], body: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"onewindow/event/v1\0")
        .chain_update((previous.len() as u64).to_be_bytes())
        .chain_update(previous)
        .chain_update((body.len() as u64).to_be_bytes())
        .chain_update(body)
        .finalize()
        .into()
}

/// Makes the histories say that every case was claimed one microsecond later, and recomputes every chain.
fn rewrite_chains(act: &mut Act<'_>) -> Result<(), Problem> {
    let rows: Vec<(StreamId, i64, String)> = events::table
        .order((events::stream_id, events::sequence))
        .select((events::stream_id, events::sequence, events::body))
        .load(act.conn)?;
    let mut previous = vec![0; 32];
    for (stream, sequence, body) in rows {
        if sequence == 1 {
            previous = vec![0; 32];
        }
        let row = events::table.find((stream, sequence));
        let mut changed = body.clone();
        if body.contains("CASE_CLAIMED") {
            changed = body.replace("01:00:00.000000Z", "01:00:00.000001Z");
            assert_ne!(changed, body);
            let at: onewindow::clock::UtcTime = "2026-11-23T01:00:00.000001Z".parse().unwrap();
            diesel::update(row).set(events::at.eq(at)).execute(act.conn)?;
        }
        let hash = chain_hash(&previous, &changed).to_vec();
        diesel::update(row)
            .set((events::body.eq(changed), events::previous_hash.eq(previous), events::hash.eq(&hash)))
            .execute(act.conn)?;
        previous = hash;
    }
    Ok(())
}

/// Recomputes the log over the events as they are, in the order of their places.
fn rewrite_log(act: &mut Act<'_>) -> Result<(), Problem> {
    let order: Vec<EventId> =
        log_leaves::table.order(log_leaves::position).select(log_leaves::event_id).load(act.conn)?;
    diesel::delete(log_leaves::table).execute(act.conn)?;
    let mut tree = Frontier::default();
    for (position, event) in (0_i64..).zip(order) {
        let (body, hash): (String, Vec<u8>) = events::table
            .filter(events::event_id.eq(event))
            .select((events::body, events::hash))
            .first(act.conn)?;
        let leaf = leaf_hash(body.as_bytes(), &hash);
        tree.push(leaf);
        diesel::insert_into(log_leaves::table)
            .values((
                log_leaves::position.eq(position),
                log_leaves::event_id.eq(event),
                log_leaves::leaf_hash.eq(leaf.to_vec()),
            ))
            .execute(act.conn)?;
    }
    diesel::update(log_heads::table)
        .set((log_heads::size.eq(tree.size().cast_signed()), log_heads::frontier.eq(tree.bytes())))
        .execute(act.conn)?;
    Ok(())
}

/// Takes an event out, its leaf too, without a gap.
fn forget_event(act: &mut Act<'_>, event: EventId) -> Result<(), Problem> {
    diesel::delete(log_leaves::table.filter(log_leaves::event_id.eq(event))).execute(act.conn)?;
    diesel::delete(event_texts::table.filter(event_texts::event_id.eq(event))).execute(act.conn)?;
    diesel::delete(events::table.filter(events::event_id.eq(event))).execute(act.conn)?;
    rewrite_log(act)
}

/// A history recomputed from end to end holds together by itself; only what was signed before tells.
fn a_recomputed_chain_is_found_by_checkpoints_alone(engine: Engine) {
    let app = App::on(engine);
    let notary = app.notary();
    app.work_with(&notary);
    let before = positions(&app).len();
    app.move_clock_to("2026-11-23T01:00:00Z");
    let notary = app.notary();
    signed_case(&app, &notary);
    app.inside(rewrite_chains);
    let event = event_of_kind(&app, "CASE_CLAIMED");
    let named = |faults: &[String]| {
        faults.iter().any(|fault| fault.contains(&event) && fault.contains("not what was logged"))
    };
    assert!(named(&app.verify()), "leaves that were left as they were name the event");
    app.inside(rewrite_log);
    assert_eq!(
        app.verify(),
        Vec::<String>::new(),
        "{engine:?}: the control, which has nothing to compare with"
    );
    let faults = app.verify_with_checkpoints().faults;
    let place = format!("stands at position {before} ");
    assert!(
        faults.len() == 1 && faults[0].contains("were signed") && faults[0].contains(&place),
        "{faults:?}"
    );
    // What is signed from now on covers the rewriting, and does not hide it.
    app.user("clerk.ntipc");
    app.work_with(&app.notary());
    assert_eq!(app.verify_with_checkpoints().faults, faults);
}

#[test]
fn a_recomputed_chain_is_found_by_checkpoints_alone_on_sqlite() {
    a_recomputed_chain_is_found_by_checkpoints_alone(Engine::Sqlite);
}

#[test]
fn a_recomputed_chain_is_found_by_checkpoints_alone_on_postgres() {
    a_recomputed_chain_is_found_by_checkpoints_alone(Engine::Postgres);
}

/// An event that stands at the end of its history leaves no gap in any chain, nor in a log made anew without it.
fn a_cut_history_is_found_by_checkpoints_alone(engine: Engine) {
    let app = App::on(engine);
    app.user("clerk.ntipc");
    app.work();
    app.user("pre-examiner.tzht");
    let notary = app.notary();
    app.work_with(&notary);
    let signed = positions(&app).len();
    let last: EventId = app.inside(|act| {
        Ok(log_leaves::table
            .order(log_leaves::position.desc())
            .select(log_leaves::event_id)
            .first(act.conn)?)
    });
    app.inside(move |act| forget_event(act, last));
    assert_eq!(app.verify(), Vec::<String>::new(), "{engine:?}: the control");
    let faults = app.verify_with_checkpoints().faults;
    let lost = format!(
        "a checkpoint of {signed} events was signed and it has {0}: position {0} is missing",
        signed - 1
    );
    assert!(faults.len() == 1 && faults[0].contains(&lost), "{faults:?}");
    // The server notices by itself and signs nothing over it.
    let round = app.work_with(&notary);
    assert_eq!((round.signed, round.failed), (0, 1));
}

#[test]
fn a_cut_history_is_found_by_checkpoints_alone_on_sqlite() {
    a_cut_history_is_found_by_checkpoints_alone(Engine::Sqlite);
}

#[test]
fn a_cut_history_is_found_by_checkpoints_alone_on_postgres() {
    a_cut_history_is_found_by_checkpoints_alone(Engine::Postgres);
}
