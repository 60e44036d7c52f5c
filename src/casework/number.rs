//! Case and receipt numbers: for people to read out, with a check character; allotted in blocks so that submissions
//! never wait for each other. Gaps are normal: a number says nothing about how many cases there are.

use crate::access::{Allowed, Permission};
use crate::problem::{Code, Problem};
use crate::store::schema::number_series;
use crate::store::{Conn, Store, ensure_series};
use chrono::{Datelike, FixedOffset, Offset, Utc};
use diesel::prelude::*;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

/// How many numbers a server takes at a time.
const BLOCK: i64 = 1024;
/// Below this a new block is fetched.
const LOW: usize = 256;

/// What is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Series {
    Case,
    Receipt,
}

impl Series {
    fn letter(self) -> char {
        match self {
            Self::Case => 'C',
            Self::Receipt => 'R',
        }
    }
}

/// Numbers in stock at this server.
#[derive(Default)]
pub struct Numbering {
    stock: Mutex<HashMap<(Series, i32), VecDeque<i64>>>,
}

impl Numbering {
    /// Makes sure there are enough numbers before a transaction needs them.
    pub async fn provide(&self, store: &Store, year: i32) -> Result<(), Problem> {
        for series in [Series::Case, Series::Receipt] {
            if self.level((series, year)) < LOW {
                let name = format!("{}-{year}", series.letter());
                let first = store.write(move |conn| lease(conn, &name)).await?;
                let mut stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
                stock.entry((series, year)).or_default().extend(first..first + BLOCK);
            }
        }
        Ok(())
    }

    /// The same for a request, before its transaction begins.
    pub async fn provide_for<P: Permission>(&self, who: &Allowed<P>) -> Result<(), Problem> {
        let offset = FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| Utc.fix());
        self.provide(who.window.store(), who.window.now().date(offset).year()).await
    }

    fn level(&self, key: (Series, i32)) -> usize {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner).get(&key).map_or(0, VecDeque::len)
    }

    /// The next number, such as `NT2026-C000123-C`.
    pub fn next(&self, prefix: &str, series: Series, year: i32) -> Result<String, Problem> {
        let mut stock = self.stock.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = stock.entry((series, year)).or_default();
        // One number in 37 has no letter or digit for its check and is passed over.
        std::iter::from_fn(|| numbers.pop_front())
            .find_map(|number| written(prefix, series, year, number))
            .ok_or_else(|| Problem::new(Code::Unavailable))
    }
}

fn lease(conn: &mut Conn, series: &str) -> Result<i64, Problem> {
    ensure_series(conn, series)?;
    let next: i64 = diesel::update(number_series::table.find(series))
        .set(number_series::next_number.eq(number_series::next_number + BLOCK))
        .returning(number_series::next_number)
        .get_result(conn)?;
    Ok(next - BLOCK)
}

fn written(prefix: &str, series: Series, year: i32, number: i64) -> Option<String> {
    let body = format!("{prefix}{year}-{}{number:06}", series.letter());
    check_character(&body).map(|check| format!("{body}-{check}"))
}

const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// ISO 7064 MOD 37-2 over the letters and digits: finds every single wrong character and every swap of neighbours.
/// `None` where the standard would write `*`.
fn check_character(text: &str) -> Option<char> {
    let product = text
        .bytes()
        .filter_map(|byte| ALPHABET.iter().position(|known| *known == byte))
        .fold(0, |product, value| (product + value) * 2 % 37);
    ALPHABET.get((38 - product) % 37).map(|byte| char::from(*byte))
}

/// Whether a number was copied rightly.
pub fn is_sound(number: &str) -> bool {
    number.rsplit_once('-').is_some_and(|(body, check)| {
        let mut characters = check.chars();
        let check = characters.next();
        check.is_some() && check == check_character(body) && characters.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn one_wrong_character_or_a_swap_is_found(number in 1_i64..10_000_000, year in 2024..2100, at in 0_usize..20, other in 0_usize..36) {
            let sound = written("NT", Series::Case, year, number);
            prop_assume!(sound.is_some());
            let sound = sound.unwrap();
            prop_assert!(is_sound(&sound));
            let at = at % sound.len();
            let mut wrong = sound.clone().into_bytes();
            if wrong[at] != b'-' && wrong[at] != ALPHABET[other] {
                wrong[at] = ALPHABET[other];
                prop_assert!(!is_sound(&String::from_utf8(wrong).unwrap()));
            }
            let mut swapped = sound.clone().into_bytes();
            let body = sound.rfind('-').unwrap();
            if at + 1 < body && swapped[at] != swapped[at + 1] && !swapped[at..=at + 1].contains(&b'-') {
                swapped.swap(at, at + 1);
                prop_assert!(!is_sound(&String::from_utf8(swapped).unwrap()));
            }
        }
    }
}
