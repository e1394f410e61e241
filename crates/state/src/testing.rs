//! Made-up reactions with the shape of real ones, for tests of sizes and for the benchmark (which includes this file).
//!
//! Actors and targets have power laws over shuffled numbers, times are random to the microsecond, and weights follow
//! from verb and selectivity. One account makes 20 reactions in 30 load dates, as in the reference load.

use clout_base::day::{DAY_MICROS, Day};
use clout_model::influence::pairs::PairSums;
use clout_model::influence::params::{RecencyParams, SelectivityParams};
use clout_model::influence::recency::HalfLifeMixture;
use clout_model::reactions::WeighedReaction;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// First load date.
pub(crate) const FIRST: Day = Day(20_000);
/// Number of load dates.
pub(crate) const DATES: i32 = 30;

fn power_law(rng: &mut ChaCha8Rng, exponent: f64, accounts: &[u32]) -> u32 {
    let e = 1.0 - exponent;
    let x = (((accounts.len() as f64).powf(e) - 1.0) * rng.random::<f64>() + 1.0).powf(1.0 / e) - 1.0;
    accounts[(x as usize).min(accounts.len() - 1)]
}

/// Returns `count` reactions in order of (target, actor, verb, time).
pub(crate) fn make_reactions(count: usize) -> Vec<WeighedReaction> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut actors: Vec<u32> = (0..(count / 20).max(2) as u32).collect();
    let mut targets = actors.clone();
    actors.shuffle(&mut rng);
    targets.shuffle(&mut rng);
    let mut reactions: Vec<WeighedReaction> = (0..count)
        .map(|_| {
            let load_date = FIRST.days_after(rng.random_range(0..DATES));
            WeighedReaction {
                target: power_law(&mut rng, 1.15, &targets),
                actor: power_law(&mut rng, 0.75, &actors),
                verb: rng.random_range(0..4),
                load_date,
                occurred_at: load_date.start_micros() + rng.random_range(0..DAY_MICROS),
                weight: 0.0,
            }
        })
        .collect();
    reactions.sort_unstable_by_key(|reaction| (reaction.actor, reaction.load_date));
    for day in reactions.chunk_by_mut(|a, b| (a.actor, a.load_date) == (b.actor, b.load_date)) {
        let others = (day.len() - 1) as f64;
        let params = SelectivityParams::default();
        let selectivity = 1.0 / (1.0 + others / params.crowd + (others / params.flood).powi(2));
        for reaction in day {
            reaction.weight = (selectivity * [1.0, 2.5, 0.5, 0.25][usize::from(reaction.verb)]) as f32;
        }
    }
    reactions.sort_unstable_by_key(|r| (r.target, r.actor, r.verb, r.load_date, r.occurred_at));
    reactions
}

/// Returns the reactions of a load date, in the order of a segment.
pub(crate) fn select_date(reactions: &[WeighedReaction], load_date: Day) -> Vec<WeighedReaction> {
    let of_date = reactions.iter().filter(|reaction| reaction.load_date == load_date);
    let mut rows: Vec<WeighedReaction> = of_date.copied().collect();
    rows.sort_unstable_by_key(WeighedReaction::order);
    rows
}

/// Returns the half-lives of the sums.
pub(crate) fn mixture() -> HalfLifeMixture {
    HalfLifeMixture::new(&RecencyParams::default())
}

/// Merges reactions in the order of [`make_reactions`] into pairs.
pub(crate) fn make_pairs(reactions: &[WeighedReaction]) -> PairSums {
    let mixture = mixture();
    let mut pairs = PairSums::default();
    for row in reactions.chunk_by(|a, b| (a.target, a.actor, a.verb) == (b.target, b.actor, b.verb)) {
        let last = row[row.len() - 1];
        pairs.targets.push(last.target);
        pairs.actors.push(last.actor);
        pairs.verbs.push(last.verb);
        pairs.counts.push(row.len() as u32);
        pairs.last_loads.push(last.load_date);
        pairs.last_at.push(last.occurred_at);
        if let [only] = row {
            pairs.details.push(only.weight.to_bits());
            continue;
        }
        pairs.details.push((pairs.sums.len() / mixture.len()) as u32);
        let mut sums = vec![0.0; mixture.len()];
        for reaction in row {
            mixture.add_reaction(
                &mut sums,
                f64::from(reaction.weight),
                reaction.occurred_at,
                last.load_date,
            );
        }
        pairs.sums.append(&mut sums);
    }
    pairs
}

/// Returns `count` sorted ids of 96 bits.
pub(crate) fn make_ids(count: usize) -> Vec<u128> {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let mut ids: Vec<u128> = (0..count).map(|_| rng.random::<u128>() >> 32).collect();
    ids.sort_unstable();
    ids
}
