//! What a clerk filed for a walk-in becomes the applicant's own, case by case.

use super::records;
use crate::command::Act;
use crate::ids::{CaseId, PrincipalId, StreamId, SubmissionId};
use crate::journal::StreamKind;
use crate::problem::Problem;
use serde_json::json;

/// Makes `to` the filer of every case of a submission whose taking over was authorised.
pub fn hand_over(act: &mut Act<'_>, submission: SubmissionId, to: PrincipalId) -> Result<(), Problem> {
    let ids: Vec<CaseId> =
        records::of_submission(act.conn, submission)?.into_iter().map(|case| case.case_id).collect();
    for id in ids {
        records::lock(act.conn, id)?;
        // What the history says of the case is read under its lock.
        let case = records::by_id(act.conn, id)?.ok_or_else(Problem::not_found)?;
        let version = records::change_creator(act.conn, case.case_id, to, act.now)?;
        act.record(
            StreamKind::Case,
            StreamId(case.case_id.0),
            "CASE_HANDED_OVER",
            json!({ "to": to, "state": case.state, "version": version }),
        )?;
    }
    Ok(())
}
