//! The database, behind two doors: `Store::read` and `Store::write`. Which engine stands behind them is known in this
//! folder only.

mod broken;
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that opens connections, and what the derive makes of it"
)]
mod conn;
pub mod copy;
mod dialect;
mod error;
mod migrate;
mod raw_events;
pub mod schema;
mod sealed;
mod transaction;
mod types;
mod writer;

pub use conn::{Conn, MultiBackend, MultiRawValue, Target};
pub use dialect::{
    NewKey, ensure_series, insert_key, integrity_faults, lock_case, lock_if_waiting, lock_submission,
    lock_user,
};
pub use error::{StoreError, Tries};
pub use migrate::{MigrationState, known_migrations, migrate, migration_state, revert};
pub use raw_events::{RawEvent, raw_events};
pub use sealed::Sealed;
pub(crate) use types::{text_column, uid_column};

use crate::breakage::{self, Breakage};
use actix_web::web;
use conn::{Manager, Use};
use diesel::r2d2::Pool;
use std::sync::Arc;
use std::time::Duration;
use writer::Writer;

/// How long a request waits for a connection before it is shed.
const CHECKOUT: Duration = Duration::from_secs(1);
const SQLITE_READERS: u32 = 4;
const POSTGRES_POOL: u32 = 16;

/// Cheap to clone; every clone is the same database.
#[derive(Clone)]
pub struct Store {
    readers: Pool<Manager>,
    writer: Arc<WriteSide>,
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
        match target {
            Target::Sqlite(_) => {
                let writer = Writer::start(target.clone()).map_err(refused)?;
                let readers = pool(target, Use::Read, SQLITE_READERS)?;
                Ok(Self { readers, writer: Arc::new(WriteSide::Queue(writer)) })
            }
            Target::Postgres(_) => {
                let pool = pool(target, Use::Write, POSTGRES_POOL)?;
                Ok(Self { readers: pool.clone(), writer: Arc::new(WriteSide::Pool(pool)) })
            }
        }
    }

    /// Runs `f` on one snapshot, on a blocking thread.
    pub async fn read<T, E>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let pool = self.readers.clone();
        blocking(move || transaction::read(&mut *checkout(&pool)?, f)).await
    }

    /// Runs `f` in one write transaction. It may be run more than once, so whatever it draws (ids, time) is drawn
    /// before. An `Ok` means committed and on disk.
    pub async fn write<T, E>(&self, f: impl Fn(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Tries + Send + 'static,
    {
        match &*self.writer {
            WriteSide::Queue(writer) => writer.write(f).await,
            WriteSide::Pool(pool) => {
                let pool = pool.clone();
                if breakage::is(Breakage::AckBeforeCommit) {
                    return broken::write_telling_early(pool, f).await;
                }
                blocking(move || transaction::write(&mut *checkout(&pool)?, &f)).await
            }
        }
    }
}

fn pool(target: Target, purpose: Use, size: u32) -> Result<Pool<Manager>, StoreError> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(CHECKOUT)
        .test_on_check_out(false)
        .build(Manager { target, purpose })
        .map_err(|error| StoreError::Refused(format!("the database cannot be opened: {error}")))
}

fn checkout(pool: &Pool<Manager>) -> Result<diesel::r2d2::PooledConnection<Manager>, StoreError> {
    pool.get().map_err(|_| StoreError::Busy)
}

async fn blocking<T, E>(f: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    web::block(f).await.unwrap_or_else(|_| Err(StoreError::Abandoned.into()))
}
