//! What the server's log says of the requests it answered.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::json::Json;

/// Said by the server so far.
pub struct Heard {
    address: String,
    told: Arc<Mutex<Told>>,
    listener: JoinHandle<()>,
}

#[derive(Clone, Default)]
pub struct Told {
    statuses: BTreeMap<u16, u64>,
    /// What the server calls its own fault.
    pub faults: Vec<String>,
}

impl Heard {
    /// Listens from now on, until the log ends.
    pub fn listen(log: impl Read + Send + 'static) -> Result<Self, String> {
        let mut lines = BufReader::new(log).lines().map_while(Result::ok);
        let mut said = Vec::new();
        let address = lines.by_ref().find_map(|line| {
            let entry = Json::parse(&line);
            said.push(line);
            entry.ok()?.get("fields")?.text("address").map(str::to_owned)
        });
        let address = address.ok_or_else(|| format!("the server ended before it served: {said:?}"))?;
        let told = Arc::new(Mutex::new(Told::default()));
        let hearing = told.clone();
        let listener = thread::spawn(move || {
            for line in lines {
                hearing.lock().unwrap_or_else(PoisonError::into_inner).hear(&line);
            }
        });
        Ok(Self { address: format!("http://{address}"), told, listener })
    }

    /// All that was said, of a server that has ended.
    pub fn at_last(self) -> Told {
        let _ = self.listener.join();
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn told(&self) -> Told {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Told {
    fn hear(&mut self, line: &str) {
        let Ok(entry) = Json::parse(line) else {
            // A panic writes for people.
            self.faults.push(line.to_owned());
            return;
        };
        let fields = entry.get("fields");
        let status = fields.and_then(|fields| fields.number("status"));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a status")]
        if let Some(status) = status.map(|status| status as u16) {
            *self.statuses.entry(status).or_default() += 1;
            // 503 says in words that there is no room; any other is unexplained.
            if status >= 500 && status != 503 {
                self.faults.push(line.to_owned());
            }
        } else if entry.text("level") == Some("ERROR") && entry.text("target").is_some_and(is_ours) {
            self.faults.push(line.to_owned());
        }
    }

    pub fn requests(&self) -> u64 {
        self.statuses.values().sum()
    }

    /// How many of each class.
    pub fn words(&self) -> String {
        let each = self.statuses.iter().map(|(status, count)| format!("{count} × {status}"));
        each.collect::<Vec<_>>().join(", ")
    }

    pub fn json(&self, seed: u64, commit: &str, faults: usize) -> String {
        let statuses = self.statuses.iter().map(|(status, count)| format!("\"{status}\": {count}"));
        format!(
            "{{\n  \"requests\": {},\n  \"statuses\": {{ {} }},\n  \"faults\": {faults},\n  \"seed\": {seed},\n  \"commit\": \
             \"{commit}\"\n}}\n",
            self.requests(),
            statuses.collect::<Vec<_>>().join(", ")
        )
    }
}

/// The protocol layer calls what a client did wrong an error of its own.
fn is_ours(target: &str) -> bool {
    target.starts_with("onewindow")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Told {
        let mut told = Told::default();
        for line in lines {
            told.hear(line);
        }
        told
    }

    #[test]
    fn only_what_nobody_explains_is_a_fault() {
        let request = |status: u16| format!(r#"{{"fields":{{"message":"request","status":{status}}}}}"#);
        let (fine, busy, broken) = (request(404), request(503), request(500));
        let told = told(&[
            &fine,
            &busy,
            &broken,
            r#"{"level":"ERROR","fields":{"message":"stream error"},"target":"actix_http"}"#,
            r#"{"level":"ERROR","fields":{"message":"request failed"},"target":"onewindow::edge::shell"}"#,
            "thread 'main' panicked",
        ]);
        assert_eq!((told.requests(), told.faults.len()), (3, 3));
        assert_eq!(told.words(), "1 × 404, 1 × 500, 1 × 503");
    }

    #[test]
    fn a_server_that_ends_before_it_serves_is_told() {
        assert!(Heard::listen(&b"no such folder\n"[..]).is_err_and(|words| words.contains("no such folder")));
    }
}
