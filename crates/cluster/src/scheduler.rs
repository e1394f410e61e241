//! The scheduler process.

use std::net::SocketAddr;
use std::sync::Arc;

use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::start_server;
use clout_base::error::{Error, Result};

use super::codec::ShardCodec;
use super::program::program_name;

/// Arguments of `clout-cluster scheduler`.
#[derive(clap::Args)]
pub struct SchedulerArgs {
    /// Address to listen at. Anyone who reaches it can run steps, so only drivers and executors may.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50050")]
    bind: SocketAddr,
    /// Host name by which executors reach the scheduler; default: the address.
    #[arg(long, value_name = "HOST")]
    external_host: Option<String>,
    /// Seconds without a heartbeat after which an executor is lost, and its shards run elsewhere.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    executor_timeout: u64,
    /// Seconds between two searches for lost executors.
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    expire_interval: u64,
    /// Seconds without any executor after which a step fails.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    grace: u64,
    /// Attempts of one shard after errors of storage.
    #[arg(long, value_name = "N", default_value_t = 4)]
    attempts: usize,
}

impl SchedulerArgs {
    /// Serves until the process is stopped.
    ///
    /// # Errors
    /// Returns an internal error if the program's file cannot be read, if the address cannot be used, or if the scheduler
    /// fails.
    pub async fn serve(self) -> Result<()> {
        let config = SchedulerConfig {
            override_physical_codec: Some(Arc::new(ShardCodec::of_scheduler(program_name()?))),
            bind_host: self.bind.ip().to_string(),
            bind_port: self.bind.port(),
            external_host: self.external_host.unwrap_or_else(|| self.bind.ip().to_string()),
            executor_timeout_seconds: self.executor_timeout,
            expire_dead_executor_interval_seconds: self.expire_interval,
            no_executors_grace_period_seconds: self.grace,
            task_distribution: TaskDistributionPolicy::RoundRobin,
            task_max_failures: self.attempts,
            min_ready_executors: 1,
            ..SchedulerConfig::default()
        };
        let failed = |error| Error::internal("the scheduler ended").with_source(error);
        let cluster = BallistaCluster::new_from_config(&config).await.map_err(failed)?;
        tracing::info!(address = %self.bind, "the scheduler is started");
        start_server(cluster, self.bind, Arc::new(config)).await.map_err(failed)
    }
}
