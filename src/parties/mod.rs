//! Enterprises, institutes, associations, agencies and persons: who asks for something, found by their identifier.

mod http;
mod records;
mod standing;

pub use http::routes;
pub use records::{
    NewParty, Party, PartyKind, ensure, find_by_identifier, identifier_key, insert, load, seat,
};
pub use standing::{RecordalState, Standing, record, standing};
