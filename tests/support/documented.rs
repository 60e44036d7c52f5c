//! Which answers the contract names for which request. Every answer that a `Caller` gets is held against it.

use serde_json::Value;
use std::collections::HashSet;
use std::sync::LazyLock;

struct Operation {
    method: String,
    /// Parts of the path; a parameter begins with a brace.
    path: Vec<String>,
    statuses: HashSet<u16>,
}

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let contract: Value = serde_json::from_str(include_str!("../../openapi/openapi.json")).unwrap();
    let mut operations = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(responses) = operation["responses"].as_object() else { continue };
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.split('/').map(str::to_owned).collect(),
                statuses: responses.keys().filter_map(|status| status.parse().ok()).collect(),
            });
        }
    }
    operations
});

/// Panics when the contract has this operation and does not say that it may be answered so.
pub fn check(method: &str, path: &str, status: u16) {
    let method = if method == "HEAD" { "GET" } else { method };
    let parts: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
    let is_this = |operation: &&Operation| {
        let fits = |(known, part): (&String, &&str)| known.starts_with('{') || known == part;
        operation.method == method
            && operation.path.len() == parts.len()
            && operation.path.iter().zip(&parts).all(fits)
    };
    if let Some(operation) = OPERATIONS.iter().find(is_this) {
        assert!(
            operation.statuses.contains(&status),
            "the contract does not name {status} for {method} {path}"
        );
    }
}

#[test]
#[should_panic(expected = "does not name 418 for GET /api/v1/cases/7")]
fn an_answer_that_the_contract_does_not_name_is_found() {
    check("GET", "/api/v1/cases/7?fields=version", 200);
    check("GET", "/api/v1/no-such-thing", 418);
    check("GET", "/api/v1/cases/7", 418);
}
