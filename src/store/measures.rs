//! What is counted at the store's doors.

use super::admission::Lane;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

/// Why somebody was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shed {
    /// Too many were inside.
    Full,
    /// No place became free in time.
    Waited,
    /// The request's deadline passed; nothing was stored.
    Deadline,
    /// The deadline passed while the commit was under way.
    DeadlineAtCommit,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Way {
    lane: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refusal {
    lane: &'static str,
    reason: &'static str,
}

/// Cheap to clone; every clone counts together.
#[derive(Clone)]
pub struct Measures {
    shed: Family<Refusal, Counter>,
    waits: Family<Way, Histogram, fn() -> Histogram>,
    checkout: Histogram,
    pub(super) in_flight: Gauge,
    pub(super) queue_depth: Gauge,
    queue_wait: Histogram,
    group_size: Histogram,
}

fn seconds() -> Histogram {
    Histogram::new([0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0])
}

impl Default for Measures {
    fn default() -> Self {
        Self {
            shed: Family::default(),
            waits: Family::new_with_constructor(seconds),
            checkout: seconds(),
            in_flight: Gauge::default(),
            queue_depth: Gauge::default(),
            queue_wait: seconds(),
            group_size: Histogram::new([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]),
        }
    }
}

impl Measures {
    pub(super) fn shed(&self, lane: Lane, reason: Shed) {
        self.shed.get_or_create(&Refusal { lane: name(lane), reason: why(reason) }).inc();
    }

    pub(super) fn waited(&self, lane: Lane, time: Duration) {
        self.waits.get_or_create(&Way { lane: name(lane) }).observe(time.as_secs_f64());
    }

    pub(super) fn checked_out(&self, time: Duration) {
        self.checkout.observe(time.as_secs_f64());
    }

    pub(super) fn queued(&self) {
        self.queue_depth.inc();
    }

    pub(super) fn taken_from_queue(&self, after: Duration) {
        self.queue_depth.dec();
        self.queue_wait.observe(after.as_secs_f64());
    }

    pub(super) fn grouped(&self, commands: usize) {
        self.group_size.observe(f64::from(u32::try_from(commands).unwrap_or(u32::MAX)));
    }

    pub(super) fn register(&self, registry: &mut Registry, has_writer: bool) {
        registry.register(
            "store_in_flight",
            "Reads and writes at work in the store or waiting for a place there",
            self.in_flight.clone(),
        );
        // Each stands there from the start, so that the first one shed is seen as a change.
        for lane in [Lane::Read, Lane::Write, Lane::Reserved] {
            for reason in [Shed::Full, Shed::Waited, Shed::Deadline, Shed::DeadlineAtCommit] {
                drop(self.shed.get_or_create(&Refusal { lane: name(lane), reason: why(reason) }));
            }
        }
        registry.register("store_shed", "Reads and writes turned away, by reason", self.shed.clone());
        registry.register(
            "store_wait_seconds",
            "Time until a read or write had its place",
            self.waits.clone(),
        );
        registry.register(
            "store_checkout_seconds",
            "Time to take a connection from the pool",
            self.checkout.clone(),
        );
        if has_writer {
            registry.register(
                "sqlite_queue_depth",
                "Commands that wait for the SQLite writer",
                self.queue_depth.clone(),
            );
            registry.register(
                "sqlite_queue_wait_seconds",
                "Time a command waited for the SQLite writer",
                self.queue_wait.clone(),
            );
            registry.register(
                "sqlite_group_commands",
                "Commands that shared one commit",
                self.group_size.clone(),
            );
        }
    }
}

fn why(reason: Shed) -> &'static str {
    match reason {
        Shed::Full => "full",
        Shed::Waited => "waited",
        Shed::Deadline => "deadline",
        Shed::DeadlineAtCommit => "deadline_at_commit",
    }
}

fn name(lane: Lane) -> &'static str {
    match lane {
        Lane::Read => "read",
        Lane::Write => "write",
        Lane::Reserved => "reserved",
    }
}
