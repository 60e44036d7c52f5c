//! `Allowed<P>` in a handler's signature: the request may ask for right `P`, and here is the way to the data. Without
//! it a handler has nothing to work with.

use super::action::Permission;
use super::credentials::{self, Credentials};
use super::window::Window;
use crate::edge::Query;
use crate::problem::{Code, Problem};
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use std::future::{Ready, ready};
use std::marker::PhantomData;

/// A request with its credentials, bound to the right its handler needs. Who the caller is and what they may do is
/// found inside the transaction, by `command`.
pub struct Allowed<P: Permission> {
    pub(crate) window: Data<Window>,
    pub(crate) credentials: Credentials,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequest for Allowed<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let allowed = request
            .app_data::<Data<Window>>()
            .ok_or_else(|| Problem::internal("the window is not open"))
            .and_then(|window| {
                let credentials = credentials::read(request, &window.settings)?;
                if matches!(credentials, Credentials::None) && !super::is_public::<P>() {
                    return Err(Problem::new(Code::Unauthenticated));
                }
                // Reads say themselves which parameters they take; no write takes any.
                if request.method() != Method::GET {
                    Query::refuse_any(request)?;
                }
                Ok(Self { window: window.clone(), credentials, permission: PhantomData })
            });
        ready(allowed)
    }
}

/// A request to an operation that reads credentials of its own (the token endpoint): open to everybody by the policy,
/// whatever `Authorization` says.
pub struct Open<P: Permission> {
    pub(crate) window: Data<Window>,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequest for Open<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let window = request.app_data::<Data<Window>>().cloned();
        ready(match window {
            Some(window) if super::is_public::<P>() => Ok(Self { window, permission: PhantomData }),
            Some(_) => Err(Problem::new(Code::Unauthenticated)),
            None => Err(Problem::internal("the window is not open")),
        })
    }
}
