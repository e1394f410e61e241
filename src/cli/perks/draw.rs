//! `clout perks draw`: draws the winners of a campaign once.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::options::{Format, ResultArgs, random_hex};
use super::super::output::{Rows, print, show, show_object};
use super::{CAMPAIGNS, named, summary};
use crate::perks::campaign::Campaign;
use crate::perks::draw::Winner;
use crate::perks::drawing::{Outcome, Ready, draw, prepare};
use crate::perks::eligible::{Pool, Step};
use clout_base::error::Result;
use clout_base::visible::visible;
use clout_warehouse::draws::{self, Draw};

/// Arguments of `clout perks draw`.
#[derive(clap::Args)]
pub struct Args {
    /// Campaign id.
    campaign: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Campaign file (TOML).
    #[arg(long, value_name = "FILE", default_value = CAMPAIGNS)]
    campaigns: PathBuf,
    /// Seed: the text with the announced SHA-256, or from the announced source.
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    seed: Option<String>,
    /// Show the number of eligible people without drawing.
    #[arg(long, conflicts_with = "seed")]
    dry_run: bool,
    /// Output format of the draw.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Draws the campaign, or prints the eligible people for a dry run.
    pub fn run(self) -> Result<()> {
        let campaign = named(&self.campaigns, &self.campaign)?;
        let store = self.results.store()?;
        let Some(seed) = &self.seed else {
            return self.print_dry_run(&prepare(&store, &campaign)?, &campaign);
        };
        match draw(&store, &campaign, seed, &random_hex(8)?)? {
            Outcome::Drawn {
                draw,
                winners,
                pool,
                notes,
            } => self.print_draw(&draw, &winners, (&pool, &notes)),
            Outcome::Before(draw) => self.print_earlier_draw(&draw),
        }
    }

    fn print_dry_run(&self, ready: &Ready, campaign: &Campaign) -> Result<()> {
        let pool = &ready.pool;
        let people = pool.eligible.len() as u64;
        if self.format == Format::Json {
            return show_object(&json!({
                "campaign_id": campaign.id,
                "status": "dry_run",
                "eligible_count": people,
                "steps": steps(pool),
                "notes": ready.notes,
            }));
        }
        print(&format!("{}: {}", campaign.id, visible(&campaign.title)))?;
        show_steps(pool, &ready.notes)?;
        print(&format!(
            "{} of {people} people would win. Nothing was drawn.",
            campaign.winners.min(people)
        ))
    }

    fn print_draw(&self, draw: &Draw, winners: &[Winner], (pool, notes): (&Pool, &[String])) -> Result<()> {
        let row = |winner: &Winner| {
            vec![
                winner.place.into(),
                winner.person_id.as_str().into(),
                winner.draw_hash.as_str().into(),
            ]
        };
        let rows = Rows {
            columns: vec!["place", "person_id", "draw_hash"],
            rows: winners.iter().map(row).collect(),
        };
        if self.format == Format::Json {
            let mut object = summary(draw, "drawn");
            object["steps"] = json!(steps(pool));
            object["notes"] = json!(notes);
            object["winners"] = rows.objects();
            return show_object(&object);
        }
        print(&format!(
            "{}: {} of {} eligible people won, drawn from the snapshot of {}",
            draw.campaign_id, draw.part.rows, draw.eligible_count, draw.snapshot.snapshot_date
        ))?;
        if draw.part.rows == draw.eligible_count {
            let wanted = &draw.campaign["winners"];
            print(&format!("All eligible people won: the campaign has {wanted} winners."))?;
        }
        show_steps(pool, notes)?;
        show(&rows, Format::Text)?;
        print(&format!(
            "Record: {}, winners: {}",
            draws::key(&draw.campaign_id),
            draw.part.path
        ))
    }

    /// Prints an earlier draw without its winners, as some of them may have opted out since.
    fn print_earlier_draw(&self, draw: &Draw) -> Result<()> {
        match self.format {
            Format::Json => show_object(&summary(draw, "already_drawn")),
            Format::Text => print(&format!(
                "{} is already drawn with the same rules and seed: {} of {} eligible people won. Nothing was done. The \
                 winners are in {}.",
                draw.campaign_id, draw.part.rows, draw.eligible_count, draw.part.path
            )),
        }
    }
}

fn steps(pool: &Pool) -> Vec<Value> {
    let step = |step: &Step| json!({"rule": step.rule, "left": step.left});
    pool.steps.iter().map(step).collect()
}

fn show_steps(pool: &Pool, notes: &[String]) -> Result<()> {
    let row = |step: &Step| vec![step.left.into(), step.rule.as_str().into()];
    show(
        &Rows {
            columns: vec!["people", "rule"],
            rows: pool.steps.iter().map(row).collect(),
        },
        Format::Text,
    )?;
    let mut notes = notes.iter();
    notes.try_for_each(|note| print(&format!("Note: {}", visible(note))))
}
