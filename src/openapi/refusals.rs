//! What any operation may refuse, by its form alone: declared once for each status, with every code behind it.
//! Handlers state only what is particular to them.

use super::operations::{Operation, operations};
use crate::language::Language;
use crate::problem::{Code, Problem};
use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const PROBLEM: &str = "#/components/schemas/Problem";

pub(super) fn complete(document: &mut Value) {
    let mut used = BTreeSet::new();
    for operation in operations(document) {
        let possible = possible(&operation);
        let Some(responses) = operation.said["responses"].as_object_mut() else { continue };
        for (status, response) in responses.iter_mut() {
            let body = response.pointer("/content/application~1json/schema/$ref").and_then(Value::as_str);
            if let Ok(status) = status.parse()
                && body == Some(PROBLEM)
            {
                // What stands beside a reference takes precedence over what is referred to (OpenAPI 3.1.1 §4.8.23).
                *response = json!({ "$ref": reference(status), "description": response["description"] });
                used.insert(status);
            }
        }
        for status in possible {
            responses.entry(status.to_string()).or_insert_with(|| {
                used.insert(status);
                json!({ "$ref": reference(status) })
            });
        }
    }
    let refusals = used.into_iter().map(|status| (name(status), refusal(status)));
    document["components"]["responses"] = Value::Object(refusals.collect());
}

/// Statuses that follow from where an operation stands and what it takes.
fn possible(operation: &Operation<'_>) -> impl Iterator<Item = u16> + use<> {
    let api = operation.is_of_the_api();
    let has_body = !operation.said["requestBody"].is_null();
    let names_a_thing = operation.parameters().any(|parameter| parameter["required"] == json!(true));
    let keeps = operation.takes_key() || operation.states("428");
    let groups: [(bool, &'static [u16]); 7] = [
        (true, &[400, 429, 500, 503]),
        // Credentials that do not hold are refused even where none are needed.
        (api, &[401, 403, 406]),
        (names_a_thing, &[404]),
        (keeps, &[409]),
        (operation.takes_key(), &[422]),
        (has_body, &[408, 413]),
        (has_body && api, &[415]),
    ];
    groups.into_iter().filter(|(holds, _)| *holds).flat_map(|(_, statuses)| statuses).copied()
}

fn name(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    reason.unwrap_or_default().split(' ').collect()
}

fn reference(status: u16) -> String {
    format!("#/components/responses/{}", name(status))
}

fn refusal(status: u16) -> Value {
    let codes: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.status() == status).collect();
    let meaning = |code: &Code| format!("`{}`: {}.", code.as_str(), code.title().en);
    let example = |code: &Code| {
        let body = Problem::new(*code).body(Language::English, "4bf92f3577b34da6a3ce929d0e0e4736");
        (code.as_str().to_owned(), json!({ "summary": code.title().en, "value": body }))
    };
    json!({
        "description": codes.iter().map(meaning).collect::<Vec<_>>().join(" "),
        "content": { "application/problem+json": {
            "schema": { "$ref": PROBLEM },
            "examples": codes.iter().map(example).collect::<Map<_, _>>(),
        } },
    })
}
