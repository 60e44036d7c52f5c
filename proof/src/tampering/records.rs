//! Rows that say how things stand, against the histories that say how they came to stand so.

use super::{Forger, Mutation};
use crate::world::Engine;

fn of_case(forger: &mut Forger<'_>, change: &str, words: &str) -> Mutation {
    let (id, name) = forger.thing("CASE");
    Mutation::line(format!("UPDATE cases SET {change} WHERE case_id = {id}"), &[&name, words])
}

pub fn state(forger: &mut Forger<'_>) -> Mutation {
    of_case(forger, "state = state || 'X'", "present state and version")
}

pub fn version(forger: &mut Forger<'_>) -> Mutation {
    of_case(forger, "version = version + 1", "present state and version")
}

pub fn queue(forger: &mut Forger<'_>) -> Mutation {
    of_case(forger, "queue_code = queue_code || 'X'", "it lies in queue")
}

pub fn node(forger: &mut Forger<'_>) -> Mutation {
    of_case(forger, "node_code = node_code || 'X'", "it lies at node")
}

pub fn assignee(forger: &mut Forger<'_>) -> Mutation {
    let anybody =
        "CASE WHEN assignee_id IS NULL THEN (SELECT user_id FROM users ORDER BY user_id LIMIT 1) END";
    of_case(forger, &format!("assignee_id = {anybody}"), "it is held by")
}

/// The character before the check character, which then does not fit.
pub fn number(forger: &mut Forger<'_>) -> Mutation {
    let digit = "CASE WHEN substr(case_number, length(case_number) - 1, 1) = '1' THEN '2' ELSE '1' END";
    let before = "substr(case_number, 1, length(case_number) - 2)";
    let check = "substr(case_number, length(case_number))";
    of_case(forger, &format!("case_number = {before} || {digit} || {check}"), "number")
}

pub fn due(forger: &mut Forger<'_>) -> Mutation {
    let column = ["due_on", "sort_due"][forger.below(2)];
    of_case(forger, &format!("{column} = '2031-01-01'"), "sorts it by")
}

pub fn content(forger: &mut Forger<'_>) -> Mutation {
    let damaged = match forger.history.engine {
        Engine::Sqlite => "content = CAST(substr(content, 2) AS BLOB)",
        Engine::Postgres => "content = substr(content, 2)",
    };
    of_case(forger, damaged, "content cannot be read")
}

pub fn delete_case(forger: &mut Forger<'_>) -> Mutation {
    let (id, name) = forger.thing("CASE");
    Mutation::line(format!("DELETE FROM cases WHERE case_id = {id}"), &[&name, "is not among its cases"])
}

pub fn delete_routing(forger: &mut Forger<'_>) -> Mutation {
    let (id, name) = forger.thing("CASE");
    Mutation::line(
        format!("DELETE FROM routing_decisions WHERE case_id = {id}"),
        &[&name, "routing decision"],
    )
}

pub fn submission(forger: &mut Forger<'_>) -> Mutation {
    let (id, name) = forger.thing("SUBMISSION");
    let change = ["state = state || 'X'", "version = version + 1", "receipt_number = receipt_number || 'X'"];
    let change = change[forger.below(change.len())];
    Mutation::line(
        format!("UPDATE submissions SET {change} WHERE submission_id = {id}"),
        &[&name, "submission"],
    )
}

pub fn delete_submission(forger: &mut Forger<'_>) -> Mutation {
    let (id, name) = forger.thing("SUBMISSION");
    Mutation::line(format!("DELETE FROM submissions WHERE submission_id = {id}"), &[&name])
}

pub fn delete_notice(forger: &mut Forger<'_>) -> Mutation {
    let one =
        format!("SELECT message_id FROM notices ORDER BY message_id LIMIT 1 OFFSET {}", forger.below(10));
    let sql = format!("DELETE FROM notices WHERE message_id = ({one})");
    Mutation::line(sql, &["marked delivered and have no notice"])
}

pub fn unanswer(forger: &mut Forger<'_>) -> Mutation {
    let one = format!("SELECT key FROM idempotency_keys ORDER BY key LIMIT 1 OFFSET {}", forger.below(10));
    let sql = format!("UPDATE idempotency_keys SET status = 0 WHERE key = ({one})");
    Mutation::line(sql, &["committed without an answer"])
}
