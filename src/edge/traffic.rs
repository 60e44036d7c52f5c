//! What is counted of every request: by the route's pattern, the method and the class of the answer. Never by who asked
//! or for what.

use actix_web::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// Upper bounds in seconds, from a read of one case to the request deadline and beyond.
const BOUNDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 10.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    route: String,
    method: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    route: String,
    method: &'static str,
    class: &'static str,
}

/// Cheap to clone; every clone counts together.
#[derive(Clone)]
pub struct Traffic {
    requests: Family<Outcome, Counter>,
    seconds: Family<Operation, Histogram, fn() -> Histogram>,
    /// Refused because the server is ending.
    turned_away: Counter,
}

impl Default for Traffic {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BOUNDS);
        Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            turned_away: Counter::default(),
        }
    }
}

impl Traffic {
    pub(super) fn count(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let (route, method) = (route.to_owned(), known(method));
        self.seconds.get_or_create(&Operation { route: route.clone(), method }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Outcome { route, method, class: class(status) }).inc();
    }

    pub(super) fn turn_away(&self) {
        self.turned_away.inc();
    }

    pub fn register(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register(
            "http_request_duration_seconds",
            "Time from the head of a request to its answer",
            self.seconds.clone(),
        );
        registry.register(
            "http_requests_turned_away",
            "Requests refused because the server is ending",
            self.turned_away.clone(),
        );
    }
}

/// A method is whatever a caller writes: only those that exist become labels.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "OTHER",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}
