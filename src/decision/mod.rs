//! Decision tables: typed, ordered, effective-dated rules that say what they decided and why. Pure; what the decisions
//! are about is for `routing`.

mod analyse;
mod cell;
mod classification;
mod column;
mod discretise;
mod domain;
mod evaluate;
mod explain;
mod facts;
mod faults;
mod fields;
mod findings;
#[cfg(test)]
mod properties;
mod representatives;
mod row_set;
mod simulate;
mod table;

pub use analyse::analyse;
pub use classification::{Classification, Scheme};
pub use column::Column;
pub use domain::{Presence, RightDomain, ServiceDomain};
pub use evaluate::{Decision, Outcome, decide};
pub use facts::{Facts, Forum};
pub use fields::{FieldList, FieldLists};
pub use findings::Finding;
pub use simulate::{Move, Simulation, simulate};
pub use table::{Row, Table, Target, Track};
