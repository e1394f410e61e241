//! Threads that wait for responses of the store. A store responds in tens of milliseconds, during which the
//! processors are idle, so more requests are in flight than there are processors.

use clout_base::error::{Error, Result};

/// Maximum number of concurrent requests.
const REQUESTS_IN_FLIGHT: usize = 16;

/// Runs `work` in a pool with a thread for each of `requests`, up to the maximum. Parallel iterators inside use it.
///
/// # Errors
/// Returns an error if no thread can be started, or the error of `work`.
pub fn run_requests<T: Send>(requests: usize, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let threads = REQUESTS_IN_FLIGHT.min(requests.max(1));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| Error::internal("cannot start threads for requests").with_source(error))?;
    pool.install(work)
}
