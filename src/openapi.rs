//! The contract, made from the handlers themselves: what is registered is what is listed.

mod bounds;
mod examples;
mod headers;
mod operations;
mod pages;
mod parameters;
mod refusals;
mod rights;

use crate::server;
use actix_web::App;
use operations::operations;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::scope::scope;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "OneWindow",
        description = "One-window (一窗通办) service for a city's intellectual-property network: one submission for several \
            services on several rights, routed with a recorded reason, worked under legal deadlines. Designed against \
            WIPO ST.90 and ST.97; level self-assessment pending. Declared deviations: password sign-in for web sessions \
            beside tokens; Idempotency-Key is replay protection and does not change the idempotency of a method.",
        contact(name = "OneWindow"),
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "production: the server that gave this document")),
    tags(
        (name = "catalogue", description = "What can be asked for, where, and by which rules"),
        (name = "sessions", description = "Signing in and tokens"),
        (name = "submissions", description = "What applicants hand in"),
        (name = "cases", description = "Cases and their histories"),
        (name = "queues", description = "Where cases wait for staff"),
        (name = "routing", description = "Where cases go, and why"),
        (name = "deadlines", description = "What falls due, and why then"),
        (name = "notices", description = "Messages to people"),
        (name = "parties", description = "Who asks for something"),
        (name = "transparency", description = "The signed log over all events"),
    ),
)]
struct Base;

/// The contract as it is served, and the paths it lists.
pub struct Contract {
    pub json: &'static str,
    paths: Vec<(Vec<String>, Vec<String>)>,
}

/// The contract as a JSON value.
pub fn document() -> Value {
    let app = App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(|config| server::root_routes(config))
        .service(scope(server::API).configure(|config| server::api_routes(config)));
    let api = app.split_for_parts().1;
    let mut document = serde_json::to_value(api).unwrap_or_default();
    // For everybody, not for one house's own systems.
    document["servers"][0]["x-internal"] = json!(false);
    rights::state(&mut document);
    pages::name(&mut document);
    parameters::complete(&mut document);
    refusals::complete(&mut document);
    headers::complete(&mut document);
    examples::complete(&mut document);
    bounds::state(&mut document);
    document
}

/// The contract as it is written to `openapi/openapi.json`.
pub fn text() -> String {
    serde_json::to_string_pretty(&document()).unwrap_or_default() + "\n"
}

/// The contract that is served: the file as it was when the program was built, which a test holds equal to what the
/// handlers say. To make it anew at every start would cost some mebibytes.
pub fn contract() -> Contract {
    const JSON: &str = include_str!("../openapi/openapi.json");
    let listed: Listed = serde_json::from_str(JSON).expect("a test reads the file");
    let paths = listed.paths.into_iter().map(|(path, operations)| {
        let mut methods: Vec<String> = operations.into_keys().map(|method| method.to_uppercase()).collect();
        if methods.iter().any(|method| method == "GET") {
            methods.push("HEAD".to_owned());
        }
        methods.push("OPTIONS".to_owned());
        (path.split('/').map(str::to_owned).collect(), methods)
    });
    Contract { json: JSON, paths: paths.collect() }
}

/// Paths and methods of the document, and nothing else of it.
#[derive(Deserialize)]
struct Listed {
    #[expect(clippy::zero_sized_map_values, reason = "members of a JSON object, without what they hold")]
    paths: BTreeMap<String, BTreeMap<String, IgnoredAny>>,
}

impl Contract {
    /// The methods of a path, none when the contract does not list it.
    pub fn methods_of(&self, path: &str) -> Vec<String> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |listed: &[String]| {
            listed.len() == asked.len()
                && listed
                    .iter()
                    .zip(&asked)
                    .all(|(listed, asked)| (listed.starts_with('{') && !asked.is_empty()) || listed == asked)
        };
        self.paths
            .iter()
            .find(|(listed, _)| fits(listed))
            .map(|(_, methods)| methods.clone())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn references<'d>(value: &'d Value, found: &mut BTreeSet<&'d str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(elements) => elements.iter().for_each(|element| references(element, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_component_is_referred_to() {
        let document = document();
        let mut referred = BTreeSet::new();
        references(&document, &mut referred);
        for reference in &referred {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
        for (kind, components) in document["components"].as_object().unwrap() {
            for name in components.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
                assert!(referred.contains(format!("#/components/{kind}/{name}").as_str()), "{kind} {name}");
            }
        }
    }

    #[test]
    fn a_list_is_a_page_with_the_parameters_of_one() {
        let mut document = document();
        let lists: Vec<_> = operations(&mut document)
            .filter_map(|mut operation| operation.is_paged().then(|| operation.said.clone()))
            .collect();
        assert!(lists.len() >= 10);
        for list in lists {
            let has = |name: &str| {
                list["parameters"].as_array().unwrap().iter().any(|parameter| parameter["$ref"] == name)
            };
            assert!(
                ["Limit", "Offset", "Cursor"]
                    .iter()
                    .all(|name| has(&format!("#/components/parameters/{name}")))
            );
        }
    }

    /// What a list says it can be sorted by is what its handler takes.
    #[test]
    fn lists_are_sorted_by_what_their_handlers_take() {
        let mut files = Vec::new();
        sources(Path::new("src"), &mut files);
        let mut lists = 0;
        for part in files.iter().flat_map(|file| file.split("(\"sort\" = Option<String>").skip(1)) {
            let between =
                |from: &str, to: &str| part.split_once(from).and_then(|(_, rest)| rest.split(to).next());
            let pattern = between("pattern = \"", "\"").unwrap();
            let told: Vec<&str> = pattern
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !matches!(*word, "" | "asc" | "desc"))
                .collect();
            let taken: Vec<&str> = between("&[", "]")
                .unwrap()
                .split(", ")
                .map(|name| name.trim_matches('"').split(':').next().unwrap())
                .collect();
            assert_eq!(told, taken);
            lists += 1;
        }
        assert!(lists >= 10);
    }

    /// The names of the types in a source file that have a schema, as the contract writes them.
    fn schema_names(source: &str) -> Vec<&str> {
        let source = source.split("\nmod tests {").next().unwrap_or_default();
        let declared = source.split("#[derive(").skip(1).filter_map(|part| {
            let (derived, rest) = part.split_once(")]")?;
            let keyword =
                ["struct ", "enum "].into_iter().filter_map(|word| Some((rest.find(word)?, word))).min()?;
            let (attributes, name) = (&rest[..keyword.0], &rest[keyword.0 + keyword.1.len()..]);
            let name = attributes.split_once("schema(as = ").map_or(name, |(_, renamed)| renamed);
            let end = name.find(|c: char| !c.is_alphanumeric())?;
            (derived.contains("ToSchema") && end > 0).then_some(&name[..end])
        });
        declared.collect()
    }

    fn sources(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// Of two types of one name only one would be in the contract, and every use of the other would be wrong.
    #[test]
    fn no_two_types_share_a_name_in_the_contract() {
        let mut files = Vec::new();
        sources(Path::new("src"), &mut files);
        let mut names: Vec<&str> = files.iter().flat_map(|file| schema_names(file)).collect();
        names.sort_unstable();
        let all = names.len();
        let twice: Vec<&str> =
            names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        assert!(twice.is_empty() && all > 100, "{twice:?} of {all}");
    }
}
