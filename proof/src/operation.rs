//! The composite operations of the ledger client: what is sent, and what must have come of it.

use serde_json::{Value, json};
use std::sync::Arc;

/// Which operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Draft,
    /// Hands in a draft of several items: one receipt, a case for each, events and messages.
    Submit,
    Claim,
    AskCorrection,
    AnswerCorrection,
    Accept,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submit => "submit",
            Self::Claim => "claim",
            Self::AskCorrection => "askCorrection",
            Self::AnswerCorrection => "answerCorrection",
            Self::Accept => "accept",
        }
    }
}

/// Who sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Applicant,
    Officer,
}

/// A request that can be sent again, byte for byte.
#[derive(Debug, Clone)]
pub struct Request {
    /// Idempotency key, and the operation's id in the ledger.
    pub key: String,
    pub kind: Kind,
    pub who: Who,
    pub path: String,
    /// The version named by `If-Match`.
    pub version: Option<i64>,
    pub body: Arc<Value>,
}

/// Items of every submission: enough that a torn one shows.
pub const ITEMS: usize = 3;

/// A submission of several items, made of an example of one.
pub fn form(example: &Value) -> Value {
    let mut form = example.clone();
    let item = &example["items"][0];
    form["items"] = (0..ITEMS)
        .map(|at| {
            let mut item = item.clone();
            item["itemKey"] = json!(format!("item-{at}"));
            item
        })
        .collect();
    form
}

pub fn draft(key: String, form: impl Into<Arc<Value>>) -> Request {
    Request {
        key,
        kind: Kind::Draft,
        who: Who::Applicant,
        path: "/api/v1/submissions".to_owned(),
        version: None,
        body: form.into(),
    }
}

pub fn submit(key: String, submission: &str, version: i64) -> Request {
    Request {
        key,
        kind: Kind::Submit,
        who: Who::Applicant,
        path: format!("/api/v1/submissions/{submission}/transitions"),
        version: Some(version),
        body: Arc::new(json!({ "action": "SUBMIT" })),
    }
}

pub fn claim(key: String, case: &str) -> Request {
    Request {
        key,
        kind: Kind::Claim,
        who: Who::Officer,
        path: format!("/api/v1/cases/{case}/claims"),
        version: None,
        body: Arc::new(json!({})),
    }
}

pub fn act(key: String, kind: Kind, case: &str, version: i64) -> Request {
    let (who, body) = match kind {
        Kind::AskCorrection => (
            Who::Officer,
            json!({ "action": "REQUEST_CORRECTION", "defects": [{ "pointer": "/documents/0", "message": "不清晰" }] }),
        ),
        Kind::AnswerCorrection => (
            Who::Applicant,
            json!({ "action": "ANSWER_CORRECTION",
                    "correction": { "particulars": { "inventionTitle": format!("示例被面（{}）", &key[..8]) } } }),
        ),
        // The remark is confidential: a row of its own, which the event is bound to.
        _ => (Who::Officer, json!({ "action": "ACCEPT", "remark": format!("示例意见（{}）", &key[..8]) })),
    };
    Request {
        key,
        kind,
        who,
        path: format!("/api/v1/cases/{case}/transitions"),
        version: Some(version),
        body: Arc::new(body),
    }
}
