//! Walking over the operations of the document.

use serde_json::Value;

/// One operation: where it stands, and what is said of it.
pub(super) struct Operation<'a> {
    pub path: &'a str,
    pub method: &'a str,
    pub said: &'a mut Value,
}

/// A POST that only looks something up, or that signs in, is not kept and needs no `Idempotency-Key`.
const UNKEPT: [&str; 4] =
    ["/api/v1/sessions", "/oauth2/token", "/api/v1/routing-simulations", "/api/v1/deadline-calculations"];

pub(super) fn operations(document: &mut Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object_mut().into_iter().flatten();
        methods.map(move |(method, said)| Operation { path, method, said })
    })
}

impl Operation<'_> {
    /// Whether it stands under `/api/`, and so knows languages, preferences and callers.
    pub fn is_of_the_api(&self) -> bool {
        self.path.starts_with("/api/")
    }

    pub fn takes_key(&self) -> bool {
        self.method == "post" && !UNKEPT.contains(&self.path)
    }

    /// Whether its handler states an answer of this status.
    pub fn states(&self, status: &str) -> bool {
        self.said["responses"].get(status).is_some()
    }

    /// The answer of this status as JSON, with its schema.
    pub fn json_answer(&mut self, status: &str) -> Option<&mut Value> {
        self.said.pointer_mut(&format!("/responses/{status}/content/application~1json"))
    }

    /// Whether it answers with a page of a list.
    pub fn is_paged(&mut self) -> bool {
        let schema = self.json_answer("200").and_then(|answer| answer["schema"]["$ref"].as_str());
        schema.is_some_and(|name| name.starts_with("#/components/schemas/PageOf"))
    }

    pub fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.said.get("parameters").and_then(Value::as_array).into_iter().flatten()
    }
}
