//! Calls to a store: each ends at its deadline, and reads are repeated if an answer breaks off.

use std::time::Duration;

use super::store::Store;
use super::store_failure::StoreFailure;

/// Slowest supported link for large bodies, in bytes per second.
const SLOWEST_BYTES_PER_SECOND: u64 = 1 << 20;

type Outcome<T> = Result<T, StoreFailure>;

/// Rule for repeating a call after a broken answer. `object_store` repeats refused requests itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeats {
    /// Maximum repetitions of one call.
    pub(super) max: usize,
    /// Wait before the first repetition; it doubles before each further one.
    pub(super) first_wait: Duration,
    /// Longest wait.
    pub(super) longest_wait: Duration,
}

impl Repeats {
    /// Runs a call until an answer arrives completely, or no repetition is left.
    pub(super) async fn run<T, F>(self, mut call: impl FnMut() -> F) -> Outcome<T>
    where
        F: Future<Output = Outcome<T>>,
    {
        let mut wait = self.first_wait;
        let mut left = self.max;
        loop {
            match call().await {
                Err(failure) if left > 0 && failure.is_broken_answer() => {
                    tracing::info!("an answer of the store broke off; repeating the request");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(self.longest_wait);
                    left -= 1;
                }
                answer => return answer,
            }
        }
    }
}

impl Store {
    /// Runs a call to its end or its deadline; `length` bytes of body extend the deadline.
    pub(super) fn run_until_deadline<T>(&self, length: u64, call: impl Future<Output = Outcome<T>>) -> Outcome<T> {
        let limit = self.deadline + Duration::from_secs(length / SLOWEST_BYTES_PER_SECOND);
        // The timer must be created inside the runtime.
        let bounded = async { tokio::time::timeout(limit, call).await };
        match self.runtime.block_on(bounded) {
            Ok(answer) => answer,
            Err(_) => Err(StoreFailure::Deadline(limit)),
        }
    }

    /// Runs a call like [`Store::run_until_deadline`], and repeats it if its answer breaks off. The call must be one
    /// that may run twice.
    pub(super) fn repeat_until_deadline<T, F>(&self, length: u64, call: impl FnMut() -> F) -> Outcome<T>
    where
        F: Future<Output = Outcome<T>>,
    {
        self.run_until_deadline(length, self.repeats.run(call))
    }
}
