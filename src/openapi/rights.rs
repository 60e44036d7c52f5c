//! States for every operation which row of the policy decides who may call it, and how callers show who they are. The
//! right is the type in the handler's signature; a test compares the two.

use super::operations;
use crate::access::{
    ActOnCase, AskForToken, AssignCase, ClaimCase, ClaimFromQueue, ClaimSubmission, CreateSubmission,
    EditSubmission, LinkCase, Permission, ReadCase, ReadCatalogue, ReadLog, ReadNotice, ReadParty, ReadQueue,
    ReadRouting, ReadSession, ReadSubmission, ReleaseCase, Resource, Role, RunCalculation, RunSimulation,
    SESSION_COOKIE, SignIn, SplitCase, SubmitSubmission, TransferCase, Verb, policy_rows,
};
use serde_json::{Value, json};

/// Operation → the right its handler asks for.
pub const RIGHTS: &[(&str, Resource, Verb)] = &[
    right::<ReadCatalogue>("service_list"),
    right::<ReadCatalogue>("service_show"),
    right::<ReadCatalogue>("bundle_list"),
    right::<ReadCatalogue>("bundle_show"),
    right::<ReadCatalogue>("node_list"),
    right::<ReadCatalogue>("node_show"),
    right::<ReadCatalogue>("calendar_list"),
    right::<ReadCatalogue>("calendar_show"),
    right::<ReadCatalogue>("classification_list"),
    right::<SignIn>("session_create"),
    right::<ReadSession>("session_show"),
    right::<ReadSession>("session_delete"),
    right::<AskForToken>("token_create"),
    right::<AskForToken>("token_key_list"),
    right::<CreateSubmission>("submission_create"),
    right::<ReadSubmission>("submission_list"),
    right::<ReadSubmission>("submission_show"),
    right::<EditSubmission>("submission_update"),
    right::<EditSubmission>("submission_delete"),
    right::<SubmitSubmission>("submission_transition_create"),
    right::<ClaimSubmission>("receipt_claim_create"),
    right::<ReadCase>("case_list"),
    right::<ReadCase>("case_show"),
    right::<ReadCase>("case_event_list"),
    right::<ReadCase>("case_event_show"),
    right::<ReadCase>("routing_decision_list"),
    right::<ReadCase>("deadline_list"),
    right::<ActOnCase>("case_transition_create"),
    right::<ClaimCase>("case_claim_create"),
    right::<AssignCase>("case_assignment_create"),
    right::<ReleaseCase>("case_release_create"),
    right::<TransferCase>("case_transfer_create"),
    right::<LinkCase>("case_link_create"),
    right::<SplitCase>("case_split_create"),
    right::<ReadQueue>("queue_list"),
    right::<ReadQueue>("queue_show"),
    right::<ClaimFromQueue>("queue_claim_create"),
    right::<ReadNotice>("notice_list"),
    right::<RunSimulation>("routing_simulation_create"),
    right::<ReadRouting>("routing_table_list"),
    right::<RunCalculation>("deadline_calculation_create"),
    right::<ReadParty>("party_list"),
    right::<ReadParty>("party_show"),
    right::<ReadLog>("checkpoint_show"),
];

const fn right<P: Permission>(operation: &'static str) -> (&'static str, Resource, Verb) {
    (operation, P::RESOURCE, P::VERB)
}

pub(super) fn state(document: &mut Value) {
    document["components"]["securitySchemes"] = json!({
        "session": { "type": "apiKey", "in": "cookie", "name": SESSION_COOKIE,
            "description": "Session cookie of POST /api/v1/sessions; writing also needs an Origin header that matches." },
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "Access token of POST /oauth2/token, EdDSA, ten minutes (RFC9068, RFC8725)." },
    });
    for operation in operations(document) {
        let operation = operation.said;
        let id = operation["operationId"].as_str().unwrap_or_default();
        let Some((_, resource, verb)) = RIGHTS.iter().find(|(known, _, _)| *known == id) else { continue };
        operation["x-authz"] = json!({ "resource": resource.as_str(), "action": verb.as_str() });
        let public = policy_rows()
            .iter()
            .any(|row| row.role == Role::Anonymous && row.resource == *resource && row.verb == *verb);
        operation["security"] =
            if public { json!([{}]) } else { json!([{ "session": [] }, { "bearer": [] }]) };
    }
}
