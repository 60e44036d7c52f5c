//! What goes round every request: correlation, limits, content negotiation, and the writing of refusals in the
//! caller's language. No answer leaves without its headers, an error least of all.

use super::answer::Rendering;
use super::headers::language;
use super::limit::{Allowance, Limits};
use crate::problem::{Code, Problem};
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage, HttpResponse, ResponseError};
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

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
        let begun = Instant::now();
        let correlation = correlation(request.headers()).unwrap_or_else(|| (self.draw)());
        request.extensions_mut().insert(CorrelationId(correlation.clone()));
        let method = request.method().clone();
        // HEAD is GET without the body, which the protocol layer leaves out by itself.
        if method == Method::HEAD {
            request.head_mut().method = Method::GET;
        }
        let address = request.peer_addr().map(|address| address.ip());
        let allowance = self.limits.take(address, (self.credential)(request.headers()).as_deref());
        let refused = allowance.as_ref().err().cloned().or_else(|| not_acceptable(&request));
        let handling = if refused.is_none() { Ok(service.call(request)) } else { Err(request) };
        async move {
            let response = match handling {
                Ok(handling) => handling.await?.map_into_left_body(),
                Err(request) => {
                    let response = refused.unwrap_or_else(Problem::not_found).error_response();
                    request.into_response(response).map_into_right_body()
                }
            };
            let mut response = rendered(response, &correlation);
            shell.dress(&mut response, &correlation, allowance.ok());
            log(&method, &response, &correlation, begun);
            Ok(response)
        }
    }

    fn dress<B>(&self, response: &mut ServiceResponse<B>, correlation: &str, allowance: Option<Allowance>) {
        let language = language(response.request().headers()).tag();
        let page_policy = (self.page_policy)(response.request().path());
        let has_policy = response.headers().contains_key(header::CONTENT_SECURITY_POLICY);
        let headers = response.headers_mut();
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("correlation-id", correlation);
        set("traceparent", &format!("00-{correlation}-{}-01", &correlation[..16]));
        set("content-language", language);
        set("vary", "Accept-Language, Cookie, Authorization, Origin");
        set("access-control-allow-origin", &self.origin);
        set("strict-transport-security", "max-age=63072000; includeSubDomains");
        set("x-content-type-options", "nosniff");
        set("referrer-policy", "no-referrer");
        set("cross-origin-resource-policy", "same-origin");
        set("cross-origin-opener-policy", "same-origin");
        set("cache-control", "no-store");
        if !has_policy {
            let nothing = "default-src 'none'; frame-ancestors 'none'";
            set("content-security-policy", page_policy.unwrap_or(nothing));
        }
        if let Some(allowance) = allowance {
            set("ratelimit-policy", &format!("\"default\";q={};w=60", allowance.quota));
            set("ratelimit", &format!("\"default\";r={};t=60", allowance.left));
        }
    }
}

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
    correlation: &str,
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
    if let Some(cause) = &problem.internal {
        tracing::error!(correlation, code = problem.code.as_str(), cause, "request failed");
    }
    let language = language(response.request().headers());
    let body = serde_json::to_vec(&problem.body(language, correlation)).unwrap_or_default();
    let (request, response) = response.into_parts();
    let mut rendered = HttpResponse::build(response.status());
    for (name, value) in response.headers() {
        rendered.append_header((name.clone(), value.clone()));
    }
    let rendered = rendered.insert_header((header::CONTENT_TYPE, "application/problem+json")).body(body);
    ServiceResponse::new(request, rendered).map_into_right_body()
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

/// One line a request, of allow-listed fields only: the route's pattern, never the path or query.
fn log<B>(method: &Method, response: &ServiceResponse<B>, correlation: &str, begun: Instant) {
    let route = response.request().match_pattern().unwrap_or_else(|| "-".to_owned());
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(
        method = method.as_str(),
        route,
        status = response.status().as_u16(),
        milliseconds,
        correlation,
        "request"
    );
}
