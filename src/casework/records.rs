//! Rows of cases. Apart from the facts that authorisation is decided on, nothing is read or changed here without an
//! `Authorized` value.

use super::model::{Case, Content, LinkKind};
use crate::access::{Authorized, Facts, Permission, ReadCaseContent};
use crate::catalogue::{RightKind, SubmissionKind};
use crate::clock::UtcTime;
use crate::command::Act;
use crate::deadlines::CaseDue;
use crate::decision::Track;
use crate::ids::{CaseId, PartyId, PrincipalId, SubmissionId, UserId};
use crate::problem::{Code, Problem};
use crate::store::schema::{case_links, cases};
use crate::store::{self, Conn, Sealed, StoreError, lock_case, on_engine};
use chrono::NaiveDate;
use diesel::prelude::*;

/// Facts for the policy, and no more.
pub(super) fn facts(conn: &mut Conn, id: CaseId) -> Result<Facts, Problem> {
    Ok(by_id(conn, id)?.ok_or_else(Problem::not_found)?.facts())
}

/// For the answer of an action that was authorised in this transaction.
pub(super) fn by_id(conn: &mut Conn, id: CaseId) -> Result<Option<Case>, Problem> {
    let found = on_engine!(conn => cases::table.find(id).select(Case::as_select()).first(conn));
    Ok(found.optional()?)
}

/// Takes the row lock that a change needs, then the facts as they stand under it.
pub(super) fn lock(conn: &mut Conn, id: CaseId) -> Result<Facts, Problem> {
    lock_case(conn, id)?;
    facts(conn, id)
}

/// The case, if the caller has this right to it: read once, by which it is decided and which is then shown.
pub(super) fn authorized<P: Permission>(
    act: &mut Act<'_>,
    id: CaseId,
) -> Result<(Authorized<P, CaseId>, Case), Problem> {
    let case = by_id(act.conn, id)?.ok_or_else(Problem::not_found)?;
    let authorized = act.authorize::<P, _>(&case.facts(), id)?;
    Ok((authorized, case))
}

/// The same under the row lock that a change needs.
pub(super) fn lock_authorized<P: Permission>(
    act: &mut Act<'_>,
    id: CaseId,
) -> Result<(Authorized<P, CaseId>, Case), Problem> {
    lock_case(act.conn, id)?;
    authorized(act, id)
}

/// The case that was authorised, by whatever right.
pub(super) fn load<P: Permission>(conn: &mut Conn, case: &Authorized<P, CaseId>) -> Result<Case, Problem> {
    by_id(conn, *case.subject())?.ok_or_else(Problem::not_found)
}

pub(super) fn content(
    conn: &mut Conn,
    case: &Authorized<ReadCaseContent, CaseId>,
) -> Result<Content, Problem> {
    sealed_content(conn, *case.subject())
}

/// For the workflow engine, which needs the content to check a correction and shows none of it.
pub(super) fn sealed_content(conn: &mut Conn, id: CaseId) -> Result<Content, Problem> {
    let sealed: Sealed = on_engine!(conn => cases::table.find(id).select(cases::content).first(conn))?;
    let plain = sealed.open().map_err(|error| Problem::internal(error.to_string()))?;
    serde_json::from_slice(plain).map_err(|_| Problem::internal("a case's content cannot be read"))
}

pub(super) fn seal(content: &Content) -> Result<Sealed, Problem> {
    let plain = serde_json::to_vec(content).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(Sealed::seal(&plain))
}

/// Where a case without a due date sorts: behind all others.
pub fn sort_date(due_on: Option<NaiveDate>) -> NaiveDate {
    const LAST: Option<NaiveDate> = NaiveDate::from_ymd_opt(9999, 12, 31);
    due_on.or(LAST).unwrap_or_default()
}

#[derive(Insertable)]
#[diesel(table_name = cases, treat_none_as_default_value = false)]
pub(super) struct NewCaseRow<'a> {
    pub case_id: CaseId,
    pub owner_id: PartyId,
    pub creator_id: PrincipalId,
    pub case_number: &'a str,
    pub submission_id: SubmissionId,
    pub item_key: &'a str,
    pub service_code: &'a str,
    pub submission_kind: SubmissionKind,
    pub right_kind: RightKind,
    pub track: Track,
    pub node_code: &'a str,
    pub queue_code: &'a str,
    pub intake_node: &'a str,
    pub channel: &'a str,
    pub state: &'a str,
    pub is_open: bool,
    pub due_on: Option<NaiveDate>,
    pub due_provisional: bool,
    pub sort_due: NaiveDate,
    pub pack_version: i32,
    pub workflow_code: &'a str,
    pub external_reference: Option<String>,
    pub right_key: Option<Vec<u8>>,
    pub reroutes: i32,
    pub content: Sealed,
    pub version: i64,
    pub received_at: UtcTime,
    pub updated_at: UtcTime,
}

pub(super) fn insert(conn: &mut Conn, row: &NewCaseRow<'_>) -> Result<(), Problem> {
    let inserted = on_engine!(conn => diesel::insert_into(cases::table).values(row).execute(conn));
    inserted.map_err(|error| {
        let error = StoreError::from(error);
        if error.is_duplicate("cases") {
            Problem::new(Code::Duplicate).at("/externalReference")
        } else {
            error.into()
        }
    })?;
    Ok(())
}

/// What a change leaves of a case. Whatever is `None` here becomes empty there.
#[derive(AsChangeset)]
#[diesel(table_name = cases, treat_none_as_null = true)]
struct Changed<'a> {
    track: Track,
    node_code: &'a str,
    queue_code: &'a str,
    state: &'a str,
    is_open: bool,
    assignee_id: Option<UserId>,
    examiner_id: Option<UserId>,
    due_on: Option<NaiveDate>,
    due_provisional: bool,
    sort_due: NaiveDate,
    reroutes: i32,
    version: i64,
    updated_at: UtcTime,
}

/// Writes a changed case over the version it was read at, and answers it with its new version.
pub(super) fn update<P: Permission>(
    conn: &mut Conn,
    authorized: &Authorized<P, CaseId>,
    case: Case,
    now: UtcTime,
) -> Result<Case, Problem> {
    let next = case.version + 1;
    let changed = Changed {
        track: case.track,
        node_code: &case.node_code,
        queue_code: &case.queue_code,
        state: &case.state,
        is_open: case.is_open,
        assignee_id: case.assignee_id,
        examiner_id: case.examiner_id,
        due_on: case.due_on,
        due_provisional: case.due_provisional,
        sort_due: sort_date(case.due_on),
        reroutes: case.reroutes,
        version: next,
        updated_at: now,
    };
    let row = cases::case_id.eq(*authorized.subject()).and(cases::version.eq(case.version));
    if on_engine!(conn => store::update(&cases::table, changed, row).execute(conn))? == 0 {
        return Err(Problem::new(Code::Stale));
    }
    Ok(Case { version: next, updated_at: now, ..case })
}

pub(super) fn replace_content(conn: &mut Conn, id: CaseId, content: &Content) -> Result<(), Problem> {
    store::update(&cases::table, cases::content.eq(seal(content)?), cases::case_id.eq(id)).execute(conn)?;
    Ok(())
}

pub(super) fn link(
    conn: &mut Conn,
    case: CaseId,
    other: CaseId,
    kind: LinkKind,
    now: UtcTime,
) -> Result<(), Problem> {
    diesel::insert_into(case_links::table)
        .values((
            case_links::case_id.eq(case),
            case_links::other_id.eq(other),
            case_links::kind.eq(kind),
            case_links::created_at.eq(now),
        ))
        .execute(conn)
        .map_err(|error| {
            let error = StoreError::from(error);
            if error.is_duplicate("case_links") {
                Problem::new(Code::Duplicate).at("/caseId")
            } else {
                error.into()
            }
        })?;
    Ok(())
}

pub(super) fn links(conn: &mut Conn, id: CaseId) -> Result<Vec<(CaseId, LinkKind)>, Problem> {
    Ok(on_engine!(conn => case_links::table
        .filter(case_links::case_id.eq(id))
        .order((case_links::created_at.asc(), case_links::other_id.asc()))
        .select((case_links::other_id, case_links::kind))
        .load(conn))?)
}

/// Open cases on the same right of the same party.
pub(super) fn open_on_right(conn: &mut Conn, right_key: &[u8]) -> Result<Vec<CaseId>, Problem> {
    Ok(cases::table
        .filter(cases::right_key.eq(right_key).and(cases::is_open))
        .order(cases::case_id.asc())
        .limit(20)
        .select(cases::case_id)
        .load(conn)?)
}

/// States of the cases that this one waits for.
pub(super) fn awaited(conn: &mut Conn, id: CaseId) -> Result<Vec<(CaseId, i32, String, String)>, Problem> {
    Ok(case_links::table
        .inner_join(cases::table.on(cases::case_id.eq(case_links::other_id)))
        .filter(case_links::case_id.eq(id).and(case_links::kind.eq(LinkKind::DependsOn)))
        .select((cases::case_id, cases::pack_version, cases::workflow_code, cases::state))
        .load(conn)?)
}

/// How many cases were parted from this one.
pub(super) fn splits(conn: &mut Conn, id: CaseId) -> Result<i64, Problem> {
    Ok(case_links::table
        .filter(case_links::case_id.eq(id).and(case_links::kind.eq(LinkKind::SplitInto)))
        .count()
        .get_result(conn)?)
}

/// Shows a newly derived date on a case; answers its new version.
pub(super) fn redate(conn: &mut Conn, case: &Case, due: CaseDue, now: UtcTime) -> Result<i64, Problem> {
    let columns = (
        cases::due_on.eq(due.due_on),
        cases::due_provisional.eq(due.provisional),
        cases::sort_due.eq(sort_date(due.due_on)),
        cases::version.eq(case.version + 1),
        cases::updated_at.eq(now),
    );
    store::update(&cases::table, columns, cases::case_id.eq(case.case_id)).execute(conn)?;
    Ok(case.version + 1)
}

/// The case waits for the outcome of another one of its submission.
pub fn depend(conn: &mut Conn, case: CaseId, on: CaseId, now: UtcTime) -> Result<(), Problem> {
    link(conn, case, on, LinkKind::DependsOn, now)
}

/// Cases of a submission that were authorised through it: id, item key, number and state, in filing order.
pub fn of_submission(conn: &mut Conn, submission: SubmissionId) -> Result<Vec<Case>, Problem> {
    Ok(on_engine!(conn => cases::table
        .filter(cases::submission_id.eq(submission))
        .order(cases::case_id.asc())
        .select(Case::as_select())
        .load(conn))?)
}

/// Those of them that are still open.
pub fn open_of_submission(conn: &mut Conn, submission: SubmissionId) -> Result<Vec<CaseId>, Problem> {
    Ok(cases::table
        .filter(cases::submission_id.eq(submission).and(cases::is_open))
        .order(cases::case_id.asc())
        .select(cases::case_id)
        .load(conn)?)
}

/// The version of a case whose lock is held.
pub(super) fn version(conn: &mut Conn, id: CaseId) -> Result<i64, Problem> {
    Ok(cases::table.find(id).select(cases::version).first(conn)?)
}

/// Another filer stands in the case from now on; answers its new version.
pub(super) fn change_creator(
    conn: &mut Conn,
    id: CaseId,
    to: PrincipalId,
    now: UtcTime,
) -> Result<i64, Problem> {
    Ok(diesel::update(cases::table.find(id))
        .set((
            cases::creator_id.eq(to),
            // The reference was the former filer's, unique among theirs, and may be taken among the new one's.
            cases::external_reference.eq(None::<String>),
            cases::version.eq(cases::version + 1),
            cases::updated_at.eq(now),
        ))
        .returning(cases::version)
        .get_result(conn)?)
}
