//! Builds the application: the same for the program and for its tests.

use crate::access::{self, Window};
use crate::casework::{self, Numbering};
use crate::edge::{Limits, Quotas, Shell};
use crate::openapi::{self, Contract};
use crate::problem::{Code, Problem};
use crate::{catalogue, deadlines, docs, intake, parties, routing, transparency};
use actix_web::dev::{Server, ServiceRequest, fn_service};
use actix_web::http::Method;
use actix_web::web::{Data, PathConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, get};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

/// Settings of the listener.
#[derive(Debug, Clone)]
pub struct Listening {
    /// The origin at which people reach the service.
    pub origin: String,
    pub quotas: Quotas,
    pub workers: usize,
}

/// What a server shares among its workers.
#[derive(Clone)]
pub struct Shared {
    pub window: Data<Window>,
    numbering: Data<Numbering>,
    contract: Arc<Contract>,
    shell: Shell,
}

impl Shared {
    pub fn of(window: Data<Window>, listening: &Listening) -> Self {
        let drawing = window.clone();
        let shell = Shell {
            limits: Arc::new(Limits::new(listening.quotas)),
            origin: listening.origin.clone(),
            credential: access::presented,
            page_policy: docs::policy,
            draw: Arc::new(move || drawing.trace_id()),
        };
        Self { window, numbering: Data::default(), contract: Arc::new(openapi::contract()), shell }
    }
}

/// Operations under `/api/v1`, in the order in which the contract shows them.
pub fn api_routes(config: &mut ServiceConfig<'_>) {
    catalogue::routes(config);
    access::routes(config);
    intake::routes(config);
    casework::list_routes(config);
    casework::act_routes(config);
    casework::staff_routes(config);
    routing::routes(config);
    deadlines::routes(config);
    parties::routes(config);
    transparency::routes(config);
}

/// Serves on a listener until it is told to stop; accepted requests are finished.
pub fn serve(shared: Shared, listening: &Listening, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        let shell = shared.shell.clone();
        let contract = shared.contract.clone();
        App::new()
            .into_utoipa_app()
            .configure(openapi::register)
            .into_app()
            .app_data(shared.window.clone())
            .app_data(shared.numbering.clone())
            .app_data(Data::from(contract.clone()))
            .app_data(PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
            .wrap_fn(move |request, service| shell.around(request, service))
            .configure(docs::routes)
            .service(livez)
            .service(readyz)
            .default_service(fn_service(move |request: ServiceRequest| {
                let answer = no_route(&contract, request.request());
                async move { Ok(request.into_response(answer)) }
            }))
    })
    .workers(listening.workers)
    .worker_max_blocking_threads(20)
    .max_connections(2000)
    .client_request_timeout(Duration::from_secs(5))
    .shutdown_timeout(20)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

/// Whoever asks for a path that exists by a method that does not is told which ones do.
fn no_route(contract: &Contract, request: &HttpRequest) -> HttpResponse {
    use actix_web::ResponseError;
    if request.path().starts_with("/api/v0/") {
        return Problem::new(Code::Gone).error_response();
    }
    let methods = contract.methods_of(request.path());
    if methods.is_empty() {
        return Problem::not_found().error_response();
    }
    if request.method() == Method::OPTIONS {
        let allow = methods.join(", ");
        let mut answer = HttpResponse::NoContent();
        if methods.iter().any(|method| method == "PATCH") {
            answer.insert_header(("Accept-Patch", "application/merge-patch+json"));
        }
        return answer.insert_header(("Allow", allow)).finish();
    }
    Problem { allow: methods, ..Problem::new(Code::MethodNotAllowed) }.error_response()
}

/// Whether the process lives: touches nothing.
#[get("/livez")]
async fn livez() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// Whether requests can be served: the database answers and a city pack is loaded.
#[get("/readyz")]
async fn readyz(window: Data<Window>) -> Result<HttpResponse, Problem> {
    let pack = window.store().read(catalogue::current).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "status": "ready", "packVersion": pack.version })))
}
