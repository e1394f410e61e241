//! Simulates bought endorsements: by fresh accounts, and by accounts that react to one another for days.

use std::collections::BTreeMap;

use serde::Serialize;

use super::TopicMoment;
use crate::evaluate::attacks::setup::FAKES_PER_TARGET;
use crate::evaluate::hash_draw::draw_below;
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::Result;
use clout_model::account_activity::AccountPost;
use clout_model::reactions::AccountReaction;
use clout_topics::endorsements::{Endorsement, NewEndorsements};
use clout_topics::topic_scores::TopicScore;

/// Number of buyers, each for one topic.
const BUYERS: usize = 10;
/// Size of a small farm, run by hand.
const FEW: usize = 30;
/// Number of days on which aged accounts are active, the last one included.
const AGED_DAYS: i64 = 3;
/// Number of reactions by an aged account to others of its farm per day.
const PROPS: usize = 5;
/// Largest allowed gain, in points.
pub const MAX_GAIN: f64 = 0.5;

/// Preparation of a farm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FarmKind {
    /// Accounts of the last day, each with one post.
    Fresh,
    /// Accounts that post and react to one another on three days.
    Aged,
    /// Like `Aged`, but one half endorses and the other half reacts to it.
    Helped,
}

/// Result of one farm.
#[derive(Clone, Debug, Serialize)]
pub struct FarmResult {
    /// Preparation of the farm.
    pub kind: FarmKind,
    /// Number of accounts per buyer.
    pub accounts: usize,
    /// Number of buyers, spread over all people shown on a topic.
    pub buyers: usize,
    /// Largest gain of a buyer on the topic, in points.
    pub most: f64,
    /// Largest change of any other topic score, in points.
    pub others: f64,
    /// Number of the buyers' topics that are newly shown.
    pub shown_anew: usize,
    /// Threshold in points; none if the figure is only reported.
    pub bar: Option<f64>,
    /// True if the threshold is met.
    pub is_met: Option<bool>,
}

/// Simulates all farms, each from the same moment.
///
/// # Errors
/// Returns the errors of scoring.
pub fn simulate_farms(cut: &TopicMoment, before: &[TopicScore]) -> Result<Vec<FarmResult>> {
    let plans = [
        (FarmKind::Fresh, FAKES_PER_TARGET),
        (FarmKind::Aged, FEW),
        (FarmKind::Aged, FAKES_PER_TARGET),
        (FarmKind::Helped, FEW),
        (FarmKind::Helped, FAKES_PER_TARGET),
    ];
    plans
        .into_iter()
        .map(|(kind, accounts)| simulate_farm(cut.clone(), before, kind, accounts))
        .collect()
}

fn simulate_farm(mut cut: TopicMoment, before: &[TopicScore], kind: FarmKind, accounts: usize) -> Result<FarmResult> {
    let buyers = choose_buyers(before);
    let network = cut.scene.histories.iter().position(Option::is_some).unwrap_or(0);
    let mut endorsements = Vec::new();
    let mut reactions = Vec::new();
    for (person, topic) in &buyers {
        let first = cut.scene.add_accounts(network, accounts);
        let farm: Vec<u32> = (first..first + accounts as u32).collect();
        let (endorsers, helpers) = farm.split_at(if kind == FarmKind::Helped {
            accounts / 2
        } else {
            accounts
        });
        cut.add_posts(&farm, if kind == FarmKind::Fresh { 1 } else { AGED_DAYS });
        match kind {
            FarmKind::Fresh => {}
            FarmKind::Aged => cut.add_reactions(&mut reactions, network, endorsers, endorsers),
            FarmKind::Helped => cut.add_reactions(&mut reactions, network, helpers, endorsers),
        }
        let given = endorsers
            .iter()
            .map(|account| cut.endorsement(*account, (*person, *topic)));
        endorsements.extend(given);
    }
    cut.scene.add_reactions(reactions);
    let ids = &cut.memory.ids;
    let number = |id: &str| ids.iter().position(|other| other == id).map(|index| index as u32);
    let new = NewEndorsements {
        rows: &endorsements,
        number: &number,
        as_of: cut.scene.as_of(),
        max_lateness_days: cut.job.input.max_lateness_days,
    };
    cut.memory.endorsements.merge(&new, &cut.job.model)?;
    let scored = cut.scene.score()?;
    let after = cut.topic_scores(&scored)?.rows;
    Ok(compare_scores(before, &after, &buyers, (kind, accounts)))
}

/// Returns people spread evenly, by value, over all people shown on a topic.
fn choose_buyers(before: &[TopicScore]) -> Vec<(u32, u32)> {
    let mut shown: Vec<&TopicScore> = before.iter().filter(|standing| standing.is_shown).collect();
    shown.sort_by(|a, b| {
        a.row
            .value
            .total_cmp(&b.row.value)
            .then(a.row.person.cmp(&b.row.person))
    });
    let count = shown.len().min(BUYERS);
    let step = |buyer: usize| buyer * shown.len().saturating_sub(1) / count.saturating_sub(1).max(1);
    (0..count)
        .map(|buyer| (shown[step(buyer)].row.person, shown[step(buyer)].row.topic))
        .collect()
}

impl TopicMoment<'_> {
    /// Returns the time one minute before the moment, or some days earlier.
    fn time_before(&self, days: i64) -> i64 {
        self.scene.at - DAY_MICROS / 1_440 - days * DAY_MICROS
    }

    fn add_posts(&mut self, farm: &[u32], days: i64) {
        for account in farm {
            for day in (0..days).rev() {
                let occurred_at = self.time_before(day);
                self.scene.posts.push(AccountPost {
                    actor: *account,
                    load_date: Day::from_micros(occurred_at),
                    occurred_at,
                });
            }
        }
    }

    /// Adds reactions by each of `actors` to some of `targets` on each day.
    fn add_reactions(&self, reactions: &mut Vec<AccountReaction>, network: usize, actors: &[u32], targets: &[u32]) {
        let weights = self.scene.networks[network].verbs.iter().map(|verb| verb.weight);
        let heaviest = weights.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let verb = heaviest.map_or(0, |(verb, _)| verb as u8);
        for actor in actors {
            for number in 0..AGED_DAYS as usize * PROPS {
                let occurred_at = self.time_before((number / PROPS) as i64);
                let draw = draw_below("props", u64::from(*actor) << 8 | number as u64, targets.len());
                // An actor never reacts to itself: the next target is used instead.
                let target = targets[(draw + usize::from(targets[draw] == *actor)) % targets.len()];
                reactions.push(AccountReaction {
                    actor: *actor,
                    target,
                    occurred_at,
                    load_date: Day::from_micros(occurred_at),
                    verb,
                });
            }
        }
    }

    fn endorsement(&self, account: u32, (person, topic): (u32, u32)) -> Endorsement {
        let id = |person: u32| &self.scene.persons.ids[person as usize];
        Endorsement {
            id: format!("farm {account}").into(),
            endorsed_at: self.time_before(0),
            endorser: id(self.scene.persons.by_account[account as usize]).into(),
            endorsee: id(person).into(),
            topic: self.stream.ontology.id(topic).into(),
            weight: 1.0,
            load_date: self.scene.as_of(),
        }
    }
}

fn compare_scores(
    before: &[TopicScore],
    after: &[TopicScore],
    buyers: &[(u32, u32)],
    (kind, accounts): (FarmKind, usize),
) -> FarmResult {
    let key = |standing: &TopicScore| (standing.row.person, standing.row.topic);
    let earlier: BTreeMap<(u32, u32), &TopicScore> = before.iter().map(|standing| (key(standing), standing)).collect();
    let (mut most, mut others, mut shown_anew) = (0.0_f64, 0.0_f64, 0);
    for standing in after {
        let Some(old) = earlier.get(&key(standing)) else {
            continue;
        };
        let moved = standing.row.score() - old.row.score();
        match buyers.contains(&key(standing)) {
            true => {
                most = most.max(moved);
                shown_anew += usize::from(standing.is_shown && !old.is_shown);
            }
            false => others = others.max(moved.abs()),
        }
    }
    let is_met = most <= MAX_GAIN && others <= MAX_GAIN && shown_anew == 0;
    let has_threshold = kind != FarmKind::Helped;
    FarmResult {
        kind,
        accounts,
        buyers: buyers.len(),
        most,
        others,
        shown_anew,
        bar: has_threshold.then_some(MAX_GAIN),
        is_met: has_threshold.then_some(is_met),
    }
}
