//! Events edited, deleted, inserted and exchanged, with what was computed over them left as it was.

use super::history::text;
use super::{Forger, Mutation};
use crate::world::Engine;
use rand::Rng;

/// Every column that the hash stands for.
const COLUMNS: [&str; 9] =
    ["stream_id", "event_id", "actor_id", "sequence", "stream_kind", "kind", "at", "previous_hash", "hash"];

pub fn edit(forger: &mut Forger<'_>) -> Mutation {
    let (at, event) = forger.event();
    let column = COLUMNS[forger.below(COLUMNS.len())];
    let history = forger.history;
    let value = match column {
        "stream_id" | "event_id" | "actor_id" => history.id(&forger.uuid()),
        "sequence" => format!("sequence + {}", forger.random.random_range(1000..2000)),
        "stream_kind" if event.stream_kind == "CASE" => "'SUBMISSION'".to_owned(),
        "stream_kind" => "'CASE'".to_owned(),
        "kind" => "'CASE_RELEASED'".to_owned(),
        "at" => match history.engine {
            Engine::Sqlite => {
                "substr(at, 1, length(at) - 2) || ((substr(at, -2, 1) + 1) % 10) || 'Z'".to_owned()
            }
            Engine::Postgres => "at + interval '1 microsecond'".to_owned(),
        },
        "previous_hash" => history.bytes(&forger.flipped(&event.previous)),
        _ => history.bytes(&forger.flipped(&event.hash)),
    };
    let sql = format!("UPDATE events SET {column} = {value} WHERE event_id = {}", history.id(&event.event));
    let place = format!("at position {at} is gone");
    // Under another id it is another event, and the one that was logged is not there.
    Mutation::line(sql, &[&event.name(), if column == "event_id" { &place } else { "event" }])
}

pub fn edit_body(forger: &mut Forger<'_>) -> Mutation {
    let (at, event) = forger.event();
    let mut body: Vec<char> = event.body.chars().collect();
    let place = forger.below(body.len());
    body[place] = if body[place] == 'x' { 'y' } else { 'x' };
    let body = text(&body.iter().collect::<String>());
    let sql = format!("UPDATE events SET body = {body} WHERE event_id = {}", forger.history.id(&event.event));
    Mutation::line(sql, &[&format!("event {} at position {at} is not what was logged", event.name())])
}

pub fn delete(forger: &mut Forger<'_>) -> Mutation {
    let (at, event) = forger.event();
    let sql = format!("DELETE FROM events WHERE event_id = {}", forger.history.id(&event.event));
    Mutation::line(sql, &[&format!("event {} at position {at} is gone", event.name())])
}

pub fn delete_with_leaf(forger: &mut Forger<'_>) -> Mutation {
    let (at, event) = forger.event();
    let id = forger.history.id(&event.event);
    let sql =
        format!("DELETE FROM log_leaves WHERE position = {at}; DELETE FROM events WHERE event_id = {id}");
    Mutation::line(sql, &[&format!("position {at} is missing")])
}

/// At the end of a history, where it breaks no chain, with the mark of those that are in the log.
pub fn insert(forger: &mut Forger<'_>) -> Mutation {
    let last = *forger.stream(1).last().expect("a stream has events");
    let forged = forger.forged_after(&forger.history.events[last]);
    let named = format!("event {} is marked as logged and is not in it", forged.name());
    Mutation::line(forger.history.insertion(&forged), &[&named])
}

pub fn swap_neighbours(forger: &mut Forger<'_>) -> Mutation {
    let places = forger.stream(2);
    let at = forger.below(places.len() - 1);
    let (first, second) = (&forger.history.events[places[at]], &forger.history.events[places[at + 1]]);
    let put = |id: &str, sequence: i64| {
        format!("UPDATE events SET sequence = {sequence} WHERE event_id = {}", forger.history.id(id))
    };
    let sql = [put(&first.event, -1), put(&second.event, first.sequence), put(&first.event, second.sequence)];
    let found = format!("event {} ({})", first.sequence, second.name());
    Mutation::line(sql.join("; "), &[&found, "does not follow the event before it"])
}

pub fn swap_contents(forger: &mut Forger<'_>) -> Mutation {
    let (at, one) = forger.event();
    let other = loop {
        let (_, other) = forger.event();
        if other != one {
            break other;
        }
    };
    let history = forger.history;
    let put = |from: &super::Event, to: &super::Event| {
        format!(
            "UPDATE events SET body = {}, previous_hash = {}, hash = {} WHERE event_id = {}",
            text(&from.body),
            history.bytes(&from.previous),
            history.bytes(&from.hash),
            history.id(&to.event),
        )
    };
    let sql = format!("{}; {}", put(&one, &other), put(&other, &one));
    Mutation::line(sql, &[&format!("event {} at position {at} is not what was logged", one.name())])
}

/// From some event on, nothing of this history is left; its leaves are.
pub fn cut(forger: &mut Forger<'_>) -> Mutation {
    let places = forger.stream(2);
    let from = places[forger.below(places.len())];
    let event = &forger.history.events[from];
    let stream = forger.history.id(&event.stream);
    let sql = format!("DELETE FROM events WHERE stream_id = {stream} AND sequence >= {}", event.sequence);
    Mutation::line(sql, &[&format!("event {} at position {from} is gone", event.name())])
}

pub fn exchange_text(forger: &mut Forger<'_>) -> Mutation {
    let event = forger.with_text[forger.below(forger.with_text.len())].clone();
    let column = ["salt", "content"][forger.below(2)];
    let value = forger.history.bytes(&forger.uuid());
    let id = forger.history.id(&event);
    let sql = format!("UPDATE event_texts SET {column} = {value} WHERE event_id = {id}");
    Mutation::line(sql, &[&super::dashed(&event), "is not the one it was bound to"])
}
