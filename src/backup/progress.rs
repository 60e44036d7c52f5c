//! Signs of life of what takes long, on standard error.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Anything shorter needs no sign of life.
const EVERY: Duration = Duration::from_secs(5);

/// Does the work, and says every five seconds that it goes on; with the size of the file it grows, if it grows one.
pub fn watched<T>(doing: &str, growing: Option<&Path>, work: impl FnOnce() -> T) -> T {
    std::thread::scope(|scope| {
        let (working, ended) = channel::<()>();
        scope.spawn(move || {
            let mut seconds = 0;
            while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                seconds += EVERY.as_secs();
                let size = growing.and_then(|file| file.metadata().ok()).map(|file| file.len() >> 20);
                let size = size.map_or_else(String::new, |mebibytes| format!(", {mebibytes} MiB"));
                eprintln!("{doing}: {seconds} s{size}");
            }
        });
        let result = work();
        drop(working);
        result
    })
}
