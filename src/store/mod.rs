//! The database, behind two doors: `Store::read` and `Store::write`. Which engine stands behind them is known in this
//! folder only.

mod admission;
mod broken;
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that opens connections, and what the derive makes of it"
)]
mod conn;
pub mod copy;
mod dialect;
mod error;
mod log_leaves;
mod measures;
mod migrate;
mod raw_events;
pub mod schema;
mod sealed;
mod ticket;
mod transaction;
mod types;
mod update;
mod writer;

pub(crate) use conn::on_engine;
pub use conn::{Conn, MultiBackend, MultiRawValue, Target};
pub use dialect::{
    NewKey, ensure_series, insert_key, integrity_faults, lock_case, lock_first_waiting, lock_submission,
    lock_user,
};
pub use error::{StoreError, Tries};
pub use log_leaves::{NewLeaf, RawLeaf, event_without_leaf, insert_leaves, lock_log, raw_leaves};
pub use migrate::{MigrationState, known_migrations, migrate, migration_state, missing_migrations, revert};
pub use raw_events::{RawEvent, raw_events};
pub use sealed::Sealed;
pub(crate) use types::{text_column, uid_column};
pub use update::update;

use crate::breakage::{self, Breakage};
use crate::edge::Patience;
use actix_web::web;
use admission::{Admission, Lane, RESERVED, Room};
use conn::{Manager, Use};
use diesel::r2d2::Pool;
use measures::{Measures, Shed};
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ticket::Ticket;
use writer::Writer;

/// How long opening one more connection may take before a request is shed.
const CHECKOUT: Duration = Duration::from_secs(1);
/// Connections for requests; those of the reserve come on top.
const SQLITE_READERS: usize = 4;
const POSTGRES_POOL: usize = 13;
/// Four times the pool, and a quarter of it for writes alone.
const POSTGRES_ROOM: Room = Room { reads: 48, writes: 64 };
/// A read of a local file is over in a fraction of a millisecond; the writer takes 64 commands to a commit.
const SQLITE_ROOM: Room = Room { reads: 64, writes: 256 };

/// Cheap to clone; every clone is the same database.
#[derive(Clone)]
pub struct Store {
    readers: Pool<Manager>,
    reading: Admission,
    writer: Arc<WriteSide>,
    writing: Admission,
    measures: Measures,
    reserved: bool,
}

enum WriteSide {
    /// SQLite: one writer thread, group commit.
    Queue(Writer),
    /// PostgreSQL: any connection of the pool.
    Pool(Pool<Manager>),
}

impl Store {
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let target = Target::parse(url)?;
        let refused = |error: diesel::r2d2::Error| {
            StoreError::Refused(format!("the database cannot be opened: {error}"))
        };
        dialect::check_engine(&mut conn::open(&target, Use::Write).map_err(refused)?)?;
        let measures = Measures::default();
        let (readers, reading, writer, writing) = match target {
            Target::Sqlite(_) => {
                let writer = Writer::start(target.clone(), measures.clone()).map_err(refused)?;
                let readers = pool(target, Use::Read, SQLITE_READERS)?;
                let reading = Admission::to_pool(SQLITE_READERS, SQLITE_ROOM, measures.clone());
                let writing = Admission::to_queue(SQLITE_ROOM, measures.clone());
                (readers, reading, WriteSide::Queue(writer), writing)
            }
            Target::Postgres(_) => {
                let pool = pool(target, Use::Write, POSTGRES_POOL)?;
                let both = Admission::to_pool(POSTGRES_POOL, POSTGRES_ROOM, measures.clone());
                (pool.clone(), both.clone(), WriteSide::Pool(pool), both)
            }
        };
        Ok(Self { readers, reading, writer: Arc::new(writer), writing, measures, reserved: false })
    }

    /// The same database by the places kept for what must get through when the rest is shed.
    #[must_use]
    pub fn reserved(&self) -> Self {
        Self { reserved: true, ..self.clone() }
    }

    /// Runs `f` on one snapshot, on a blocking thread.
    pub async fn read<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let lane = self.lane(Lane::Read);
        let place = self.reading.enter(lane).await?;
        let (pool, measures) = (self.readers.clone(), self.measures.clone());
        let ticket = Ticket::default();
        let waited_for = ticket.clone();
        let work = blocking(move || {
            let _place = place;
            ticket.begin()?;
            transaction::read(&mut *checkout(&pool, &measures)?, f)
        });
        self.in_time(lane, &waited_for, work).await
    }

    /// Runs `f` in one write transaction. It may be run more than once, so whatever it draws (ids, time) is drawn
    /// before. An `Ok` means committed and on disk.
    pub async fn write<T, E>(&self, f: impl Fn(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Tries + Send + 'static,
    {
        let lane = self.lane(Lane::Write);
        let place = self.writing.enter(lane).await?;
        let ticket = Ticket::default();
        let waited_for = ticket.clone();
        let f = move |conn: &mut Conn| {
            ticket.begin()?;
            let value = f(conn)?;
            ticket.commit()?;
            Ok(value)
        };
        match &*self.writer {
            WriteSide::Queue(writer) => self.in_time(lane, &waited_for, writer.write(place, f)).await,
            WriteSide::Pool(pool) => {
                let (pool, measures) = (pool.clone(), self.measures.clone());
                if breakage::is(Breakage::AckBeforeCommit) {
                    return broken::write_telling_early(pool, measures, f).await;
                }
                let work = blocking(move || {
                    let written = checkout(&pool, &measures).map_err(E::from);
                    let written = written.and_then(|mut conn| transaction::write(&mut conn, &f));
                    place.leave(written.is_ok());
                    written
                });
                self.in_time(lane, &waited_for, work).await
            }
        }
    }

    /// Whether a write would be turned away at this moment, which is then counted as done.
    pub fn sheds_writes(&self) -> bool {
        self.writing.sheds_writes()
    }

    fn lane(&self, lane: Lane) -> Lane {
        if self.reserved { Lane::Reserved } else { lane }
    }

    /// Waits for work as long as the request has patience. The work goes on without it, and keeps its place.
    async fn in_time<T, E: From<StoreError>>(
        &self,
        lane: Lane,
        ticket: &Ticket,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let Some(left) = Patience::left() else { return work.await };
        if let Ok(result) = tokio::time::timeout(left, work).await {
            return result;
        }
        let error = ticket.give_up();
        let unknown = matches!(error, StoreError::OutcomeUnknown);
        self.measures.shed(lane, if unknown { Shed::DeadlineAtCommit } else { Shed::Deadline });
        Err(error.into())
    }

    /// Ends when all that was begun has ended, also what nobody waits for.
    pub async fn emptied(&self) {
        self.reading.emptied().await;
        self.writing.emptied().await;
    }

    /// Puts the store's counters on the page of metrics.
    pub fn register(&self, registry: &mut Registry) {
        let shared = matches!(*self.writer, WriteSide::Pool(_));
        self.measures.register(registry, !shared);
    }

    /// Brings the gauges to this moment.
    pub fn gauge(&self) {
        let inside = match &*self.writer {
            WriteSide::Queue(_) => self.reading.inside() + self.writing.inside(),
            WriteSide::Pool(_) => self.writing.inside(),
        };
        self.measures.in_flight.set(i64::try_from(inside).unwrap_or(i64::MAX));
    }
}

fn pool(target: Target, purpose: Use, connections: usize) -> Result<Pool<Manager>, StoreError> {
    Pool::builder()
        .max_size(u32::try_from(connections + RESERVED).unwrap_or(u32::MAX))
        .min_idle(Some(1))
        .connection_timeout(CHECKOUT)
        .test_on_check_out(false)
        .build(Manager { target, purpose })
        .map_err(|error| StoreError::Refused(format!("the database cannot be opened: {error}")))
}

fn checkout(
    pool: &Pool<Manager>,
    measures: &Measures,
) -> Result<diesel::r2d2::PooledConnection<Manager>, StoreError> {
    let begun = Instant::now();
    let taken = pool.get().map_err(|_| StoreError::Busy);
    measures.checked_out(begun.elapsed());
    taken
}

async fn blocking<T, E>(f: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    web::block(f).await.unwrap_or_else(|_| Err(StoreError::Abandoned.into()))
}
