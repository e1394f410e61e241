//! `clout backfill`: every date from one to another, in order.

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
    /// How the summaries are shown.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Runs the nights, those without a delivery too; stops at the first that fails.
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

/// The first date for which there can be a snapshot: nothing can be said before the first delivery.
fn first_date(job: &Job, from: Day) -> Result<Day> {
    let watch = Progress::start();
    let inventory = plan::list(job, &open(&job.input.root, &job.storage)?, &watch)?;
    let oldest = inventory.activity_dates().map_or(from, |(oldest, _)| oldest);
    if oldest > from {
        watch.warn(&format!(
            "nothing was delivered before {oldest}: the dates from {from} on are passed over"
        ));
    }
    watch.finish();
    Ok(from.max(oldest))
}
