//! `clout backfill`: publishes the snapshots of a range of dates, in order.

use super::options::{Format, JobArgs, day, open, start_threads};
use super::output::{print, show_object};
use super::progress::Progress;
use super::run::{run_night, sentence};
use crate::job::Job;
use crate::pipeline::plan;
use crate::pipeline::watch::Watch;
use clout_base::day::Day;
use clout_base::error::{Context, Error, Result};

/// Arguments of `clout backfill`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    job: JobArgs,
    /// First snapshot date.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Day,
    /// Last snapshot date.
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Day,
    /// Output format of the summaries.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Runs each date, including dates without a delivery. Stops at the first failure.
    pub fn run(self) -> Result<()> {
        if self.from > self.to {
            return Err(Error::usage(format!("--from {} is after --to {}", self.from, self.to)));
        }
        let job = self.job.spec()?.resolve()?;
        start_threads(&job)?;
        let mut summaries = Vec::new();
        let mut date = first_date(&job, self.from)?.min(self.to);
        while date <= self.to {
            let summary = run_night(&job, Some(date), false).context(|| format!("backfilling {date}"))?;
            if self.format == Format::Text {
                print(&sentence(&summary))?;
            }
            summaries.push(summary);
            date = date.next();
        }
        match self.format {
            Format::Json => show_object(&serde_json::Value::Array(summaries)),
            Format::Text => Ok(()),
        }
    }
}

/// Returns the later of `from` and the first load date: no snapshot is possible before the first delivery.
fn first_date(job: &Job, from: Day) -> Result<Day> {
    let watch = Progress::start();
    let inventory = plan::list(job, &open(&job.input.root, &job.storage)?, &watch)?;
    let oldest = inventory.activity_dates().map_or(from, |(oldest, _)| oldest);
    if oldest > from {
        watch.warn(&format!(
            "the first delivery is of {oldest}: skipping the dates from {from} to the day before it"
        ));
    }
    watch.finish();
    Ok(from.max(oldest))
}
