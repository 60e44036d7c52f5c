//! How a server ends: nobody is let in any more, who is inside is finished, and what was begun in the database ends.

use crate::access::Window;
use crate::breakage::{self, Breakage};
use crate::edge::Door;
use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use std::sync::Arc;
use std::time::Duration;

/// For requests under way: their deadline, and the bodies that are still arriving.
const REQUESTS: Duration = Duration::from_secs(16);
/// For work in the database that nobody waits for any more.
const WORK: Duration = Duration::from_secs(6);

/// Shuts the door and stops the server when all have left, but not before those who sent them had time to notice: the
/// listener goes on answering for as long as `linger` says, so that who comes now is refused in words and not cut off.
pub async fn end(door: Arc<Door>, server: ServerHandle, linger: Duration) {
    if breakage::is(Breakage::EndAtOnce) {
        std::process::exit(0);
    }
    door.close();
    tracing::info!(under_way = door.inside(), "ending");
    let left = tokio::time::timeout(REQUESTS, door.emptied());
    let (left, ()) = tokio::join!(left, tokio::time::sleep(linger.min(REQUESTS)));
    if left.is_err() {
        tracing::warn!(under_way = door.inside(), "requests are cut off");
    }
    server.stop(true).await;
}

/// Waits until the store is at rest: the writer's queue is empty, and no transaction is under way.
pub async fn rest(window: &Data<Window>) {
    if tokio::time::timeout(WORK, window.store().emptied()).await.is_err() {
        tracing::warn!("work in the database did not end in time");
    }
}
