//! Signing in: cookies for people, tokens for partner systems, and what is refused.

use crate::on_both_engines;
use crate::support::App;
use crate::support::database::Engine;
use crate::support::forms::{DESIGN, cases, example, filer, hand_in};
use serde_json::{Value, json};

fn client(app: &App, read_only: bool) -> (String, String) {
    let credentials = app.inside(|act| {
        let hashes = onewindow::demo::Hashes::make(&[0; 16]);
        Ok(serde_json::to_value(onewindow::demo::seed(act, &hashes)?).unwrap())
    });
    let clients = credentials.as_array().unwrap().iter().filter(|entry| entry["clientId"].is_string());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let writes = |entry: &&Value| entry["scopes"].to_string().contains("write");
    let found = clients.into_iter().find(|entry| writes(entry) != read_only).unwrap();
    (text(&found["clientId"]), text(&found["clientSecret"]))
}

on_both_engines! {
    /// The token stands in the cookie and nowhere else; the cookie works only from our own pages.
    fn a_session_is_a_cookie_that_works_from_our_own_pages(app) {
        let body = json!({ "userName": "CLERK.NTIPC", "password": "nantong-demo-2026" });
        let answer = app.anybody().post("/api/v1/sessions", &body);
        let session = answer.expect(201);
        let cookie = answer.header("set-cookie").unwrap();
        for part in ["__Host-session=", "Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let token = cookie.split(['=', ';']).nth(1).unwrap();
        assert!(token.len() >= 43 && !answer.text.contains(token));
        assert_eq!(session["grants"][0], json!({ "role": "CLERK", "nodeCode": "NTIPC" }));
        let signed_in = app.anybody().with("Cookie", &format!("__Host-session={token}"));
        signed_in.get("/api/v1/sessions/current").expect(200);
        signed_in.post("/api/v1/submissions", &json!({})).refused(403, "CROSS_SITE");
        for origin in ["https://evil.example", "null", &format!("{}.evil.example", app.address())] {
            signed_in.with("Origin", origin).post("/api/v1/submissions", &json!({})).refused(403, "CROSS_SITE");
            signed_in.with("Origin", origin).get("/api/v1/cases").refused(403, "CROSS_SITE");
        }
        signed_in.with("Sec-Fetch-Site", "cross-site").get("/api/v1/cases").refused(403, "CROSS_SITE");
        signed_in.with("Origin", app.address()).post("/api/v1/submissions", &json!({})).expect(201);
        let ours = signed_in.with("Origin", app.address());
        assert_eq!(ours.send("DELETE", "/api/v1/sessions/current", None).status, 204);
        ours.get("/api/v1/sessions/current").refused(401, "UNAUTHENTICATED");
    }

    /// Unknown account and wrong password answer alike; sessions end by themselves.
    fn a_wrong_password_tells_nothing_and_sessions_end(app) {
        let attempt = |name: &str, password: &str| {
            app.anybody().with("Correlation-ID", "0123456789abcdef0123456789abcdef")
                .post("/api/v1/sessions", &json!({ "userName": name, "password": password }))
        };
        let (unknown, wrong) = (attempt("nobody", "x"), attempt("clerk.ntipc", "x"));
        wrong.refused(401, "BAD_CREDENTIALS");
        assert_eq!((unknown.status, unknown.text), (wrong.status, wrong.text));
        attempt("clerk\u{202e}.ntipc", "x").refused(400, "INVALID_VALUE");
        let user = app.user("hengmian.admin");
        app.move_clock_to("2026-11-23T01:31:00Z");
        user.get("/api/v1/cases").refused(401, "UNAUTHENTICATED");
    }

    /// Twenty sign-ins of one account at once: each gets a session of its own and an event of its own.
    fn many_sign_ins_at_once_all_succeed(app) {
        std::thread::scope(|scope| {
            let sign_ins: Vec<_> = (0..20).map(|_| scope.spawn(|| app.user("clerk.ntipc").get("/api/v1/sessions/current").expect(200))).collect();
            let ids: std::collections::HashSet<String> =
                sign_ins.into_iter().map(|one| one.join().unwrap()["sessionId"].to_string()).collect();
            assert_eq!(ids.len(), 20);
        });
    }

    /// An account or a key that another program holds: the caller is told to try again, and of nothing that did not happen.
    fn a_lock_that_is_not_given_sheds_the_request(app) {
        let user = app.user(&filer(DESIGN));
        let attempt = || app.anybody().post("/api/v1/sessions", &json!({ "userName": "clerk.ntipc", "password": "nantong-demo-2026" }));
        let held = app.database.hold("UPDATE users SET state = state");
        let shed = attempt();
        shed.refused(503, "UNAVAILABLE");
        assert!(matches!(shed.header("retry-after"), Some("1" | "2" | "3")));
        drop(held);
        attempt().expect(201);

        let file = |key: &str| user.post_with_key("/api/v1/submissions", &json!({}), key);
        let held = app.database.hold(
            "INSERT INTO idempotency_keys (principal_id, key, digest, status, created_at)
             SELECT user_id, 'held', password_hash, 0, created_at FROM users".replace("password_hash", match app.database.engine {
                Engine::Sqlite => "x'00'",
                Engine::Postgres => "'\\x00'",
             }).as_str());
        // SQLite has one lock for everything and cannot tell what it is held for.
        match app.database.engine {
            Engine::Sqlite => file("held").refused(503, "UNAVAILABLE"),
            Engine::Postgres => file("held").refused(409, "REQUEST_IN_PROGRESS"),
        };
        drop(held);
        file("held").expect(201);
        assert_eq!(user.get("/api/v1/submissions?count=true").expect(200)["totalQuantity"], 1);
    }

    /// A partner files and follows what it filed, within its scopes, and sees nobody else's.
    fn a_partner_files_and_follows_within_its_scopes(app) {
        let (id, secret) = client(app, false);
        let partner = app.anybody().with_token(&id, &secret, "");
        let form = example("pre-design-home-textile.json");
        let mut through_the_portal = form.clone();
        through_the_portal["channel"] = json!("PORTAL");
        let refused = partner.post("/api/v1/submissions", &through_the_portal);
        refused.refused(400, "INVALID_VALUE");
        assert_eq!(refused.details()[0].1, "/channel");
        let submission = hand_in(&partner, &form);
        assert_eq!(submission["channel"], "API");
        assert_eq!(cases(&partner, &submission).len(), 1);
        let filtered = |by: &str| partner.get(&format!("/api/v1/cases?assignee={by}&count=true")).expect(200)["totalQuantity"].clone();
        assert_eq!((filtered("me"), filtered("none")), (json!(0), json!(1)), "a partner system holds nothing");
        let narrow = app.anybody().with_token(&id, &secret, "cases:read");
        narrow.get("/api/v1/cases").expect(200);
        narrow.post("/api/v1/submissions", &form).refused(403, "FORBIDDEN");
        narrow.get("/api/v1/submissions").refused(403, "FORBIDDEN");
        let (other, other_secret) = client(app, true);
        let other = app.anybody().with_token(&other, &other_secret, "");
        assert_eq!(other.get("/api/v1/cases?count=true").expect(200)["totalQuantity"], 0);
        app.database.meddle("UPDATE clients SET state = 'SUSPENDED'");
        partner.get("/api/v1/cases").refused(401, "UNAUTHENTICATED");
    }

    /// Tokens that are made up, foreign, of another kind or too old are refused.
    fn a_token_that_is_not_ours_is_refused(app) {
        use base64::Engine;
        let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
        let (id, secret) = client(app, false);
        let form = |secret: &str| format!("grant_type=client_credentials&client_id={id}&client_secret={secret}").into_bytes();
        let ask = |body: Vec<u8>| app.anybody().with("Content-Type", "application/x-www-form-urlencoded").send("POST", "/oauth2/token", Some(body));
        assert_eq!(ask(form("wrong")).expect(401)["error"], "invalid_client");
        assert_eq!(ask(b"grant_type=password".to_vec()).expect(400)["error"], "unsupported_grant_type");
        assert_eq!(ask([form(&secret), b"&scope=everything".to_vec()].concat()).expect(400)["error"], "invalid_scope");
        let token = ask(form(&secret)).expect(200)["access_token"].as_str().unwrap().to_owned();
        let bearer = |token: &str| app.anybody().with("Authorization", &format!("Bearer {token}")).get("/api/v1/cases");
        bearer(&token).expect(200);
        let parts: Vec<&str> = token.split('.').collect();
        let none = format!("{}.{}.", encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}"), parts[1]);
        let zeroed = format!("{}.{}.{}", parts[0], parts[1], encode(&"\0".repeat(64)));
        let jwk = app.anybody().get("/oauth2/jwks").expect(200);
        assert!(jwk["keys"][0].get("d").is_none() && jwk["keys"][0]["crv"] == "Ed25519");
        let kid = jwk["keys"][0]["kid"].as_str().unwrap();
        let hs256 = format!("{}.{}.{}", encode(&format!("{{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}")), parts[1], parts[2]);
        let traversal = format!("{}.{}.{}", encode("{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\",\"kid\":\"../../x\"}"), parts[1], parts[2]);
        let untyped = format!("{}.{}.{}", encode(&format!("{{\"alg\":\"EdDSA\",\"kid\":\"{kid}\"}}")), parts[1], parts[2]);
        for bad in [none.as_str(), &zeroed, &hs256, &traversal, &untyped, "", "x", "a.b.c"] {
            bearer(bad).refused(401, "UNAUTHENTICATED");
        }
        app.move_clock_to("2026-11-23T01:11:00Z");
        bearer(&token).refused(401, "UNAUTHENTICATED");
    }
}
