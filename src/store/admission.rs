//! Who may come to the database: a place to work for as many as it serves at once, a short queue for a few more, and
//! an answer at once for the rest. Reads are turned away before writes; sign-in, readiness and the worker have places of
//! their own.

use super::StoreError;
use super::measures::{Measures, Shed};
use crate::breakage::{self, Breakage};
use crate::edge::{Door, Patience, Visit};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long somebody waits for a place before the load is shed.
const WAIT: Duration = Duration::from_millis(800);
/// Places kept for sign-in, readiness and the worker.
pub const RESERVED: usize = 3;
/// How many may wait for those: all of a centre that signs in at nine.
pub const RESERVED_QUEUE: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Read,
    Write,
    Reserved,
}

/// How many are let in, those at work included.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    pub reads: usize,
    pub writes: usize,
}

/// The way to one pool, or to the one writer.
#[derive(Clone)]
pub struct Admission {
    room: Room,
    common: Arc<Door>,
    reserved: Arc<Door>,
    places: Option<Places>,
    measures: Measures,
}

/// One for each connection, so that no thread waits for one.
#[derive(Clone)]
struct Places {
    common: Arc<Semaphore>,
    reserved: Arc<Semaphore>,
}

/// Held until the work has ended, whether anybody still waits for it or not.
pub struct Place {
    _visit: Visit,
    _connection: Option<OwnedSemaphorePermit>,
}

impl Place {
    /// Gives it to the next, whatever came of the work.
    pub fn leave(self, done: bool) {
        if !done && breakage::is(Breakage::PlaceKept) {
            std::mem::forget(self);
        }
    }
}

impl Admission {
    /// To a pool of this many connections and those of the reserve.
    pub fn to_pool(connections: usize, room: Room, measures: Measures) -> Self {
        let places = Places {
            common: Arc::new(Semaphore::new(connections)),
            reserved: Arc::new(Semaphore::new(RESERVED)),
        };
        Self { places: Some(places), ..Self::to_queue(room, measures) }
    }

    /// To a queue, in which waiting costs no thread.
    pub fn to_queue(room: Room, measures: Measures) -> Self {
        Self { room, common: Arc::default(), reserved: Arc::default(), places: None, measures }
    }

    pub async fn enter(&self, lane: Lane) -> Result<Place, StoreError> {
        let begun = Instant::now();
        let (door, room) = match lane {
            Lane::Read => (&self.common, self.room.reads),
            Lane::Write => (&self.common, self.room.writes),
            Lane::Reserved => (&self.reserved, RESERVED_QUEUE),
        };
        let visit = door.enter(room).map_err(|_| self.shed(lane, Shed::Full))?;
        let connection = match &self.places {
            None => None,
            Some(places) => {
                let free = if lane == Lane::Reserved { &places.reserved } else { &places.common };
                let patience = Patience::left().map_or(WAIT, |left| left.min(WAIT));
                let place = tokio::time::timeout(patience, free.clone().acquire_owned()).await;
                Some(place.ok().and_then(Result::ok).ok_or_else(|| self.shed(lane, Shed::Waited))?)
            }
        };
        self.measures.waited(lane, begun.elapsed());
        Ok(Place { _visit: visit, _connection: connection })
    }

    /// Whether one more write would be turned away at once; who asks is counted as turned away.
    pub fn sheds_writes(&self) -> bool {
        let full = self.common.inside() >= self.room.writes;
        if full {
            self.measures.shed(Lane::Write, Shed::Full);
        }
        full
    }

    fn shed(&self, lane: Lane, reason: Shed) -> StoreError {
        self.measures.shed(lane, reason);
        StoreError::Busy
    }

    /// How many are inside: at work or waiting for a place.
    pub fn inside(&self) -> usize {
        self.common.inside() + self.reserved.inside()
    }

    /// Ends when all work has ended.
    pub async fn emptied(&self) {
        self.common.emptied().await;
        self.reserved.emptied().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_are_shed_before_writes_and_the_reserve_is_apart() {
        actix_web::rt::System::new().block_on(async {
            let admission = Admission::to_pool(9, Room { reads: 1, writes: 2 }, Measures::default());
            let first = admission.enter(Lane::Write).await;
            assert!(first.is_ok());
            assert!(admission.enter(Lane::Read).await.is_err());
            let second = admission.enter(Lane::Write).await;
            assert!(second.is_ok());
            assert!(admission.enter(Lane::Write).await.is_err());
            assert!(admission.enter(Lane::Reserved).await.is_ok());
            drop((first, second));
            assert_eq!(admission.inside(), 0, "who was turned away is not counted");
            assert!(admission.enter(Lane::Read).await.is_ok());
        });
    }
}
