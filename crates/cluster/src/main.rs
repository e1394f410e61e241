//! Runs the steps of a night on a cluster of Ballista executors. docs/src/operations/cluster.md says when and how.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use clout::cli::run::RunArgs;
use clout::cli::{open_store, report_usage, run_command};
use clout_base::error::{Error, Result};
use clout_cluster::executor::ExecutorArgs;
use clout_cluster::runner::BallistaRunner;
use clout_cluster::scheduler::SchedulerArgs;
use clout_steps::StepRunner;

/// Runs the steps of a night on a cluster: a scheduler, executors, and a driver for each night.
#[derive(Parser)]
#[command(
    name = "clout-cluster",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Write the log as JSON lines: one flat object per line, errors included.
    #[arg(long, global = true)]
    log_json: bool,
    /// Log only warnings and errors.
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve executors and drivers.
    Scheduler(SchedulerArgs),
    /// Run shards for a scheduler.
    Executor(ExecutorArgs),
    /// Publish the snapshot of one date, with the shards of its steps on the cluster.
    Run(ClusterRunArgs),
}

/// Arguments of `clout-cluster run`: those of `clout run`, and the scheduler.
#[derive(clap::Args)]
struct ClusterRunArgs {
    #[command(flatten)]
    run: RunArgs,
    /// URL of the scheduler.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:50050")]
    scheduler: String,
    /// Seconds without a scheduler or an executor after which the run fails (exit 5).
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    grace: u64,
    /// Print the steps of the run, where each runs, and its memory; run nothing.
    #[arg(long)]
    plan: bool,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => return report_usage(&refusal),
    };
    run_command(cli.log_json, cli.quiet, || match cli.command {
        Command::Scheduler(args) => block_on(args.serve()),
        Command::Executor(args) => block_on(args.serve()),
        Command::Run(args) => args.run(),
    })
}

fn block_on(serve: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Error::internal("cannot start a runtime").with_source(error))?;
    runtime.block_on(serve)
}

impl ClusterRunArgs {
    fn run(self) -> Result<()> {
        if self.plan {
            return self.run.print_steps();
        }
        let grace = Duration::from_secs(self.grace);
        self.run.run_with(|job| {
            let output = open_store(&job.output.root, &job.storage)?;
            let runner = BallistaRunner::new(job, output, &self.scheduler, grace)?;
            Ok(Some(Arc::new(runner) as Arc<dyn StepRunner>))
        })
    }
}
