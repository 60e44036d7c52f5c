//! Parameters that many operations take: declared once, referred to wherever they hold.

use super::operations;
use crate::page::{DEFAULT_LIMIT, FARTHEST_OFFSET, MOST};
use serde_json::{Value, json};

pub(super) fn complete(document: &mut Value) {
    document["components"]["parameters"] = shared();
    for mut operation in operations(document) {
        let groups: [(bool, &[&str]); 6] = [
            (operation.is_paged(), &["Limit", "Offset", "Cursor", "Fields", "Count"]),
            (operation.takes_key(), &["IdempotencyKey"]),
            (operation.states("428"), &["IfMatch"]),
            (operation.states("304"), &["IfNoneMatch"]),
            (operation.is_of_the_api(), &["AcceptLanguage", "CorrelationId"]),
            (operation.is_of_the_api() && operation.method == "get", &["Prefer"]),
        ];
        let taken = groups.iter().filter(|(holds, _)| *holds).flat_map(|(_, names)| *names);
        let refer = |name: &&str| json!({ "$ref": format!("#/components/parameters/{name}") });
        let parameters = operation.parameters().cloned().chain(taken.map(refer)).collect();
        operation.said["parameters"] = Value::Array(parameters);
    }
}

fn shared() -> Value {
    json!({
        "Limit": optional("query", "limit", "Most items on a page.",
            &json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT }),
            &json!(DEFAULT_LIMIT)),
        "Offset": optional("query", "offset", "Items to pass over; not together with `cursor`, which leads farther.",
            &json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": FARTHEST_OFFSET, "default": 0 }),
            &json!(0)),
        "Cursor": optional("query", "cursor", "Where the page before ended, as its `links.next` says. Not to be made up.",
            &text(400), &json!("20")),
        "Fields": optional("query", "fields", "Only these properties of each item, separated by commas; others are then \
            missing, required or not.",
            &json!({ "type": "string", "pattern": "^[A-Za-z0-9,]*$", "maxLength": 1000 }), &json!("caseId,state")),
        "Count": optional("query", "count", "Also say how many there are in all, where the list counts.",
            &json!({ "type": "boolean", "default": false }), &json!(true)),
        "IdempotencyKey": required("Idempotency-Key", "Names this request: sent again with the same body it is done once \
            and answered alike.",
            &json!({ "type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 257 }),
            &json!("8e03978e-40d5-43e8-bc93-6894a57f9324")),
        "IfMatch": required("If-Match", "The ETag last seen, so that nobody's change is overwritten unseen.",
            &text(40), &json!("\"1\"")),
        "IfNoneMatch": optional("header", "If-None-Match", "The ETag already held: 304 when nothing changed.",
            &text(200), &json!("\"1\"")),
        "AcceptLanguage": optional("header", "Accept-Language", "Language of refusals: zh (the default) or en.",
            &text(100), &json!("en")),
        "CorrelationId": optional("header", "Correlation-ID", "Names the request in answer and log. One is drawn when it is \
            left out or not of this form; a `traceparent` stands above it.",
            &json!({ "type": "string", "pattern": "^[0-9a-f]{32}$", "maxLength": 32 }),
            &json!("4bf92f3577b34da6a3ce929d0e0e4736")),
        "Prefer": optional("header", "Prefer", "`handling=strict` refuses unknown query parameters (RFC 7240).",
            &text(100), &json!("handling=strict")),
    })
}

fn text(most: u32) -> Value {
    json!({ "type": "string", "maxLength": most })
}

fn optional(place: &str, name: &str, description: &str, schema: &Value, example: &Value) -> Value {
    json!({ "in": place, "name": name, "required": false, "description": description, "schema": schema, "example": example })
}

fn required(name: &str, description: &str, schema: &Value, example: &Value) -> Value {
    json!({ "in": "header", "name": name, "required": true, "description": description, "schema": schema, "example": example })
}
