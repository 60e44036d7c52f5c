//! How long a request may take, counted on the server by a clock that only goes forward.

use std::cell::OnceCell;
use std::future::Future;
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For all that is asked of the store, from the first question on.
    pub work: Duration,
    /// For a body to arrive.
    pub body: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { work: Duration::from_secs(5), body: Duration::from_secs(10) }
    }
}

struct Running {
    patience: Patience,
    begun: OnceCell<Instant>,
}

tokio::task_local! {
    static REQUEST: Running;
}

impl Patience {
    /// Handles a request within this patience.
    pub(super) async fn bound<F: Future>(self, handling: F) -> F::Output {
        REQUEST.scope(Running { patience: self, begun: OnceCell::new() }, handling).await
    }

    /// For the body of the request under way.
    pub(super) fn for_body() -> Duration {
        REQUEST.try_with(|request| request.patience.body).unwrap_or_else(|_| Self::default().body)
    }

    /// What is left for the work of the request under way; `None` outside requests, as in the worker and in commands.
    pub fn left() -> Option<Duration> {
        let left = |request: &Running| {
            let begun = request.begun.get_or_init(Instant::now);
            request.patience.work.saturating_sub(begun.elapsed())
        };
        REQUEST.try_with(left).ok()
    }
}
