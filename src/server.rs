//! Builds the application: the same for the program and for its tests.

use crate::access::{self, Window};
use crate::casework::{self, Numbering};
use crate::edge::{Door, Limits, Patience, Quotas, Registry, Shell, Traffic};
use crate::health::{self, Health};
use crate::openapi::{self, Contract};
use crate::problem::{Code, Problem};
use crate::{catalogue, deadlines, docs, intake, parties, routing, transparency};
use actix_web::dev::{Server, ServiceRequest, fn_service};
use actix_web::http::Method;
use actix_web::web::{self, Data, PathConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

/// Settings of the listener.
#[derive(Debug, Clone)]
pub struct Listening {
    /// The origin at which people reach the service.
    pub origin: String,
    pub quotas: Quotas,
    pub workers: usize,
    pub patience: Patience,
}

/// What a server shares among its workers.
#[derive(Clone)]
pub struct Shared {
    pub window: Data<Window>,
    pub health: Data<Health>,
    /// The way in, which is closed when the server is to end.
    pub door: Arc<Door>,
    pub traffic: Traffic,
    numbering: Data<Numbering>,
    contract: Arc<Contract>,
    pub shell: Shell,
}

impl Shared {
    pub fn of(window: Data<Window>, listening: &Listening) -> Self {
        let drawing = window.clone();
        let crowded = window.clone();
        let door: Arc<Door> = Arc::default();
        let traffic = Traffic::default();
        let shell = Shell {
            limits: Arc::new(Limits::new(listening.quotas)),
            origin: listening.origin.clone(),
            credential: access::presented,
            page_policy: docs::policy,
            draw: Arc::new(move || drawing.trace_id()),
            door: door.clone(),
            is_probe: health::is_probe,
            patience: listening.patience,
            traffic: traffic.clone(),
            is_crowded: Arc::new(move |request| is_turned_away(&crowded, request)),
            refusals: Arc::default(),
        };
        let health = Data::new(Health::of(window.clone(), door.clone()));
        let contract = Arc::new(openapi::contract());
        Self { window, health, door, traffic, numbering: Data::default(), contract, shell }
    }
}

/// How long connections may take to end when nothing is under way any more.
const SHUTDOWN: Duration = Duration::from_secs(5);

/// Under which path all operations stand but those at the root.
pub const API: &str = "/api/v1";

/// Operations at the root.
pub fn root_routes(config: &mut impl Registry) {
    access::root_routes(config);
}

/// Operations under `/api/v1`, in the order in which the contract shows them.
pub fn api_routes(config: &mut impl Registry) {
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

/// Serves on a listener until it is told to stop.
pub fn serve(shared: Shared, listening: &Listening, listener: TcpListener) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        let shell = shared.shell.clone();
        let contract = shared.contract.clone();
        App::new()
            .app_data(shared.window.clone())
            .app_data(shared.health.clone())
            .app_data(shared.numbering.clone())
            .app_data(Data::from(contract.clone()))
            .app_data(PathConfig::default().error_handler(|_, _| Problem::not_found().into()))
            .wrap_fn(move |request, service| shell.around(request, service))
            .configure(root_routes)
            .service(web::scope(API).configure(api_routes))
            .configure(docs::routes)
            .configure(health::routes)
            .default_service(fn_service(move |request: ServiceRequest| {
                let answer = no_route(&contract, request.request());
                async move { Ok(request.into_response(answer)) }
            }))
    })
    .workers(listening.workers)
    // One for each place in the store, and those that hash: no thread waits for a connection.
    .worker_max_blocking_threads(20)
    .max_connections(2000)
    .client_request_timeout(Duration::from_secs(5))
    .keep_alive(Duration::from_secs(15))
    .shutdown_timeout(SHUTDOWN.as_secs())
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}

/// What is posted and needs no place among the writes: signing in has places of its own, the others only read.
const NO_WRITES: [&str; 3] = ["/sessions", "/routing-simulations", "/deadline-calculations"];

/// Whether a change is asked for that the store has no room for.
fn is_turned_away(window: &Window, request: &ServiceRequest) -> bool {
    request.path().starts_with(API)
        && !request.method().is_safe()
        && !NO_WRITES.iter().any(|path| request.path().ends_with(path))
        && window.store().sheds_writes()
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
