//! The log of all histories: edited, cut, rolled back, and recomputed hashes and all.

use super::history::{History, text};
use super::{Forger, Mutation, Named};
use rand::Rng;

fn rewritten(after: &History, before: &History) -> Mutation {
    Mutation {
        sql: after.instead_of(before),
        notes: None,
        named: Named::Place(after.first_difference(before)),
        seamless: true,
    }
}

/// Somebody else did it: one event says so, and every hash from there on is made anew.
pub fn recompute(forger: &mut Forger<'_>) -> Mutation {
    let (at, event) = forger.event();
    let mut after = forger.history.clone();
    let (head, rest) = event.body.split_once("\"actorId\":\"").unwrap_or_default();
    let body = format!("{head}\"actorId\":\"{}{}", super::dashed(&forger.uuid()), &rest[36..]);
    after.events[at].body = body;
    after.chain_anew(&event.stream);
    rewritten(&after, forger.history)
}

/// An event that never was, in the middle of a history and of the log. A case shows it by its last event only.
pub fn recompute_with_another(forger: &mut Forger<'_>) -> Mutation {
    let places = forger.stream(2);
    let before = places[forger.below(places.len() - 1)];
    let forged = forger.forged_after(&forger.history.events[before]);
    let mut after = forger.history.clone();
    for event in after.events.iter_mut().filter(|event| event.stream == forged.stream) {
        if event.sequence >= forged.sequence {
            let said = |sequence: i64| format!("\"sequence\":{sequence},");
            event.body = event.body.replacen(&said(event.sequence), &said(event.sequence + 1), 1);
            event.sequence += 1;
        }
    }
    let stream = forged.stream.clone();
    after.events.insert(before + 1, forged);
    after.chain_anew(&stream);
    rewritten(&after, forger.history)
}

/// An account or a party whose only event is taken out of history and log.
pub fn forget(forger: &mut Forger<'_>) -> Mutation {
    let at = loop {
        let (at, event) = forger.event();
        let alone = forger.history.stream(&event.stream).len() == 1;
        if alone && ["USER", "PARTY"].contains(&event.stream_kind.as_str()) {
            break at;
        }
    };
    let mut after = forger.history.clone();
    after.events.remove(at);
    rewritten(&after, forger.history)
}

fn cut_at(forger: &Forger<'_>, from: usize) -> Mutation {
    let mut after = forger.history.clone();
    after.events.truncate(from);
    let sql = format!(
        "DELETE FROM events WHERE event_id IN (SELECT event_id FROM log_leaves WHERE position >= {from}); \
         DELETE FROM log_leaves WHERE position >= {from}; {}",
        after.head()
    );
    Mutation::line(sql, &[&format!("position {from} is missing")])
}

pub fn cut(forger: &mut Forger<'_>) -> Mutation {
    let from = forger.below(forger.history.events.len());
    cut_at(forger, from)
}

/// The sizes of the file's checkpoints, each with its note.
fn checkpoints(notes: &str) -> Vec<(usize, String)> {
    let parts: Vec<&str> = notes.split_terminator("\n\n").collect();
    let size = |text: &str| text.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or_default();
    parts.chunks_exact(2).map(|note| (size(note[0]), format!("{}\n\n{}\n", note[0], note[1]))).collect()
}

/// One of the checkpoints before the last.
fn earlier(forger: &mut Forger<'_>) -> (usize, String, String) {
    let known = checkpoints(forger.notes);
    let at = forger.below(known.len() - 1);
    let kept: Vec<&str> = known[..=at].iter().map(|(_, note)| note.as_str()).collect();
    (known[at].0, known[at].1.clone(), kept.join("\n") + "\n")
}

pub fn roll_back(forger: &mut Forger<'_>) -> Mutation {
    let (size, note, _) = earlier(forger);
    let cut = cut_at(forger, size);
    let sql = format!("{}; UPDATE log_checkpoints SET size = {size}, note = {}", cut.sql, text(&note));
    Mutation { sql, ..cut }
}

pub fn roll_back_file(forger: &mut Forger<'_>) -> Mutation {
    let (size, _, kept) = earlier(forger);
    let named = format!("they end at {size} events");
    Mutation { notes: Some(kept), ..Mutation::line("SELECT 1".to_owned(), &[&named, "rolled back"]) }
}

pub fn swap(forger: &mut Forger<'_>) -> Mutation {
    let count = forger.history.events.len();
    let first = forger.below(count - 1);
    let second = forger.random.random_range(first + 1..count);
    let put = |from: &str, to: &str| format!("UPDATE log_leaves SET position = {to} WHERE position = {from}");
    let (one, other) = (first.to_string(), second.to_string());
    let sql = [put(&one, "-1"), put(&other, &one), put("-1", &other)].join("; ");
    Mutation { named: Named::Place(first), ..Mutation::line(sql, &[]) }
}

pub fn edit(forger: &mut Forger<'_>) -> Mutation {
    let (at, event) = forger.event();
    let leaf = forger.flipped(&super::chain::hex(&event.leaf()));
    let sql =
        format!("UPDATE log_leaves SET leaf_hash = {} WHERE position = {at}", forger.history.bytes(&leaf));
    Mutation::line(sql, &[&format!("event {} at position {at} is not what was logged", event.name())])
}

pub fn edit_head(forger: &mut Forger<'_>) -> Mutation {
    let sql = match forger.below(3) {
        0 => "UPDATE log_heads SET size = size + 1".to_owned(),
        1 => "UPDATE log_heads SET size = size - 1".to_owned(),
        _ => {
            let leaves: Vec<_> = forger.history.events.iter().map(super::Event::leaf).collect();
            let frontier = super::chain::hex(&super::chain::frontier(&leaves).concat());
            let flipped = forger.flipped(&frontier);
            format!("UPDATE log_heads SET frontier = {}", forger.history.bytes(&flipped))
        }
    };
    Mutation::line(sql, &["its head is not that of its leaves"])
}
