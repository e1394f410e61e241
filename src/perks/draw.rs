//! Draws a campaign at most once and publishes the result.

use clout_warehouse::snapshots::find_or_newest;
use serde_json::Value;

use super::campaign::{ANY_CAMPAIGN, Campaign, EligibilityRules};
use super::eligibility::{DrawSources, EligiblePeople, find_eligible};
use super::tickets::{DrawWinner, TicketInputs, encode_winners};
use super::unknown_names::describe_unknown_names;
use crate::job::list_differences;
use clout_base::error::{Error, ErrorKind, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::perk_draws::{self, DrawOutcome, EarlierDraw, PerkDraw, SnapshotReference};
use clout_warehouse::store::Store;

/// A campaign that can be drawn: its snapshot and the draws that it refers to exist.
pub struct PreparedDraw {
    /// Eligible people.
    pub pool: EligiblePeople,
    /// Sentences about topics and networks of the rules that no person has.
    pub notes: Vec<String>,
    snapshot: Manifest,
    newest: Manifest,
    past: Vec<EarlierDraw>,
}

/// Result of drawing a campaign.
pub enum CampaignOutcome {
    /// The campaign was drawn now.
    Drawn {
        /// Record of the draw.
        draw: Box<PerkDraw>,
        /// Winners in order of their places.
        winners: Vec<DrawWinner>,
        /// Eligible people with the count after each rule.
        pool: EligiblePeople,
        /// See [`PreparedDraw::notes`].
        notes: Vec<String>,
    },
    /// The campaign was already drawn with the same rules and seed.
    Before(Box<PerkDraw>),
}

/// Computes the eligible people of a campaign.
///
/// # Errors
///
/// `NotReady` if the snapshot, or a draw that the rules refer to, does not exist yet.
pub fn prepare_draw(store: &Store, campaign: &Campaign) -> Result<PreparedDraw> {
    let snapshot = find_or_newest(store, Some(campaign.snapshot_date))?;
    let newest = find_or_newest(store, None)?;
    let past = past(store, &campaign.eligible)?;
    let sources = DrawSources {
        store,
        snapshot: &snapshot,
        newest: &newest,
        past: &past,
    };
    let pool = find_eligible(sources, campaign)?;
    let past = past.iter().map(|draw| EarlierDraw {
        campaign_id: draw.campaign_id.clone(),
        sha256: draw.part.sha256.clone(),
    });
    Ok(PreparedDraw {
        pool,
        notes: describe_unknown_names(store, &snapshot, &campaign.eligible)?,
        past: past.collect(),
        snapshot,
        newest,
    })
}

/// Returns the earlier draws with winners that the rules exclude.
fn past(store: &Store, rules: &EligibilityRules) -> Result<Vec<PerkDraw>> {
    if rules.not_winners_of.iter().any(|id| id == ANY_CAMPAIGN) {
        return perk_draws::list_draws(store);
    }
    let find = |id: &String| {
        perk_draws::find_draw(store, id)?.ok_or_else(|| {
            let message = format!(
                "eligible.not_winners_of names {id}, which has not been drawn in {}",
                store.url()
            );
            Error::new(ErrorKind::NotReady, message)
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
pub fn draw_campaign(store: &Store, campaign: &Campaign, seed: &str, draw_id: &str) -> Result<CampaignOutcome> {
    campaign.check_seed_hash(seed)?;
    if let Some(existing) = perk_draws::find_draw(store, &campaign.id)? {
        return before(existing, campaign, seed);
    }
    let ready = prepare_draw(store, campaign)?;
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
    let snapshot = SnapshotReference::from_manifest(store, &ready.snapshot)?;
    let lot = TicketInputs {
        seed,
        campaign_id: &campaign.id,
        snapshot: &snapshot,
    };
    let winners = lot.draw_winners(&pool.eligible, campaign.winners);
    let eligible_count = pool.eligible.len() as u64;
    let part = encode_winners(&campaign.id, &winners, eligible_count)?;
    let draw = PerkDraw {
        version: perk_draws::DRAW_VERSION,
        campaign_id: campaign.id.clone(),
        draw_id: draw_id.to_owned(),
        campaign: campaign_record(campaign, &pool)?,
        newest: SnapshotReference::from_manifest(store, &ready.newest)?,
        past: ready.past,
        seed: seed.to_owned(),
        eligible_count,
        part: perk_draws::locate_winners_file(snapshot.snapshot_date, &part),
        snapshot,
    };
    match perk_draws::publish_draw(store, draw, &part)? {
        DrawOutcome::Done(draw) => Ok(CampaignOutcome::Drawn {
            draw: Box::new(draw),
            winners,
            pool,
            notes: ready.notes,
        }),
        DrawOutcome::Lost(published) => Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "another draw of {} was published first: its {} winners are valid, and this draw was removed",
                published.campaign_id, published.part.rows
            ),
        )),
    }
}

/// Returns the campaign for its record. `exclude` keeps only people eligible by the rules: the others do not
/// change the result, and some of them may have opted out.
pub(super) fn campaign_record(campaign: &Campaign, pool: &EligiblePeople) -> Result<Value> {
    let exclude = pool.excluded.clone();
    let campaign = Campaign {
        exclude,
        ..campaign.clone()
    };
    serde_json::to_value(campaign).map_err(|error| Error::internal("a campaign is no JSON").with_source(error))
}

/// Distinguishes a repetition from a conflicting draw. `exclude` is not compared: the record has only a part of it.
fn before(existing: PerkDraw, campaign: &Campaign, seed: &str) -> Result<CampaignOutcome> {
    let now =
        serde_json::to_value(campaign).map_err(|error| Error::internal("a campaign is no JSON").with_source(error))?;
    let mut differences = list_differences(&remove_excluded(&existing.campaign), &remove_excluded(&now));
    if existing.seed != seed {
        differences.push("seed".to_owned());
    }
    match differences.is_empty() {
        true => Ok(CampaignOutcome::Before(Box::new(existing))),
        false => Err(Error::new(
            ErrorKind::Conflict,
            format!(
                "{} was drawn with other values of {}; a campaign is drawn only once. Use another id for a new campaign",
                campaign.id,
                differences.join(", ")
            ),
        )),
    }
}

/// Returns a campaign without its list of excluded people.
pub(super) fn remove_excluded(campaign: &Value) -> Value {
    let mut campaign = campaign.clone();
    if let Some(fields) = campaign.as_object_mut() {
        fields.remove("exclude");
    }
    campaign
}

#[cfg(test)]
#[path = "draw_tests.rs"]
mod tests;
