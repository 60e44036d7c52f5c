//! Speaking to the program as its users do.

use crate::ledger::Outcome;
use crate::operation::Request;
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Agent;

/// Longer than the program's own deadline: what has not answered by then never will.
const PATIENCE: Duration = Duration::from_secs(15);
const PASSWORD: &str = "nantong-demo-2026";

/// Somebody signed in. The session is a row, so it outlives the server.
#[derive(Clone)]
pub struct Session {
    user_name: String,
    agent: Agent,
    cookie: String,
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .max_redirects(0)
        .build()
        .into()
}

impl Session {
    pub fn sign_in(address: &str, user_name: &str) -> Result<Self, String> {
        let agent = agent();
        let body = json!({ "userName": user_name, "password": PASSWORD });
        let answer = agent.post(format!("{address}/api/v1/sessions")).send_json(&body);
        let answer = answer.map_err(|error| format!("sign-in of {user_name}: {error}"))?;
        let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = cookie.and_then(|value| value.split(';').next()).map(str::to_owned);
        let cookie = cookie.ok_or_else(|| format!("sign-in of {user_name}: {}", answer.status()))?;
        Ok(Self { user_name: user_name.to_owned(), agent, cookie })
    }

    /// Another session of the same person.
    pub fn again(&self, address: &str) -> Result<Self, String> {
        Self::sign_in(address, &self.user_name)
    }

    /// What the session is known by.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn send(&self, address: &str, request: &Request) -> Outcome {
        let mut post = self
            .agent
            .post(format!("{address}{}", request.path))
            .header("Cookie", &self.cookie)
            .header("Origin", address)
            .header("Idempotency-Key", &request.key);
        if let Some(version) = request.version {
            post = post.header("If-Match", format!("\"{version}\""));
        }
        let Ok(mut answer) = post.send_json(&*request.body) else { return Outcome::Unknown };
        let status = answer.status().as_u16();
        let advice = answer.headers().contains_key("retry-after");
        let Ok(text) = answer.body_mut().read_to_string() else { return Outcome::Unknown };
        if status == 503 && !advice {
            // No caller expects this one.
            return Outcome::Refused(0, format!("503 without Retry-After: {text}"));
        }
        match serde_json::from_str::<Value>(&text) {
            Ok(body) if (200..300).contains(&status) => Outcome::Done(status, body),
            Ok(body) if body["code"] == "OUTCOME_UNKNOWN" => Outcome::Unknown,
            _ if (200..300).contains(&status) => Outcome::Unknown,
            _ => Outcome::Refused(status, text),
        }
    }

    /// Whether a read is answered with what was asked for.
    pub fn is_served(&self, address: &str) -> bool {
        let asked = self.agent.get(format!("{address}/api/v1/cases?limit=1")).header("Cookie", &self.cookie);
        asked.call().is_ok_and(|answer| answer.status() == 200)
    }

    /// Whether nobody waits in a queue any more.
    pub fn is_empty(&self, address: &str, queue: &str) -> bool {
        self.get(address, &format!("/api/v1/queues/{queue}")).is_ok_and(|shown| shown["waiting"] == 0)
    }

    /// What a read is answered with, if at all.
    pub fn status(&self, address: &str, path: &str) -> Option<u16> {
        let answer = self.agent.get(format!("{address}{path}")).header("Cookie", &self.cookie).call();
        answer.ok().map(|answer| answer.status().as_u16())
    }

    pub fn get(&self, address: &str, path: &str) -> Result<Value, String> {
        let answer = self
            .agent
            .get(format!("{address}{path}"))
            .header("Cookie", &self.cookie)
            .call()
            .and_then(|mut answer| answer.body_mut().read_json::<Value>());
        answer.map_err(|error| format!("GET {path}: {error}"))
    }
}

/// Whether the server at this address lives, and says so at once.
pub fn is_alive(address: &str) -> bool {
    answers_ok(&format!("{address}/livez"), Duration::from_secs(1))
}

/// Whether the server at this address serves.
pub fn is_ready(address: &str) -> bool {
    answers_ok(&format!("{address}/readyz"), Duration::from_secs(2))
}

fn answers_ok(url: &str, within: Duration) -> bool {
    let agent: Agent = Agent::config_builder().timeout_global(Some(within)).build().into();
    agent.get(url).call().is_ok()
}
