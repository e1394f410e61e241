//! `clout backfill`: publishes the snapshots of a range of dates, in order.

use super::options::{JobArgs, OutputFormat, open_store, parse_day, start_threads};
use super::output::{print_line, print_object};
use super::progress::ProgressDisplay;
use super::run::{format_summary, run_date};
use crate::job::Job;
use crate::pipeline::observer::RunObserver;
use crate::pipeline::plan;
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
    /// Output format of the summaries.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl BackfillArgs {
    /// Runs each date, including dates without a delivery. Stops at the first failure.
    pub(super) fn run(self) -> Result<()> {
        if self.from > self.to {
            return Err(Error::usage(format!("--from {} is after --to {}", self.from, self.to)));
        }
        let job = self.job.read_spec()?.resolve()?;
        start_threads(&job)?;
        let mut summaries = Vec::new();
        let mut date = first_date(&job, self.from)?.min(self.to);
        while date <= self.to {
            let summary = run_date(&job, Some(date), false).context(|| format!("backfilling {date}"))?;
            if self.format == OutputFormat::Text {
                print_line(&format_summary(&summary))?;
            }
            summaries.push(summary);
            date = date.next();
        }
        match self.format {
            OutputFormat::Json => print_object(&serde_json::Value::Array(summaries)),
            OutputFormat::Text => Ok(()),
        }
    }
}

/// Returns the later of `from` and the first load date: no snapshot is possible before the first delivery.
fn first_date(job: &Job, from: Day) -> Result<Day> {
    let watch = ProgressDisplay::new();
    let inventory = plan::list_input(job, &open_store(&job.input.root, &job.storage)?, &watch)?;
    let oldest = inventory.activity_date_range().map_or(from, |(oldest, _)| oldest);
    if oldest > from {
        watch.warn(&format!(
            "the first delivery is of {oldest}: skipping the dates from {from} to the day before it"
        ));
    }
    watch.finish();
    Ok(from.max(oldest))
}
