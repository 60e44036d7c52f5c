//! What the window knows of the lead applicant when a form is checked.

/// Where the recordal (备案) of an enterprise stands, as far as pre-examination asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordalState {
    /// Asked for, not yet confirmed.
    Pending,
    Recorded,
    Suspended,
    /// Cancelled, withdrawn or rejected.
    Ended,
}

/// The lead applicant's standing, loaded in the transaction that hands the form in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApplicantStanding {
    /// None for one that never asked to be recorded.
    pub recordal: Option<RecordalState>,
    /// Applications it may still hand in for pre-examination this year; none where there is no quota.
    pub quota_left: Option<u32>,
    /// Division code of its seat on record; without one, the address in the form counts.
    pub seat: Option<String>,
    /// Whether the agency of the form is registered for pre-examination; none where nothing is known.
    pub agency_registered: Option<bool>,
}
