//! `clout perks draw`: draws the winners of a campaign once.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::options::{OutputFormat, ResultArgs, generate_random_hex};
use super::super::output::{ResultRows, print_line, print_object, print_rows};
use super::{DEFAULT_CAMPAIGN_FILE, find_campaign, summarize_draw};
use crate::perks::campaign::Campaign;
use crate::perks::draw::{CampaignOutcome, PreparedDraw, draw_campaign, prepare_draw};
use crate::perks::eligibility::{EligiblePeople, RuleStep};
use crate::perks::tickets::DrawWinner;
use clout_base::error::Result;
use clout_base::visible_text::make_visible;
use clout_warehouse::perk_draws::{self, PerkDraw};

/// Arguments of `clout perks draw`.
#[derive(clap::Args)]
pub(super) struct PerksDrawArgs {
    /// Campaign id.
    campaign: String,
    #[command(flatten)]
    results: ResultArgs,
    /// Campaign file (TOML).
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CAMPAIGN_FILE)]
    campaigns: PathBuf,
    /// Seed: the text with the announced SHA-256, or from the announced source.
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    seed: Option<String>,
    /// Show the number of eligible people without drawing.
    #[arg(long, conflicts_with = "seed")]
    dry_run: bool,
    /// Output format of the draw.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl PerksDrawArgs {
    /// Draws the campaign, or prints the eligible people for a dry run.
    pub(super) fn run(self) -> Result<()> {
        let campaign = find_campaign(&self.campaigns, &self.campaign)?;
        let store = self.results.open_store()?;
        let Some(seed) = &self.seed else {
            return self.print_dry_run(&prepare_draw(&store, &campaign)?, &campaign);
        };
        match draw_campaign(&store, &campaign, seed, &generate_random_hex(8)?)? {
            CampaignOutcome::Drawn {
                draw,
                winners,
                pool,
                notes,
            } => self.print_draw(&draw, &winners, (&pool, &notes)),
            CampaignOutcome::Before(draw) => self.print_earlier_draw(&draw),
        }
    }

    fn print_dry_run(&self, ready: &PreparedDraw, campaign: &Campaign) -> Result<()> {
        let pool = &ready.pool;
        let people = pool.eligible.len() as u64;
        if self.format == OutputFormat::Json {
            return print_object(&json!({
                "campaign_id": campaign.id,
                "status": "dry_run",
                "eligible_count": people,
                "steps": steps(pool),
                "notes": ready.notes,
            }));
        }
        print_line(&format!("{}: {}", campaign.id, make_visible(&campaign.title)))?;
        show_steps(pool, &ready.notes)?;
        print_line(&format!(
            "{} of {people} people would win. Nothing was drawn.",
            campaign.winners.min(people)
        ))
    }

    fn print_draw(
        &self,
        draw: &PerkDraw,
        winners: &[DrawWinner],
        (pool, notes): (&EligiblePeople, &[String]),
    ) -> Result<()> {
        let row = |winner: &DrawWinner| {
            vec![
                winner.place.into(),
                winner.person_id.as_str().into(),
                winner.draw_hash.as_str().into(),
            ]
        };
        let rows = ResultRows {
            columns: vec!["place", "person_id", "draw_hash"],
            rows: winners.iter().map(row).collect(),
        };
        if self.format == OutputFormat::Json {
            let mut object = summarize_draw(draw, "drawn");
            object["steps"] = json!(steps(pool));
            object["notes"] = json!(notes);
            object["winners"] = rows.to_json();
            return print_object(&object);
        }
        print_line(&format!(
            "{}: {} of {} eligible people won, drawn from the snapshot of {}",
            draw.campaign_id, draw.part.rows, draw.eligible_count, draw.snapshot.snapshot_date
        ))?;
        if draw.part.rows == draw.eligible_count {
            let wanted = &draw.campaign["winners"];
            print_line(&format!("All eligible people won: the campaign has {wanted} winners."))?;
        }
        show_steps(pool, notes)?;
        print_rows(&rows, OutputFormat::Text)?;
        print_line(&format!(
            "Record: {}, winners: {}",
            perk_draws::draw_key(&draw.campaign_id),
            draw.part.path
        ))
    }

    /// Prints an earlier draw without its winners, as some of them may have opted out since.
    fn print_earlier_draw(&self, draw: &PerkDraw) -> Result<()> {
        match self.format {
            OutputFormat::Json => print_object(&summarize_draw(draw, "already_drawn")),
            OutputFormat::Text => print_line(&format!(
                "{} is already drawn with the same rules and seed: {} of {} eligible people won. Nothing was done. The \
                 winners are in {}.",
                draw.campaign_id, draw.part.rows, draw.eligible_count, draw.part.path
            )),
        }
    }
}

fn steps(pool: &EligiblePeople) -> Vec<Value> {
    let step = |step: &RuleStep| json!({"rule": step.rule, "left": step.left});
    pool.steps.iter().map(step).collect()
}

fn show_steps(pool: &EligiblePeople, notes: &[String]) -> Result<()> {
    let row = |step: &RuleStep| vec![step.left.into(), step.rule.as_str().into()];
    print_rows(
        &ResultRows {
            columns: vec!["people", "rule"],
            rows: pool.steps.iter().map(row).collect(),
        },
        OutputFormat::Text,
    )?;
    let mut notes = notes.iter();
    notes.try_for_each(|note| print_line(&format!("Note: {}", make_visible(note))))
}
