//! `clout perks verify`: a draw made again and compared.

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
    /// The campaign's id.
    campaign: String,
    #[command(flatten)]
    results: ResultArgs,
    /// File of campaigns (TOML) that was announced: the draw's rules are held against it.
    #[arg(long, value_name = "FILE")]
    campaigns: Option<PathBuf>,
    /// How the verdict is shown.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Verifies.
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
            Format::Text => self.tell(&verdict)?,
        }
        match verdict.problems.len() {
            0 => Ok(()),
            problems => Err(Error::internal(format!(
                "the draw of {} is not what it says: {}",
                self.campaign,
                many(problems as i64, "problem", "problems")
            ))),
        }
    }

    fn tell(&self, verdict: &Verdict) -> Result<()> {
        let draw = &verdict.draw;
        print(&format!(
            "{}: {} of {} people won, drawn from the snapshot of {}; seed {:?}",
            draw.campaign_id, draw.part.rows, draw.eligible_count, draw.snapshot.snapshot_date, draw.seed
        ))?;
        for check in &verdict.checks {
            print(&format!("  right  {check}"))?;
        }
        for problem in &verdict.problems {
            print(&format!("  WRONG  {problem}"))?;
        }
        match (&self.campaigns, verdict.problems.is_empty()) {
            (None, true) => print("All matches. (--campaigns FILE holds the rules against those that were announced.)"),
            (_, true) => print("All matches."),
            (_, false) => Ok(()),
        }
    }
}
