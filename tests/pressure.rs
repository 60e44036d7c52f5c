//! More than the service can do, slower than it may be: what is shed, what is given up, and what is said of it.

use crate::on_both_engines;
use crate::support::caller::fresh_key;
use crate::support::database::Engine;
use crate::support::forms::{DESIGN, filer};
use crate::support::wire::Wire;
use crate::support::{App, Caller};
use onewindow::edge::Patience;
use onewindow::problem::Code;
use serde_json::json;
use std::sync::mpsc;
use std::time::Duration;

const SUBMISSIONS: &str = "/api/v1/submissions";
const LIST: &str = "/api/v1/submissions?count=true";

/// What keeps every write to submissions waiting, and on PostgreSQL every read of them.
fn lock(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "",
        Engine::Postgres => "LOCK TABLE submissions IN ACCESS EXCLUSIVE MODE",
    }
}

fn stored(caller: &Caller) -> i64 {
    caller.get(LIST).expect(200)["totalQuantity"].as_i64().unwrap()
}

fn impatient() -> Patience {
    Patience { work: Duration::ZERO, ..Patience::default() }
}

on_both_engines! {
    /// More writes at once than may wait: the surplus is told so while the database is still held, the process says
    /// that it lives, and what was acknowledged afterwards is all there is.
    fn the_surplus_is_shed_while_the_database_is_held(app) {
        let user = app.user(&filer(DESIGN));
        let (room, callers) = match app.database.engine {
            Engine::Sqlite => (256, 300),
            Engine::Postgres => (64, 120),
        };
        let held = app.database.hold(lock(app.database.engine));
        std::thread::scope(|scope| {
            let (tell, told) = mpsc::channel();
            for _ in 0..callers {
                let (user, tell) = (user.clone(), tell.clone());
                scope.spawn(move || tell.send(user.post(SUBMISSIONS, &json!({}))).unwrap());
            }
            for shed in told.iter().take(callers - room) {
                shed.refused(503, "UNAVAILABLE");
                assert!(matches!(shed.header("retry-after"), Some("1" | "2" | "3")), "{shed:?}");
            }
            app.anybody().get("/livez").expect(200);
            app.anybody().get("/readyz").expect(200);
            assert_eq!(app.anybody().get("/docs/").status, 200);
            match app.database.engine {
                Engine::Sqlite => {
                    assert_eq!(stored(&user), 0, "reads do not wait for the writer");
                    let question = json!({ "startDate": "2026-11-02", "amount": 3, "unit": "WORKING_DAY" });
                    let body = Some(question.to_string().into_bytes());
                    let asking = app.anybody().with("Content-Type", "application/json");
                    asking.send("POST", "/api/v1/deadline-calculations", body).expect(200);
                }
                Engine::Postgres => drop(app.user("clerk.ntipc")),
            }
            drop(held);
            let kept = told.iter().take(room).filter(|answer| {
                if answer.status != 201 {
                    answer.refused(503, "UNAVAILABLE");
                }
                answer.status == 201
            });
            let kept = i64::try_from(kept.count()).unwrap();
            assert_eq!(stored(&user), kept);
        });
        user.post(SUBMISSIONS, &json!({})).expect(201);
    }

    /// A write whose deadline passes before its commit is undone, and that is what its caller is told.
    fn a_write_past_its_deadline_that_stored_nothing_says_so(app) {
        let user = app.user(&filer(DESIGN));
        let server = app.beside(impatient());
        let key = fresh_key();
        let held = app.database.hold(lock(app.database.engine));
        let file = |caller: &Caller| caller.post_with_key(SUBMISSIONS, &json!({}), &key);
        file(&user.at(&server.address)).refused(503, "UNAVAILABLE");
        drop(held);
        server.until_at_rest();
        assert_eq!(stored(&user), 0);
        file(&user).expect(201);
        assert_eq!(stored(&user), 1);
    }

    /// A body that does not come is not waited for, and neither is its rest.
    fn a_body_that_does_not_come_is_given_up(app) {
        let server = app.beside(Patience { body: Duration::ZERO, ..Patience::default() });
        for (path, media) in [("/api/v1/sessions", "application/json"), ("/oauth2/token", "application/x-www-form-urlencoded")] {
            let mut wire = Wire::to(&server.address);
            let head = [("Content-Type", media), ("Content-Length", "100")];
            wire.send(&Caller::new(&server.address).head("POST", path, &head));
            wire.send("{");
            let answer = wire.read_to_the_end();
            assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
        }
        app.anybody().get("/livez").expect(200);
    }

    /// Who is refused before anything is looked at keeps the connection: the body is read past.
    fn a_refusal_at_the_door_keeps_the_connection(app) {
        let mut wire = Wire::to(app.address());
        let caller = app.anybody();
        let head = [("Content-Type", "application/json"), ("Content-Length", "2"), ("Accept", "image/png")];
        wire.send(&caller.head("POST", SUBMISSIONS, &head));
        wire.send("{}");
        let answer = wire.read_until("}");
        assert!(answer.starts_with("HTTP/1.1 406 "), "{answer}");
        wire.send(&caller.head("GET", "/livez", &[("Connection", "close")]));
        let answer = wire.read_to_the_end();
        assert!(answer.contains("HTTP/1.1 200 "), "{answer}");
    }

    /// A full disk refuses writes, lets reads go on, and is forgotten when there is room.
    fn a_full_disk_refuses_writes_until_there_is_room(app) {
        let user = app.user(&filer(DESIGN));
        user.post(SUBMISSIONS, &json!({})).expect(201);
        app.database.meddle(match app.database.engine {
            Engine::Sqlite => "CREATE TRIGGER full BEFORE INSERT ON submissions
                BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END",
            Engine::Postgres => "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE INSERT ON submissions FOR EACH ROW EXECUTE FUNCTION full_disk()",
        });
        let key = fresh_key();
        user.post_with_key(SUBMISSIONS, &json!({}), &key).refused(503, "UNAVAILABLE");
        assert_eq!(stored(&user), 1);
        app.database.meddle(match app.database.engine {
            Engine::Sqlite => "DROP TRIGGER full",
            Engine::Postgres => "DROP TRIGGER full_disk ON submissions",
        });
        user.post_with_key(SUBMISSIONS, &json!({}), &key).expect(201);
        assert_eq!(stored(&user), 2);
    }

    /// More transactions that panic than there are connections: none is lost by it.
    fn panics_leak_neither_connections_nor_places(app) {
        for _ in 0..40 {
            assert_eq!(app.panic_inside(true), Code::Internal);
            assert_eq!(app.panic_inside(false), Code::Internal);
        }
        let user = app.user(&filer(DESIGN));
        user.post(SUBMISSIONS, &json!({})).expect(201);
        assert_eq!(stored(&user), 1);
    }
}

/// A read past its deadline. On PostgreSQL, where a read can be made to wait.
#[test]
fn a_read_past_its_deadline_is_refused() {
    App::on_postgres().test(|app| {
        let user = app.user(&filer(DESIGN));
        let server = app.beside(impatient());
        let held = app.database.hold(lock(Engine::Postgres));
        user.at(&server.address).get(LIST).refused(503, "UNAVAILABLE");
        drop(held);
        server.until_at_rest();
        assert_eq!(stored(&user), 0);
    });
}

/// A deadline that passes while the commit is under way: nobody can say, and nobody does. On PostgreSQL, where a commit
/// can be made to wait.
#[test]
fn a_write_past_its_deadline_that_may_be_stored_does_not_say_that_it_is_not() {
    App::on_postgres().test(|app| {
        let user = app.user(&filer(DESIGN));
        let server = app.beside(Patience { work: Duration::from_secs(2), ..Patience::default() });
        app.database.meddle(
            "CREATE TABLE gate (open boolean);
             CREATE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = '60s' AS $$ BEGIN
                LOCK TABLE gate IN ACCESS SHARE MODE; RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER pass_gate AFTER INSERT ON submissions
                DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pass_gate()",
        );
        let key = fresh_key();
        let held = app.database.hold("LOCK TABLE gate IN ACCESS EXCLUSIVE MODE");
        let file = |caller: &Caller| caller.post_with_key(SUBMISSIONS, &json!({}), &key);
        file(&user.at(&server.address)).refused(503, "OUTCOME_UNKNOWN");
        drop(held);
        server.until_at_rest();
        assert_eq!(stored(&user), 1, "it was stored after all");
        file(&user).expect(201);
        assert_eq!(stored(&user), 1);
    });
}

/// An administrator ends the program's connections, as a PostgreSQL that is told to stop does: busy ones and idle ones.
/// Whoever is hit is told to come again, and nothing is called a fault of the program.
#[test]
fn connections_ended_by_an_administrator_are_no_fault_of_the_program() {
    App::on_postgres().test(|app| {
        let end_all = || {
            app.database.meddle(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                 WHERE datname = current_database() AND application_name = 'onewindow'",
            );
        };
        let user = app.user(&filer(DESIGN));
        let mut held = app.database.hold(lock(Engine::Postgres));
        std::thread::scope(|scope| {
            let read = scope.spawn(|| user.get(LIST));
            let write = scope.spawn(|| user.post(SUBMISSIONS, &json!({})));
            held.until_somebody_waits(2);
            end_all();
            read.join().unwrap().refused(503, "UNAVAILABLE");
            write.join().unwrap().refused(503, "UNAVAILABLE");
        });
        drop(held);
        end_all();
        // Each connection that a request finds dead is thrown away: there are fewer than this.
        let answers: Vec<_> = (0..30).map(|_| user.get(LIST)).collect();
        for shed in answers.iter().filter(|answer| answer.status != 200) {
            shed.refused(503, "UNAVAILABLE");
        }
        assert_eq!(answers.last().unwrap().status, 200);
        assert_eq!(stored(&user), 0);
    });
}
