//! `clout backfill`: publishes the snapshots of a range of dates, in order.

use super::failure::catch_bug;
use super::options::{JobArgs, OutputFormat, open_store, parse_day, start_threads};
use super::output::print_object;
use super::progress::ProgressDisplay;
use super::run::{begin_run, print_summary, run_date};
use super::run_result::RunResult;
use crate::job::Job;
use crate::pipeline::RunMode;
use crate::pipeline::input_listing::{expect_not_after_today, list_input};
use crate::pipeline::observer::RunObserver;
use clout_base::day::Day;
use clout_base::error::{Error, ErrorContext, Result};

/// Arguments of `clout backfill`.
#[derive(clap::Args)]
pub(super) struct BackfillArgs {
    #[command(flatten)]
    job: JobArgs,
    /// First snapshot date.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    from: Day,
    /// Last snapshot date.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    to: Day,
    /// Output format of the results. `json` prints one array on every exit code; a failed date is its last element.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl BackfillArgs {
    /// Runs each date, including dates without a delivery. Stops at the first failure.
    pub(super) fn run(self) -> Result<()> {
        let mut results = Vec::new();
        let outcome = self.run_dates(&mut results);
        let printed = match self.format {
            OutputFormat::Json => print_object(&results),
            OutputFormat::Text => Ok(()),
        };
        outcome.and(printed)
    }

    /// Runs the dates and adds the result of each, also of a failed one.
    fn run_dates(&self, results: &mut Vec<RunResult>) -> Result<()> {
        let progress = ProgressDisplay::new();
        let (job, first) = match catch_bug(|| self.prepare(&progress)) {
            Ok(prepared) => prepared,
            Err(error) => {
                progress.finish();
                results.push(RunResult::from_error(
                    &error,
                    progress.to_facts(),
                    progress.elapsed_seconds(),
                ));
                return Err(error);
            }
        };
        // Warnings of the listing belong to the result of the first date.
        let mut listed = Some(progress);
        let mut date = first;
        while date <= self.to {
            let progress = listed.take().unwrap_or_else(ProgressDisplay::new);
            let outcome = catch_bug(|| {
                let request = begin_run(Some(date), false, RunMode::Backfill, &progress)?;
                run_date(&job, &request, &progress)
            });
            let outcome = outcome.context(|| format!("backfilling {date}"));
            progress.finish();
            let result = RunResult::new(&outcome, &progress);
            let printed = match self.format {
                OutputFormat::Json => Ok(()),
                OutputFormat::Text => print_summary(&result),
            };
            results.push(result);
            outcome.and(printed)?;
            date = date.next();
        }
        Ok(())
    }

    /// Reads the job and finds the first date to run.
    fn prepare(&self, progress: &ProgressDisplay) -> Result<(Job, Day)> {
        if self.from > self.to {
            return Err(Error::usage(format!("--from {} is after --to {}", self.from, self.to)));
        }
        let job = self.job.read_spec()?.resolve()?;
        expect_not_after_today(Some(self.to), progress.today())?;
        start_threads(&job)?;
        let first = first_date(&job, self.from, progress)?.min(self.to);
        Ok((job, first))
    }
}

/// Returns the later of `from` and the first load date: no snapshot is possible before the first delivery.
fn first_date(job: &Job, from: Day, progress: &ProgressDisplay) -> Result<Day> {
    let inventory = list_input(job, &open_store(&job.input.root, &job.storage)?, progress)?;
    let oldest = inventory.activity_date_range().map_or(from, |(oldest, _)| oldest);
    if oldest > from {
        progress.warn(&format!(
            "the first delivery is of {oldest}: skipping the dates from {from} to the day before it"
        ));
    }
    Ok(from.max(oldest))
}
