//! Runs use cases in transactions. The caller is loaded and the right checked in the same transaction as the work.

use super::act::Act;
use super::idempotency::{self, Claim, Receipt};
use crate::access::{self, Allowed, Credentials, Loaded, Permission, Window};
use crate::clock::UtcTime;
use crate::edge::IdempotencyKey;
use crate::ids::IdSource;
use crate::problem::{Code, Problem};
use crate::store::{Conn, StoreError};
use actix_web::web::{Bytes, Data};
use chrono::{FixedOffset, NaiveDate};

/// What a request brings into its transaction, drawn before it so that it can be run again.
struct Request {
    window: Data<Window>,
    credentials: Credentials,
    now: UtcTime,
    ids: IdSource,
}

impl Request {
    fn of<P: Permission>(allowed: Allowed<P>) -> Self {
        let now = allowed.window.now();
        let ids = allowed.window.ids(now);
        Self { window: allowed.window, credentials: allowed.credentials, now, ids }
    }

    fn caller<P: Permission>(&self, conn: &mut Conn) -> Result<Loaded, Problem> {
        let settings = &self.window.settings;
        let loaded = access::load(conn, &self.credentials, &settings.issuer, self.now, today(self.now))?;
        access::could::<P>(&loaded.caller)?;
        Ok(loaded)
    }

    fn act<'c>(&'c self, conn: &'c mut Conn, loaded: &'c Loaded) -> Act<'c> {
        Act {
            conn,
            caller: &loaded.caller,
            now: self.now,
            ids: self.ids.clone(),
            pepper: &self.window.pepper,
        }
    }
}

/// The date in China, whose days every limit and mandate is counted in.
pub(super) fn today(now: UtcTime) -> NaiveDate {
    now.date(FixedOffset::east_opt(8 * 3600).expect("eight hours are an offset"))
}

/// Reads on one snapshot.
pub async fn read<P: Permission, T: Send + 'static>(
    allowed: Allowed<P>,
    f: impl FnOnce(&mut Act<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let request = Request::of(allowed);
    let store = request.window.store.clone();
    let window = request.window.clone();
    let now = request.now;
    let (value, touch) = store
        .read(move |conn| {
            let loaded = request.caller::<P>(conn)?;
            let touch = loaded.touch;
            f(&mut request.act(conn, &loaded)).map(|value| (value, touch))
        })
        .await?;
    if let Some(session) = touch {
        // The idle limit of a session is a convenience; losing one touch must not lose the answer.
        let _ = window.store.write(move |conn| access::touch_session(conn, session, now)).await;
    }
    Ok(value)
}

/// Reads confidential content: the entry in the access stream is committed before the answer.
pub async fn read_recorded<P: Permission, T: Send + 'static>(
    allowed: Allowed<P>,
    f: impl Fn(&mut Act<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    change(allowed, f).await
}

/// Changes something that the caller names by its version, so that no idempotency key is needed.
pub async fn change<P: Permission, T: Send + 'static>(
    allowed: Allowed<P>,
    f: impl Fn(&mut Act<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let request = Request::of(allowed);
    let store = request.window.store.clone();
    store
        .write(move |conn| {
            let loaded = request.caller::<P>(conn)?;
            touch(conn, &loaded, request.now)?;
            f(&mut request.act(conn, &loaded))
        })
        .await
}

/// Creates or acts, once for each key: `f` does it, `view` shows what it made as that now stands. When the answer of
/// the commit is lost the caller is told so, and the same request sent again finds out by the key's row.
pub async fn write<P: Permission, T: Send + 'static>(
    allowed: Allowed<P>,
    key: IdempotencyKey,
    body: Bytes,
    f: impl Fn(&mut Act<'_>) -> Result<Receipt, Problem> + Send + Sync + Clone + 'static,
    view: impl Fn(&mut Act<'_>, &Receipt) -> Result<T, Problem> + Send + Sync + Clone + 'static,
) -> Result<(Receipt, T), Problem> {
    let request = Request::of(allowed);
    let store = request.window.store.clone();
    store
        .write(move |conn| {
            let loaded = request.caller::<P>(conn)?;
            touch(conn, &loaded, request.now)?;
            let principal = loaded.caller.principal();
            let digest = idempotency::digest(&request.window.pepper, &key, &body);
            let receipt = match idempotency::claim(conn, principal, &key, &digest, request.now)? {
                Claim::Again(receipt) => receipt,
                Claim::First => {
                    let receipt = f(&mut request.act(conn, &loaded))?;
                    idempotency::finish(conn, principal, &key, &receipt)?;
                    receipt
                }
            };
            let shown = view(&mut request.act(conn, &loaded), &receipt)?;
            Ok((receipt, shown))
        })
        .await
        .map_err(|problem: Problem| match problem.code {
            Code::Internal if problem.internal.is_none() => StoreError::Abandoned.into(),
            _ => problem,
        })
}

fn touch(conn: &mut Conn, loaded: &Loaded, now: UtcTime) -> Result<(), Problem> {
    loaded.touch.map_or(Ok(()), |session| access::touch_session(conn, session, now))
}

/// Something the program does by itself: timers, deliveries, recalculation.
pub async fn by_program<T: Send + 'static>(
    window: &Data<Window>,
    f: impl Fn(&mut Act<'_>) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let now = window.now();
    let ids = window.ids(now);
    let inner = window.clone();
    window
        .store
        .reserved()
        .write(move |conn| {
            let caller = access::program();
            f(&mut Act { conn, caller: &caller, now, ids: ids.clone(), pepper: &inner.pepper })
        })
        .await
}
