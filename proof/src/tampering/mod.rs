//! What an intruder with the database's password does to it: one thing at a time, chosen at random, with what `verify`
//! must name afterwards.

pub mod chain;
mod histories;
pub mod history;
mod logs;
mod records;

use history::{Event, History, dashed};
use rand::rngs::SmallRng;
use rand::{Rng, RngCore};

/// A world's history as it was before, and whatever else is needed to change it knowingly.
pub struct Forger<'a> {
    pub history: &'a History,
    /// The file of checkpoints.
    pub notes: &'a str,
    /// Events that have a confidential text.
    pub with_text: &'a [String],
    pub random: SmallRng,
}

pub struct Mutation {
    pub sql: String,
    /// What the file of checkpoints holds afterwards, if that was changed.
    pub notes: Option<String>,
    pub named: Named,
    /// Everything was recomputed: the database alone must not show it.
    pub seamless: bool,
}

/// What `verify` must say: the first item that is not as it was.
#[derive(Debug)]
pub enum Named {
    /// All of these words in one line.
    Line(Vec<String>),
    /// This place of the log, or the checkpoints around it.
    Place(usize),
}

type Forgery = fn(&mut Forger<'_>) -> Mutation;

/// All that is tried, by name.
pub const FORGERIES: &[(&str, Forgery)] = &[
    ("a column of an event is edited", histories::edit),
    ("a byte of a body is edited", histories::edit_body),
    ("an event is deleted", histories::delete),
    ("an event is deleted with its leaf", histories::delete_with_leaf),
    ("an event is inserted", histories::insert),
    ("two events of a case change places", histories::swap_neighbours),
    ("two events exchange what they say", histories::swap_contents),
    ("a history is cut", histories::cut),
    ("a confidential text is exchanged", histories::exchange_text),
    ("a history is recomputed", logs::recompute),
    ("a history is recomputed around an inserted event", logs::recompute_with_another),
    ("a history is forgotten and the log recomputed", logs::forget),
    ("the log is cut and its head recomputed", logs::cut),
    ("the database is rolled back to an earlier checkpoint", logs::roll_back),
    ("the file of checkpoints is rolled back", logs::roll_back_file),
    ("two leaves change places", logs::swap),
    ("a leaf is edited", logs::edit),
    ("the head is edited", logs::edit_head),
    ("the state of a case is edited", records::state),
    ("the version of a case is edited", records::version),
    ("a case is moved to another queue", records::queue),
    ("a case is moved to another node", records::node),
    ("a case is given to nobody or somebody", records::assignee),
    ("the number of a case is edited", records::number),
    ("the date of a case is edited", records::due),
    ("the content of a case is damaged", records::content),
    ("a case is deleted", records::delete_case),
    ("the routing of a case is deleted", records::delete_routing),
    ("a submission is edited", records::submission),
    ("a submission is deleted", records::delete_submission),
    ("a notice is deleted", records::delete_notice),
    ("an answer is taken off its key", records::unanswer),
];

impl Mutation {
    fn line(sql: String, words: &[&str]) -> Self {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Self { sql, notes: None, named: Named::Line(words), seamless: false }
    }
}

impl Named {
    pub fn is_in(&self, said: &str) -> bool {
        match self {
            Self::Line(words) => said.lines().any(|line| words.iter().all(|word| line.contains(word))),
            Self::Place(place) => {
                said.contains(&format!("position {place} is missing"))
                    || said.lines().filter_map(between).any(|(from, to)| (from..to).contains(place))
            }
        }
    }
}

/// The two positions of "the first that is not as it was stands at position A … before position B".
fn between(line: &str) -> Option<(usize, usize)> {
    let (_, rest) = line.split_once("stands at position ")?;
    let (from, rest) = rest.split_once(' ')?;
    let (_, to) = rest.split_once("before position ")?;
    Some((from.parse().ok()?, to.trim().parse().ok()?))
}

impl Forger<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.random.random_range(0..bound)
    }

    fn uuid(&mut self) -> String {
        format!("{:016x}{:016x}", self.random.next_u64(), self.random.next_u64())
    }

    /// Any event, with its position.
    fn event(&mut self) -> (usize, Event) {
        let at = self.below(self.history.events.len());
        (at, self.history.events[at].clone())
    }

    /// The positions of a history of at least so many events, in its order.
    fn stream(&mut self, least: usize) -> Vec<usize> {
        loop {
            let stream = self.event().1.stream;
            let places = self.history.stream(&stream);
            if places.len() >= least {
                return places;
            }
        }
    }

    /// The id of a thing of this kind: as a literal, and as it is shown.
    fn thing(&mut self, kind: &str) -> (String, String) {
        loop {
            let event = self.event().1;
            if event.stream_kind == kind {
                return (self.history.id(&event.stream), dashed(&event.stream));
            }
        }
    }

    /// Bytes in hexadecimal with one of them changed.
    fn flipped(&mut self, hex: &str) -> String {
        let at = self.below(hex.len());
        let digit = u8::from_str_radix(&hex[at..=at], 16).unwrap_or_default();
        let other = (digit + self.random.random_range(1..16)) % 16;
        format!("{}{other:x}{}", &hex[..at], &hex[at + 1..])
    }

    /// A history that is none of a forger: as the program would write it.
    pub fn sound_stream(&mut self, length: usize) -> Vec<Event> {
        let nothing = chain::hex(&chain::Hash::default());
        let mut last = Event {
            stream: self.uuid(),
            stream_kind: "PACK".to_owned(),
            sequence: 0,
            event: String::new(),
            body: String::new(),
            previous: nothing.clone(),
            hash: nothing,
        };
        (0..length)
            .map(|_| {
                last = self.forged_after(&last);
                last.clone()
            })
            .collect()
    }

    /// An event that follows another in its history, made as the program makes it.
    fn forged_after(&mut self, before: &Event) -> Event {
        let (event, actor) = (self.uuid(), self.uuid());
        let sequence = before.sequence + 1;
        let body = format!(
            "{{\"algorithm\":\"SHA-256\",\"eventId\":\"{}\",\"streamId\":\"{}\",\"streamKind\":\"{}\",\
             \"sequence\":{sequence},\"kind\":\"TEST\",\"at\":\"2026-11-20T01:00:00.000000Z\",\"actorId\":\"{}\",\
             \"data\":{{}}}}",
            dashed(&event),
            dashed(&before.stream),
            before.stream_kind,
            dashed(&actor),
        );
        let hash = chain::hex(&chain::link(&chain::unhex(&before.hash), &body));
        Event { sequence, event, body, previous: before.hash.clone(), hash, ..before.clone() }
    }
}
