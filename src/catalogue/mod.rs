//! The city pack: what the network is, what can be asked for, and by which rules. Loaded, validated, kept in versions.

mod domains;
mod files;
mod http;
mod model;
mod parse;
mod validate;
mod validate_workflow;
mod versions;
pub mod workflow;

pub use files::{Fault, PackFiles};
pub use http::routes;
pub use model::*;
pub use parse::parse;
pub use versions::{
    Catalogue, Imported, at_version, current, current_if_any, files as version_files, import, versions,
};
