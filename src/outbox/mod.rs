//! Messages committed with the change that caused them. The worker sends them afterwards; a crash in between costs
//! time, never a message.

use crate::breakage::{self, Breakage};
use crate::clock::UtcTime;
use crate::ids::{CaseId, EventId, MessageId, NoticeId, PartyId, SubmissionId};
use crate::problem::Problem;
use crate::store::schema::{messages, notices};
use crate::store::{self, Conn, on_engine};
use chrono::Duration;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

const PENDING: &str = "PENDING";
const DELIVERED: &str = "DELIVERED";
const FAILED: &str = "FAILED";

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Audience {
    /// Everybody of a party who may know.
    Party(PartyId),
    /// The staff of a node.
    Node(String),
}

/// What it is about: ids only, never content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case_id: Option<CaseId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub submission_id: Option<SubmissionId>,
}

/// Puts a message into the outbox, in the transaction of its event.
pub fn push(
    conn: &mut Conn,
    id: MessageId,
    event: EventId,
    topic: &str,
    audience: &Audience,
    about: &About,
    at: UtcTime,
) -> Result<(), Problem> {
    let json = |error: serde_json::Error| Problem::internal(error.to_string());
    let audience = serde_json::to_string(audience).map_err(json)?;
    let payload = serde_json::to_string(about).map_err(json)?;
    on_engine!(conn => diesel::insert_into(messages::table)
        .values((
            messages::message_id.eq(id),
            messages::event_id.eq(event),
            messages::topic.eq(topic),
            messages::audience.eq(audience),
            messages::payload.eq(payload),
            messages::state.eq(PENDING),
            messages::attempts.eq(0),
            messages::created_at.eq(at),
        ))
        .execute(conn))?;
    Ok(())
}

/// How far the clocks of two servers may be apart.
const SKEW: Duration = Duration::minutes(1);

/// A message that waits, by its place in the order of delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Waiting {
    created_at: UtcTime,
    id: MessageId,
    attempts: i32,
}

impl Waiting {
    /// A message that failed is tried again after 2, 4, 8 … seconds since it was written, at least once an hour.
    pub fn is_due(&self, now: UtcTime) -> bool {
        let patience = Duration::seconds(2_i64.pow(self.attempts.clamp(0, 12).cast_unsigned()).min(3600));
        self.attempts == 0 || self.created_at.plus(patience) <= now || self.created_at > now.plus(SKEW)
    }
}

/// What was written until now and waits, oldest first, from after a message on; also what a clock wrote that has been
/// set back since, which would else wait until then. It is found by its state and never by a high-water mark kept
/// between rounds: a lower id may commit later.
pub fn waiting(
    conn: &mut Conn,
    until: UtcTime,
    after: Option<Waiting>,
    most: i64,
) -> Result<Vec<Waiting>, Problem> {
    let mut query = messages::table
        .filter(messages::state.eq(PENDING))
        .filter(messages::created_at.le(until).or(messages::created_at.gt(until.plus(SKEW))))
        .order((messages::created_at.asc(), messages::message_id.asc()))
        .limit(most)
        .select((messages::created_at, messages::message_id, messages::attempts))
        .into_boxed();
    let after =
        if breakage::is(Breakage::OutboxByHighestId) { after.or(newest_delivered(conn)?) } else { after };
    if let Some(Waiting { created_at, id, .. }) = after {
        let later = messages::created_at.gt(created_at);
        query = query.filter(later.or(messages::created_at.eq(created_at).and(messages::message_id.gt(id))));
    }
    Ok(query.load(conn)?)
}

/// What a poller would begin behind that takes ids for an order of commits. See `crate::breakage`.
fn newest_delivered(conn: &mut Conn) -> Result<Option<Waiting>, Problem> {
    Ok(messages::table
        .filter(messages::state.eq(DELIVERED))
        .order((messages::created_at.desc(), messages::message_id.desc()))
        .select((messages::created_at, messages::message_id, messages::attempts))
        .first(conn)
        .optional()?)
}

/// How much waits, and since when.
#[derive(Debug, Clone, Copy)]
pub struct Backlog {
    pub pending: i64,
    pub oldest: Option<UtcTime>,
}

pub fn backlog(conn: &mut Conn) -> Result<Backlog, Problem> {
    let waiting = || messages::table.filter(messages::state.eq(PENDING));
    Ok(Backlog {
        pending: waiting().count().get_result(conn)?,
        oldest: waiting()
            .order(messages::created_at.asc())
            .select(messages::created_at)
            .first(conn)
            .optional()?,
    })
}

/// Turns messages into notices. Answers how many: another node may have taken one since, and only whoever changes the
/// state delivers.
pub fn deliver(conn: &mut Conn, waiting: &[Waiting], now: UtcTime) -> Result<usize, Problem> {
    let mut delivered = 0;
    for Waiting { id, .. } in waiting {
        let row = messages::message_id.eq(*id).and(messages::state.eq(PENDING));
        let columns = (
            messages::state.eq(DELIVERED),
            messages::delivered_at.eq(now),
            messages::attempts.eq(messages::attempts + 1),
        );
        let taken = on_engine!(conn => store::update(&messages::table, columns, row).execute(conn))?;
        if taken == 1 {
            let (topic, audience, payload): (String, String, String) = on_engine!(conn => messages::table
                .find(id)
                .select((messages::topic, messages::audience, messages::payload))
                .first(conn))?;
            notify(conn, *id, &topic, &audience, &payload, now)?;
            delivered += 1;
        }
    }
    Ok(delivered)
}

/// Counts an attempt that failed. A message that cannot be read is given up, which `onewindow verify` names; whatever
/// else was in the way may be gone the next time.
pub fn record_failure(conn: &mut Conn, message: Waiting) -> Result<(), Problem> {
    let row = || messages::table.find(message.id).filter(messages::state.eq(PENDING));
    let said: Option<(String, String)> =
        row().select((messages::audience, messages::payload)).first(conn).optional()?;
    let Some((audience, payload)) = said else { return Ok(()) };
    let readable = read(&audience, &payload).is_ok();
    let state = if readable { PENDING } else { FAILED };
    diesel::update(row())
        .set((messages::attempts.eq(messages::attempts + 1), messages::state.eq(state)))
        .execute(conn)?;
    if !readable {
        tracing::error!(message = %message.id, "a message cannot be read and was given up");
    }
    Ok(())
}

fn read(audience: &str, about: &str) -> Result<(Audience, About), Problem> {
    let unreadable = |_| Problem::internal("a message cannot be read");
    Ok((
        serde_json::from_str(audience).map_err(unreadable)?,
        serde_json::from_str(about).map_err(unreadable)?,
    ))
}

fn notify(
    conn: &mut Conn,
    id: MessageId,
    topic: &str,
    audience: &str,
    payload: &str,
    now: UtcTime,
) -> Result<(), Problem> {
    let (audience, about) = read(audience, payload)?;
    let (party, node) = match audience {
        Audience::Party(party) => (Some(party), None),
        Audience::Node(node) => (None, Some(node)),
    };
    on_engine!(conn => diesel::insert_into(notices::table)
        .values((
            notices::notice_id.eq(NoticeId(id.0)),
            notices::message_id.eq(id),
            notices::party_id.eq(party),
            notices::node_code.eq(node),
            notices::kind.eq(topic),
            notices::case_id.eq(about.case_id),
            notices::submission_id.eq(about.submission_id),
            notices::created_at.eq(now),
        ))
        .execute(conn))?;
    Ok(())
}
