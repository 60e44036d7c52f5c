//! Where operations are registered. A worker takes an operation's handler alone; the contract takes also what the
//! operation says of itself, which would cost every worker mebibytes that it never looks at.

use actix_web::dev::HttpServiceFactory;
use actix_web::web;
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig;

pub trait Registry {
    fn operation(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self;
}

/// A worker of the server.
impl Registry for web::ServiceConfig {
    fn operation(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(operation)
    }
}

/// The contract.
impl Registry for ServiceConfig<'_> {
    fn operation(&mut self, operation: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(operation)
    }
}
