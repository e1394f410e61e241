//! `clout perks`: lists, draws and verifies reward campaigns.

mod draw;
mod verify;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::options::{OutputFormat, ResultArgs};
use super::output::{ResultRows, print_rows};
use crate::perks::campaign::Campaign;
use crate::perks::campaign_file;
use crate::perks::draw::prepare_draw;
use clout_base::error::{Error, ErrorKind, Result};
use clout_warehouse::perk_draws::{self, PerkDraw};
use clout_warehouse::store::Store;

/// Arguments of `clout perks`.
#[derive(clap::Args)]
pub(super) struct PerksArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the campaigns with their status.
    List(ListArgs),
    /// Draw the winners of a campaign; each campaign is drawn once.
    Draw(draw::PerksDrawArgs),
    /// Repeat a draw from the published tables and compare the results.
    Verify(verify::PerksVerifyArgs),
}

/// Default campaign file.
const DEFAULT_CAMPAIGN_FILE: &str = "jobs/perks.toml";

#[derive(clap::Args)]
struct ListArgs {
    #[command(flatten)]
    results: ResultArgs,
    /// Campaign file (TOML).
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CAMPAIGN_FILE)]
    campaigns: PathBuf,
    /// Output format of the list.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl PerksArgs {
    /// Runs the subcommand.
    pub(super) fn run(self) -> Result<()> {
        match self.action {
            Action::List(list) => list.run(),
            Action::Draw(draw) => draw.run(),
            Action::Verify(verify) => verify.run(),
        }
    }
}

fn read(file: &Path) -> Result<Vec<Campaign>> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let message = format!(
            "cannot read the campaign file {}; choose one with --campaigns FILE",
            file.display()
        );
        Error::usage(message).with_source(error)
    })?;
    campaign_file::parse_campaigns(&text, &file.display().to_string())
}

fn find_campaign(file: &Path, id: &str) -> Result<Campaign> {
    let campaigns = read(file)?;
    let ids: Vec<&str> = campaigns.iter().map(|campaign| campaign.id.as_str()).collect();
    let known = match ids.is_empty() {
        true => "it has none".to_owned(),
        false => format!("it has {}", ids.join(", ")),
    };
    let unknown = format!("{} has no campaign {id}; {known}", file.display());
    let found = campaigns.into_iter().find(|campaign| campaign.id == id);
    found.ok_or_else(|| Error::usage(unknown))
}

impl ListArgs {
    fn run(self) -> Result<()> {
        let campaigns = read(&self.campaigns)?;
        let store = self.results.open_store()?;
        let drawn = perk_draws::list_draws(&store)?;
        let mut rows = Vec::new();
        for campaign in &campaigns {
            let draw = drawn.iter().find(|draw| draw.campaign_id == campaign.id);
            rows.push(row(&store, campaign, draw)?);
        }
        let is_not_in_file = |draw: &&PerkDraw| campaigns.iter().all(|campaign| campaign.id != draw.campaign_id);
        rows.extend(drawn.iter().filter(is_not_in_file).map(row_of_record));
        let columns = vec![
            "campaign_id",
            "snapshot_date",
            "winners",
            "eligible_count",
            "status",
            "title",
        ];
        print_rows(&ResultRows { columns, rows }, self.format)
    }
}

fn row(store: &Store, campaign: &Campaign, draw: Option<&PerkDraw>) -> Result<Vec<Value>> {
    let (eligible, status) = match draw {
        Some(draw) => (Some(draw.eligible_count), "drawn".to_owned()),
        None => match prepare_draw(store, campaign) {
            Ok(ready) => {
                let eligible = ready.pool.eligible.len() as u64;
                let status = if eligible > 0 {
                    "can be drawn"
                } else {
                    "no eligible person"
                };
                let notes = ready.notes.iter().map(|note| format!("; {note}"));
                (Some(eligible), format!("{status}{}", notes.collect::<String>()))
            }
            Err(error) if error.kind() == ErrorKind::NotReady => (None, format!("waits: {}", error.message())),
            Err(error) => return Err(error),
        },
    };
    Ok(vec![
        campaign.id.as_str().into(),
        campaign.snapshot_date.to_string().into(),
        draw.map_or(campaign.winners, |draw| draw.part.rows).into(),
        eligible.into(),
        status.into(),
        campaign.title.as_str().into(),
    ])
}

/// Returns the row of a draw that has no campaign in the file.
fn row_of_record(draw: &PerkDraw) -> Vec<Value> {
    vec![
        draw.campaign_id.as_str().into(),
        draw.snapshot.snapshot_date.to_string().into(),
        draw.part.rows.into(),
        draw.eligible_count.into(),
        "drawn, not in the file".into(),
        draw.campaign["title"].clone(),
    ]
}

fn summarize_draw(draw: &PerkDraw, status: &str) -> Value {
    json!({
        "campaign_id": draw.campaign_id,
        "status": status,
        "snapshot_date": draw.snapshot.snapshot_date,
        "newest_date": draw.newest.snapshot_date,
        "eligible_count": draw.eligible_count,
        "winners_count": draw.part.rows,
        "record": perk_draws::draw_key(&draw.campaign_id),
        "file": draw.part.path,
        "sha256": draw.part.sha256,
    })
}
