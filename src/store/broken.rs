//! A write that tells before it has committed: what `Store::write` must never be. See `crate::breakage`.

use super::conn::{Conn, Manager};
use super::measures::Measures;
use super::{StoreError, checkout, transaction};
use crate::breakage;
use actix_web::web;
use diesel::r2d2::Pool;
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
