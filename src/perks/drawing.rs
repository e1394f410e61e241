//! Draws a campaign at most once and publishes the result.

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

/// A campaign that can be drawn: its snapshot and the draws that it refers to exist.
pub struct Ready {
    /// Eligible people.
    pub pool: Pool,
    /// Sentences about topics and networks of the rules that no person has.
    pub notes: Vec<String>,
    snapshot: Manifest,
    newest: Manifest,
    past: Vec<Past>,
}

/// Result of drawing a campaign.
pub enum Outcome {
    /// The campaign was drawn now.
    Drawn {
        /// Record of the draw.
        draw: Box<Draw>,
        /// Winners in order of their places.
        winners: Vec<Winner>,
        /// Eligible people with the count after each rule.
        pool: Pool,
        /// See [`Ready::notes`].
        notes: Vec<String>,
    },
    /// The campaign was already drawn with the same rules and seed.
    Before(Box<Draw>),
}

/// Computes the eligible people of a campaign.
///
/// # Errors
///
/// `NotReady` if the snapshot, or a draw that the rules refer to, does not exist yet.
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

/// Returns the earlier draws with winners that the rules exclude.
fn past(store: &Store, rules: &Rules) -> Result<Vec<Draw>> {
    if rules.not_winners_of.iter().any(|id| id == ANY) {
        return draws::list(store);
    }
    let find = |id: &String| {
        draws::find(store, id)?.ok_or_else(|| {
            let message = format!(
                "eligible.not_winners_of names {id}, which has not been drawn in {}",
                store.url()
            );
            Error::new(Kind::NotReady, message)
        })
    };
    rules.not_winners_of.iter().map(find).collect()
}

/// Draws a campaign and publishes the winners. `draw_id` is random and new for each attempt.
///
/// # Errors
///
/// `Usage` if no person is eligible. `Conflict` if the campaign was drawn with other rules or another seed, or if a
/// concurrent draw won; nothing is published then.
pub fn draw(store: &Store, campaign: &Campaign, seed: &str, draw_id: &str) -> Result<Outcome> {
    campaign.expect_seed(seed)?;
    if let Some(existing) = draws::find(store, &campaign.id)? {
        return before(existing, campaign, seed);
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
            "no person is eligible for {}; nothing was drawn: {}{notes}",
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
        Drawn::Lost(published) => Err(Error::new(
            Kind::Conflict,
            format!(
                "another draw of {} was published first: its {} winners are valid, and this draw was removed",
                published.campaign_id, published.part.rows
            ),
        )),
    }
}

/// Returns the campaign for its record. `exclude` keeps only people eligible by the rules: the others do not
/// change the result, and some of them may have opted out.
pub(super) fn as_drawn(campaign: &Campaign, pool: &Pool) -> Result<Value> {
    let exclude = pool.excluded.clone();
    let campaign = Campaign {
        exclude,
        ..campaign.clone()
    };
    serde_json::to_value(campaign).map_err(|error| Error::internal("a campaign is no JSON").with_source(error))
}

/// Distinguishes a repetition from a conflicting draw. `exclude` is not compared: the record has only a part of it.
fn before(existing: Draw, campaign: &Campaign, seed: &str) -> Result<Outcome> {
    let now =
        serde_json::to_value(campaign).map_err(|error| Error::internal("a campaign is no JSON").with_source(error))?;
    let mut differences = differing(&without_names(&existing.campaign), &without_names(&now));
    if existing.seed != seed {
        differences.push("seed".to_owned());
    }
    match differences.is_empty() {
        true => Ok(Outcome::Before(Box::new(existing))),
        false => Err(Error::new(
            Kind::Conflict,
            format!(
                "{} was drawn with other values of {}; a campaign is drawn only once. Use another id for a new campaign",
                campaign.id,
                differences.join(", ")
            ),
        )),
    }
}

/// Returns a campaign without its list of excluded people.
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
