//! Runs shards in an executor: on a thread of their own, with stores that are opened once for each job.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clout::cli::open_store;
use clout::pipeline::remote_steps::StepStores;
use clout_base::error::{Error, ErrorKind, Result};

use super::call::ClusterCall;
use super::program::expect_same_program;

/// Shards of an executor.
pub struct ShardKernel {
    program: String,
    /// Time before an error of storage is reported. Ballista tries again at once, and only a few times.
    retry_delay: Duration,
    /// Memory for the edges of the propagation.
    edge_bytes: u64,
    stores: Mutex<Option<(Roots, Arc<StepStores>)>>,
}

/// Roots of a job, and how they are opened.
type Roots = (String, String, clout::job::StorageRules);

/// Sets a flag when a task ends or is cancelled.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl ShardKernel {
    /// Creates the kernel of an executor that is this program.
    pub fn new(program: String, retry_delay: Duration, edge_bytes: u64) -> ShardKernel {
        ShardKernel {
            program,
            retry_delay,
            edge_bytes,
            stores: Mutex::new(None),
        }
    }

    /// Runs a shard unless it has a receipt. If the future is dropped, the shard ends soon.
    ///
    /// # Errors
    /// Returns the error of the shard, a usage error for another program, or an internal error for a panic.
    pub async fn run_shard(self: Arc<Self>, call: Arc<ClusterCall>, shard: usize) -> Result<()> {
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&stop.0);
        let (send, receive) = tokio::sync::oneshot::channel();
        let kernel = Arc::clone(&self);
        // A thread of its own: stores wait for their answers, which a thread of the runtime must not.
        let thread = std::thread::Builder::new().name("shard".to_owned()).spawn(move || {
            let work = AssertUnwindSafe(|| kernel.run(&call, shard, &flag));
            let result = std::panic::catch_unwind(work).unwrap_or_else(|panic| Err(describe_panic(&*panic)));
            // The receiver is gone if the task was cancelled.
            let _ = send.send(result);
        });
        thread.map_err(|error| Error::internal("cannot start a thread for a shard").with_source(error))?;
        let result = receive.await;
        let result = result.unwrap_or_else(|_| Err(Error::internal("the thread of a shard ended without a result")));
        if result.as_ref().is_err_and(|error| error.kind() == ErrorKind::Storage) {
            tokio::time::sleep(self.retry_delay).await;
        }
        drop(stop);
        result
    }

    fn run(&self, call: &ClusterCall, shard: usize, stop: &Arc<AtomicBool>) -> Result<()> {
        expect_same_program(&call.program, &self.program, "executor")?;
        self.find_stores(call)?.run_shard(&call.step, shard, stop)
    }

    /// Returns the stores of a job; opens them if they are not those of the last shard.
    fn find_stores(&self, call: &ClusterCall) -> Result<Arc<StepStores>> {
        let roots = (call.input.clone(), call.output.clone(), call.storage.clone());
        let mut last = self.stores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((opened, stores)) = &*last
            && *opened == roots
        {
            return Ok(Arc::clone(stores));
        }
        let input = open_store(&call.input, &call.storage)?;
        let output = open_store(&call.output, &call.storage)?;
        let stores = Arc::new(StepStores::new(input, output, self.edge_bytes));
        *last = Some((roots, Arc::clone(&stores)));
        Ok(stores)
    }
}

fn describe_panic(panic: &(dyn std::any::Any + Send)) -> Error {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("a panic without a text");
    Error::internal(format!("this is a bug in Clout; please report it: {text}"))
}
