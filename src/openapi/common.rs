//! What all operations have in common, stated once: headers of requests and answers, and the refusals that any of them
//! can give.

use super::rights::operations;
use crate::problem::Code;
use serde_json::{Map, Value, json};

/// Refusals by status: which codes stand behind it, for the description.
fn refusal(status: u16) -> Value {
    let codes: Vec<&str> =
        Code::ALL.iter().filter(|code| code.status() == status).map(|code| code.as_str()).collect();
    json!({
        "description": codes.join(", "),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

pub(super) fn complete(document: &mut Value) {
    document["components"]["headers"] = headers();
    let paths: Vec<String> =
        document["paths"].as_object().into_iter().flatten().map(|(path, _)| path.clone()).collect();
    for path in paths {
        let Some(methods) = document["paths"][&path].as_object_mut() else { continue };
        for (method, operation) in methods.iter_mut().filter(|(_, operation)| operation.is_object()) {
            let public = operation["security"] == json!([{}]);
            parameters(&path, method, operation);
            responses(&path, method, operation, public);
        }
    }
    for operation in operations(document) {
        for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
            answer_headers(status, response);
        }
    }
}

/// POST that only looks something up needs no key.
const WITHOUT_KEY: [&str; 4] =
    ["/api/v1/sessions", "/oauth2/token", "/api/v1/routing-simulations", "/api/v1/deadline-calculations"];

fn parameters(path: &str, method: &str, operation: &mut Value) {
    if !operation["parameters"].is_array() {
        operation["parameters"] = json!([]);
    }
    let Some(parameters) = operation["parameters"].as_array_mut() else { return };
    if method == "post" && !WITHOUT_KEY.contains(&path) {
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "Names this request: sent again with the same body it is done once and answered alike.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 }, "example": "8e03978e-40d5-43e8-bc93-6894a57f9324" }));
    }
    if method == "patch"
        || method == "delete" && !path.ends_with("/current")
        || path.ends_with("/transitions")
    {
        parameters.push(json!({ "name": "If-Match", "in": "header", "required": true,
            "description": "The ETag last seen, so that nobody's change is overwritten unseen.",
            "schema": { "type": "string", "maxLength": 40 }, "example": "\"1\"" }));
    }
    if method == "get" && path.contains('{') {
        parameters.push(json!({ "name": "If-None-Match", "in": "header", "required": false,
            "description": "The ETag already held: 304 when nothing changed.",
            "schema": { "type": "string", "maxLength": 200 } }));
    }
    if path.starts_with("/api/") {
        parameters.push(json!({ "name": "Accept-Language", "in": "header", "required": false,
            "description": "zh (the default) or en.", "schema": { "type": "string", "maxLength": 100 }, "example": "en" }));
        parameters.push(json!({ "name": "Prefer", "in": "header", "required": false,
            "description": "`handling=strict` refuses unknown query parameters (RFC 7240).",
            "schema": { "type": "string", "maxLength": 100 }, "example": "handling=strict" }));
    }
}

fn responses(path: &str, method: &str, operation: &mut Value, public: bool) {
    let has_body = operation.get("requestBody").is_some();
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    let mut statuses = vec![400, 406, 429, 500, 503];
    if !public {
        statuses.extend([401, 403]);
    }
    if has_body {
        statuses.extend([413, 415]);
    }
    if method == "post" && !WITHOUT_KEY.contains(&path) {
        statuses.extend([409, 422]);
    }
    let oauth = path.starts_with("/oauth2/");
    for status in statuses {
        let known = responses.contains_key(&status.to_string());
        if !known {
            responses.insert(status.to_string(), refusal(status));
        }
    }
    for (status, response) in responses.iter_mut().filter(|(status, _)| status.starts_with(['4', '5'])) {
        // The token endpoint states its own form of refusal (RFC 6749 §5.2).
        let own_form = oauth && matches!(status.as_str(), "400" | "401");
        if let Some(content) = response["content"].as_object_mut()
            && !own_form
            && let Some(schema) = content.remove("application/json")
        {
            content.insert("application/problem+json".to_owned(), schema);
        }
    }
}

fn headers() -> Value {
    let text = |description: &str, most: u32| json!({ "description": description, "schema": { "type": "string", "maxLength": most } });
    json!({
        "Correlation-ID": text("Finds this request in the log.", 64),
        "RateLimit": text("What is left of the quota (draft-ietf-httpapi-ratelimit-headers).", 100),
        "RateLimit-Policy": text("The quota and its window.", 100),
        "Access-Control-Allow-Origin": text("The one origin whose pages may read answers.", 200),
        "Content-Language": text("Language of the texts in the answer.", 20),
        "ETag": text("Version of what is shown.", 40),
        "Location": text("Where what was made is found.", 400),
        "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer", "format": "int32", "minimum": 0, "maximum": 86400 } },
    })
}

fn answer_headers(status: &str, response: &mut Value) {
    let mut names = vec![
        "Correlation-ID",
        "RateLimit",
        "RateLimit-Policy",
        "Access-Control-Allow-Origin",
        "Content-Language",
    ];
    match status {
        "200" | "304" => names.push("ETag"),
        "201" => names.extend(["ETag", "Location"]),
        "429" | "503" => names.push("Retry-After"),
        _ => {}
    }
    let refer = |name: &&str| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    response["headers"] = Value::Object(names.iter().map(refer).collect::<Map<_, _>>());
}
