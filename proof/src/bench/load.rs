//! Load: so many connections that ask one after the other, and what they saw.

use super::wire::Connection;
use std::collections::VecDeque;
use std::sync::Mutex;
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

/// Sends two servers their requests, one to each in turn and one after another: what the disk does meanwhile, it does to
/// both, and nobody waits for somebody else's commit.
pub fn by_turns(addresses: [&str; 2], requests: [&[Vec<u8>]; 2]) -> Result<[Sample; 2], String> {
    let mut connections = [Connection::open(addresses[0])?, Connection::open(addresses[1])?];
    let mut latencies = [Vec::new(), Vec::new()];
    let begun = Instant::now();
    for pair in requests[0].iter().zip(requests[1]) {
        for (server, request) in [pair.0, pair.1].into_iter().enumerate() {
            let asked = Instant::now();
            succeed(&mut connections[server], request)?;
            latencies[server].push(asked.elapsed());
        }
    }
    let took = begun.elapsed();
    Ok(latencies.map(|latencies| Sample::of(latencies, took)))
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

/// What came of more requests than could be done.
#[derive(Debug, Clone, Default)]
pub struct Flood {
    /// Done, and refused with 503, in a second.
    pub done: f64,
    pub refused: f64,
    pub refused_p99: Duration,
    /// Answered in any other way, or not at all.
    pub others: usize,
}

/// Asks at a rate, whether or not answers come: each connection at its own moments, and at once when it is late. What was
/// refused is asked again after all the others.
pub fn flood(
    address: &str,
    connections: usize,
    requests: &[Vec<u8>],
    rate: f64,
    time: Duration,
) -> Result<Flood, String> {
    let lane = AtomicUsize::new(0);
    let waiting = Mutex::new((0..requests.len()).collect::<VecDeque<usize>>());
    let waiting = || waiting.lock().map_err(|_| "a connection panicked".to_owned());
    #[expect(clippy::cast_precision_loss, reason = "few connections")]
    let gap = Duration::from_secs_f64(connections as f64 / rate);
    let (worked, took) = on_connections(address, connections, |connection| {
        let place = lane.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        #[expect(clippy::cast_possible_truncation, reason = "few connections")]
        let mut due = gap * place as u32 / connections as u32;
        let (mut done, mut refused, mut others) = (0_usize, Vec::new(), 0_usize);
        while begun.elapsed() < time {
            if let Some(early) = due.checked_sub(begun.elapsed()) {
                crate::pause(early);
            }
            due += gap;
            let number = waiting()?.pop_front().ok_or("the prepared requests did not last")?;
            let asked = Instant::now();
            match connection.ask(&requests[number]).map(|answer| answer.status) {
                Ok(status) if (200..300).contains(&status) => done += 1,
                Ok(503) => {
                    refused.push(asked.elapsed());
                    waiting()?.push_back(number);
                }
                _ => {
                    others += 1;
                    *connection = Connection::open(address)?;
                }
            }
        }
        Ok((done, refused, others))
    })?;
    let (mut done, mut latencies, mut others) = (0, Vec::new(), 0);
    for (own_done, own_refused, own_others) in worked {
        done += own_done;
        latencies.extend(own_refused);
        others += own_others;
    }
    let refused = Sample::of(latencies, took);
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    let done = done as f64 / took.as_secs_f64();
    Ok(Flood { done, refused: refused.rate, refused_p99: refused.p99, others })
}
