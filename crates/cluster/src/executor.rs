//! The executor process.

use std::sync::Arc;
use std::time::Duration;

use ballista_core::error::BallistaError;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use clout_base::error::{Error, ErrorKind, Result};

use super::codec::ShardCodec;
use super::engine::ShardEngine;
use super::kernel::ShardKernel;
use super::program::program_name;

/// Times that an executor tries to reach its scheduler, and the time between two attempts: a minute.
const CONNECT_ATTEMPTS: usize = 240;
const CONNECT_INTERVAL: Duration = Duration::from_millis(250);

/// Arguments of `clout-cluster executor`.
#[derive(clap::Args)]
pub struct ExecutorArgs {
    /// Host of the scheduler.
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    scheduler_host: String,
    /// Port of the scheduler.
    #[arg(long, value_name = "PORT", default_value_t = 50050)]
    scheduler_port: u16,
    /// Address to listen at for tasks of the scheduler.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind_host: String,
    /// Host name by which the scheduler reaches the executor; default: the address.
    #[arg(long, value_name = "HOST")]
    external_host: Option<String>,
    /// Port for tasks of the scheduler.
    #[arg(long, value_name = "PORT", default_value_t = 50052)]
    port: u16,
    /// Shards that run at a time; default: one per processor. Memory is in proportion.
    #[arg(long, value_name = "N")]
    shards: Option<usize>,
    /// Folder for Ballista's own few files, in a folder `ballista-PORT` that the executor creates and empties.
    #[arg(long, value_name = "PATH", default_value = "/tmp/clout-executor")]
    work_dir: String,
    /// Seconds between two heartbeats. After five without an answer the process ends; its supervisor must restart it.
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    heartbeat: u64,
    /// MiB of memory for edges of the propagation, which stay from one iteration to the next.
    #[arg(long, value_name = "MIB", default_value_t = 2048)]
    edge_memory: u64,
    /// Seconds before an error of storage is reported, and the shard tried again.
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0)]
    retry_delay: f64,
}

impl ExecutorArgs {
    /// Waits until the scheduler listens, because Ballista tries once only.
    async fn wait_for_scheduler(&self) -> Result<()> {
        let address = (self.scheduler_host.as_str(), self.scheduler_port);
        for _ in 0..CONNECT_ATTEMPTS {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(CONNECT_INTERVAL).await;
        }
        let message = format!(
            "no scheduler responds at {}:{}; start it, then the executor again",
            self.scheduler_host, self.scheduler_port
        );
        Err(Error::new(ErrorKind::Storage, message))
    }

    /// Runs shards until the process is stopped or the scheduler is lost.
    ///
    /// # Errors
    /// Returns a usage error for an invalid delay or work folder, an internal error if the program's file cannot be read, or an error
    /// of storage if the scheduler cannot be reached, so that the supervisor starts the process again.
    pub async fn serve(self) -> Result<()> {
        self.wait_for_scheduler().await?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let retry_delay = Duration::try_from_secs_f64(self.retry_delay)
            .map_err(|_| Error::usage(format!("--retry-delay {} is no number of seconds", self.retry_delay)))?;
        let work_dir = format!("{}/ballista-{}", self.work_dir, self.port);
        std::fs::create_dir_all(&work_dir)
            .map_err(|error| Error::usage(format!("--work-dir: cannot create {work_dir}")).with_source(error))?;
        let kernel = Arc::new(ShardKernel::new(program_name()?, retry_delay, self.edge_memory << 20));
        let config = ExecutorProcessConfig {
            override_physical_codec: Some(Arc::new(ShardCodec::of_executor(kernel))),
            override_execution_engine: Some(Arc::new(ShardEngine)),
            // Results are blocks in the work folder: nobody fetches any from here.
            override_arrow_flight_service: Some(Arc::new(|_, _, _, _| {
                tokio::spawn(std::future::pending::<std::result::Result<(), BallistaError>>())
            })),
            vcores: self.shards.unwrap_or(cores),
            external_host: Some(self.external_host.unwrap_or_else(|| self.bind_host.clone())),
            bind_host: self.bind_host,
            grpc_port: self.port,
            scheduler_host: self.scheduler_host,
            scheduler_port: self.scheduler_port,
            scheduler_connect_timeout_seconds: 0,
            work_dir: Some(work_dir),
            // The memory of shards is not Ballista's.
            memory_pool_size: Some(0),
            executor_heartbeat_interval_seconds: self.heartbeat,
            ..ExecutorProcessConfig::default()
        };
        tracing::info!(shards = config.vcores, "the executor is started");
        let failed = |error: BallistaError| Error::new(ErrorKind::Storage, format!("the executor ended: {error}"));
        start_executor_process(Arc::new(config)).await.map_err(failed)
    }
}
