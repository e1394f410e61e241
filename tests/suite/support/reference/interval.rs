//! Computes intervals and coverage: the score of each replicate written out, and coverage counted day by day.
//!
//! The weights are the program's own: a hash is a definition, so no second implementation exists.

use std::collections::{BTreeMap, BTreeSet};

use clout_base::day::Day;
use clout_model::influence::resample::{REPLICATES, compute_seed, compute_weights};

use super::counted_acts::CountedActs;
use super::scores::{BASE, HALF_LIVES, MASSES, PersonScore};
use crate::support::warehouse::Warehouse;

/// Sets the coverage of each person, and the interval of each person with a score.
pub fn set_intervals(
    scored: &mut BTreeMap<String, PersonScore>,
    warehouse: &Warehouse,
    counted: &CountedActs,
    as_of: Day,
) {
    let came = delivered_shares(warehouse, counted, as_of);
    let mut held: BTreeMap<String, f64> = came.keys().map(|name| (name.clone(), 0.0)).collect();
    for (name, network) in scored.values().flat_map(|person| &person.networks) {
        *held.entry(name.clone()).or_default() += network.contributed;
    }
    if held.values().all(|q| *q == 0.0) {
        held = came.keys().map(|name| (name.clone(), 1.0)).collect();
    }
    let whole: f64 = held.values().sum();
    for person in scored.values_mut() {
        let seen = person
            .networks
            .iter()
            .filter(|(_, network)| network.posts > 0 || network.is_reacting);
        let part: f64 = seen
            .map(|(name, _)| held.get(name).unwrap_or(&0.0) * came.get(name).unwrap_or(&0.0))
            .sum();
        person.coverage = if whole > 0.0 { part / whole } else { 0.0 };
        person.interval = person.score.map(|score| interval(person, score));
    }
}

/// Computes the share of delivered days by network: the mass of the delivered days and of those before the first, over
/// the mass of all.
fn delivered_shares(warehouse: &Warehouse, counted: &CountedActs, as_of: Day) -> BTreeMap<String, f64> {
    let mut shares = BTreeMap::new();
    for (name, began) in &counted.began {
        let partitions = || warehouse.activities.iter().filter(|((network, _), _)| network == name);
        let dates: BTreeSet<i32> = partitions().map(|((_, date), _)| date.0).collect();
        let with_rows = partitions().filter(|(_, rows)| !rows.is_empty());
        let first = with_rows.map(|((_, date), _)| date.0).min().expect("it began");
        let days: Vec<i32> = (*began..=as_of.0).collect();
        let sum =
            |days: &mut dyn Iterator<Item = &i32>| days.map(|day| day_mass(f64::from(as_of.0 - day))).sum::<f64>();
        let there = sum(&mut days.iter().filter(|day| **day < first || dates.contains(day)));
        shares.insert(name.clone(), there / sum(&mut days.iter()));
    }
    shares
}

/// Computes the mass of a day by its age.
fn day_mass(age: f64) -> f64 {
    let of_half_life = |(h, m): (&f64, f64)| m * 2.0_f64.powf(-age / h) * (1.0 - 2.0_f64.powf(-1.0 / h));
    HALF_LIVES.iter().zip(MASSES).map(of_half_life).sum()
}

fn interval(person: &PersonScore, score: f64) -> (f64, f64) {
    let drawn: Vec<([u8; REPLICATES], f64, f64)> = person
        .parts
        .iter()
        .map(|(reactor, t, u)| (compute_weights(compute_seed(reactor)), *t, *u))
        .collect();
    let contributed = |replicate: usize| {
        let trusted: f64 = drawn.iter().map(|(w, t, _)| f64::from(w[replicate]) * t).sum();
        let strangers: f64 = drawn.iter().map(|(w, _, u)| f64::from(w[replicate]) * u).sum();
        trusted + limit_unknown(trusted, strangers)
    };
    let all: Vec<f64> = (0..REPLICATES).map(contributed).collect();
    let score_of = |sum: f64| 20.0 + 12.0 * ((BASE + sum) / (1.0 + BASE)).log10();
    let unseen = if person.coverage > 0.0 { person.coverage } else { 1.0 };
    let low = percentile(all.iter().map(|sum| score_of(*sum)), 5.0);
    let high = percentile(all.iter().map(|sum| score_of(sum / unseen)), 95.0);
    (low.clamp(1.0, 100.0).min(score), high.clamp(1.0, 100.0).max(score))
}

/// Computes the contribution of unknown reactors to I.
pub fn limit_unknown(trusted: f64, strangers: f64) -> f64 {
    let squares = (trusted.powi(2), HALF_AT.powi(2));
    let each = OF_FEW + OF_MANY * squares.0 / (squares.0 + squares.1);
    let cap = each * trusted;
    if cap > 0.0 {
        cap * -(-strangers / cap).exp_m1()
    } else {
        0.0
    }
}

/// Computes a percentile as numpy's `percentile` does by default.
fn percentile(values: impl Iterator<Item = f64>, percent: f64) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let place = percent / 100.0 * (values.len() - 1) as f64;
    let below = place as usize;
    let weight = place - below as f64;
    values[below] * (1.0 - weight) + values[below + 1] * weight
}

/// l, L and T0 of the corroboration.
const OF_FEW: f64 = 0.08;
const OF_MANY: f64 = 24.0;
const HALF_AT: f64 = 180.0;
