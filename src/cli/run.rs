//! `clout run`: publishes the snapshot of one date.

use std::sync::Arc;

use super::failure::catch_bug;
use super::options::{JobArgs, OutputFormat, generate_random_hex, open_store, parse_day, start_threads};
use super::output::{print_line, print_object};
use super::plan::print_steps;
use super::progress::ProgressDisplay;
use super::run_result::RunResult;
use super::run_summary::format_summary;
use crate::job::Job;
use crate::pipeline::observer::RunObserver;
use crate::pipeline::run_facts::RunFact;
use crate::pipeline::{self, RunMode, RunOutcome, RunRequest};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_steps::StepRunner;

/// Arguments of `clout run`.
#[derive(clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    job: JobArgs,
    /// Snapshot date; default: the newest load date of any known network.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    as_of: Option<Day>,
    /// Read the whole input again and ignore the saved state.
    #[arg(long)]
    rebuild: bool,
    /// Output format of the result. `json` prints one object on every exit code.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl RunArgs {
    /// Runs one date and prints its result.
    pub(super) fn run(self) -> Result<()> {
        self.run_with(|_| Ok(None))
    }

    /// Runs one date with the shards of its steps in other processes, if `runner` returns what runs them for the job.
    /// Prints the result.
    ///
    /// # Errors
    /// Every kind of error; see the exit codes.
    pub fn run_with(self, runner: impl FnOnce(&Job) -> Result<Option<Arc<dyn StepRunner>>>) -> Result<()> {
        let progress = ProgressDisplay::new();
        let outcome = catch_bug(|| {
            let mut request = begin_run(self.as_of, self.rebuild, RunMode::Nightly, &progress)?;
            let job = self.job.read_spec()?.resolve()?;
            start_threads(&job)?;
            request.runner = runner(&job)?;
            run_date(&job, &request, &progress)
        });
        progress.finish();
        let result = RunResult::new(&outcome, &progress);
        let printed = match self.format {
            OutputFormat::Json => print_object(&result),
            OutputFormat::Text => print_summary(&result),
        };
        outcome.and(printed)
    }
}

impl RunArgs {
    /// Prints the steps of the run on a cluster, without running it.
    ///
    /// # Errors
    /// Errors of the job, of the stores and of the listing.
    pub fn print_steps(self) -> Result<()> {
        let job = self.job.read_spec()?.resolve()?;
        start_threads(&job)?;
        print_steps(&job, self.as_of, self.format)
    }
}

/// Prints the result of a run that published, or found the date published, as text.
pub(super) fn print_summary(result: &RunResult) -> Result<()> {
    format_summary(result).map_or(Ok(()), |summary| print_line(&summary))
}

/// Creates the request for one run, and names the run in its log and its result.
pub(super) fn begin_run(
    as_of: Option<Day>,
    is_rebuild: bool,
    mode: RunMode,
    progress: &ProgressDisplay,
) -> Result<RunRequest> {
    let request = RunRequest {
        as_of,
        is_rebuild,
        mode,
        run_id: generate_random_hex(4)?,
        commit_id: generate_random_hex(16)?,
        runner: None,
    };
    progress.begin_run(&request.run_id);
    if let Some(date) = as_of {
        progress.record(RunFact::SnapshotDate(date));
    }
    Ok(request)
}

/// Runs one date.
pub(super) fn run_date(job: &Job, request: &RunRequest, progress: &ProgressDisplay) -> Result<RunOutcome> {
    let input = open_store(&job.input.root, &job.storage)?;
    let output = open_store(&job.output.root, &job.storage)?;
    pipeline::run_snapshot(job, &input, &output, request, progress)
}
