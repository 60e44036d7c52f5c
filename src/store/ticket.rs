//! What somebody who waits for work and the thread that does it agree on: whether anybody still waits, and whether the
//! commit has begun. So whoever gives up knows whether anything can have been stored.

use super::StoreError;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const WAITED_FOR: u8 = 0;
const COMMITTING: u8 = 1;
const GIVEN_UP: u8 = 2;

#[derive(Debug, Clone, Default)]
pub struct Ticket(Arc<AtomicU8>);

impl Ticket {
    /// Before work: not begun for nobody.
    pub fn begin(&self) -> Result<(), StoreError> {
        if self.0.load(Ordering::SeqCst) == GIVEN_UP { Err(StoreError::Busy) } else { Ok(()) }
    }

    /// Last thing before the commit: what nobody waits for any more is rolled back.
    pub fn commit(&self) -> Result<(), StoreError> {
        match self.0.compare_exchange(WAITED_FOR, COMMITTING, Ordering::SeqCst, Ordering::SeqCst) {
            // A transaction that lost a race at its commit comes here again.
            Ok(_) | Err(COMMITTING) => Ok(()),
            Err(_) => Err(StoreError::Busy),
        }
    }

    /// Waits no longer: nothing will be stored, or nobody can say.
    pub fn give_up(&self) -> StoreError {
        match self.0.compare_exchange(WAITED_FOR, GIVEN_UP, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => StoreError::Busy,
            Err(_) => StoreError::OutcomeUnknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_up_before_its_commit_is_never_committed() {
        let ticket = Ticket::default();
        assert!(ticket.begin().is_ok());
        assert!(matches!(ticket.give_up(), StoreError::Busy));
        assert!(ticket.commit().is_err() && ticket.begin().is_err());
    }

    #[test]
    fn what_is_given_up_during_its_commit_is_not_called_lost() {
        let ticket = Ticket::default();
        assert!(ticket.commit().is_ok());
        assert!(matches!(ticket.give_up(), StoreError::OutcomeUnknown));
        assert!(ticket.begin().is_ok() && ticket.commit().is_ok(), "run again after a lost race");
    }
}
