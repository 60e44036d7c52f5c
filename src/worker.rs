//! What the program does by itself: sends the outbox, lets clocks run out, forgets what is no longer needed, and gives
//! every event its place in the transparency log.

use crate::access::{Window, forget_sessions, has_forgettable_sessions};
use crate::breakage::{self, Breakage};
use crate::casework;
use crate::catalogue;
use crate::clock::{UtcTime, Watch};
use crate::command::{by_program, forget_keys, has_forgettable_keys};
use crate::deadlines;
use crate::outbox;
use crate::problem::{Code, Problem};
use crate::store::Conn;
use crate::transparency::{self, Notary};
use actix_web::web::Data;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(500);
/// Messages handled in one transaction, clocks looked at in one read.
const BATCH: i64 = 100;
/// Clocks that may fail one after the other for want of the store before the rest is left for the next round.
const MOST_OUTAGES: u32 = 3;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Messages delivered.
    pub delivered: usize,
    /// Clocks that ran out and moved their case.
    pub lapsed: usize,
    /// Events that got their place in the transparency log.
    pub logged: usize,
    /// Checkpoints of it that were signed.
    pub signed: usize,
    /// What could not be done; the log says why.
    pub failed: usize,
}

/// What has gone wrong since the start.
#[derive(Clone, Default)]
pub struct Failures(Counter);

impl Failures {
    pub fn register(&self, registry: &mut Registry) {
        registry.register("worker_failures", "What the worker could not do", self.0.clone());
    }

    fn count(&self, round: &Round) {
        self.0.inc_by(u64::try_from(round.failed).unwrap_or(u64::MAX));
    }
}

/// Goes on until its task is dropped. The log has a beat of its own, so that no backlog of messages delays a checkpoint.
pub async fn run(window: Data<Window>, notary: Notary, failures: Failures) {
    let chores = async {
        let mut beat = beat();
        let mut watch = Watch::begin(window.now(), Instant::now());
        let mut believed = true;
        loop {
            beat.tick().await;
            let mut round = Round::default();
            chores(&window, &mut round).await;
            let now = window.now();
            let was_believed = believed;
            believed = watch.believes(now, Instant::now()) || breakage::is(Breakage::ClockBelieved);
            if believed {
                irrevocable(&window, now, &mut round).await;
            } else {
                round.failed += 1;
            }
            // Once, not twice a second for as long as it lasts.
            match (was_believed, believed) {
                (true, false) => tracing::warn!(%now, "the clock leapt: nothing runs out or is forgotten"),
                (false, true) => tracing::warn!(%now, "the clock is believed again"),
                _ => {}
            }
            failures.count(&round);
        }
    };
    let log = async {
        let mut beat = beat();
        loop {
            beat.tick().await;
            let mut round = Round::default();
            log(&window, Some(&notary), &mut round).await;
            failures.count(&round);
        }
    };
    tokio::join!(chores, log);
}

fn beat() -> tokio::time::Interval {
    let mut beat = tokio::time::interval(PAUSE);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    beat
}

/// One round: everything that waits now, without checkpoints.
pub async fn round(window: &Data<Window>) -> Round {
    round_of(window, None).await
}

/// One round, with checkpoints by this notary where they are due.
pub async fn round_with(window: &Data<Window>, notary: &Notary) -> Round {
    round_of(window, Some(notary)).await
}

async fn round_of(window: &Data<Window>, notary: Option<&Notary>) -> Round {
    let mut round = Round::default();
    chores(window, &mut round).await;
    irrevocable(window, window.now(), &mut round).await;
    log(window, notary, &mut round).await;
    round
}

async fn chores(window: &Data<Window>, round: &mut Round) {
    if let Err(problem) = deliver(window, round).await {
        round.fail("messages were not delivered", &problem);
    }
}

/// What cannot be taken back, and follows from nothing but the time. What fails holds up nothing else.
async fn irrevocable(window: &Data<Window>, now: UtcTime, round: &mut Round) {
    if let Err(problem) = lapse(window, now, round).await {
        round.fail("clocks were not looked at", &problem);
    }
    if let Err(problem) = forget(window, now).await {
        round.fail("old keys and sessions were not forgotten", &problem);
    }
}

/// Appends what waits a batch at a time, with a checkpoint after each that is due.
async fn log(window: &Data<Window>, notary: Option<&Notary>, round: &mut Round) {
    loop {
        let logged = match transparency::sequence(window).await {
            Ok(logged) => logged,
            Err(problem) => return round.fail("events were not logged", &problem),
        };
        round.logged += logged;
        if let Some(notary) = notary {
            match notary.checkpoint(window).await {
                Ok(signed) => round.signed += usize::from(signed),
                Err(problem) => round.fail("no checkpoint was signed", &problem),
            }
        }
        if logged == 0 {
            return;
        }
    }
}

impl Round {
    fn fail(&mut self, what: &'static str, problem: &Problem) {
        self.failed += 1;
        tracing::warn!(code = problem.code.as_str(), cause = problem.internal, what, "the worker failed");
    }
}

/// Whether the store, not the work, is at fault: then going on is of no use now.
fn is_outage(problem: &Problem) -> bool {
    matches!(problem.code, Code::Unavailable | Code::OutcomeUnknown)
}

/// Looking is cheap, so that an idle service does not write. What is written meanwhile waits for the next round.
async fn deliver(window: &Data<Window>, round: &mut Round) -> Result<(), Problem> {
    let now = window.now();
    let mut after = None;
    loop {
        let batch =
            window.store().reserved().read(move |conn| outbox::waiting(conn, now, after, BATCH)).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some(*last);
        let batch: Vec<_> = batch.into_iter().filter(|message| message.is_due(now)).collect();
        if batch.is_empty() {
            continue;
        }
        let together = batch.clone();
        match by_program(window, move |act| outbox::deliver(act.conn, &together, act.now)).await {
            Ok(delivered) => round.delivered += delivered,
            Err(problem) if is_outage(&problem) => return Err(problem),
            // One of them cannot be delivered: alone, it takes none of the others with it.
            Err(_) => {
                for one in batch {
                    deliver_alone(window, round, one).await?;
                }
            }
        }
    }
}

async fn deliver_alone(
    window: &Data<Window>,
    round: &mut Round,
    message: outbox::Waiting,
) -> Result<(), Problem> {
    match by_program(window, move |act| outbox::deliver(act.conn, &[message], act.now)).await {
        Ok(delivered) => round.delivered += delivered,
        Err(problem) if is_outage(&problem) => return Err(problem),
        Err(problem) => {
            round.fail("a message was not delivered", &problem);
            by_program(window, move |act| outbox::record_failure(act.conn, message)).await?;
        }
    }
    Ok(())
}

async fn lapse(window: &Data<Window>, now: UtcTime, round: &mut Round) -> Result<(), Problem> {
    let (mut after, mut outages) = (None, 0);
    loop {
        let overdue = window
            .store()
            .reserved()
            .read(move |conn| -> Result<_, Problem> {
                let Some(catalogue) = catalogue::current_if_any(conn)? else { return Ok(Vec::new()) };
                // Other clocks stay overdue for people to see; only these are acted on.
                let clocks = catalogue.pack.timed_clocks();
                deadlines::overdue(conn, &clocks, catalogue.today(now), after, BATCH)
            })
            .await?;
        let Some(last) = overdue.last() else { return Ok(()) };
        after = Some((last.due_on, last.deadline));
        for one in overdue {
            match by_program(window, move |act| casework::lapse(act, one.case, &one.clock)).await {
                Ok(moved) => {
                    round.lapsed += usize::from(moved);
                    outages = 0;
                }
                // Somebody may hold that one case; several in a row is the store itself.
                Err(problem) if is_outage(&problem) && outages == MOST_OUTAGES => return Err(problem),
                Err(problem) => {
                    outages += u32::from(is_outage(&problem));
                    round.fail("a clock could not run out", &problem);
                }
            }
        }
    }
}

async fn forget(window: &Data<Window>, now: UtcTime) -> Result<(), Problem> {
    let any = move |conn: &mut Conn| -> Result<bool, Problem> {
        Ok(has_forgettable_keys(conn, now)? || has_forgettable_sessions(conn, now)?)
    };
    if window.store().reserved().read(any).await? {
        by_program(window, move |act| forget_both(act.conn, now)).await?;
    }
    Ok(())
}

fn forget_both(conn: &mut Conn, now: UtcTime) -> Result<(), Problem> {
    forget_keys(conn, now)?;
    forget_sessions(conn, now).map(|_| ())
}
