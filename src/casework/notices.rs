//! Notices to people: what the worker made of the outbox.

use crate::access::{Clause, Holds, ReadNotice};
use crate::clock::UtcTime;
use crate::command::Act;
use crate::ids::{CaseId, NoticeId, SubmissionId};
use crate::problem::Problem;
use crate::store::MultiBackend;
use crate::store::schema::{cases, notices};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::Serialize;
use utoipa::ToSchema;

/// A message to a person: that something happened, never its content.
#[derive(Queryable, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeView {
    pub notice_id: NoticeId,
    /// What happened: an action of a workflow, or `CASE_OPENED`, `CASE_ASSIGNED` …
    #[schema(example = "ACCEPT", max_length = 60)]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submission_id: Option<SubmissionId>,
    pub created_at: UtcTime,
}

type Condition = Box<dyn BoxableExpression<notices::table, MultiBackend, SqlType = Bool>>;

fn clause(clause: &Clause) -> Condition {
    match &clause.relation {
        Holds::Always => Box::new(sql::<Bool>("1 = 1")),
        Holds::OwnerIn(parties) => Box::new(
            notices::party_id.is_not_null().and(notices::party_id.assume_not_null().eq_any(parties.clone())),
        ),
        Holds::Node(node) => Box::new(
            notices::node_code.is_not_null().and(notices::node_code.assume_not_null().eq(node.clone())),
        ),
        // The policy grants notices by organisation, mandate and node only; any other relation shows none.
        _ => Box::new(sql::<Bool>("1 = 0")),
    }
}

/// Notices for the caller, newest first, from before a notice on.
pub fn list(
    act: &mut Act<'_>,
    before: Option<NoticeId>,
    limit: u32,
    offset: u32,
) -> Result<Vec<NoticeView>, Problem> {
    let scope = act.scope::<ReadNotice>()?;
    let nothing: Condition = Box::new(sql::<Bool>("1 = 0"));
    let mine =
        scope.clauses.iter().map(clause).fold(nothing, |left, right| Box::new(left.or(right)) as Condition);
    let mut query = notices::table
        .filter(mine)
        .order(notices::notice_id.desc())
        .select((
            notices::notice_id,
            notices::kind,
            notices::case_id,
            notices::submission_id,
            notices::created_at,
        ))
        .limit(i64::from(limit) + 1)
        .offset(i64::from(offset))
        .into_boxed();
    if !scope.recused_from.is_empty() {
        // What they must not decide they are not told of either; the same rule as for the case itself.
        let theirs = notices::case_id
            .eq_any(
                cases::table
                    .filter(cases::owner_id.eq_any(scope.recused_from.clone()))
                    .select(cases::case_id.nullable()),
            )
            .assume_not_null();
        let of_case = notices::case_id.is_not_null().and(theirs);
        let to_them = notices::party_id
            .is_not_null()
            .and(notices::party_id.assume_not_null().eq_any(scope.recused_from.clone()));
        query = query.filter(diesel::dsl::not(of_case.or(to_them)));
    }
    if let Some(before) = before {
        query = query.filter(notices::notice_id.lt(before));
    }
    Ok(query.load(act.conn)?)
}
