//! `clout perks verify`: repeats a draw and compares the results.

use std::path::PathBuf;

use serde_json::json;

use super::super::options::{OutputFormat, ResultArgs};
use super::super::output::{print_line, print_object};
use super::{find_campaign, summarize_draw};
use crate::perks::campaign::check_campaign_id;
use crate::perks::verify::{DrawVerdict, verify_draw};
use clout_base::error::{Error, Result};
use clout_model::alerts::texts::format_count;

/// Arguments of `clout perks verify`.
#[derive(clap::Args)]
pub(super) struct PerksVerifyArgs {
    /// Campaign id.
    campaign: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Announced campaign file (TOML) to compare the rules of the draw with.
    #[arg(long, value_name = "FILE")]
    campaigns: Option<PathBuf>,
    /// Output format of the verdict.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl PerksVerifyArgs {
    /// Verifies the draw and prints each check. Fails if a check fails.
    pub(super) fn run(self) -> Result<()> {
        check_campaign_id(&self.campaign)?;
        let announced = match &self.campaigns {
            Some(file) => Some(find_campaign(file, &self.campaign)?),
            None => None,
        };
        let store = self.results.open_store()?;
        let verdict = verify_draw(&store, &self.campaign, announced.as_ref())?;
        match self.format {
            OutputFormat::Json => {
                let mut object = summarize_draw(&verdict.draw, "verified");
                object["seed"] = verdict.draw.seed.as_str().into();
                object["checks"] = json!(verdict.checks);
                object["problems"] = json!(verdict.problems);
                print_object(&object)?;
            }
            OutputFormat::Text => self.print_text(&verdict)?,
        }
        match verdict.problems.len() {
            0 => Ok(()),
            problems => Err(Error::internal(format!(
                "the draw of {} does not match its record: {}",
                self.campaign,
                format_count(problems as i64, "problem", "problems")
            ))),
        }
    }

    fn print_text(&self, verdict: &DrawVerdict) -> Result<()> {
        let draw = &verdict.draw;
        print_line(&format!(
            "{}: {} of {} eligible people won, drawn from the snapshot of {}; seed {:?}",
            draw.campaign_id, draw.part.rows, draw.eligible_count, draw.snapshot.snapshot_date, draw.seed
        ))?;
        for check in &verdict.checks {
            print_line(&format!("  ok     {check}"))?;
        }
        for problem in &verdict.problems {
            print_line(&format!("  WRONG  {problem}"))?;
        }
        match (&self.campaigns, verdict.problems.is_empty()) {
            (None, true) => {
                print_line("All checks passed. To compare the rules with the announced ones, add --campaigns FILE.")
            }
            (_, true) => print_line("All checks passed."),
            (_, false) => Ok(()),
        }
    }
}
