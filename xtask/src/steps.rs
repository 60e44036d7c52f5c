//! Progress of a run: which step of how many, and how long it took.

use std::time::Instant;

pub struct Steps {
    total: usize,
    begun: usize,
}

impl Steps {
    pub fn of(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    pub fn step<T>(&mut self, what: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        self.begun += 1;
        let (number, total, start) = (self.begun, self.total, Instant::now());
        println!("[{number}/{total}] {what} …");
        let result = work();
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "[{number}/{total}] {} after {seconds:.1} s",
            if result.is_ok() { "done" } else { "failed" }
        );
        result
    }
}
