//! Examples: `examples.json` holds answers of the demo world by schema or by operation. What is not there is put together
//! from the examples of its parts, required members only.

use super::operations;
use serde_json::{Map, Value, json};

const OF_THE_DEMO_WORLD: &str = include_str!("examples.json");

pub(super) fn complete(document: &mut Value) {
    let kept: Value = serde_json::from_str(OF_THE_DEMO_WORLD).unwrap_or_default();
    let mut schemas = document["components"]["schemas"].take();
    for (name, example) in kept["schemas"].as_object().into_iter().flatten() {
        schemas[name]["example"] = example.clone();
    }
    for operation in operations(document) {
        let kept = kept["operations"].get(operation.said["operationId"].as_str().unwrap_or_default());
        let sort = sort_of(operation.said);
        for response in
            operation.said["responses"].as_object_mut().into_iter().flat_map(|all| all.values_mut())
        {
            let Some(answer) = response.pointer_mut("/content/application~1json") else { continue };
            if answer.get("example").is_none() {
                let mut example = kept.cloned().unwrap_or_else(|| composed(&answer["schema"], &schemas));
                if let Some(sort) = &sort {
                    example["sort"] = sort.clone();
                    example["links"] = json!({ "self": operation.path });
                }
                answer["example"] = example;
            }
        }
    }
    document["components"]["schemas"] = schemas;
}

/// The order of a list, as its parameter shows it.
fn sort_of(operation: &Value) -> Option<Value> {
    let parameters = operation["parameters"].as_array()?;
    Some(parameters.iter().find(|parameter| parameter["name"] == "sort")?["example"].clone())
}

/// The example a schema states, or one made of those of its parts.
fn composed(schema: &Value, schemas: &Value) -> Value {
    let stated =
        schema.get("example").or_else(|| schema["examples"].get(0)).or_else(|| schema["enum"].get(0));
    if let Some(stated) = stated {
        return stated.clone();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) {
        return composed(&schemas[name], schemas);
    }
    if let Some(first) = schema["oneOf"].get(0).or_else(|| schema["anyOf"].get(0)) {
        return composed(first, schemas);
    }
    let kind = if schema["type"].is_array() { &schema["type"][0] } else { &schema["type"] };
    match (kind.as_str(), schema["format"].as_str()) {
        (Some("object"), _) => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let member = |name: &str| (name.to_owned(), composed(&schema["properties"][name], schemas));
            Value::Object(required.map(member).collect::<Map<_, _>>())
        }
        (Some("array"), _) => json!([composed(&schema["items"], schemas)]),
        (Some("integer"), _) => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        (Some("boolean"), _) => json!(false),
        (_, Some("date")) => json!("2026-11-30"),
        _ => json!("text"),
    }
}
