//! Every history tells of something that is there.

use crate::ids::StreamId;
use crate::journal::StreamKind;
use crate::problem::Problem;
use crate::store::Conn;
use crate::store::schema::{cases, clients, events, parties, submissions, users};
use diesel::dsl::{exists, not};
use diesel::prelude::*;

pub(super) fn check(conn: &mut Conn, faults: &mut Vec<String>) -> Result<(), Problem> {
    macro_rules! orphans {
        ($kind:ident, $table:ident, $id:ident) => {{
            let told_of = exists($table::table.filter($table::$id.eq(events::stream_id)));
            let begun =
                events::table.filter(events::sequence.eq(1).and(events::stream_kind.eq(StreamKind::$kind)));
            let ids: Vec<StreamId> = begun
                .filter(not(told_of))
                .order(events::stream_id.asc())
                .select(events::stream_id)
                .load(conn)?;
            let kind = StreamKind::$kind.as_str().to_lowercase();
            faults.extend(ids.into_iter().map(|id| format!("{kind} {}: it has a history and is gone", id.0)));
        }};
    }
    orphans!(Submission, submissions, submission_id);
    orphans!(Case, cases, case_id);
    orphans!(User, users, user_id);
    orphans!(Client, clients, client_id);
    orphans!(Party, parties, party_id);
    Ok(())
}
