//! Simulates bought endorsements: by fresh accounts, and by accounts that react to one another for days.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Cut;
use crate::evaluate::attacks::setup::FAKES;
use crate::evaluate::draw::draw_below;
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::Result;
use clout_model::facts::Post;
use clout_model::reactions::Reaction;
use clout_topics::endorsements::Endorsement;
use clout_topics::standing::Standing;

/// Number of buyers, each for one topic.
const BUYERS: usize = 10;
/// Size of a small farm, run by hand.
const FEW: usize = 30;
/// Number of days on which aged accounts are active, the last one included.
const AGED_DAYS: i64 = 3;
/// Number of reactions by an aged account to others of its farm per day.
const PROPS: usize = 5;
/// Largest allowed gain, in points.
pub const MOST: f64 = 0.5;

/// Preparation of a farm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Accounts of the last day, each with one post.
    Fresh,
    /// Accounts that post and react to one another on three days.
    Aged,
    /// Like `Aged`, but one half endorses and the other half reacts to it.
    Helped,
}

/// Result of one farm.
#[derive(Clone, Debug, Serialize)]
pub struct Farm {
    /// Preparation of the farm.
    pub kind: Kind,
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
pub fn farms(cut: &Cut, before: &[Standing]) -> Result<Vec<Farm>> {
    let plans = [
        (Kind::Fresh, FAKES),
        (Kind::Aged, FEW),
        (Kind::Aged, FAKES),
        (Kind::Helped, FEW),
        (Kind::Helped, FAKES),
    ];
    plans
        .into_iter()
        .map(|(kind, accounts)| farm(cut.clone(), before, kind, accounts))
        .collect()
}

fn farm(mut cut: Cut, before: &[Standing], kind: Kind, accounts: usize) -> Result<Farm> {
    let buyers = buyers(before);
    let network = cut.scene.histories.iter().position(Option::is_some).unwrap_or(0);
    let mut endorsements = Vec::new();
    let mut reactions = Vec::new();
    for (person, topic) in &buyers {
        let first = cut.scene.add_accounts(network, accounts);
        let farm: Vec<u32> = (first..first + accounts as u32).collect();
        let (endorsers, helpers) = farm.split_at(if kind == Kind::Helped { accounts / 2 } else { accounts });
        cut.post(&farm, if kind == Kind::Fresh { 1 } else { AGED_DAYS });
        match kind {
            Kind::Fresh => {}
            Kind::Aged => cut.attend(&mut reactions, network, endorsers, endorsers),
            Kind::Helped => cut.attend(&mut reactions, network, helpers, endorsers),
        }
        let given = endorsers
            .iter()
            .map(|account| cut.endorsement(*account, (*person, *topic)));
        endorsements.extend(given);
    }
    cut.scene.add(reactions);
    let ids = &cut.memory.ids;
    let number = |id: &str| ids.iter().position(|other| other == id).map(|index| index as u32);
    let dates = (cut.scene.as_of(), cut.job.input.max_lateness_days);
    cut.memory
        .endorsements
        .fold(&endorsements, &number, &cut.job.model, dates);
    let scored = cut.scene.score()?;
    let after = cut.standings(&scored)?;
    Ok(compare(before, &after, &buyers, (kind, accounts)))
}

/// Returns people spread evenly, by value, over all people shown on a topic.
fn buyers(before: &[Standing]) -> Vec<(u32, u32)> {
    let mut shown: Vec<&Standing> = before.iter().filter(|standing| standing.is_shown).collect();
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

impl Cut<'_> {
    /// Returns the time one minute before the moment, or some days earlier.
    fn before(&self, days: i64) -> i64 {
        self.scene.at - DAY_MICROS / 1_440 - days * DAY_MICROS
    }

    fn post(&mut self, farm: &[u32], days: i64) {
        for account in farm {
            for day in (0..days).rev() {
                let occurred_at = self.before(day);
                self.scene.posts.push(Post {
                    actor: *account,
                    load_date: Day::of_micros(occurred_at),
                    occurred_at,
                });
            }
        }
    }

    /// Adds reactions by each of `actors` to some of `targets` on each day.
    fn attend(&self, reactions: &mut Vec<Reaction>, network: usize, actors: &[u32], targets: &[u32]) {
        let weights = self.scene.networks[network].verbs.iter().map(|verb| verb.weight);
        let heaviest = weights.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
        let verb = heaviest.map_or(0, |(verb, _)| verb as u8);
        for actor in actors {
            for number in 0..AGED_DAYS as usize * PROPS {
                let occurred_at = self.before((number / PROPS) as i64);
                let draw = draw_below("props", u64::from(*actor) << 8 | number as u64, targets.len());
                // An actor never reacts to itself: the next target is used instead.
                let target = targets[(draw + usize::from(targets[draw] == *actor)) % targets.len()];
                reactions.push(Reaction {
                    actor: *actor,
                    target,
                    occurred_at,
                    load_date: Day::of_micros(occurred_at),
                    verb,
                });
            }
        }
    }

    fn endorsement(&self, account: u32, (person, topic): (u32, u32)) -> Endorsement {
        let id = |person: u32| self.scene.persons.ids[person as usize].as_str();
        Endorsement {
            id: format!("farm {account}").into(),
            endorsed_at: self.before(0),
            endorser: id(self.scene.persons.of_account[account as usize]).into(),
            endorsee: id(person).into(),
            topic: self.stream.ontology.id(topic).into(),
            weight: 1.0,
            load_date: self.scene.as_of(),
        }
    }
}

fn compare(before: &[Standing], after: &[Standing], buyers: &[(u32, u32)], (kind, accounts): (Kind, usize)) -> Farm {
    let key = |standing: &Standing| (standing.row.person, standing.row.topic);
    let earlier: BTreeMap<(u32, u32), &Standing> = before.iter().map(|standing| (key(standing), standing)).collect();
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
    let is_met = most <= MOST && others <= MOST && shown_anew == 0;
    let has_threshold = kind != Kind::Helped;
    Farm {
        kind,
        accounts,
        buyers: buyers.len(),
        most,
        others,
        shown_anew,
        bar: has_threshold.then_some(MOST),
        is_met: has_threshold.then_some(is_met),
    }
}
