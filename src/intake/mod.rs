//! The window itself: drafts with autosave, handing in, receipts.

mod claim;
mod draft;
mod http;
mod list;
mod model;
mod origin;
mod records;
mod submit;
mod view;

pub use http::routes;
