//! Rows of submissions; the form in them is sealed.

use super::model::{Submission, SubmissionState};
use crate::access::{Authorized, Permission};
use crate::clock::UtcTime;
use crate::ids::SubmissionId;
use crate::problem::{Code, Problem};
use crate::store::schema::submissions;
use crate::store::{self, Conn, Sealed, StoreError, lock_submission, on_engine};
use diesel::prelude::*;
use serde_json::Value;

pub(super) fn by_id(conn: &mut Conn, id: SubmissionId) -> Result<Submission, Problem> {
    let found = on_engine!(conn => submissions::table
        .find(id)
        .filter(submissions::state.ne(SubmissionState::Discarded))
        .select(Submission::as_select())
        .first(conn));
    found.optional()?.ok_or_else(Problem::not_found)
}

/// Takes the row lock that a change needs.
pub(super) fn lock(conn: &mut Conn, id: SubmissionId) -> Result<Submission, Problem> {
    lock_submission(conn, id)?;
    by_id(conn, id)
}

/// The form of a submission that was authorised, by whatever right.
pub(super) fn form<P: Permission>(
    conn: &mut Conn,
    of: &Authorized<P, SubmissionId>,
) -> Result<Value, Problem> {
    let id = *of.subject();
    let sealed: Sealed =
        on_engine!(conn => submissions::table.find(id).select(submissions::form).first(conn))?;
    let plain = sealed.open().map_err(|error| Problem::internal(error.to_string()))?;
    serde_json::from_slice(plain).map_err(|_| Problem::internal("a form cannot be read"))
}

fn seal(form: &Value) -> Sealed {
    Sealed::seal(form.to_string().as_bytes())
}

fn duplicate(error: diesel::result::Error) -> Problem {
    let error = StoreError::from(error);
    if error.is_duplicate("submissions") {
        Problem::new(Code::Duplicate).at("/externalReference")
    } else {
        error.into()
    }
}

pub(super) fn insert(conn: &mut Conn, new: &Submission, form: &Value) -> Result<(), Problem> {
    diesel::insert_into(submissions::table)
        .values((
            submissions::submission_id.eq(new.submission_id),
            submissions::owner_id.eq(new.owner_id),
            submissions::creator_id.eq(new.creator_id),
            submissions::channel.eq(&new.channel),
            submissions::intake_node.eq(&new.intake_node),
            submissions::state.eq(new.state),
            submissions::bundle_code.eq(&new.bundle_code),
            submissions::external_reference.eq(&new.external_reference),
            submissions::form.eq(seal(form)),
            submissions::version.eq(new.version),
            submissions::created_at.eq(new.created_at),
            submissions::updated_at.eq(new.updated_at),
        ))
        .execute(conn)
        .map_err(duplicate)?;
    Ok(())
}

/// Writes a changed submission over the version it was read at, and answers it with its new version.
pub(super) fn update<P: Permission>(
    conn: &mut Conn,
    authorized: &Authorized<P, SubmissionId>,
    changed: Submission,
    form: Option<&Value>,
    now: UtcTime,
) -> Result<Submission, Problem> {
    let next = changed.version + 1;
    let row =
        submissions::submission_id.eq(*authorized.subject()).and(submissions::version.eq(changed.version));
    let columns = (
        submissions::owner_id.eq(changed.owner_id),
        submissions::creator_id.eq(changed.creator_id),
        submissions::channel.eq(&changed.channel),
        submissions::intake_node.eq(&changed.intake_node),
        submissions::state.eq(changed.state),
        submissions::bundle_code.eq(&changed.bundle_code),
        submissions::receipt_number.eq(&changed.receipt_number),
        submissions::external_reference.eq(&changed.external_reference),
        submissions::submitted_at.eq(changed.submitted_at),
        submissions::version.eq(next),
        submissions::updated_at.eq(now),
        form.map(|form| submissions::form.eq(seal(form))),
    );
    let written = on_engine!(conn => store::update(&submissions::table, columns, row).execute(conn));
    let written = written.map_err(duplicate)?;
    if written == 0 {
        return Err(Problem::new(Code::Stale));
    }
    Ok(Submission { version: next, updated_at: now, ..changed })
}

/// The filed submission with this receipt number.
pub(super) fn by_receipt(conn: &mut Conn, receipt: &str) -> Result<Option<SubmissionId>, Problem> {
    Ok(submissions::table
        .filter(submissions::receipt_number.eq(receipt))
        .select(submissions::submission_id)
        .first(conn)
        .optional()?)
}
