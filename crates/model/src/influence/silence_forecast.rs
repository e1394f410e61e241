//! The forecast score of a person without new reactions.
//!
//! The state is read at a later moment D + k as a run would read it: each K(age) with ages k days
//! greater, each M(H) with k more days of history, without the pairs that are forgotten by then. All other inputs
//! are those of D: the reactors' trust g and rank factor rho, and the factor of each edge by
//! [`reciprocity`](super::reciprocity),
//!
//! ```text
//! a'(u,v) at D + k  =  a(u,v) at D + k  *  a'(u,v) / a(u,v) at D
//! ```
//!
//! So no term can rise, and the loss grows with k. The forecast is exact if no data arrives and trust and rank stay
//! constant. Cost: two readings of the selected pairs.

use super::attention::{self, AttentionGraph, ScoringMoment};
use super::merge_pairs::{MergeParams, merge_reactions};
use super::model::InfluenceModel;
use super::pair_table::PairTable;
use super::scoring::{AccountState, PeopleScores};

/// Forecasts the score of a person at `later` without new reactions; `None` if no reaction exists, or all are
/// forgotten by then.
pub fn forecast_score(
    memory: &AccountState,
    scored: &PeopleScores,
    now: &ScoringMoment,
    later: &ScoringMoment,
    model: &InfluenceModel,
    person: usize,
) -> Option<f64> {
    let of_account = &memory.persons.by_account;
    let credits = |target: u32| of_account[target as usize] as usize == person;
    let own = memory.pairs.filter_rows(model.mixture(), |target, _| credits(target));
    let attention = forecast_attention(&own, memory, scored, now, later, model);
    let sum = scored.contribution_model(model).sum_contributions(&attention, person)?;
    Some(scored.scale.score(sum.influence))
}

/// Forecasts the attention at `later` from the rows `pairs`, which must be all rows that credit some persons.
pub fn forecast_attention(
    pairs: &PairTable,
    memory: &AccountState,
    scored: &PeopleScores,
    now: &ScoringMoment,
    later: &ScoringMoment,
    model: &InfluenceModel,
) -> AttentionGraph {
    let read = |pairs: &PairTable, moment: &ScoringMoment| {
        attention::compute_attention(pairs, memory.persons, &*memory.network_of, model, moment).graph
    };
    let fold_params = MergeParams {
        mixture: model.mixture(),
        as_of: later.as_of,
    };
    let before = read(pairs, now);
    let mut after = read(&merge_reactions(pairs.clone(), Vec::new(), &fold_params), later);
    for target in 0..memory.persons.len() {
        let (discounted, undiscounted) = (scored.attention.edges(target), before.edges(target));
        for edge in after.edges(target) {
            // Both rows list the same reactors in order, but some may be forgotten in `after`.
            let reactors = &before.reactors[undiscounted.clone()];
            let Ok(position) = reactors.binary_search(&after.reactors[edge]) else {
                continue;
            };
            let whole = before.amounts[undiscounted.start + position];
            if whole > 0.0 {
                after.amounts[edge] *= scored.attention.amounts[discounted.start + position] / whole;
            }
        }
    }
    after
}

#[cfg(test)]
#[path = "silence_forecast_tests.rs"]
mod tests;
