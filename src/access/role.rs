//! The roles people and partner systems act in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident $code:literal;)+) => {
        /// A role. What each may do stands in `policy.csv` and nowhere else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum Role { $($(#[$doc])* $variant,)+ }

        impl Role {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

roles! {
    /// Belongs to an enterprise, institute or association that asks for services.
    ApplicantMember "APPLICANT_MEMBER";
    /// Runs the account of such an organisation.
    ApplicantAdmin "APPLICANT_ADMIN";
    /// Works at an agency and acts under mandates.
    Agent "AGENT";
    /// Sits at the window of a node (窗口人员).
    Clerk "CLERK";
    TriageOfficer "TRIAGE_OFFICER";
    PreExaminer "PRE_EXAMINER";
    /// Concludes what a pre-examiner proposed; never the same person.
    Reviewer "REVIEWER";
    EnforcementOfficer "ENFORCEMENT_OFFICER";
    Mediator "MEDIATOR";
    CentreDirector "CENTRE_DIRECTOR";
    CentreAdmin "CENTRE_ADMIN";
    Auditor "AUDITOR";
    /// A partner system, by its client.
    PartnerClient "PARTNER_CLIENT";
    /// Whoever has not signed in. Everybody is this, too.
    Anonymous "ANONYMOUS";
}

crate::store::text_column!(Role);
