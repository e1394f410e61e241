//! Runs the shards of steps on a cluster: submits those without a receipt until all have one.

use std::time::{Duration, Instant};

use clout::job::Job;
use clout_base::error::{Error, ErrorKind, Result};
use clout_steps::{RemoteCall, StepRunner, WorkFolder};
use clout_warehouse::store::Store;

use super::call::ClusterCall;
use super::failure::find_failure;
use super::job::{ClusterJob, JobOutcome};
use super::node::ShardExec;
use super::program::program_name;

/// Most submissions in a row after which no further shard had a receipt.
const MAX_FRUITLESS: u32 = 3;

/// Runs steps of one job on a cluster.
pub struct BallistaRunner {
    runtime: tokio::runtime::Runtime,
    /// URL of the scheduler.
    scheduler: String,
    /// Time without a scheduler or without an executor after which a step fails.
    grace: Duration,
    output: Store,
    program: String,
    job: Job,
    client: reqwest::Client,
}

/// Reason for the end of a submission other than success.
enum Interruption {
    /// A shard failed.
    Shard(Error),
    /// Scheduler or executors are lost.
    Cluster(String),
    /// They are unavailable for as long as the run waits for them.
    Unavailable(String),
}

impl BallistaRunner {
    /// Creates the runner of a job. `output` is the output root.
    ///
    /// # Errors
    /// Returns a usage error for a scheduler that is no `http://` URL, or an internal error if no runtime can be started.
    pub fn new(job: &Job, output: Store, scheduler: &str, grace: Duration) -> Result<BallistaRunner> {
        if !scheduler.starts_with("http://") {
            let message = format!("--scheduler is {scheduler:?}: expected a URL such as http://127.0.0.1:50050");
            return Err(Error::usage(message));
        }
        // A proxy is for other hosts than those of the cluster.
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.map_err(|error| Error::internal("cannot create an HTTP client").with_source(error))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build();
        Ok(BallistaRunner {
            runtime: runtime.map_err(|error| Error::internal("cannot start a runtime").with_source(error))?,
            scheduler: scheduler.trim_end_matches('/').to_owned(),
            grace,
            output,
            program: program_name()?,
            job: job.clone(),
            client,
        })
    }

    fn find_missing(&self, call: &RemoteCall) -> Result<Vec<usize>> {
        WorkFolder::at(&self.output, &call.work).list_missing(&call.step)
    }

    /// Submits shards once, and waits until they have receipts.
    async fn submit(&self, call: &ClusterCall, shards: &[usize]) -> std::result::Result<(), Interruption> {
        let internal = |message: String| Interruption::Shard(Error::internal(message));
        self.wait_for_executors().await.map_err(Interruption::Unavailable)?;
        let encoded = call.encode().map_err(Interruption::Shard)?;
        let plan = ShardExec::plan(encoded, shards).map_err(|error| internal(error.to_string()))?;
        let name = &call.step.step.step;
        let mut job = ClusterJob::submit(&self.scheduler, name, plan)
            .await
            .map_err(classify)?;
        let mut last_seen = Instant::now();
        let mut next_check = last_seen + Duration::from_secs(1);
        loop {
            match job.poll().await.map_err(classify)? {
                JobOutcome::Succeeded => return Ok(()),
                JobOutcome::Failed(text) => return Err(classify(text)),
                JobOutcome::Running => {}
            }
            if Instant::now() >= next_check {
                next_check = Instant::now() + Duration::from_secs(1);
                match self.expect_executor().await {
                    Ok(()) => last_seen = Instant::now(),
                    Err(reason) if last_seen.elapsed() > self.grace => {
                        job.cancel().await;
                        return Err(Interruption::Unavailable(reason));
                    }
                    Err(_) => {}
                }
            }
        }
    }

    /// Waits until the scheduler has an executor. Ballista itself would wait for the first one for ever.
    async fn wait_for_executors(&self) -> std::result::Result<(), String> {
        let started = Instant::now();
        loop {
            match self.expect_executor().await {
                Ok(()) => return Ok(()),
                Err(reason) if started.elapsed() > self.grace => return Err(reason),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// Returns an error with the reason unless the scheduler has an executor.
    async fn expect_executor(&self) -> std::result::Result<(), String> {
        let url = format!("{}/readyz", self.scheduler);
        let request = self.client.get(url).timeout(Duration::from_secs(5)).send();
        match request.await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(_) => Err(format!("no executor is registered at {}", self.scheduler)),
            Err(_) => Err(format!("the scheduler {} does not respond", self.scheduler)),
        }
    }

    fn lost(&self, reason: &str) -> Error {
        let message = format!(
            "the cluster could not run a step: {reason}. Finished shards have receipts; start scheduler and executors, \
             then run again"
        );
        Error::new(ErrorKind::Storage, message)
    }
}

/// Returns a root that other processes on a shared folder understand: a relative path from the root of the file system.
fn absolute_root(root: &str) -> Result<String> {
    if root.contains("://") {
        return Ok(root.to_owned());
    }
    let path = std::path::absolute(root)
        .map_err(|error| Error::usage(format!("the folder {root} has no absolute path")).with_source(error))?;
    Ok(path.to_string_lossy().into_owned())
}

/// Finds out whether a text is the failure of a shard.
fn classify(text: String) -> Interruption {
    match find_failure(&text) {
        Some(error) => Interruption::Shard(error),
        None => Interruption::Cluster(text),
    }
}

impl StepRunner for BallistaRunner {
    fn program(&self) -> &str {
        &self.program
    }

    fn run_shards(&self, step: &RemoteCall, shards: &[usize]) -> Result<()> {
        let call = ClusterCall {
            program: self.program.clone(),
            input: absolute_root(&self.job.input.root)?,
            output: absolute_root(&self.job.output.root)?,
            storage: self.job.storage.clone(),
            step: step.clone(),
        };
        let mut missing = shards.to_vec();
        let mut fruitless = 0;
        while !missing.is_empty() {
            tracing::info!(step = step.step.step, shards = missing.len(), "shards are submitted");
            let outcome = self.runtime.block_on(self.submit(&call, &missing));
            let before = missing.len();
            missing = self.find_missing(step)?;
            fruitless = if missing.len() < before { 0 } else { fruitless + 1 };
            match outcome {
                Err(Interruption::Shard(error)) if error.kind() != ErrorKind::Storage => return Err(error),
                Err(Interruption::Shard(error)) if fruitless >= MAX_FRUITLESS => return Err(error),
                Err(Interruption::Unavailable(reason)) => return Err(self.lost(&reason)),
                Err(Interruption::Cluster(reason)) if fruitless >= MAX_FRUITLESS => return Err(self.lost(&reason)),
                Err(Interruption::Cluster(reason)) => tracing::warn!(reason, "shards are submitted again"),
                Err(Interruption::Shard(error)) => tracing::warn!(%error, "shards are submitted again"),
                Ok(()) if fruitless >= MAX_FRUITLESS => return Err(self.lost("shards end without a receipt")),
                Ok(()) => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_become_absolute_and_addresses_stay() {
        assert_eq!(absolute_root("s3://bucket/dumps").unwrap(), "s3://bucket/dumps");
        assert_eq!(absolute_root("/lake").unwrap(), "/lake");
        assert!(absolute_root("lake").unwrap().ends_with("/lake"));
        assert!(std::path::Path::new(&absolute_root("lake").unwrap()).is_absolute());
    }
}
