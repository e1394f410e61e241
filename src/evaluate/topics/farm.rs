//! What a farm of fresh endorsers buys.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Cut;
use crate::day::DAY_MICROS;
use crate::error::Result;
use crate::evaluate::attacks::setup::FAKES;
use crate::influence::scoring::Scored;
use crate::intake::endorsements::Endorsement;
use crate::settle::facts::Post;
use crate::topics::standing::Standing;

/// People who buy endorsements, a topic each.
const BUYERS: usize = 10;
/// The most points that a farm may buy (the bar).
pub const MOST: f64 = 0.5;

/// What was bought.
#[derive(Clone, Debug, Serialize)]
pub struct Farm {
    /// Fresh endorsers of each buyer.
    pub endorsers: usize,
    /// Buyers: people spread over all who are shown on a topic.
    pub buyers: usize,
    /// The most points that one of them gained on the topic.
    pub most: f64,
    /// The most points by which anybody else's topic score moved.
    pub others: f64,
    /// Topics that are shown of the buyers now and were not.
    pub shown_anew: usize,
    /// The bar, points.
    pub bar: f64,
    /// Whether it is met.
    pub is_met: bool,
}

/// Fresh accounts that post once on the last day and endorse the buyers then.
pub fn farm(mut cut: Cut, scored: &Scored, before: &[Standing]) -> Result<Farm> {
    let mut shown: Vec<&Standing> = before.iter().filter(|standing| standing.is_shown).collect();
    shown.sort_by(|a, b| {
        a.row
            .value
            .total_cmp(&b.row.value)
            .then(a.row.person.cmp(&b.row.person))
    });
    let count = shown.len().min(BUYERS);
    let step = |buyer: usize| buyer * shown.len().saturating_sub(1) / count.saturating_sub(1).max(1);
    let buyers: Vec<(u32, u32)> = (0..count)
        .map(|buyer| (shown[step(buyer)].row.person, shown[step(buyer)].row.topic))
        .collect();
    let network = cut.scene.histories.iter().position(Option::is_some).unwrap_or(0);
    let as_of = cut.scene.as_of();
    let at = cut.scene.at - DAY_MICROS / 1_440;
    let mut endorsements = Vec::new();
    for (person, topic) in &buyers {
        let first = cut.scene.add_accounts(network, FAKES);
        for account in first..first + FAKES as u32 {
            cut.scene.posts.push(Post {
                actor: account,
                load_date: as_of,
                occurred_at: at,
            });
            let endorser = cut.scene.persons.of_account[account as usize];
            endorsements.push(Endorsement {
                id: format!("farm {account}").into(),
                endorsed_at: at,
                endorser: cut.scene.persons.ids[endorser as usize].as_str().into(),
                endorsee: cut.scene.persons.ids[*person as usize].as_str().into(),
                topic: cut.stream.ontology.id(*topic).into(),
                weight: 1.0,
                load_date: as_of,
            });
        }
    }
    let ids = &cut.memory.ids;
    let number = |id: &str| ids.iter().position(|other| other == id).map(|place| place as u32);
    let dates = (as_of, cut.job.input.max_lateness_days);
    cut.memory
        .endorsements
        .fold(&endorsements, &number, &cut.job.model, dates);
    let after_scores = cut.scene.score()?;
    debug_assert_eq!(
        scored.standings.values.len() + FAKES * count,
        after_scores.standings.values.len()
    );
    let after = cut.standings(&after_scores)?;
    Ok(compare(before, &after, &buyers))
}

fn compare(before: &[Standing], after: &[Standing], buyers: &[(u32, u32)]) -> Farm {
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
    Farm {
        endorsers: FAKES,
        buyers: buyers.len(),
        most,
        others,
        shown_anew,
        bar: MOST,
        is_met: most <= MOST && others <= MOST && shown_anew == 0,
    }
}
