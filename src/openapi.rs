//! The contract, made from the handlers themselves: what is registered is what is listed.

mod bounds;
mod examples;
mod headers;
mod operations;
mod pages;
mod parameters;
mod refusals;
mod rights;

use crate::{access, server};
use actix_web::App;
use operations::operations;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::scope::scope;
use utoipa_actix_web::service_config::ServiceConfig;

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
    ),
)]
struct Base;

/// The contract as it is served, and the paths it lists.
pub struct Contract {
    pub json: String,
    paths: Vec<(Vec<String>, Vec<String>)>,
}

/// Registers every operation of the contract.
pub fn register(config: &mut ServiceConfig<'_>) {
    access::root_routes(config);
    config.service(scope("/api/v1").configure(server::api_routes));
}

/// The contract as a JSON value.
pub fn document() -> Value {
    let app = App::new().into_utoipa_app().openapi(Base::openapi()).configure(register);
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

pub fn contract() -> Contract {
    let document = document();
    let mut paths = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        let mut methods: Vec<String> =
            operations.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()).collect();
        if methods.iter().any(|method| method == "GET") {
            methods.push("HEAD".to_owned());
        }
        methods.push("OPTIONS".to_owned());
        paths.insert(segments, methods);
    }
    let json = serde_json::to_string_pretty(&document).unwrap_or_default() + "\n";
    Contract { json, paths: paths.into_iter().collect() }
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
