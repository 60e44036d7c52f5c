//! The stored history as an intruder reads it, and how to write it back changed.

use super::chain::{self, Hash, hex};
use crate::database::Database;
use crate::world::Engine;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};

/// An event with its place in the log. Ids and hashes are in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Event {
    #[diesel(sql_type = Text)]
    pub stream: String,
    #[diesel(sql_type = Text)]
    pub stream_kind: String,
    #[diesel(sql_type = BigInt)]
    pub sequence: i64,
    #[diesel(sql_type = Text)]
    pub event: String,
    #[diesel(sql_type = Text)]
    pub body: String,
    #[diesel(sql_type = Text)]
    pub previous: String,
    #[diesel(sql_type = Text)]
    pub hash: String,
}

impl Event {
    pub fn leaf(&self) -> Hash {
        chain::leaf(&self.body, &chain::unhex(&self.hash))
    }

    /// As people and `verify` write it.
    pub fn name(&self) -> String {
        dashed(&self.event)
    }
}

/// All events under a checkpoint, in the order of the log.
#[derive(Clone)]
pub struct History {
    pub engine: Engine,
    pub events: Vec<Event>,
}

impl History {
    pub fn read(database: &mut Database, engine: Engine) -> Result<Self, String> {
        let columns = match engine {
            Engine::Sqlite => {
                "lower(hex(stream_id)) AS stream, lower(hex(events.event_id)) AS event,
                 lower(hex(previous_hash)) AS previous, lower(hex(hash)) AS hash"
            }
            Engine::Postgres => {
                "encode(uuid_send(stream_id), 'hex') AS stream, encode(uuid_send(events.event_id), 'hex') AS event,
                 encode(previous_hash, 'hex') AS previous, encode(hash, 'hex') AS hash"
            }
        };
        let events = database.rows(&format!(
            "SELECT stream_kind, sequence, body, {columns}
             FROM events JOIN log_leaves ON log_leaves.event_id = events.event_id ORDER BY position"
        ))?;
        Ok(Self { engine, events })
    }

    pub fn id(&self, hex: &str) -> String {
        id(self.engine, hex)
    }

    pub fn bytes(&self, hex: &str) -> String {
        bytes(self.engine, hex)
    }

    /// Positions of a stream's events by their sequence.
    pub fn stream(&self, stream: &str) -> Vec<usize> {
        let mut places: Vec<usize> =
            (0..self.events.len()).filter(|at| self.events[*at].stream == stream).collect();
        places.sort_by_key(|at| self.events[*at].sequence);
        places
    }

    /// Recomputes a stream from end to end: sequences without a gap, each hash over the one before.
    pub fn chain_anew(&mut self, stream: &str) {
        let mut previous = Hash::default();
        for (sequence, at) in (1_i64..).zip(self.stream(stream)) {
            let event = &mut self.events[at];
            let said = |sequence: i64| format!("\"sequence\":{sequence},");
            event.body = event.body.replacen(&said(event.sequence), &said(sequence), 1);
            event.sequence = sequence;
            event.previous = hex(&previous);
            previous = chain::link(&previous, &event.body);
            event.hash = hex(&previous);
        }
    }

    /// The first place at which the log is not what it was.
    pub fn first_difference(&self, before: &Self) -> usize {
        let same = |(now, then): (&Event, &Event)| now.leaf() == then.leaf();
        self.events.iter().zip(&before.events).take_while(|pair| same(*pair)).count()
    }

    /// Statements that make the database say this and nothing else: events, leaves and head.
    pub fn instead_of(&self, before: &Self) -> String {
        let gone = before.events.iter().filter(|event| !self.events.contains(event));
        let fresh = self.events.iter().filter(|event| !before.events.contains(event));
        let mut statements: Vec<String> = gone
            .map(|event| format!("DELETE FROM events WHERE event_id = {}", self.id(&event.event)))
            .collect();
        statements.extend(fresh.map(|event| self.insertion(event)));
        statements.push("DELETE FROM log_leaves".to_owned());
        statements.extend(self.leaves());
        statements.push(self.head());
        statements.join("; ")
    }

    /// With the mark of those that are in the log.
    pub fn insertion(&self, event: &Event) -> String {
        let said = |member: &str| {
            let (_, rest) = event.body.split_once(&format!("\"{member}\":\"")).unwrap_or_default();
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        format!(
            "INSERT INTO events (stream_id, sequence, event_id, stream_kind, kind, at, actor_id, body, previous_hash, \
             hash, logged) VALUES ({}, {}, {}, '{}', '{}', '{}', {}, {}, {}, {}, TRUE)",
            self.id(&event.stream),
            event.sequence,
            self.id(&event.event),
            event.stream_kind,
            said("kind"),
            said("at"),
            self.id(&said("actorId").replace('-', "")),
            text(&event.body),
            self.bytes(&event.previous),
            self.bytes(&event.hash),
        )
    }

    fn leaves(&self) -> Vec<String> {
        let rows: Vec<String> = (0..)
            .zip(&self.events)
            .map(|(at, event)| {
                let leaf = self.bytes(&hex(&event.leaf()));
                format!("({at}, {}, {leaf})", self.id(&event.event))
            })
            .collect();
        let insert = "INSERT INTO log_leaves (position, event_id, leaf_hash) VALUES";
        rows.chunks(500).map(|rows| format!("{insert} {}", rows.join(", "))).collect()
    }

    pub fn head(&self) -> String {
        let leaves: Vec<Hash> = self.events.iter().map(Event::leaf).collect();
        let frontier = self.bytes(&hex(&chain::frontier(&leaves).concat()));
        format!("UPDATE log_heads SET size = {}, frontier = {frontier}", leaves.len())
    }
}

pub fn dashed(hex: &str) -> String {
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

fn bytes(engine: Engine, hex: &str) -> String {
    match engine {
        Engine::Sqlite => format!("X'{hex}'"),
        Engine::Postgres => format!("'\\x{hex}'"),
    }
}

fn id(engine: Engine, hex: &str) -> String {
    match engine {
        Engine::Sqlite => format!("X'{hex}'"),
        Engine::Postgres => format!("'{}'", dashed(hex)),
    }
}

pub fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
