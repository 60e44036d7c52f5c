//! The page of metrics (Prometheus reads it), on a listener of its own that is not for the public.

use crate::access::Window;
use crate::edge::{Shell, Traffic};
use crate::health::{self, Health};
use crate::outbox;
use crate::problem::Problem;
use crate::server::Shared;
use crate::worker::Failures;
use actix_web::dev::Server;
use actix_web::web::Data;
use actix_web::{App, HttpResponse, HttpServer, get};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use std::net::TcpListener;
use std::time::Duration;

/// A database that does not say how full the outbox is leaves the last numbers standing.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

struct Page {
    window: Data<Window>,
    registry: Registry,
    pending: Gauge,
    oldest: Gauge,
}

impl Page {
    fn of(window: Data<Window>, traffic: &Traffic, failures: &Failures) -> Self {
        let mut registry = Registry::with_prefix("onewindow");
        let (pending, oldest) = (Gauge::default(), Gauge::default());
        registry.register("build", "The program", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        traffic.register(&mut registry);
        window.store().register(&mut registry);
        failures.register(&mut registry);
        registry.register("outbox_pending", "Messages that wait to be delivered", pending.clone());
        registry.register(
            "outbox_oldest_age_seconds",
            "Age of the oldest message that waits",
            oldest.clone(),
        );
        Self { window, registry, pending, oldest }
    }

    async fn look(&self) {
        let store = self.window.store().reserved();
        store.gauge();
        let asked = tokio::time::timeout(ANSWERS_WITHIN, store.read(outbox::backlog));
        if let Ok(Ok(backlog)) = asked.await {
            let now = self.window.now();
            let age = backlog.oldest.map_or(0, |oldest| now.seconds() - oldest.seconds());
            self.pending.set(backlog.pending);
            self.oldest.set(age.max(0));
        }
    }
}

#[get("/metrics")]
async fn metrics(page: Data<Page>) -> Result<HttpResponse, Problem> {
    page.look().await;
    let mut text = String::new();
    encode(&mut text, &page.registry).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(text))
}

/// Serves the page, and how the server is, until it is told to stop.
pub fn serve(shared: &Shared, failures: &Failures, listener: TcpListener) -> std::io::Result<Server> {
    let page = Data::new(Page::of(shared.window.clone(), &shared.traffic, failures));
    let health: Data<Health> = shared.health.clone();
    // Refusals are written as everywhere; who asks here is not counted, and answered always.
    let shell = Shell { is_probe: |_| true, traffic: Traffic::default(), ..shared.shell.clone() };
    let server = HttpServer::new(move || {
        let shell = shell.clone();
        App::new()
            .wrap_fn(move |request, service| shell.around(request, service))
            .app_data(page.clone())
            .app_data(health.clone())
            .configure(health::routes)
            .service(metrics)
    })
    .workers(1)
    .max_connections(64)
    .client_request_timeout(Duration::from_secs(5))
    .shutdown_timeout(1)
    .disable_signals()
    .listen(listener)?;
    Ok(server.run())
}
