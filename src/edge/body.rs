//! A request body: media type, size and JSON are checked before any handler sees it.

use super::json;
use super::malformed::Malformed;
use super::patience::Patience;
use crate::problem::{Code, Problem};
use crate::shape;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use utoipa::ToSchema;

/// Most bytes of a JSON body.
const MOST_BYTES: usize = 256 * 1024;

/// A JSON body as parsed, with the bytes it came in.
pub struct Body<T> {
    pub value: T,
    pub bytes: Bytes,
}

/// Nothing needs to be said; an empty object is.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// The body of an act that asks for nothing: none at all, or one without members.
pub struct EmptyBody {
    pub bytes: Bytes,
}

/// A body of whatever kind, for whoever reads it by themselves.
pub struct RawBody(pub Bytes);

/// A JSON Merge Patch (RFC 7396).
pub struct Patch {
    pub value: Value,
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = require_media_type(request, "application/json");
        let payload = payload.take();
        Box::pin(async move {
            media?;
            let bytes = collect(payload).await?;
            let value = read(&bytes)?;
            Ok(Self { value, bytes })
        })
    }
}

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move { collect(payload).await.map(Self) })
    }
}

impl FromRequest for EmptyBody {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = require_media_type(request, "application/json");
        let payload = payload.take();
        Box::pin(async move {
            let bytes = collect(payload).await?;
            if !bytes.is_empty() {
                media?;
                let _: Option<Nothing> = read(&bytes)?;
            }
            Ok(Self { bytes })
        })
    }
}

impl FromRequest for Patch {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = require_media_type(request, "application/merge-patch+json");
        let payload = payload.take();
        Box::pin(async move {
            media?;
            let bytes = collect(payload).await?;
            Ok(Self { value: parse(&bytes)? })
        })
    }
}

fn require_media_type(request: &HttpRequest, wanted: &str) -> Result<(), Problem> {
    let unsupported = || Problem::new(Code::UnsupportedMediaType).at("Content-Type");
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return Err(unsupported().at("Content-Encoding"));
    }
    let given = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) { Ok(()) } else { Err(unsupported()) }
}

/// Reads at most what is allowed, whatever `Content-Length` claims, and not for ever.
pub(super) async fn collect(mut payload: Payload) -> Result<Bytes, Problem> {
    let reading = async {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::new(Code::MalformedJson))?;
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err(Problem::new(Code::TooLarge));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    };
    let late = |_| Err(Problem::new(Code::RequestTimeout));
    tokio::time::timeout(Patience::for_body(), reading).await.unwrap_or_else(late)
}

fn read<T: DeserializeOwned + ToSchema + 'static>(bytes: &[u8]) -> Result<T, Problem> {
    shape::read(parse(bytes)?).map_err(|faults| shape::problem(&faults))
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    json::parse(bytes).map_err(Malformed::problem)
}
