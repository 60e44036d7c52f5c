//! Resources and actions of the policy, and one type per permission, so that a handler's signature says which right
//! it needs and a record function which one was checked.

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($variant,)+ }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $code,)+ } }
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
    /// What a right is on.
    Resource {
        Catalogue "CATALOGUE", Session "SESSION", Token "TOKEN", Submission "SUBMISSION", Case "CASE", Queue "QUEUE",
        Notice "NOTICE", Party "PARTY", Routing "ROUTING", Simulation "SIMULATION", Calculation "CALCULATION",
        Access "ACCESS", Log "LOG",
    }
}

codes! {
    /// What is done to it.
    Verb {
        Create "CREATE", Read "READ", ReadContent "READ_CONTENT", Edit "EDIT", Submit "SUBMIT", Withdraw "WITHDRAW",
        Act "ACT", Claim "CLAIM", Assign "ASSIGN", Transfer "TRANSFER", Release "RELEASE", Link "LINK",
        Split "SPLIT", Run "RUN",
    }
}

codes! {
    /// How the caller stands to the object.
    Relation {
        Any "ANY", Own "OWN", Organisation "ORGANISATION", Mandate "MANDATE", Node "NODE",
        NodeNotExaminer "NODE_NOT_EXAMINER", IntakeNode "INTAKE_NODE", Assigned "ASSIGNED",
    }
}

codes! {
    /// Where an object stands in its life, as far as rights depend on it.
    Phase {
        Draft "DRAFT", Filed "FILED", Unclaimed "UNCLAIMED", Claimed "CLAIMED", InReview "IN_REVIEW",
        Closed "CLOSED", None "NONE",
    }
}

/// A right as a type.
pub trait Permission: Send + Sync + 'static {
    const RESOURCE: Resource;
    const VERB: Verb;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $resource:ident . $verb:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl Permission for $name {
            const RESOURCE: Resource = Resource::$resource;
            const VERB: Verb = Verb::$verb;
        }
    )+};
}

permissions! {
    ReadCatalogue = Catalogue.Read;
    SignIn = Session.Create;
    ReadSession = Session.Read;
    AskForToken = Token.Create;
    CreateSubmission = Submission.Create;
    ReadSubmission = Submission.Read;
    ReadSubmissionContent = Submission.ReadContent;
    EditSubmission = Submission.Edit;
    SubmitSubmission = Submission.Submit;
    WithdrawSubmission = Submission.Withdraw;
    ClaimSubmission = Submission.Claim;
    ReadCase = Case.Read;
    ReadCaseContent = Case.ReadContent;
    ActOnCase = Case.Act;
    ClaimCase = Case.Claim;
    AssignCase = Case.Assign;
    TransferCase = Case.Transfer;
    ReleaseCase = Case.Release;
    LinkCase = Case.Link;
    SplitCase = Case.Split;
    ReadQueue = Queue.Read;
    ClaimFromQueue = Queue.Claim;
    ReadNotice = Notice.Read;
    ReadParty = Party.Read;
    ReadRouting = Routing.Read;
    RunSimulation = Simulation.Run;
    RunCalculation = Calculation.Run;
    ReadAccess = Access.Read;
    ReadLog = Log.Read;
}
