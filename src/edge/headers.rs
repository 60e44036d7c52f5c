//! Request headers with a meaning of their own: idempotency key, versions, preferences.

use crate::language::{Language, Text};
use crate::problem::{Code, Problem};
use actix_web::http::header::{self, HeaderMap};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use std::future::{Ready, ready};

/// What names one request, so that it can be sent again: the key and the operation it was sent to.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    pub key: String,
    /// Method and path: the same key sent elsewhere is another request.
    pub operation: String,
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let operation = format!("{} {}", request.method(), request.path());
        let expected = if_match(request.headers()).map(|version| format!(" {version}")).unwrap_or_default();
        ready(key(request.headers()).map(|key| Self { key, operation: operation + &expected }))
    }
}

fn key(headers: &HeaderMap) -> Result<String, Problem> {
    const NAME: &str = "Idempotency-Key";
    let Some(value) = headers.get(NAME) else {
        return Err(Problem::new(Code::KeyMissing).at(NAME));
    };
    let text = value.to_str().unwrap_or_default().trim();
    // The draft standard writes it as a structured-field string, in quotes; both forms name the same key.
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=255).contains(&text.len()) && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Problem::invalid(
            NAME,
            text,
            Text::new("1 至 255 个可见 ASCII 字符", "1 to 255 visible ASCII characters"),
        ))
    }
}

/// The version that the caller has seen.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub i64);

impl IfMatch {
    /// Refuses when the object has moved on since.
    pub fn check(self, version: i64) -> Result<(), Problem> {
        if self.0 == version { Ok(()) } else { Err(Problem::new(Code::Stale).at("If-Match")) }
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.headers().get(header::IF_MATCH) {
            None => Err(Problem::new(Code::PreconditionRequired).at("If-Match")),
            // An ETag that this service never gave cannot be the current one.
            Some(_) => {
                if_match(request.headers()).map(Self).ok_or_else(|| Problem::new(Code::Stale).at("If-Match"))
            }
        })
    }
}

fn if_match(headers: &HeaderMap) -> Option<i64> {
    parse_etag(headers.get(header::IF_MATCH)?.to_str().ok()?)
}

fn parse_etag(text: &str) -> Option<i64> {
    text.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok().filter(|version| *version > 0)
}

/// The strong entity tag of a version.
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// Whether the caller already holds this version (`If-None-Match`, RFC 9110 §13.1.2).
pub fn already_held(request: &HttpRequest, version: i64) -> bool {
    let Some(held) = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    held.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || parse_etag(tag.trim_start_matches("W/")) == Some(version))
}

pub fn language(headers: &HeaderMap) -> Language {
    Language::negotiate(headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()))
}

/// `Prefer: handling=strict` (RFC 7240): unknown query parameters are refused.
pub fn is_strict(headers: &HeaderMap) -> bool {
    headers
        .get_all("Prefer")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split([',', ';']))
        .any(|preference| preference.trim().eq_ignore_ascii_case("handling=strict"))
}

impl FromRequest for Language {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(language(request.headers())))
    }
}
