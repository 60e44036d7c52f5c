//! What a request shows of who sent it. Nothing is believed yet.

use super::session::COOKIE;
use super::window::Settings;
use crate::problem::{Code, Problem};
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};

#[derive(Clone)]
pub enum Credentials {
    None,
    /// Text of the session cookie.
    Session(String),
    /// Text of a bearer token.
    Bearer(String),
}

/// Reads the credentials of a request. A cookie is only looked at when the request comes from our own pages.
pub fn read(request: &HttpRequest, settings: &Settings) -> Result<Credentials, Problem> {
    if let Some(value) = request.headers().get(header::AUTHORIZATION) {
        let bearer = value.to_str().ok().and_then(|text| text.split_once(' '));
        return match bearer {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() => {
                Ok(Credentials::Bearer(token.trim().to_owned()))
            }
            _ => Err(Problem::new(Code::Unauthenticated)),
        };
    }
    match session_cookie(request.headers()) {
        None => Ok(Credentials::None),
        Some(token) => {
            require_same_site(request.method(), request.headers(), settings)?;
            Ok(Credentials::Session(token))
        }
    }
}

/// What tells one caller from another before anything is checked: the bearer token or the session cookie.
pub fn presented(headers: &HeaderMap) -> Option<String> {
    match headers.get(header::AUTHORIZATION) {
        Some(value) => value.to_str().ok().map(str::to_owned),
        None => session_cookie(headers),
    }
}

fn session_cookie(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('=').map(str::to_owned))
}

/// A browser sends the cookie along whoever wrote the page; the page's origin must be ours. Reading without an
/// `Origin` is what following a link looks like, and changes nothing.
pub fn require_same_site(method: &Method, headers: &HeaderMap, settings: &Settings) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let refused = || Err(Problem::new(Code::CrossSite).at("Origin"));
    if matches!(text("sec-fetch-site"), Some("cross-site" | "same-site")) {
        return refused();
    }
    match text("origin") {
        Some(origin) if !is_ours(origin, text("host").unwrap_or_default(), settings) => refused(),
        None if *method != Method::GET && *method != Method::HEAD => refused(),
        _ => Ok(()),
    }
}

fn is_ours(origin: &str, host: &str, settings: &Settings) -> bool {
    let same_host = ["http://", "https://"]
        .iter()
        .any(|scheme| origin.strip_prefix(scheme).is_some_and(|rest| !host.is_empty() && rest == host));
    same_host || settings.origins.iter().any(|known| known == origin)
}
