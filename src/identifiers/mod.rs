//! The identifiers of the trade: rights, registrations, organisations, people, places and classes.
//!
//! Every type is made by `parse` only, so holding one means that its form and check digit are right; whether
//! the number was ever issued is for its register to say. The rules are the same for all of them:
//!
//! - ASCII spaces at both ends are dropped, nothing else is; inside, only a space of the form is taken.
//! - ASCII letters are brought to the case of the standard. Full-width letters and digits are refused, never
//!   folded: what is shown, stored and compared must be the same characters.
//! - Invisible and direction-changing characters are refused before anything else, see [`unsafe_character`].
//! - `as_str` is the normalised form, and parsing it again gives an equal value.
//! - A [`Fault`] says what is allowed and never what was found: the value may be personal.
//!
//! [`ResidentId`], [`Telephone`] and [`Email`] are personal: no `Display`, and `Debug` hides the value.

#[macro_use]
mod form;

mod agency_code;
mod check_digit;
mod country;
mod digest;
mod division;
mod email;
mod fault;
mod geographical_indication;
mod ipc;
mod layout_design;
mod locarno;
mod nice;
mod patent_number;
mod postal_code;
mod publication_number;
mod resident_id;
mod software_registration;
mod telephone;
mod text;
mod trademark_number;
mod uscc;
mod work_registration;

#[cfg(test)]
mod tests;

pub use agency_code::AgencyCode;
pub use country::CountryCode;
pub use digest::Sha256Hex;
pub use division::{Division, DivisionCode, DivisionStatus, NANTONG, NANTONG_DIVISIONS};
pub use email::Email;
pub use fault::{Fault, FaultCode};
pub use geographical_indication::{GeographicalIndication, GeographicalIndicationScheme};
pub use ipc::{Ipc, IpcPrefix};
pub use layout_design::LayoutDesignNumber;
pub use locarno::{Locarno, LocarnoPrefix};
pub use nice::{NiceClass, SimilarGroup};
pub use patent_number::{PatentNumber, PatentNumberKind};
pub use postal_code::PostalCode;
pub use publication_number::{PublicationKind, PublicationNumber};
pub use resident_id::ResidentId;
pub use software_registration::{SoftwareRegistration, SoftwareRegistrationForm};
pub use telephone::Telephone;
pub use text::unsafe_character;
pub use trademark_number::TrademarkNumber;
pub use uscc::Uscc;
pub use work_registration::WorkRegistration;
