//! Load: so many connections that ask one after the other, and what they saw.

use super::wire::Connection;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a round of load saw.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Answers in a second.
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl Sample {
    fn of(mut latencies: Vec<Duration>, took: Duration) -> Self {
        latencies.sort_unstable();
        let at = |share: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
            let place = (latencies.len() as f64 * share) as usize;
            latencies.get(place.min(latencies.len().saturating_sub(1))).copied().unwrap_or_default()
        };
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
        let rate = latencies.len() as f64 / took.as_secs_f64();
        Self { rate, p50: at(0.5), p99: at(0.99) }
    }
}

/// Sends every request once; answers what came back, in the order of the requests.
pub fn once_each(
    address: &str,
    connections: usize,
    requests: &[Vec<u8>],
) -> Result<(Sample, Vec<Vec<u8>>), String> {
    let next = AtomicUsize::new(0);
    let (worked, took) = on_connections(address, connections, |connection| {
        let mut seen = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(request) = requests.get(at) else { return Ok(seen) };
            let asked = Instant::now();
            let body = succeed(connection, request)?;
            seen.push((at, asked.elapsed(), body));
        }
    })?;
    let mut seen: Vec<_> = worked.into_iter().flatten().collect();
    seen.sort_unstable_by_key(|(at, ..)| *at);
    let (latencies, bodies) = seen.into_iter().map(|(_, latency, body)| (latency, body)).unzip();
    Ok((Sample::of(latencies, took), bodies))
}

/// Asks as long as the time lasts, each connection its own way through the requests.
pub fn for_a_time(
    address: &str,
    connections: usize,
    requests: &[Vec<u8>],
    time: Duration,
) -> Result<Sample, String> {
    let lane = AtomicUsize::new(0);
    let (worked, took) = on_connections(address, connections, |connection| {
        let begun = Instant::now();
        // Each begins elsewhere, so that no two ask for the same at once.
        let mut at = lane.fetch_add(1, Ordering::Relaxed) * (requests.len() / connections).max(1);
        let mut latencies = Vec::new();
        while begun.elapsed() < time {
            let asked = Instant::now();
            succeed(connection, &requests[at % requests.len()])?;
            latencies.push(asked.elapsed());
            at += 1;
        }
        Ok(latencies)
    })?;
    Ok(Sample::of(worked.into_iter().flatten().collect(), took))
}

fn succeed(connection: &mut Connection, request: &[u8]) -> Result<Vec<u8>, String> {
    let answer = connection.ask(request)?;
    if (200..300).contains(&answer.status) {
        return Ok(answer.body.to_vec());
    }
    Err(format!("answered {}: {}", answer.status, String::from_utf8_lossy(answer.body)))
}

fn on_connections<T: Send>(
    address: &str,
    connections: usize,
    work: impl Fn(&mut Connection) -> Result<T, String> + Sync,
) -> Result<(Vec<T>, Duration), String> {
    let open: Result<Vec<_>, _> = (0..connections).map(|_| Connection::open(address)).collect();
    let mut open = open?;
    let begun = Instant::now();
    let worked: Result<Vec<T>, String> = std::thread::scope(|scope| {
        let work = &work;
        let working: Vec<_> =
            open.iter_mut().map(|connection| scope.spawn(move || work(connection))).collect();
        working.into_iter().map(|one| one.join().map_err(|_| "a client panicked".to_owned())?).collect()
    });
    Ok((worked?, begun.elapsed()))
}
