//! Where a case lies and who holds it: what its own history says, replayed, and the last routing decision beside it.

use super::histories::Told;
use super::readable;
use crate::ids::CaseId;
use crate::problem::Problem;
use crate::routing::Explanation;
use crate::store::Conn;
use crate::store::schema::routing_decisions;
use diesel::prelude::*;
use serde_json::Value;
use std::collections::HashMap;

/// What a case's events say of it by now. What no event says is not compared.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said<'h> {
    pub number: Option<&'h str>,
    /// State and version are said by every event: these are the last one's.
    pub state: Option<&'h str>,
    pub version: Option<i64>,
    pub queue: Option<&'h str>,
    pub node: Option<&'h str>,
    pub holder: Holder<'h>,
}

/// Who holds a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Holder<'h> {
    #[default]
    Unsaid,
    Nobody,
    User(&'h str),
}

impl<'h> Said<'h> {
    pub fn by(history: &'h [Told]) -> Self {
        history.iter().fold(Self::default(), Self::and)
    }

    fn and(self, event: &'h Told) -> Self {
        let text = |member: &str| event.data[member].as_str();
        let kind = event.kind.as_str();
        // Moves and transitions did not always tell node and holder; such an event leaves them open.
        let node = if kind == "CASE_TRANSFERRED" { None } else { self.node };
        let holder = match (event.data.get("assigneeId"), kind) {
            (Some(Value::String(user)), _) => Holder::User(user),
            (Some(_), _) | (None, "CASE_OPENED" | "CASE_RELEASED" | "CASE_TRANSFERRED") => Holder::Nobody,
            (None, "CASE_TRANSITIONED") => Holder::Unsaid,
            (None, _) => self.holder,
        };
        Self {
            number: text("caseNumber").or(self.number),
            state: text(if kind == "CASE_TRANSITIONED" { "to" } else { "state" }),
            version: event.data["version"].as_i64(),
            queue: text("queueCode").or(self.queue),
            node: text("nodeCode").or(node),
            holder,
        }
    }
}

/// The last decision on a case, and how many there are.
pub(super) struct LastDecision {
    count: i32,
    position: i32,
    queue: String,
    explanation: String,
}

/// `None` of a case whose decisions are not what the schema says.
pub(super) fn last_decisions(
    conn: &mut Conn,
    cases: &[CaseId],
) -> Result<HashMap<CaseId, Option<LastDecision>>, Problem> {
    let load = |conn: &mut Conn, cases: &[CaseId]| -> QueryResult<Vec<(CaseId, i32, String, String)>> {
        routing_decisions::table
            .filter(routing_decisions::case_id.eq_any(cases))
            .order((routing_decisions::case_id.asc(), routing_decisions::position.asc()))
            .select((
                routing_decisions::case_id,
                routing_decisions::position,
                routing_decisions::queue_code,
                routing_decisions::explanation,
            ))
            .load(conn)
    };
    let (rows, unreadable) = readable::rows(conn, cases, &load)?;
    let mut last: HashMap<CaseId, Option<LastDecision>> =
        unreadable.into_iter().map(|case| (case, None)).collect();
    for (case, position, queue, explanation) in rows {
        let count = last.get(&case).and_then(Option::as_ref).map_or(0, |before| before.count) + 1;
        last.insert(case, Some(LastDecision { count, position, queue, explanation }));
    }
    Ok(last)
}

/// A case lies where it was last sent, and the decision says so itself.
pub(super) fn decision_faults(decision: Option<&Option<LastDecision>>, said: &Said<'_>) -> Vec<String> {
    let decision = match decision {
        None => return vec!["no routing decision is recorded".to_owned()],
        Some(None) => return vec!["its routing decisions cannot be read".to_owned()],
        Some(Some(decision)) => decision,
    };
    let mut faults = Vec::new();
    if decision.count != decision.position {
        faults.push("its routing decisions are not all there".to_owned());
    }
    let mut chose = |what: &str, chosen: &str, said: Option<&str>| {
        if let Some(said) = said.filter(|said| *said != chosen) {
            faults.push(format!(
                "its last routing decision chose {what} {chosen}, but its history says {said}"
            ));
        }
    };
    chose("queue", &decision.queue, said.queue);
    // A placement by hand names the queue alone.
    match serde_json::from_str::<Explanation>(&decision.explanation) {
        Ok(explanation) => {
            if let Some(target) = explanation.decision.as_ref().and_then(|decision| decision.target()) {
                chose("by its explanation queue", &target.queue, said.queue);
                chose("by its explanation node", &target.node, said.node);
            }
        }
        Err(_) => faults.push("its last routing decision cannot be read".to_owned()),
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(events: Vec<(&str, Value)>) -> Vec<Told> {
        let told = |(at, (kind, data)): (usize, (&str, Value))| Told {
            sequence: i64::try_from(at).unwrap() + 1,
            kind: kind.to_owned(),
            data,
        };
        events.into_iter().enumerate().map(told).collect()
    }

    #[test]
    fn a_history_says_where_a_case_lies_and_who_holds_it() {
        let history = told(vec![
            (
                "CASE_OPENED",
                json!({ "caseNumber": "N", "nodeCode": "A", "queueCode": "A-1", "state": "S", "version": 1 }),
            ),
            ("CASE_CLAIMED", json!({ "assigneeId": "u", "state": "S", "version": 2 })),
            ("CASE_LINKED", json!({ "state": "S", "version": 3 })),
            (
                "CASE_TRANSITIONED",
                json!({ "from": "S", "to": "T", "nodeCode": "B", "queueCode": "B-1", "assigneeId": null, "version": 4 }),
            ),
            (
                "CASE_TRANSFERRED",
                json!({ "fromQueueCode": "B-1", "nodeCode": "C", "queueCode": "C-1", "state": "T", "version": 5 }),
            ),
        ]);
        let after = |events: usize| {
            let said = Said::by(&history[..events]);
            (said.queue.unwrap(), said.node.unwrap(), said.holder, said.state.unwrap(), said.version.unwrap())
        };
        assert_eq!(after(1), ("A-1", "A", Holder::Nobody, "S", 1));
        assert_eq!(after(2), ("A-1", "A", Holder::User("u"), "S", 2));
        assert_eq!(after(3), ("A-1", "A", Holder::User("u"), "S", 3));
        assert_eq!(after(4), ("B-1", "B", Holder::Nobody, "T", 4));
        assert_eq!(after(5), ("C-1", "C", Holder::Nobody, "T", 5));
    }

    /// Histories written before events told node and holder stay as they are, and must not be found at fault.
    #[test]
    fn what_an_older_event_does_not_say_is_left_open() {
        let history = told(vec![
            ("CASE_OPENED", json!({ "nodeCode": "A", "queueCode": "A-1", "state": "S", "version": 1 })),
            ("CASE_CLAIMED", json!({ "assigneeId": "u", "state": "S", "version": 2 })),
            (
                "CASE_TRANSITIONED",
                json!({ "from": "S", "to": "S", "nodeCode": "B", "queueCode": "B-1", "version": 3 }),
            ),
            ("CASE_TRANSFERRED", json!({ "queueCode": "C-1", "state": "S", "version": 4 })),
        ]);
        assert_eq!(Said::by(&history[..3]).holder, Holder::Unsaid);
        let said = Said::by(&history);
        assert_eq!((said.queue, said.node, said.holder), (Some("C-1"), None, Holder::Nobody));
    }
}
