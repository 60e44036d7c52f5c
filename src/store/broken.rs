//! A write that tells before it has committed, and a migration without a transaction: what `Store::write` and
//! `migrate` must never be. See `crate::breakage`.

use super::conn::{Conn, Manager};
use super::measures::Measures;
use super::{StoreError, checkout, transaction};
use crate::breakage;
use actix_web::web;
use diesel::connection::{BoxableConnection, SimpleConnection};
use diesel::migration::{MigrationSource, Result as Migrated};
use diesel::r2d2::Pool;
use diesel_migrations::MigrationHarness;
use tokio::sync::oneshot;

pub async fn write_telling_early<T, E>(
    pool: Pool<Manager>,
    measures: Measures,
    f: impl Fn(&mut Conn) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (tell, told) = oneshot::channel();
    drop(web::block(move || -> Result<(), StoreError> {
        let mut conn = checkout(&pool, &measures)?;
        transaction::begin(&mut conn)?;
        let result = f(&mut conn);
        let good = result.is_ok();
        let _ = tell.send(result);
        breakage::linger();
        if good { transaction::commit(&mut conn) } else { transaction::roll_back(&mut conn) }
    }));
    told.await.unwrap_or_else(|_| Err(StoreError::Busy.into()))
}

pub fn migrate_in_pieces<C, DB>(conn: &mut C, source: impl MigrationSource<DB>) -> Migrated<usize>
where
    DB: diesel::backend::Backend + 'static,
    C: MigrationHarness<DB> + BoxableConnection<DB> + SimpleConnection,
{
    let pending = conn.pending_migrations(source)?;
    for migration in &pending {
        migration.run(conn)?;
        let version = migration.name().version();
        conn.batch_execute(&format!(
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('{version}')"
        ))?;
    }
    Ok(pending.len())
}
