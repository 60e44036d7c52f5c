//! Parameters that many operations take: declared once, referred to wherever they hold.

use super::operations;
use crate::page::{DEFAULT_LIMIT, FARTHEST_OFFSET, MOST};
use serde_json::{Value, json};

pub(super) fn complete(document: &mut Value) {
    document["components"]["parameters"] = shared();
    for mut operation in operations(document) {
        let groups: [(bool, &[&str]); 5] = [
            (operation.is_paged(), &["Limit", "Offset", "Cursor", "Fields", "Count"]),
            (operation.takes_key(), &["IdempotencyKey"]),
            (operation.states("428"), &["IfMatch"]),
            (operation.states("304"), &["IfNoneMatch"]),
            (operation.is_of_the_api(), &["AcceptLanguage", "CorrelationId", "Prefer"]),
        ];
        let taken = groups.iter().filter(|(holds, _)| *holds).flat_map(|(_, names)| *names);
        let refer = |name: &&str| json!({ "$ref": format!("#/components/parameters/{name}") });
        let parameters: Vec<Value> = operation.parameters().cloned().chain(taken.map(refer)).collect();
        if !parameters.is_empty() {
            operation.said["parameters"] = Value::Array(parameters);
        }
    }
}

fn shared() -> Value {
    let flag = json!({ "type": "boolean", "default": false });
    json!({
        "Limit": query("limit", "Most items on a page.", &count(1, MOST, DEFAULT_LIMIT), &json!(DEFAULT_LIMIT)),
        "Offset": query("offset", "Items to pass over; not together with `cursor`, which leads farther.",
            &count(0, FARTHEST_OFFSET, 0), &json!(0)),
        "Cursor": query("cursor", "Where the page before ended, as its `links.next` says. Not to be made up.",
            &text(None, 400), &json!("20")),
        "Fields": query("fields", "Only these properties of each item, separated by commas; others are then missing, \
            required or not.", &text(Some("^[A-Za-z0-9,]*$"), 1000), &json!("version")),
        "Count": query("count", "Also say how many there are in all, where the list counts.", &flag, &json!(true)),
        "IdempotencyKey": header("Idempotency-Key", true, "Names this request: sent again with the same body it is \
            done once and answered alike.", &text(Some("^[!-~]+$"), 257), "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        "IfMatch": header("If-Match", true, "The ETag last seen, so that nobody's change is overwritten unseen.",
            &text(None, 40), "\"1\""),
        "IfNoneMatch": header("If-None-Match", false, "The ETag already held: 304 when nothing changed.",
            &text(None, 200), "\"1\""),
        "AcceptLanguage": header("Accept-Language", false, "Language of refusals: zh (the default) or en.",
            &text(None, 100), "en"),
        "CorrelationId": header("Correlation-ID", false, "Names the request in answer and log. One is drawn when it \
            is left out or not of this form; a `traceparent` stands above it.",
            &text(Some("^[0-9a-f]{32}$"), 32), "4bf92f3577b34da6a3ce929d0e0e4736"),
        "Prefer": header("Prefer", false, "`handling=strict` refuses unknown query parameters (RFC 7240).",
            &text(None, 100), "handling=strict"),
    })
}

fn count(least: u32, most: u32, usual: u32) -> Value {
    json!({ "type": "integer", "format": "int32", "minimum": least, "maximum": most, "default": usual })
}

fn text(pattern: Option<&str>, most: u32) -> Value {
    match pattern {
        Some(pattern) => json!({ "type": "string", "pattern": pattern, "maxLength": most }),
        None => json!({ "type": "string", "maxLength": most }),
    }
}

fn query(name: &str, description: &str, schema: &Value, example: &Value) -> Value {
    json!({ "in": "query", "name": name, "description": description, "schema": schema, "example": example })
}

fn header(name: &str, required: bool, description: &str, schema: &Value, example: &str) -> Value {
    json!({ "in": "header", "name": name, "required": required, "description": description, "schema": schema,
        "example": example })
}
