//! Updates that an engine prepares once for each connection. diesel prepares its own anew at every use, because their
//! changesets may leave columns out; the key of these is the statement's text, which says what was left out.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment, QueryId};
use diesel::query_source::QuerySource;
use diesel::sql_types::Bool;

/// `UPDATE table SET changes WHERE condition`.
pub struct Update<From, Changes, Condition> {
    from: From,
    changes: Changes,
    condition: Condition,
}

/// Sets these columns in the rows of the table for which the condition holds.
pub fn update<T, C, W>(table: &T, changes: C, condition: W) -> Update<T::FromClause, C::Changeset, W>
where
    T: QuerySource,
    C: AsChangeset<Target = T>,
    W: AppearsOnTable<T> + Expression<SqlType = Bool>,
{
    Update { from: table.from_clause(), changes: changes.as_changeset(), condition }
}

impl<From, Changes, Condition, DB> QueryFragment<DB> for Update<From, Changes, Condition>
where
    DB: Backend,
    From: QueryFragment<DB>,
    Changes: QueryFragment<DB>,
    Condition: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.changes.is_noop(out.backend())? {
            return Err(diesel::result::Error::QueryBuilderError("an update without a column".into()));
        }
        out.push_sql("UPDATE ");
        self.from.walk_ast(out.reborrow())?;
        out.push_sql(" SET ");
        self.changes.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        self.condition.walk_ast(out)
    }
}

impl<From, Changes, Condition> QueryId for Update<From, Changes, Condition> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<From, Changes, Condition, C> RunQueryDsl<C> for Update<From, Changes, Condition> {}
