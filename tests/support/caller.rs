//! Somebody who speaks HTTP to the server, and the answers they get.

use super::documented;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use ureq::Agent;
use ureq::http::Response;

/// Password of every demo login.
const PASSWORD: &str = "nantong-demo-2026";

#[derive(Clone)]
pub struct Caller {
    agent: Agent,
    base: String,
    /// Headers sent with every request.
    headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

static KEYS: AtomicU32 = AtomicU32::new(0);

/// An idempotency key that no other request of this run has.
pub fn fresh_key() -> String {
    format!("test-{}-{}", std::process::id(), KEYS.fetch_add(1, Ordering::Relaxed))
}

impl Caller {
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .max_redirects(0)
            .build();
        Self { agent: config.into(), base: base.to_owned(), headers: Vec::new() }
    }

    /// The same caller with one more header on every request; a header given again replaces the earlier one.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push((name.to_owned(), value.to_owned()));
        Self { headers, ..self.clone() }
    }

    /// The same somebody at another server of the same database.
    pub fn at(&self, base: &str) -> Self {
        let moved = Self { base: base.to_owned(), ..self.clone() };
        if self.headers.iter().any(|(name, _)| name == "Origin") { moved.with("Origin", base) } else { moved }
    }

    /// A request of theirs as it goes over the wire, head only.
    pub fn head(&self, method: &str, path: &str, more: &[(&str, &str)]) -> String {
        let host = self.base.trim_start_matches("http://");
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let lines: Vec<String> =
            own.chain(more.iter().copied()).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{}\r\n", lines.concat())
    }

    pub fn sign_in(&self, user_name: &str) -> Self {
        let answer = self.post("/api/v1/sessions", &json!({ "userName": user_name, "password": PASSWORD }));
        assert_eq!(answer.status, 201, "sign-in of {user_name}: {}", answer.text);
        let cookie = answer.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        self.with("Cookie", &cookie).with("Origin", &self.base)
    }

    /// Signs in as a partner system.
    pub fn with_token(&self, client_id: &str, secret: &str, scope: &str) -> Self {
        let form = format!(
            "grant_type=client_credentials&client_id={client_id}&client_secret={secret}&scope={scope}"
        );
        let answer = self.with("Content-Type", "application/x-www-form-urlencoded").send(
            "POST",
            "/oauth2/token",
            Some(form.into_bytes()),
        );
        assert_eq!(answer.status, 200, "{}", answer.text);
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        self.with("Authorization", &format!("Bearer {token}"))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// Posts JSON with a fresh idempotency key.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_with_key(path, body, &fresh_key())
    }

    pub fn post_with_key(&self, path: &str, body: &Value, key: &str) -> Answer {
        self.with("Content-Type", "application/json").with("Idempotency-Key", key).send(
            "POST",
            path,
            Some(body.to_string().into_bytes()),
        )
    }

    pub fn patch(&self, path: &str, version: i64, body: &Value) -> Answer {
        self.with("Content-Type", "application/merge-patch+json")
            .with("If-Match", &format!("\"{version}\""))
            .send("PATCH", path, Some(body.to_string().into_bytes()))
    }

    pub fn delete(&self, path: &str, version: i64) -> Answer {
        self.with("If-Match", &format!("\"{version}\"")).send("DELETE", path, None)
    }

    /// Takes an action on something whose version is known.
    pub fn act(&self, path: &str, version: i64, body: &Value) -> Answer {
        self.with("If-Match", &format!("\"{version}\"")).post(&format!("{path}/transitions"), body)
    }

    pub fn send(&self, method: &str, path: &str, body: Option<Vec<u8>>) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).unwrap()),
            None => self.agent.run(request.body(()).unwrap()),
        };
        let answer = Answer::read(answer.unwrap_or_else(|error| panic!("{method} {path}: {error}")));
        documented::check(method, path, answer.status);
        answer
    }
}

impl Answer {
    fn read(mut response: Response<ureq::Body>) -> Self {
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
            .collect();
        let text = response.body_mut().with_config().limit(64 * 1024 * 1024).read_to_string().unwrap();
        Self { status: response.status().as_u16(), headers, text }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body, when the status is the one expected.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// The codes of all details of a refusal, with where they point.
    pub fn details(&self) -> Vec<(String, String)> {
        let body = self.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        body["details"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|d| (text(&d["code"]), text(&d["target"])))
            .collect()
    }

    /// The refusal, when it is the one expected.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["code"], code, "{}", self.text);
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        body
    }
}
