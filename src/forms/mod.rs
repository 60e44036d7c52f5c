//! What an applicant fills in: the form, the particulars of every kind of right, and whether they are complete. Pure;
//! every defect is found at once (一次性告知).

mod acceptance;
mod checklist;
mod completeness;
mod defect;
#[cfg(test)]
mod examples;
mod form;
mod line;
mod names;
mod particulars;
mod party;
mod refusal;
mod standing;

pub use crate::shape::{ShapeFault, problem as shape_problem};
pub use completeness::check;
pub use defect::{Defect, DefectCode, Severity};
pub use form::{Agency, Channel, DocumentEntry, Item, SubmissionForm};
pub use particulars::Particulars;
pub use party::{Applicant, IdentifierScheme, PartyIdentifier, PartyKind};
pub use refusal::problem;
pub use standing::{ApplicantStanding, RecordalState};
