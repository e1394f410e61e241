//! Drawing a campaign, once.

use clout_warehouse::snapshots::find_or_newest;
use serde_json::Value;

use super::campaign::{ANY, Campaign, Rules};
use super::draw::{Lot, Winner, part};
use super::eligible::{Pool, Sources, pool};
use super::unknown::notes;
use crate::job::differing;
use clout_base::error::{Error, Kind, Result};
use clout_warehouse::draws::{self, Draw, Drawn, Past, Pinned};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

/// A campaign that can be drawn: its snapshot is there, and so are the draws that it refers to.
pub struct Ready {
    /// The people.
    pub pool: Pool,
    /// Topics and networks of the rules on which nobody stands, as sentences.
    pub notes: Vec<String>,
    snapshot: Manifest,
    newest: Manifest,
    past: Vec<Past>,
}

/// How drawing ended.
pub enum Outcome {
    /// It was drawn.
    Drawn {
        /// The draw.
        draw: Box<Draw>,
        /// The first drawn first.
        winners: Vec<Winner>,
        /// How the eligible were found.
        pool: Pool,
        /// See [`Ready::notes`].
        notes: Vec<String>,
    },
    /// It had been drawn before, by the same rules and seed.
    Before(Box<Draw>),
}

/// Finds out among whom a campaign would be drawn now. Not ready until its snapshot and the draws that it refers to
/// are there.
pub fn prepare(store: &Store, campaign: &Campaign) -> Result<Ready> {
    let snapshot = find_or_newest(store, Some(campaign.snapshot_date))?;
    let newest = find_or_newest(store, None)?;
    let past = past(store, &campaign.eligible)?;
    let sources = Sources {
        store,
        snapshot: &snapshot,
        newest: &newest,
        past: &past,
    };
    let pool = pool(sources, campaign)?;
    let past = past.iter().map(|draw| Past {
        campaign_id: draw.campaign_id.clone(),
        sha256: draw.part.sha256.clone(),
    });
    Ok(Ready {
        pool,
        notes: notes(store, &snapshot, &campaign.eligible)?,
        past: past.collect(),
        snapshot,
        newest,
    })
}

/// The earlier draws whose winners the rules leave out.
fn past(store: &Store, rules: &Rules) -> Result<Vec<Draw>> {
    if rules.not_winners_of.iter().any(|id| id == ANY) {
        return draws::list(store);
    }
    let find = |id: &String| {
        draws::find(store, id)?.ok_or_else(|| {
            let message = format!(
                "eligible.not_winners_of names {id}, which has not been drawn below {}",
                store.url()
            );
            Error::new(Kind::NotReady, message)
        })
    };
    rules.not_winners_of.iter().map(find).collect()
}

/// Draws a campaign. `draw_id` is random and new for every attempt. A campaign that was drawn otherwise is a
/// conflict, and nothing is written.
pub fn draw(store: &Store, campaign: &Campaign, seed: &str, draw_id: &str) -> Result<Outcome> {
    campaign.expect_seed(seed)?;
    if let Some(standing) = draws::find(store, &campaign.id)? {
        return before(standing, campaign, seed);
    }
    let ready = prepare(store, campaign)?;
    let pool = ready.pool;
    if pool.eligible.is_empty() {
        let steps: Vec<String> = pool
            .steps
            .iter()
            .map(|step| format!("{} {}", step.left, step.rule))
            .collect();
        let notes: String = ready.notes.iter().map(|note| format!("; {note}")).collect();
        return Err(Error::usage(format!(
            "nobody can win {}, and nothing was drawn: {}{notes}",
            campaign.id,
            steps.join(", ")
        )));
    }
    let snapshot = Pinned::of(store, &ready.snapshot)?;
    let lot = Lot {
        seed,
        campaign_id: &campaign.id,
        snapshot: &snapshot,
    };
    let winners = lot.winners(&pool.eligible, campaign.winners);
    let eligible_count = pool.eligible.len() as u64;
    let part = part(&campaign.id, &winners, eligible_count)?;
    let draw = Draw {
        version: draws::VERSION,
        campaign_id: campaign.id.clone(),
        draw_id: draw_id.to_owned(),
        campaign: as_drawn(campaign, &pool)?,
        newest: Pinned::of(store, &ready.newest)?,
        past: ready.past,
        seed: seed.to_owned(),
        eligible_count,
        part: draws::part_of(snapshot.snapshot_date, &part),
        snapshot,
    };
    match draws::publish(store, draw, &part)? {
        Drawn::Done(draw) => Ok(Outcome::Drawn {
            draw: Box::new(draw),
            winners,
            pool,
            notes: ready.notes,
        }),
        Drawn::Lost(standing) => Err(Error::new(
            Kind::Conflict,
            format!(
                "another draw of {} was faster: its {} winners stand, and this one's were taken back",
                standing.campaign_id, standing.part.rows
            ),
        )),
    }
}

/// The campaign as its record has it: of those left out by name only who could have won otherwise. The others change
/// nothing, and some of them may have opted out.
pub(super) fn as_drawn(campaign: &Campaign, pool: &Pool) -> Result<Value> {
    let exclude = pool.excluded.clone();
    let campaign = Campaign {
        exclude,
        ..campaign.clone()
    };
    serde_json::to_value(campaign).map_err(|error| Error::internal("a campaign is no JSON").with_source(error))
}

/// Tells a repetition from a second draw. The list of those left out is not compared: the record has a part of it.
fn before(standing: Draw, campaign: &Campaign, seed: &str) -> Result<Outcome> {
    let now =
        serde_json::to_value(campaign).map_err(|error| Error::internal("a campaign is no JSON").with_source(error))?;
    let mut differences = differing(&without_names(&standing.campaign), &without_names(&now));
    if standing.seed != seed {
        differences.push("seed".to_owned());
    }
    match differences.is_empty() {
        true => Ok(Outcome::Before(Box::new(standing))),
        false => Err(Error::new(
            Kind::Conflict,
            format!(
                "{} was drawn with other values of {}; a campaign is drawn once. Give a new one another id",
                campaign.id,
                differences.join(", ")
            ),
        )),
    }
}

/// A campaign without the people that it leaves out.
pub(super) fn without_names(campaign: &Value) -> Value {
    let mut campaign = campaign.clone();
    if let Some(fields) = campaign.as_object_mut() {
        fields.remove("exclude");
    }
    campaign
}

#[cfg(test)]
#[path = "drawing_tests.rs"]
mod tests;
