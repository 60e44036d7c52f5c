//! Every text, number and list of the contract has a bound: what a schema does not state itself gets the widest bound
//! that the service enforces anyway, a body of 256 KiB with arrays of 1,000 and no NUL in any text.

use crate::shape::LARGEST_NUMBER;
use serde_json::{Map, Value, json};

const LONGEST_TEXT: u32 = 262_144;
const LONGEST_LIST: u32 = 1000;
const NO_NUL: &str = r"^[^\x00]*$";

pub(super) fn state(document: &mut Value) {
    for part in ["components", "paths"] {
        within(&mut document[part]);
    }
}

/// Walks down; examples, defaults and codes are data, not schemas.
fn within(value: &mut Value) {
    match value {
        Value::Object(members) => {
            bound(members);
            for (name, member) in members.iter_mut() {
                match name.as_str() {
                    "example" | "examples" | "default" | "enum" | "const" => {}
                    // Here the names are anybody's: a property may well be called `type` or `example`.
                    "properties" | "schemas" => {
                        member.as_object_mut().into_iter().flatten().for_each(|(_, schema)| within(schema));
                    }
                    _ => within(member),
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(within),
        _ => {}
    }
}

/// Completes a schema; anything else that has a `type` is left as it is.
fn bound(schema: &mut Map<String, Value>) {
    let is = |kind: &str| match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    };
    let listed = schema.contains_key("enum") || schema.contains_key("const");
    let format = schema.get("format").and_then(Value::as_str);
    let bounds = if is("array") {
        vec![("maxItems", json!(LONGEST_LIST))]
    } else if is("integer") {
        let most = if format == Some("int32") { i64::from(i32::MAX) } else { LARGEST_NUMBER };
        vec![("format", json!("int64")), ("minimum", json!(-most)), ("maximum", json!(most))]
    } else if is("string") && !listed {
        match format {
            Some("uuid") => vec![("maxLength", json!(36))],
            Some("date") => vec![("maxLength", json!(10))],
            Some("date-time") => vec![("maxLength", json!(35))],
            _ => vec![("maxLength", json!(LONGEST_TEXT)), ("pattern", json!(NO_NUL))],
        }
    } else {
        vec![]
    };
    for (name, value) in bounds {
        schema.entry(name).or_insert(value);
    }
}
