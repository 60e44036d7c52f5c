//! What goes round every request: correlation, limits, content negotiation, and the writing of refusals in the
//! caller's language. No answer leaves without its headers, an error least of all.

use super::answer::Rendering;
use super::door::{Door, Visit};
use super::headers::language;
use super::limit::{Allowance, Limits};
use super::patience::Patience;
use super::refusals::Refusals;
use super::traffic::Traffic;
use crate::language::Language;
use crate::problem::{Code, Problem};
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::{HttpMessage, HttpResponse, HttpResponseBuilder, ResponseError};
use futures_util::{FutureExt, StreamExt};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Names one request in answers and logs.
#[derive(Clone)]
pub struct CorrelationId(pub String);

/// Everything the shell needs to know.
#[derive(Clone)]
pub struct Shell {
    pub limits: Arc<Limits>,
    /// The one origin whose pages may read answers.
    pub origin: String,
    /// The credential of a request, by which callers are told apart; it is not believed here.
    pub credential: fn(&HeaderMap) -> Option<String>,
    /// The content policy of a path that is a page.
    pub page_policy: fn(&str) -> Option<&'static str>,
    /// Sixteen random bytes in hex for requests that bring no trace of their own.
    pub draw: Arc<dyn Fn() -> String + Send + Sync>,
    /// Counts the requests under way; closed, it lets none in but those that ask how the server is.
    pub door: Arc<Door>,
    /// Whether a path asks how the server is: answered always.
    pub is_probe: fn(&str) -> bool,
    pub patience: Patience,
    pub traffic: Traffic,
    /// Whether a request would be turned away further in: then nothing of it is looked at.
    pub is_crowded: Arc<dyn Fn(&ServiceRequest) -> bool + Send + Sync>,
    pub refusals: Arc<Refusals>,
}

/// How the answer to one request is written, known before the request is handed on.
struct Manner {
    correlation: String,
    language: Language,
    page_policy: Option<&'static str>,
    method: Method,
    begun: Instant,
}

/// What was decided of a request before it was looked at.
struct Admitted {
    visit: Option<Visit>,
    allowance: Option<Allowance>,
    refusal: Option<Problem>,
}

impl Shell {
    /// Wraps the handling of one request.
    pub fn around<S, B>(
        &self,
        mut request: ServiceRequest,
        service: &S,
    ) -> impl Future<Output = Result<ServiceResponse<EitherBody<B, BoxBody>>, actix_web::Error>> + use<S, B>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>,
        B: MessageBody + 'static,
    {
        let shell = self.clone();
        let manner = self.manner(&request);
        request.extensions_mut().insert(CorrelationId(manner.correlation.clone()));
        // HEAD is GET without the body, which the protocol layer leaves out by itself.
        if manner.method == Method::HEAD {
            request.head_mut().method = Method::GET;
        }
        let Admitted { visit, allowance, refusal } = self.admit(&request);
        let handling = match refusal {
            None => Ok(service.call(request)),
            Some(problem) => Err((problem, request)),
        };
        async move {
            let is_shed = handling.is_err();
            let response = match handling {
                Ok(handling) => {
                    let handled = AssertUnwindSafe(shell.patience.bound(handling)).catch_unwind().await;
                    drop(visit);
                    let Ok(handled) = handled else { return Err(shell.after_panic(&manner)) };
                    handled?.map_into_left_body()
                }
                Err((problem, mut request)) => {
                    let is_read = !shell.door.is_closed() && passed_over(request.take_payload()).await;
                    drop(visit);
                    let mut refusal = HttpResponse::build(problem.status_code());
                    if !is_read {
                        refusal.force_close();
                    }
                    request.into_response(written(refusal, &problem, &manner)).map_into_right_body()
                }
            };
            let mut response = rendered(response, &manner);
            if shell.door.is_closed() {
                response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
            }
            shell.dress(response.headers_mut(), &manner, allowance);
            // For what is refused before it is looked at, finding the route would be half of the work.
            let route = if is_shed { None } else { response.request().match_pattern() };
            shell.account(route.as_deref().unwrap_or("-"), response.status(), is_shed, &manner);
            Ok(response)
        }
    }

    fn manner(&self, request: &ServiceRequest) -> Manner {
        Manner {
            correlation: correlation(request.headers()).unwrap_or_else(|| (self.draw)()),
            language: language(request.headers()),
            page_policy: (self.page_policy)(request.path()),
            method: request.method().clone(),
            begun: Instant::now(),
        }
    }

    /// Everything that is decided before the request is looked at: the server goes on, the caller has not asked too
    /// much, and can be answered.
    fn admit(&self, request: &ServiceRequest) -> Admitted {
        if (self.is_probe)(request.path()) {
            return Admitted { visit: None, allowance: None, refusal: None };
        }
        let Ok(visit) = self.door.enter(usize::MAX) else {
            self.traffic.turn_away();
            let refusal = Some(Problem::new(Code::Unavailable));
            return Admitted { visit: None, allowance: None, refusal };
        };
        let address = request.peer_addr().map(|address| address.ip());
        let (allowance, refusal) =
            match self.limits.take(address, (self.credential)(request.headers()).as_deref()) {
                Ok(allowance) if (self.is_crowded)(request) => {
                    (Some(allowance), Some(Problem::new(Code::Unavailable)))
                }
                Ok(allowance) => (Some(allowance), not_acceptable(request)),
                Err(problem) => (None, Some(problem)),
            };
        Admitted { visit: Some(visit), allowance, refusal }
    }

    /// A handler that panicked: its request is gone, and so is the connection after this answer.
    fn after_panic(&self, manner: &Manner) -> actix_web::Error {
        let problem = Problem::internal("a handler panicked");
        say_cause(&problem, &manner.correlation);
        let mut response = HttpResponse::InternalServerError();
        response.force_close();
        let mut response = written(response, &problem, manner);
        self.dress(response.headers_mut(), manner, None);
        self.account("-", response.status(), false, manner);
        InternalError::from_response("a handler panicked", response).into()
    }

    /// One line a request, of allow-listed fields only: the route's pattern, never the path or query. Of those that
    /// are turned away before they are looked at a second has so many and no more.
    fn account(&self, route: &str, status: StatusCode, is_shed: bool, manner: &Manner) {
        let took = manner.begun.elapsed();
        self.traffic.count(route, &manner.method, status, took);
        if is_shed && status == StatusCode::SERVICE_UNAVAILABLE {
            match self.refusals.say() {
                Some(0) => {}
                Some(unsaid) => tracing::warn!(unsaid, "requests refused without a line of their own"),
                None => return,
            }
        }
        tracing::info!(
            method = manner.method.as_str(),
            route,
            status = status.as_u16(),
            milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            correlation = manner.correlation,
            "request"
        );
    }

    fn dress(&self, headers: &mut HeaderMap, manner: &Manner, allowance: Option<Allowance>) {
        let correlation = &manner.correlation;
        let has_policy = headers.contains_key(header::CONTENT_SECURITY_POLICY);
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("correlation-id", correlation);
        set("traceparent", &format!("00-{correlation}-{}-01", &correlation[..16]));
        set("content-language", manner.language.tag());
        set("access-control-allow-origin", &self.origin);
        if !has_policy {
            let nothing = "default-src 'none'; frame-ancestors 'none'";
            set("content-security-policy", manner.page_policy.unwrap_or(nothing));
        }
        if let Some(allowance) = allowance {
            set("ratelimit-policy", &format!("\"default\";q={};w=60", allowance.quota));
            set("ratelimit", &format!("\"default\";r={};t=60", allowance.left));
        }
        for (name, value) in ALWAYS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
    }
}

/// Reads the body of a request that is refused, so that the connection can go on; whether it came, small enough and
/// soon enough.
async fn passed_over(mut body: Payload) -> bool {
    let reading = async {
        let mut bytes = 0;
        while let Some(part) = body.next().await {
            match part {
                Ok(part) if bytes + part.len() <= PASSED_OVER => bytes += part.len(),
                _ => return false,
            }
        }
        true
    };
    tokio::time::timeout(PASSING_OVER, reading).await.unwrap_or(false)
}

/// How much of a refused request's body is read, and how long at most.
const PASSED_OVER: usize = 256 * 1024;
const PASSING_OVER: Duration = Duration::from_secs(1);

/// What every answer says of itself.
const ALWAYS: [(&str, &str); 7] = [
    ("vary", "Accept-Language, Cookie, Authorization, Origin"),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// The trace id of `traceparent` (W3C Trace Context), or the `Correlation-ID` given, where it is 32 hex digits.
fn correlation(headers: &HeaderMap) -> Option<String> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let traced = text("traceparent").and_then(|value| value.split('-').nth(1));
    let is_id = |id: &&str| {
        id.len() == 32
            && id.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
            && id.bytes().any(|byte| byte != b'0')
    };
    traced.filter(is_id).or_else(|| text("correlation-id").filter(is_id)).map(str::to_owned)
}

/// The interface speaks JSON; a caller who accepts none of it is told so before anything is done.
fn not_acceptable(request: &ServiceRequest) -> Option<Problem> {
    if !request.path().starts_with("/api/") {
        return None;
    }
    let accept = request.headers().get(header::ACCEPT)?.to_str().ok()?;
    let suits = |range: &str| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        let excluded = range.split(';').any(|part| matches!(part.trim(), "q=0" | "q=0.0"));
        !excluded
            && matches!(
                essence,
                "" | "*/*" | "application/*" | "application/json" | "application/problem+json"
            )
    };
    (!accept.split(',').any(suits)).then(|| Problem::new(Code::NotAcceptable).at("Accept"))
}

/// Writes a refusal that a handler left in its response, or gives a bare error status its problem body.
fn rendered<B>(
    response: ServiceResponse<EitherBody<B, BoxBody>>,
    manner: &Manner,
) -> ServiceResponse<EitherBody<B, BoxBody>> {
    let found = response.response().extensions().get::<Rendering>().map(|rendering| rendering.0.clone());
    let problem = match found {
        Some(problem) => problem,
        None if response.status().is_client_error()
            && !response.headers().contains_key(header::CONTENT_TYPE) =>
        {
            bare(response.status())
        }
        None => return response,
    };
    say_cause(&problem, &manner.correlation);
    let (request, response) = response.into_parts();
    let mut rendered = HttpResponse::build(response.status());
    for (name, value) in response.headers() {
        rendered.append_header((name.clone(), value.clone()));
    }
    if response.head().connection_type() == ConnectionType::Close {
        rendered.force_close();
    }
    ServiceResponse::new(request, written(rendered, &problem, manner)).map_into_right_body()
}

/// The answer that carries a problem.
fn written(mut response: HttpResponseBuilder, problem: &Problem, manner: &Manner) -> HttpResponse {
    if let Some(seconds) = problem.retry_after {
        // Up to two more than the problem asks: those who were shed together do not come back together. The request's
        // own random name decides.
        let is_shed = problem.status_code() == StatusCode::SERVICE_UNAVAILABLE;
        let spread = if is_shed { manner.correlation.bytes().map(u32::from).sum::<u32>() % 3 } else { 0 };
        response.insert_header((header::RETRY_AFTER, seconds + spread));
    }
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    response.body(body(problem, manner))
}

fn say_cause(problem: &Problem, correlation: &str) {
    if let Some(cause) = &problem.internal {
        tracing::error!(correlation, code = problem.code.as_str(), cause, "request failed");
    }
}

fn body(problem: &Problem, manner: &Manner) -> Vec<u8> {
    serde_json::to_vec(&problem.body(manner.language, &manner.correlation)).unwrap_or_default()
}

/// The problem for an error that the framework gave without a body.
fn bare(status: StatusCode) -> Problem {
    Problem::new(match status {
        StatusCode::NOT_FOUND => Code::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Code::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Code::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Code::UnsupportedMediaType,
        _ => Code::InvalidValue,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edge::Quotas;
    use actix_web::dev::fn_service;
    use actix_web::test::{TestRequest, init_service, read_body, try_call_service};
    use actix_web::{App, web};
    use std::num::NonZeroU32;

    fn shell() -> Shell {
        Shell {
            limits: Arc::new(Limits::new(Quotas { caller: NonZeroU32::MIN, address: None })),
            origin: "http://here".to_owned(),
            credential: |_| None,
            page_policy: |_| None,
            draw: Arc::new(|| "4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
            door: Arc::default(),
            is_probe: |path| path == "/livez",
            patience: Patience::default(),
            traffic: Traffic::default(),
            is_crowded: Arc::new(|request| request.path() == "/crowded"),
            refusals: Arc::default(),
        }
    }

    #[test]
    fn a_panic_is_a_problem_and_ends_its_connection_only() {
        actix_web::rt::System::new().block_on(async {
            let shell = shell();
            let door = shell.door.clone();
            let app = App::new()
                .wrap_fn(move |request, service| shell.around(request, service))
                .default_service(fn_service(|_: ServiceRequest| async {
                    tokio::task::yield_now().await;
                    panic!("on purpose")
                }));
            let app = init_service(app).await;
            let refused = try_call_service(&app, TestRequest::get().to_request()).await;
            let response = refused.expect_err("it panicked").error_response();
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            assert_eq!(response.head().connection_type(), ConnectionType::Close);
            assert!(response.headers().contains_key("correlation-id"));
            let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap_or_default();
            assert!(String::from_utf8_lossy(&bytes).contains("\"code\":\"INTERNAL\""));
            assert_eq!(door.inside(), 0);
        });
    }

    #[test]
    fn what_would_be_turned_away_is_not_looked_at() {
        actix_web::rt::System::new().block_on(async {
            let shell = shell();
            let app = App::new()
                .wrap_fn(move |request, service| shell.around(request, service))
                .default_service(fn_service(|_: ServiceRequest| async { panic!("it was looked at") }));
            let app = init_service(app).await;
            let request = TestRequest::post().uri("/crowded").set_payload("{}").to_request();
            let refused: ServiceResponse<EitherBody<BoxBody>> =
                try_call_service(&app, request).await.expect("an answer");
            assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(refused.headers().contains_key(header::RETRY_AFTER));
        });
    }

    #[test]
    fn who_asks_how_the_server_is_draws_from_no_quota_and_passes_a_closed_door() {
        actix_web::rt::System::new().block_on(async {
            let shell = shell();
            let door = shell.door.clone();
            let app = App::new()
                .wrap_fn(move |request, service| shell.around(request, service))
                .route("/livez", web::get().to(HttpResponse::Ok))
                .route("/thing", web::get().to(HttpResponse::Ok));
            let app = init_service(app).await;
            let status = async |path: &str| {
                let response = try_call_service(&app, TestRequest::with_uri(path).to_request()).await;
                response.map_or(0, |response| response.status().as_u16())
            };
            assert_eq!((status("/thing").await, status("/thing").await), (200, 429));
            door.close();
            assert_eq!((status("/livez").await, status("/livez").await), (200, 200));
            let request = TestRequest::with_uri("/thing").to_request();
            let refused = try_call_service(&app, request).await.expect("an answer");
            assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(refused.response().head().connection_type(), ConnectionType::Close);
            let seconds = refused.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            assert!(matches!(seconds, Some("1" | "2" | "3")));
            assert!(String::from_utf8_lossy(&read_body(refused).await).contains("UNAVAILABLE"));
        });
    }
}
