//! Pages of lists: `PageOf<T>` comes out of the generator as `PageOf_T`, with the item written out in it once more.

use serde_json::{Value, json};

const SCHEMAS: &str = "#/components/schemas/";

pub(super) fn name(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
    let items: Vec<String> =
        schemas.keys().filter_map(|name| name.strip_prefix("PageOf_")).map(str::to_owned).collect();
    for item in items {
        let Some(mut page) = schemas.remove(&format!("PageOf_{item}")) else { continue };
        page["properties"]["items"]["items"] = json!({ "$ref": format!("{SCHEMAS}{item}") });
        schemas.insert(format!("PageOf{item}"), page);
    }
    for mut operation in super::operations(document) {
        let Some(answer) = operation.json_answer("200") else { continue };
        let page = answer["schema"]["$ref"]
            .as_str()
            .and_then(|name| name.strip_prefix(SCHEMAS)?.strip_prefix("PageOf_"));
        if let Some(item) = page {
            answer["schema"] = json!({ "$ref": format!("{SCHEMAS}PageOf{item}") });
        }
    }
}
