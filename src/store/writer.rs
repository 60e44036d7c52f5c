//! The one SQLite writer: a thread fed by a bounded queue. It drains what waits into one transaction, a savepoint
//! each, and acknowledges all after the one fsync (group commit). First come, first served, so nobody starves.

use super::conn::{Conn, Target, Use, open};
use super::{StoreError, transaction};
use diesel::connection::TransactionManager;
use diesel::{Connection, r2d2};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use tokio::sync::oneshot;

/// How many commands may wait; one more is shed.
const QUEUE: usize = 256;
/// How many commands share one fsync at most.
const GROUP: usize = 64;

/// Runs inside the group's transaction and keeps its own result; told afterwards whether the group was committed.
type Job = Box<dyn FnOnce(&mut Conn) -> Acknowledge + Send>;
type Acknowledge = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

#[derive(Clone)]
pub struct Writer {
    queue: SyncSender<Job>,
}

impl Writer {
    pub fn start(target: Target) -> Result<Self, r2d2::Error> {
        let conn = open(&target, Use::Write)?;
        let (queue, jobs) = sync_channel(QUEUE);
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(conn, &target, &jobs))
            .map_err(|_| {
                r2d2::Error::ConnectionError(diesel::ConnectionError::BadConnection("no thread".into()))
            })?;
        Ok(Self { queue })
    }

    /// Runs `f` in a savepoint of the next group and waits for the group's commit.
    pub async fn write<T, E>(&self, f: impl Fn(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, result) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let outcome = in_savepoint(conn, &f);
            Box::new(move |committed| {
                // A refusal, too, may rest on what an earlier command of the group did: it falls with the group.
                let _ = answer.send(committed.map_err(E::from).and(outcome));
            })
        });
        match self.queue.try_send(job) {
            Ok(()) => result.await.unwrap_or_else(|_| Err(StoreError::OutcomeUnknown.into())),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(StoreError::Busy.into()),
        }
    }
}

/// A command that fails or panics loses its own savepoint and nobody else's.
fn in_savepoint<T, E: From<StoreError>>(
    conn: &mut Conn,
    f: &impl Fn(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    transaction::begin_savepoint(conn)?;
    match catch_unwind(AssertUnwindSafe(|| f(conn))) {
        Ok(Ok(value)) => transaction::commit(conn).map(|()| value).map_err(E::from),
        Ok(Err(error)) => {
            transaction::roll_back(conn)?;
            Err(error)
        }
        Err(_) => {
            transaction::roll_back(conn)?;
            Err(StoreError::Abandoned.into())
        }
    }
}

fn serve(mut conn: Conn, target: &Target, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut acknowledgements = Vec::new();
        let committed = commit_group(&mut conn, first, jobs, &mut acknowledgements);
        if committed.is_err() && is_broken(&mut conn) {
            // Start the next group on a clean connection; when none can be had the old one keeps failing in words.
            if let Ok(fresh) = open(target, Use::Write) {
                conn = fresh;
            }
        }
        for acknowledge in acknowledgements {
            acknowledge(committed.as_ref().copied().map_err(|_| StoreError::Busy));
        }
    }
}

fn commit_group(
    conn: &mut Conn,
    first: Job,
    jobs: &Receiver<Job>,
    acknowledgements: &mut Vec<Acknowledge>,
) -> Result<(), StoreError> {
    let begun = transaction::begin(conn);
    let mut next = Some(first);
    while let Some(job) = next.take() {
        // Without a transaction the savepoint fails at once, and the job says so to its caller.
        acknowledgements.push(job(conn));
        if acknowledgements.len() < GROUP {
            next = jobs.try_recv().ok();
        }
    }
    begun?;
    transaction::commit(conn).inspect_err(|_| {
        let _ = transaction::roll_back(conn);
    })
}

fn is_broken(conn: &mut Conn) -> bool {
    <Conn as Connection>::TransactionManager::is_broken_transaction_manager(conn)
}
