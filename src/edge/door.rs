//! Counts who is inside, lets in no more than there is room for, and can be closed: then it tells when all have left.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::sync::Notify;

#[derive(Debug, Default)]
pub struct Door {
    closed: AtomicBool,
    inside: AtomicUsize,
    left: Notify,
}

/// Somebody inside, until it is dropped.
#[derive(Debug)]
pub struct Visit(Arc<Door>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turned {
    Closed,
    Full,
}

impl Door {
    /// Lets one in if fewer than `room` are inside.
    pub fn enter(self: &Arc<Self>, room: usize) -> Result<Visit, Turned> {
        // Counted before looking at the door, so that nobody slips in unseen between its closing and the count.
        let before = self.inside.fetch_add(1, Ordering::SeqCst);
        let visit = Visit(self.clone());
        if self.is_closed() {
            return Err(Turned::Closed);
        }
        if before >= room { Err(Turned::Full) } else { Ok(visit) }
    }

    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    pub fn inside(&self) -> usize {
        self.inside.load(Ordering::SeqCst)
    }

    /// Ends when nobody is inside.
    pub async fn emptied(&self) {
        loop {
            let mut left = std::pin::pin!(self.left.notified());
            left.as_mut().enable();
            if self.inside() == 0 {
                return;
            }
            left.await;
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if self.0.inside.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.left.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_there_is_room_for_and_nobody_once_it_is_closed() {
        let door = Arc::new(Door::default());
        let first = door.enter(1).unwrap();
        assert_eq!(door.enter(1).unwrap_err(), Turned::Full);
        let second = door.enter(2).unwrap();
        drop(first);
        assert_eq!(door.inside(), 1);
        door.close();
        assert_eq!(door.enter(9).unwrap_err(), Turned::Closed);
        drop(second);
        assert_eq!(door.inside(), 0);
        actix_web::rt::System::new().block_on(door.emptied());
    }
}
