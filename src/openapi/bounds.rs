//! Every text, number and list of the contract has a bound: what a schema does not state itself gets the widest bound
//! that the service enforces anyway, a body of 256 KiB with arrays of 1,000.

use serde_json::{Value, json};

const LONGEST_TEXT: u32 = 262_144;
const LONGEST_LIST: u32 = 1000;

pub(super) fn state(document: &mut Value) {
    let mut components = document["components"].take();
    schemas(&mut components, false);
    document["components"] = components;
    let mut paths = document["paths"].take();
    schemas(&mut paths, false);
    document["paths"] = paths;
}

/// Walks down; `inside` says that this value is a schema and not a map of names or an example.
fn schemas(value: &mut Value, inside: bool) {
    match value {
        Value::Object(members) => {
            if inside || members.contains_key("type") {
                bound(members);
            }
            for (name, member) in members.iter_mut() {
                match name.as_str() {
                    "example" | "examples" | "default" | "enum" | "const" => {}
                    "properties" | "schemas" => {
                        member
                            .as_object_mut()
                            .into_iter()
                            .flat_map(|map| map.values_mut())
                            .for_each(|schema| schemas(schema, true));
                    }
                    _ => schemas(member, false),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|element| schemas(element, false)),
        _ => {}
    }
}

fn bound(schema: &mut serde_json::Map<String, Value>) {
    let types: Vec<String> = match schema.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    let mut default = |name: &str, value: Value| {
        schema.entry(name.to_owned()).or_insert(value);
    };
    for kind in types {
        match kind.as_str() {
            "array" => default("maxItems", json!(LONGEST_LIST)),
            "integer" => {
                default("format", json!("int64"));
                default("minimum", json!(i32::MIN));
                default("maximum", json!(9_007_199_254_740_991_i64));
            }
            _ => {}
        }
    }
    let is_text =
        schema.get("type").is_some_and(|kind| *kind == json!("string") || *kind == json!(["string", "null"]));
    if is_text && !schema.contains_key("enum") && !schema.contains_key("const") {
        let most = match schema.get("format").and_then(Value::as_str) {
            Some("uuid") => 36,
            Some("date") => 10,
            Some("date-time") => 35,
            _ => LONGEST_TEXT,
        };
        schema.entry("maxLength".to_owned()).or_insert(json!(most));
    }
}
