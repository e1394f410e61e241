//! `clout perks`: campaigns that reward people.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::{Value, json};

use super::options::{Format, ResultArgs, random_hex};
use super::output::{Rows, print, show, show_object};
use crate::error::{Error, Kind, Result};
use crate::perks::campaign::{Campaign, check_id};
use crate::perks::campaign_file;
use crate::perks::draw::Winner;
use crate::perks::drawing::{Outcome, draw, prepare};
use crate::perks::eligible::Pool;
use crate::perks::verify::{Verdict, verify};
use crate::warehouse::draws::{self, Draw};
use crate::warehouse::store::Store;

/// Arguments of `clout perks`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Every campaign: drawn, ready to be drawn, or what it waits for.
    List(List),
    /// Draw a campaign's winners, once.
    Draw(DrawArgs),
    /// Make a draw again from the published tables and compare.
    Verify(VerifyArgs),
}

/// The file that campaigns stand in without another.
const CAMPAIGNS: &str = "jobs/perks.toml";

#[derive(clap::Args)]
struct List {
    #[command(flatten)]
    results: ResultArgs,
    /// File of campaigns (TOML).
    #[arg(long, value_name = "FILE", default_value = CAMPAIGNS)]
    campaigns: PathBuf,
    /// How the list is shown.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(clap::Args)]
struct DrawArgs {
    /// The campaign's id.
    campaign: String,
    #[command(flatten)]
    results: ResultArgs,
    /// File of campaigns (TOML).
    #[arg(long, value_name = "FILE", default_value = CAMPAIGNS)]
    campaigns: PathBuf,
    /// The seed, whose SHA-256 was announced.
    #[arg(long, value_name = "TEXT", required_unless_present = "dry_run")]
    seed: Option<String>,
    /// Only say among whom it would be drawn.
    #[arg(long, conflicts_with = "seed")]
    dry_run: bool,
    /// How the draw is shown.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(clap::Args)]
struct VerifyArgs {
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
    /// Lists, draws or verifies.
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
        let message = format!("cannot read the campaigns in {} (--campaigns FILE)", file.display());
        Error::usage(message).with_source(error)
    })?;
    campaign_file::parse(&text, &file.display().to_string())
}

fn named(file: &Path, id: &str) -> Result<Campaign> {
    let campaigns = read(file)?;
    let ids: Vec<&str> = campaigns.iter().map(|campaign| campaign.id.as_str()).collect();
    let unknown = format!("{} has no campaign {id}: there are {}", file.display(), ids.join(", "));
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
        let is_elsewhere = |draw: &&Draw| campaigns.iter().all(|campaign| campaign.id != draw.campaign_id);
        rows.extend(drawn.iter().filter(is_elsewhere).map(row_of_record));
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
            Ok(ready) => (Some(ready.pool.eligible.len() as u64), "can be drawn".to_owned()),
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

/// A draw whose campaign does not stand in the file.
fn row_of_record(draw: &Draw) -> Vec<Value> {
    vec![
        draw.campaign_id.as_str().into(),
        draw.snapshot.snapshot_date.to_string().into(),
        draw.part.rows.into(),
        draw.eligible_count.into(),
        "drawn, and not in the file".into(),
        draw.campaign["title"].clone(),
    ]
}

impl DrawArgs {
    fn run(self) -> Result<()> {
        let campaign = named(&self.campaigns, &self.campaign)?;
        let store = self.results.store()?;
        let Some(seed) = &self.seed else {
            return self.only_say(&prepare(&store, &campaign)?.pool, &campaign);
        };
        match draw(&store, &campaign, seed, &random_hex(8)?)? {
            Outcome::Drawn { draw, winners, pool } => self.tell(&draw, &winners, &pool),
            Outcome::Before(draw) => self.tell_again(&draw),
        }
    }

    fn only_say(&self, pool: &Pool, campaign: &Campaign) -> Result<()> {
        let people = pool.eligible.len() as u64;
        if self.format == Format::Json {
            return show_object(&json!({
                "campaign_id": campaign.id,
                "status": "dry_run",
                "eligible_count": people,
                "steps": steps(pool),
            }));
        }
        print(&format!("{}: {}", campaign.id, campaign.title))?;
        show_steps(pool)?;
        print(&format!(
            "{} of {people} people would win. Nothing was drawn.",
            campaign.winners.min(people)
        ))
    }

    fn tell(&self, draw: &Draw, winners: &[Winner], pool: &Pool) -> Result<()> {
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
            object["winners"] = rows.objects();
            return show_object(&object);
        }
        print(&format!(
            "{}: {} of {} people won, drawn from the snapshot of {}",
            draw.campaign_id, draw.part.rows, draw.eligible_count, draw.snapshot.snapshot_date
        ))?;
        if draw.part.rows == draw.eligible_count {
            let wanted = &draw.campaign["winners"];
            print(&format!("Everybody who was eligible won: {wanted} were to win."))?;
        }
        show_steps(pool)?;
        show(&rows, Format::Text)?;
        print(&format!(
            "The record is {}, the table {}",
            draws::key(&draw.campaign_id),
            draw.part.path
        ))
    }

    /// Who won before is not told again: some of them may have opted out since.
    fn tell_again(&self, draw: &Draw) -> Result<()> {
        match self.format {
            Format::Json => show_object(&summary(draw, "already_drawn")),
            Format::Text => print(&format!(
                "{} is already drawn by the same rules and seed: {} of {} people won. Nothing was done. (The winners \
                 are in {}.)",
                draw.campaign_id, draw.part.rows, draw.eligible_count, draw.part.path
            )),
        }
    }
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

fn steps(pool: &Pool) -> Vec<Value> {
    let step = |step: &crate::perks::eligible::Step| json!({"rule": step.rule, "left": step.left});
    pool.steps.iter().map(step).collect()
}

fn show_steps(pool: &Pool) -> Result<()> {
    let row = |step: &crate::perks::eligible::Step| vec![step.left.into(), step.rule.as_str().into()];
    show(
        &Rows {
            columns: vec!["people", "rule"],
            rows: pool.steps.iter().map(row).collect(),
        },
        Format::Text,
    )
}

impl VerifyArgs {
    fn run(self) -> Result<()> {
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
                "the draw of {} is not what it says: {problems} problems",
                self.campaign
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
