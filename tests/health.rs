//! How a server says that it is well, that it is not, and that it is about to end; and the page of metrics.

use crate::on_both_engines;
use crate::support::database::{Database, Engine};
use crate::support::forms::{DESIGN, example, filer, hand_in, path_of};
use crate::support::process::{Process, run};
use crate::support::wire::Wire;
use crate::support::{App, Caller, forms};
use onewindow::catalogue::{PackFiles, import};
use std::path::Path;

/// Not ready, for this cause and no other.
#[track_caller]
fn not_ready(caller: &Caller, cause: &str) {
    let answer = caller.get("/readyz");
    answer.refused(503, "UNAVAILABLE");
    assert_eq!(answer.details(), [(cause.to_owned(), "server".to_owned())]);
    assert!(answer.header("retry-after").is_some());
    caller.get("/livez").expect(200);
}

on_both_engines! {
    /// What was found stands for a second, and not longer.
    fn readiness_names_what_is_in_the_way(app) {
        let anybody = app.anybody();
        anybody.get("/readyz").expect(200);
        app.database.meddle("ALTER TABLE pack_versions RENAME TO elsewhere");
        anybody.get("/readyz").expect(200);
        app.move_clock_to("2026-11-23T01:00:01Z");
        not_ready(&anybody, "DATABASE");
        app.database.meddle("ALTER TABLE elsewhere RENAME TO pack_versions");
        not_ready(&anybody, "DATABASE");
        app.move_clock_to("2026-11-23T01:00:02Z");
        anybody.get("/readyz").expect(200);
        app.database.meddle("CREATE TABLE aside AS SELECT * FROM __diesel_schema_migrations; DELETE FROM __diesel_schema_migrations");
        app.move_clock_to("2026-11-23T01:00:03Z");
        not_ready(&anybody, "SCHEMA");
        app.database.meddle("INSERT INTO __diesel_schema_migrations SELECT * FROM aside; DROP TABLE aside");
        app.move_clock_to("2026-11-23T01:00:02Z");
        anybody.get("/readyz").expect(200);
    }
}

fn without_a_pack(engine: Engine) {
    let database = Database::empty(engine);
    onewindow::store::migrate(&database.url).unwrap();
    App::in_database(database).test(|app| {
        not_ready(&app.anybody(), "PACK");
        let files = PackFiles::read(Path::new("packs/nantong")).unwrap();
        app.inside(move |act| import(act.conn, &files, act.now));
        app.move_clock_to("2026-11-23T01:00:01Z");
        assert_eq!(app.anybody().get("/readyz").expect(200)["packVersion"], 1);
    });
}

#[test]
fn a_server_without_a_pack_is_not_ready_on_sqlite() {
    without_a_pack(Engine::Sqlite);
}

#[test]
fn a_server_without_a_pack_is_not_ready_on_postgres() {
    without_a_pack(Engine::Postgres);
}

/// A request whose body is still on its way when the server is told to end.
fn what_was_accepted_is_finished(engine: Engine) {
    let database = Database::seeded(engine);
    let server = Process::serve_with_metrics(&database);
    let (anybody, page) = (Caller::new(&server.address), Caller::new(server.metrics.as_ref().unwrap()));
    let user = anybody.sign_in(&filer(DESIGN));
    let body = example(DESIGN).to_string();
    let length = body.len().to_string();
    let mut wire = Wire::to(&server.address);
    let head = [
        ("Content-Type", "application/json"),
        ("Content-Length", length.as_str()),
        ("Idempotency-Key", "the-last-one"),
        ("Expect", "100-continue"),
    ];
    wire.send(&user.head("POST", "/api/v1/submissions", &head));
    let begun = wire.read_until("\r\n\r\n");
    assert!(begun.starts_with("HTTP/1.1 100 "), "{begun}");
    server.terminate();
    not_ready(&anybody, "DRAINING");
    not_ready(&page, "DRAINING");
    let refused = user.get("/api/v1/submissions");
    refused.refused(503, "UNAVAILABLE");
    assert_eq!(refused.header("connection"), Some("close"));
    wire.send(&body);
    let answer = wire.read_to_the_end();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(server.exit_code(), Some(0));

    let again = Process::serve(&database);
    let user = Caller::new(&again.address).sign_in(&filer(DESIGN));
    assert_eq!(user.get("/api/v1/submissions?count=true").expect(200)["totalQuantity"], 1);
    again.terminate();
    assert_eq!(again.exit_code(), Some(0));
    assert!(run(&database, &["verify"]).status.success());
}

#[test]
fn a_server_that_is_told_to_end_finishes_what_it_accepted_on_sqlite() {
    what_was_accepted_is_finished(Engine::Sqlite);
}

#[test]
fn a_server_that_is_told_to_end_finishes_what_it_accepted_on_postgres() {
    what_was_accepted_is_finished(Engine::Postgres);
}

/// The page counts what was done, by patterns and never by whom or for what.
fn the_page_counts(engine: Engine) {
    let database = Database::seeded(engine);
    let server = Process::serve_with_metrics(&database);
    let user = Caller::new(&server.address).sign_in(&filer(DESIGN));
    let submission = hand_in(&user, &example(DESIGN));
    let case = forms::cases(&user, &submission).remove(0);
    user.get(&path_of(&case)).expect(200);
    user.get("/nowhere/at/all").refused(404, "NOT_FOUND");
    let mut wire = Wire::to(&server.address);
    wire.send(&user.head("BREW", "/livez", &[("Connection", "close")]));
    assert!(wire.read_to_the_end().starts_with("HTTP/1.1 404 "));
    user.get("/metrics").refused(404, "NOT_FOUND");
    let page = Caller::new(server.metrics.as_ref().unwrap()).get("/metrics");
    assert_eq!(page.status, 200);
    let text = &page.text;
    let mut expected = vec![
        "onewindow_build_info{version=\"",
        "onewindow_http_requests_total{route=\"/api/v1/cases/{caseId}\",method=\"GET\",class=\"2xx\"} 1",
        "onewindow_http_requests_total{route=\"-\",method=\"GET\",class=\"4xx\"} 2",
        "method=\"OTHER\"",
        "onewindow_http_request_duration_seconds_bucket{le=\"5.0\",route=\"/api/v1/sessions\",method=\"POST\"} 1",
        "onewindow_store_wait_seconds_count{lane=\"write\"}",
        "onewindow_store_wait_seconds_count{lane=\"reserved\"}",
        "onewindow_store_checkout_seconds_count",
        "onewindow_store_in_flight ",
        "onewindow_store_shed_total{lane=\"read\",reason=\"full\"} 0",
        "onewindow_worker_failures_total 0",
        "onewindow_outbox_pending ",
        "onewindow_outbox_oldest_age_seconds ",
    ];
    if engine == Engine::Sqlite {
        expected.extend([
            "onewindow_sqlite_queue_depth 0",
            "onewindow_sqlite_queue_wait_seconds_count",
            "onewindow_sqlite_group_commands_bucket{le=\"64.0\"}",
        ]);
    }
    for line in expected {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    let secret = [&case["caseId"], &case["caseNumber"], &submission["submissionId"]];
    for id in secret {
        assert!(!text.contains(id.as_str().unwrap()), "{id} stands on the page");
    }
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let labels = line.rsplit_once('}').map_or("", |(labels, _)| labels);
        let digits = labels
            .split(|c: char| !c.is_ascii_hexdigit())
            .any(|word| word.len() >= 8 && word.contains(|c: char| c.is_ascii_digit()));
        assert!(!digits, "a label looks like an id: {line}");
    }
}

#[test]
fn the_page_of_metrics_counts_on_sqlite() {
    the_page_counts(Engine::Sqlite);
}

#[test]
fn the_page_of_metrics_counts_on_postgres() {
    the_page_counts(Engine::Postgres);
}
