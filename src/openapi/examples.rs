//! Examples: `examples.json` holds answers of the demo world by schema or by operation. What is not there is put
//! together from the examples of its parts, required members only.

use super::operations::{Operation, operations};
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
        let page = page(&operation, &schemas);
        let responses = operation.said["responses"].as_object_mut().into_iter().flatten();
        for (_, response) in responses {
            let Some(answer) = response.pointer_mut("/content/application~1json") else { continue };
            let mut example = kept.cloned().unwrap_or_else(|| composed(&answer["schema"], &schemas));
            if let Some((sort, address)) = &page {
                example["sort"] = sort.clone();
                example["links"] = json!({ "self": address });
            }
            answer["example"] = example;
        }
    }
    document["components"]["schemas"] = schemas;
}

/// What a page says of itself: its order, as the parameter shows it, and its address with what has to be asked for.
fn page(operation: &Operation<'_>, schemas: &Value) -> Option<(Value, String)> {
    let sort = operation.parameters().find(|parameter| parameter["name"] == "sort")?["example"].clone();
    let needed = operation.parameters().filter(|parameter| parameter["required"] == json!(true));
    let pairs = needed.filter_map(|parameter| {
        let value = composed(&parameter["schema"], schemas);
        Some(format!("{}={}", parameter["name"].as_str()?, value.as_str()?))
    });
    let query = pairs.collect::<Vec<_>>().join("&");
    let address =
        if query.is_empty() { operation.path.to_owned() } else { format!("{}?{query}", operation.path) };
    Some((sort, address))
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
    match schema["type"].as_str() {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let member = |name: &str| (name.to_owned(), composed(&schema["properties"][name], schemas));
            Value::Object(required.map(member).collect::<Map<_, _>>())
        }
        Some("array") => json!([composed(&schema["items"], schemas)]),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_stated_or_made_of_its_parts() {
        let schemas =
            json!({ "Id": { "type": "string", "example": "a" }, "State": { "enum": ["OPEN", "CLOSED"] } });
        let schema = json!({ "type": "object", "required": ["id", "states"], "properties": {
            "id": { "$ref": "#/components/schemas/Id" },
            "states": { "type": "array", "items": { "$ref": "#/components/schemas/State" } },
            "note": { "type": "string" },
        } });
        assert_eq!(composed(&schema, &schemas), json!({ "id": "a", "states": ["OPEN"] }));
    }

    #[test]
    fn what_is_kept_of_the_demo_world_belongs_to_something() {
        let kept: Value = serde_json::from_str(OF_THE_DEMO_WORLD).unwrap();
        let mut document = crate::openapi::document();
        for name in kept["schemas"].as_object().unwrap().keys() {
            assert!(document["components"]["schemas"][name].get("type").is_some(), "{name}");
        }
        let ids: Vec<_> =
            operations(&mut document).map(|operation| operation.said["operationId"].clone()).collect();
        for name in kept["operations"].as_object().unwrap().keys() {
            assert!(ids.iter().any(|id| id == name), "{name}");
        }
    }
}
