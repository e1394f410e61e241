//! What time takes from people to whom nobody reacts any more.
//!
//! Everything is read at a later moment D + k as a night would read it: each K(age) with ages that are k days
//! greater, each M(H) with k more days of history, pairs that are forgotten by then left out. All else is held
//! as it is at D: the reactors' trust g and standing rho, and what of their attention is left after
//! [`reciprocity`](super::reciprocity), which is a factor of each edge,
//!
//! ```text
//! a'(u,v) at D + k  =  a(u,v) at D + k  *  a'(u,v) / a(u,v) at D
//! ```
//!
//! So no term can rise, and what is lost grows with k. It is what a night k days later says, as long as nothing
//! is delivered and nobody's trust or standing moves. Cost: twice reading the pairs that are asked for.

use super::attention::{self, Attention, AttentionParams, Moment};
use super::fold::{FoldParams, fold};
use super::pairs::Pairs;
use super::params::ModelParams;
use super::recency::Mixture;
use super::scoring::{Memory, Scored};

/// The score of a person at the moment `later` if nobody reacts from now on; none where all that there was is
/// forgotten by then, or never was.
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

/// Who attends to whom at the moment `later`, by the rows `pairs` of the memory: all that credit some persons.
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
        let (tonight, unreturned) = (scored.attention.edges(target), before.edges(target));
        for edge in after.edges(target) {
            // Both rows hold the same reactors, in order; some of them may be forgotten by then.
            let reactors = &before.reactors[unreturned.clone()];
            let Ok(place) = reactors.binary_search(&after.reactors[edge]) else {
                continue;
            };
            let whole = before.amounts[unreturned.start + place];
            if whole > 0.0 {
                after.amounts[edge] *= scored.attention.amounts[tonight.start + place] / whole;
            }
        }
    }
    after
}

#[cfg(test)]
#[path = "silence_tests.rs"]
mod tests;
