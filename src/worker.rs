//! What the program does by itself: sends the outbox, lets clocks run out, forgets old idempotency keys.

use crate::access::Window;
use crate::casework;
use crate::catalogue;
use crate::command::{by_program, forget_keys, has_forgettable_keys};
use crate::deadlines;
use crate::outbox;
use crate::problem::Problem;
use actix_web::web::Data;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(500);
/// Messages and clocks handled in one transaction.
const BATCH: i64 = 100;

/// Goes on until its task is dropped.
pub async fn run(window: Data<Window>) {
    let mut beat = tokio::time::interval(PAUSE);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(problem) = round(&window).await {
            tracing::warn!(
                code = problem.code.as_str(),
                cause = problem.internal,
                "a round of the worker failed"
            );
        }
    }
}

/// One round: everything that waits now. Answers how many messages were delivered and clocks ran out.
pub async fn round(window: &Data<Window>) -> Result<(usize, usize), Problem> {
    let mut delivered = 0;
    while waiting(window).await? {
        delivered += by_program(window, |act| outbox::deliver(act.conn, act.now, BATCH)).await?;
    }
    let lapsed = lapse(window).await?;
    let now = window.now();
    if window.store().read(move |conn| has_forgettable_keys(conn, now)).await? {
        by_program(window, |act| forget_keys(act.conn, act.now)).await?;
    }
    Ok((delivered, lapsed))
}

/// Looking is cheap, so that an idle service does not write.
async fn waiting(window: &Data<Window>) -> Result<bool, Problem> {
    window.store().read(outbox::is_waiting).await
}

async fn lapse(window: &Data<Window>) -> Result<usize, Problem> {
    let now = window.now();
    let overdue = window
        .store()
        .read(move |conn| -> Result<_, Problem> {
            let Some(catalogue) = catalogue::current_if_any(conn)? else { return Ok(Vec::new()) };
            // Other clocks stay overdue for people to see; only these are acted on.
            let clocks = catalogue.pack.timed_clocks();
            deadlines::overdue(conn, &clocks, catalogue.today(now), BATCH)
        })
        .await?;
    let mut lapsed = 0;
    for (case, clock) in overdue {
        // One case that cannot be moved must not hold up the others.
        match by_program(window, move |act| casework::lapse(act, case, &clock)).await {
            Ok(moved) => lapsed += usize::from(moved),
            Err(problem) => {
                tracing::warn!(
                    code = problem.code.as_str(),
                    cause = problem.internal,
                    "a clock could not run out"
                );
            }
        }
    }
    Ok(lapsed)
}
