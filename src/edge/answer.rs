//! Answers: the few shapes a success takes, and how a refusal is carried to the place that writes it.

use super::headers::{already_held, etag};
use crate::problem::{Code, Problem};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt;

/// A refusal that waits in a response until the outermost layer writes it in the caller's language.
pub struct Rendering(pub Problem);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code.as_str())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code()).finish();
        let mut set = |name, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        };
        if !self.allow.is_empty() {
            set(header::ALLOW, self.allow.join(", "));
        }
        if self.code == Code::Unauthenticated {
            set(header::WWW_AUTHENTICATE, "Bearer realm=\"onewindow\"".to_owned());
        }
        if self.code == Code::RequestTimeout {
            // The rest of the body is not waited for.
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response.extensions_mut().insert(Rendering(self.clone()));
        response
    }
}

/// 200 with the thing, or 304 when the caller already holds this version.
pub fn shown<T: Serialize>(request: &HttpRequest, version: i64, value: &T) -> HttpResponse {
    if already_held(request, version) {
        return HttpResponse::NotModified().insert_header((header::ETAG, etag(version))).finish();
    }
    HttpResponse::Ok().insert_header((header::ETAG, etag(version))).json(value)
}

/// 200 with something that has no version of its own: its content is its tag.
pub fn shown_by_content<T: Serialize>(request: &HttpRequest, value: &T) -> Result<HttpResponse, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| Problem::internal(error.to_string()))?;
    // The tag is opaque to callers; base64 keeps it short.
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..12]));
    let held = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if held.is_some_and(|held| held.split(',').any(|one| one.trim() == tag)) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok().insert_header((header::ETAG, tag)).content_type("application/json").body(body))
}

/// What a command made, with the status and place of the first answer and the version of now.
pub fn created<T: Serialize>(
    status: u16,
    location: Option<&str>,
    version: Option<i64>,
    value: &T,
) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::CREATED);
    let mut response = HttpResponseBuilder::new(status);
    if let Some(location) = location {
        response.insert_header((header::LOCATION, location));
    }
    if let Some(version) = version {
        response.insert_header((header::ETAG, etag(version)));
    }
    response.json(value)
}

pub fn listed<T: Serialize>(page: &T) -> HttpResponse {
    HttpResponse::Ok().json(page)
}

pub fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
