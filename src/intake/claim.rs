//! The code on a walk-in's receipt, and taking over with it what the clerk filed.

use super::model::Submission;
use super::records;
use crate::access::{ClaimSubmission, keyed_digest};
use crate::casework;
use crate::command::Act;
use crate::ids::{StreamId, SubmissionId};
use crate::journal::{Recorded, StreamKind};
use crate::problem::Problem;
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

/// What stands on a receipt.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReceiptClaim {
    #[schema(example = "NT2026-R000002-Y", max_length = 40)]
    pub receipt_number: String,
    /// The code printed beside the number.
    #[schema(example = "7KQ2-M9XD-4TRA", max_length = 20)]
    pub claim_code: String,
}

/// Letters and digits that cannot be taken for each other.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The code of a submission: always the same, so it need not be kept, and not to be guessed without the pepper.
pub fn claim_code(pepper: &[u8; 32], id: SubmissionId) -> String {
    let digest = keyed_digest(pepper, "onewindow/receipt/v1", &[id.0.as_bytes()]);
    let letters: Vec<char> =
        digest.iter().take(12).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Takes over a submission that a clerk filed for the caller's organisation. A wrong number, a wrong code and somebody
/// else's receipt all answer alike.
pub fn take_over(act: &mut Act<'_>, claim: &ReceiptClaim) -> Result<(SubmissionId, Recorded), Problem> {
    let id = records::by_receipt(act.conn, &claim.receipt_number)?.ok_or_else(Problem::not_found)?;
    let submission = records::lock(act.conn, id)?;
    let code = claim_code(act.pepper, id);
    if !submission.is_taken_at_a_counter()
        || !bool::from(code.as_bytes().ct_eq(claim.claim_code.trim().to_ascii_uppercase().as_bytes()))
    {
        return Err(Problem::not_found());
    }
    let authorized =
        act.authorize::<ClaimSubmission, _>(&submission.facts(), id).map_err(|_| Problem::not_found())?;
    let to = act.caller.principal();
    let changed = Submission { creator_id: to, external_reference: None, ..submission };
    let changed = records::update(act.conn, &authorized, changed, None, act.now)?;
    casework::hand_over(act, id, to)?;
    let data = json!({ "claimedBy": to, "version": changed.version });
    let event = act.record(StreamKind::Submission, StreamId(id.0), "SUBMISSION_CLAIMED", data)?;
    Ok((id, event))
}
