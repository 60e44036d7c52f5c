//! Headers of answers, declared once; every answer has those that the shell puts on all of them.

use super::operations;
use serde_json::{Value, json};

const ALWAYS: [&str; 6] = [
    "Correlation-ID",
    "traceparent",
    "RateLimit",
    "RateLimit-Policy",
    "Access-Control-Allow-Origin",
    "Content-Language",
];

pub(super) fn complete(document: &mut Value) {
    for operation in operations(document) {
        // What has a version says which one: it can be asked for again, acted on, or was just made.
        let has_version = operation.states("304") || operation.states("412") || operation.takes_key();
        let responses = operation.said["responses"].as_object_mut().into_iter().flatten();
        for (status, response) in responses.filter(|(_, response)| response.get("$ref").is_none()) {
            let more: &[&str] = match status.as_str() {
                "200" | "304" if has_version => &["ETag"],
                "201" if has_version => &["Location", "ETag"],
                "201" => &["Location"],
                _ => &[],
            };
            put(response, more);
        }
    }
    for (name, refusal) in document["components"]["responses"].as_object_mut().into_iter().flatten() {
        let more: &[&str] = match name.as_str() {
            "Unauthorized" => &["WWW-Authenticate"],
            "TooManyRequests" | "ServiceUnavailable" => &["Retry-After"],
            _ => &[],
        };
        put(refusal, more);
    }
    document["components"]["headers"] = shared();
}

/// Adds to the headers that the handler states itself.
fn put(response: &mut Value, more: &[&str]) {
    for name in ALWAYS.iter().chain(more) {
        response["headers"][*name] = json!({ "$ref": format!("#/components/headers/{name}") });
    }
}

fn shared() -> Value {
    json!({
        "Correlation-ID": text("Finds this request in the log.", 32, "4bf92f3577b34da6a3ce929d0e0e4736"),
        "traceparent": text("The same id as W3C Trace Context writes it.", 55,
            "00-4bf92f3577b34da6a3ce929d0e0e4736-4bf92f3577b34da6-01"),
        "RateLimit": text("What is left of the quota (draft-ietf-httpapi-ratelimit-headers).", 100,
            "\"default\";r=599;t=60"),
        "RateLimit-Policy": text("The quota and its window in seconds.", 100, "\"default\";q=600;w=60"),
        "Access-Control-Allow-Origin": text("The one origin whose pages may read answers.", 200,
            "https://window.example.cn"),
        "Content-Language": text("Language of the texts in a refusal.", 20, "en"),
        "ETag": text("Version of what is shown, for If-Match and If-None-Match.", 40, "\"1\""),
        "Location": text("Where what was made is found.", 400,
            "/api/v1/case-events/01936f5e-7c1a-7cc0-8a52-6d1f0b7a9c11"),
        "WWW-Authenticate": text("How to sign in, when no credentials were sent or they do not hold.", 200,
            "Bearer realm=\"onewindow\""),
        "Retry-After": { "description": "Seconds to wait.", "example": 1,
            "schema": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 86400 } },
    })
}

fn text(description: &str, most: u32, example: &str) -> Value {
    json!({ "description": description, "schema": { "type": "string", "maxLength": most }, "example": example })
}
