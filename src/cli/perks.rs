//! `clout perks`: lists, draws and verifies reward campaigns.

mod draw;
mod verify;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::options::{Format, ResultArgs};
use super::output::{Rows, show};
use crate::perks::campaign::Campaign;
use crate::perks::campaign_file;
use crate::perks::drawing::prepare;
use clout_base::error::{Error, Kind, Result};
use clout_warehouse::draws::{self, Draw};
use clout_warehouse::store::Store;

/// Arguments of `clout perks`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the campaigns with their status.
    List(List),
    /// Draw the winners of a campaign; each campaign is drawn once.
    Draw(draw::Args),
    /// Repeat a draw from the published tables and compare the results.
    Verify(verify::Args),
}

/// Default campaign file.
const CAMPAIGNS: &str = "jobs/perks.toml";

#[derive(clap::Args)]
struct List {
    #[command(flatten)]
    results: ResultArgs,
    /// Campaign file (TOML).
    #[arg(long, value_name = "FILE", default_value = CAMPAIGNS)]
    campaigns: PathBuf,
    /// Output format of the list.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Runs the subcommand.
    pub fn run(self) -> Result<()> {
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
    campaign_file::parse(&text, &file.display().to_string())
}

fn named(file: &Path, id: &str) -> Result<Campaign> {
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

impl List {
    fn run(self) -> Result<()> {
        let campaigns = read(&self.campaigns)?;
        let store = self.results.store()?;
        let drawn = draws::list(&store)?;
        let mut rows = Vec::new();
        for campaign in &campaigns {
            let draw = drawn.iter().find(|draw| draw.campaign_id == campaign.id);
            rows.push(row(&store, campaign, draw)?);
        }
        let is_not_in_file = |draw: &&Draw| campaigns.iter().all(|campaign| campaign.id != draw.campaign_id);
        rows.extend(drawn.iter().filter(is_not_in_file).map(row_of_record));
        let columns = vec![
            "campaign_id",
            "snapshot_date",
            "winners",
            "eligible_count",
            "status",
            "title",
        ];
        show(&Rows { columns, rows }, self.format)
    }
}

fn row(store: &Store, campaign: &Campaign, draw: Option<&Draw>) -> Result<Vec<Value>> {
    let (eligible, status) = match draw {
        Some(draw) => (Some(draw.eligible_count), "drawn".to_owned()),
        None => match prepare(store, campaign) {
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
            Err(error) if error.kind() == Kind::NotReady => (None, format!("waits: {}", error.message())),
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
fn row_of_record(draw: &Draw) -> Vec<Value> {
    vec![
        draw.campaign_id.as_str().into(),
        draw.snapshot.snapshot_date.to_string().into(),
        draw.part.rows.into(),
        draw.eligible_count.into(),
        "drawn, not in the file".into(),
        draw.campaign["title"].clone(),
    ]
}

fn summary(draw: &Draw, status: &str) -> Value {
    json!({
        "campaign_id": draw.campaign_id,
        "status": status,
        "snapshot_date": draw.snapshot.snapshot_date,
        "newest_date": draw.newest.snapshot_date,
        "eligible_count": draw.eligible_count,
        "winners_count": draw.part.rows,
        "record": draws::key(&draw.campaign_id),
        "file": draw.part.path,
        "sha256": draw.part.sha256,
    })
}
