//! `clout perks verify`: repeats a draw and compares the results.

use std::path::PathBuf;

use serde_json::json;

use super::super::options::{Format, ResultArgs};
use super::super::output::{print, show_object};
use super::{named, summary};
use crate::perks::campaign::check_id;
use crate::perks::verify::{Verdict, verify};
use clout_base::error::{Error, Result};
use clout_model::alerts::words::many;

/// Arguments of `clout perks verify`.
#[derive(clap::Args)]
pub struct Args {
    /// Campaign id.
    campaign: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Announced campaign file (TOML) to compare the rules of the draw with.
    #[arg(long, value_name = "FILE")]
    campaigns: Option<PathBuf>,
    /// Output format of the verdict.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Verifies the draw and prints each check. Fails if a check fails.
    pub fn run(self) -> Result<()> {
        check_id(&self.campaign)?;
        let announced = match &self.campaigns {
            Some(file) => Some(named(file, &self.campaign)?),
            None => None,
        };
        let store = self.results.store()?;
        let verdict = verify(&store, &self.campaign, announced.as_ref())?;
        match self.format {
            Format::Json => {
                let mut object = summary(&verdict.draw, "verified");
                object["seed"] = verdict.draw.seed.as_str().into();
                object["checks"] = json!(verdict.checks);
                object["problems"] = json!(verdict.problems);
                show_object(&object)?;
            }
            Format::Text => self.print_text(&verdict)?,
        }
        match verdict.problems.len() {
            0 => Ok(()),
            problems => Err(Error::internal(format!(
                "the draw of {} does not match its record: {}",
                self.campaign,
                many(problems as i64, "problem", "problems")
            ))),
        }
    }

    fn print_text(&self, verdict: &Verdict) -> Result<()> {
        let draw = &verdict.draw;
        print(&format!(
            "{}: {} of {} eligible people won, drawn from the snapshot of {}; seed {:?}",
            draw.campaign_id, draw.part.rows, draw.eligible_count, draw.snapshot.snapshot_date, draw.seed
        ))?;
        for check in &verdict.checks {
            print(&format!("  ok     {check}"))?;
        }
        for problem in &verdict.problems {
            print(&format!("  WRONG  {problem}"))?;
        }
        match (&self.campaigns, verdict.problems.is_empty()) {
            (None, true) => {
                print("All checks passed. To compare the rules with the announced ones, add --campaigns FILE.")
            }
            (_, true) => print("All checks passed."),
            (_, false) => Ok(()),
        }
    }
}
