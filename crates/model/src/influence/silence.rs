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

use super::attention::{self, Attention, AttentionParams, Moment};
use super::fold::{FoldParams, fold};
use super::pairs::Pairs;
use super::params::ModelParams;
use super::recency::Mixture;
use super::scoring::{Memory, Scored};

/// Forecasts the score of a person at `later` without new reactions; `None` if no reaction exists, or all are
/// forgotten by then.
pub fn score_of_person(
    memory: &Memory,
    scored: &Scored,
    (now, later): (&Moment, &Moment),
    params: &ModelParams,
    person: usize,
) -> Option<f64> {
    let of_account = &memory.persons.of_account;
    let credits = |target: u32| of_account[target as usize] as usize == person;
    let mixture = Mixture::new(&params.recency);
    let own = memory.pairs.filtered(&mixture, |_, target| credits(target));
    let attention = attention_later(&own, memory, scored, (now, later), params);
    let sum = scored.model(params).sum(&attention, person)?;
    Some(scored.line.score(sum.influence))
}

/// Forecasts the attention at `later` from the rows `pairs`, which must be all rows that credit some persons.
pub fn attention_later(
    pairs: &Pairs,
    memory: &Memory,
    scored: &Scored,
    (now, later): (&Moment, &Moment),
    params: &ModelParams,
) -> Attention {
    let mixture = &Mixture::new(&params.recency);
    let read = |pairs: &Pairs, moment: &Moment| {
        let reading = AttentionParams {
            mixture,
            beta: params.repeats.beta,
            moment,
        };
        attention::read(pairs, memory.persons, memory.network_of, &reading)
    };
    let fold_params = FoldParams {
        mixture,
        as_of: later.as_of,
    };
    let before = read(pairs, now);
    let mut after = read(&fold(pairs, 0..pairs.len(), &[], &[], &fold_params), later);
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
#[path = "silence_tests.rs"]
mod tests;
