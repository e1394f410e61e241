//! The plain predictors that an analyst would write, from the same counted rows as the score.
//!
//! ```text
//! reactions             number of reactions to the person
//! distinct_reactors     number of people who reacted; _1d: of the last 24 hours alone
//! decayed_h             sum over reactions of 2^(-age / h), h = 6 h, 1, 3, 7 and 30 days
//! pagerank              r = (1 - d) t + d (P^T r + m t), d = 0.85
//! ```
//!
//! PageRank is `graph::propagate` as everybody knows it: an edge weighs as many reactions as it stands for,
//! t is uniform over everybody who reacted or was reacted to, and the mass m of those who never reacted goes
//! back to t. People who took no part have 0.
//!
//! None of them knows verbs, networks, trust or repeats; that is the point of them.
//!
//! The result does not depend on the order of the acts, to the last bit: they are sorted before anything is
//! added up. Cost: two sorts of the acts. Memory beyond the result: 16 bytes an act, and the graph.

use rayon::prelude::*;

use clout_base::day::DAY_MICROS;
use clout_base::error::{Error, Result};
use clout_graph::{Csr, Dangling, PropagationParams, propagate};

/// One counted reaction among people; nobody reacts to themselves here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Act {
    /// The person who reacted.
    pub reactor: u32,
    /// The person who was reacted to.
    pub target: u32,
    /// When, in microseconds since 1970.
    pub occurred_at: i64,
}

/// A plain predictor of who will be reacted to.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    /// What reports call it.
    pub name: &'static str,
    /// One value a person; more foretells more.
    pub values: Vec<f64>,
}

/// The half-lives of the decayed counts, in days: from what foretells a burst best to a month.
const HALF_LIVES_DAYS: [(&str, f64); 5] = [
    ("decayed_6h", 0.25),
    ("decayed_1d", 1.0),
    ("decayed_3d", 3.0),
    ("decayed_7d", 7.0),
    ("decayed_30d", 30.0),
];

/// PageRank as in the paper.
const PAGERANK: PropagationParams = PropagationParams {
    damping: 0.85,
    tolerance: 1e-10,
    max_iterations: 200,
    dangling: Dangling::Teleport,
};

/// All rivals at the instant `at` (microseconds since 1970) for people `0..persons`, of the `acts` before it.
/// Fails only where a reactor is beyond `persons`, or there are more than 2^32 pairs of people.
///
/// # Panics
/// If an act is to a person beyond `persons`.
pub fn rivals(acts: &[Act], persons: usize, at: i64) -> Result<Vec<Rival>> {
    debug_assert!(acts.iter().all(|act| act.occurred_at < at));
    let pairs = sorted_pairs(acts.iter());
    let fresh = sorted_pairs(acts.iter().filter(|act| act.occurred_at >= at - DAY_MICROS));
    let mut rivals = vec![
        Rival::new("reactions", reactions(acts, persons)),
        Rival::new("distinct_reactors", distinct(&pairs, persons)),
        Rival::new("distinct_reactors_1d", distinct(&fresh, persons)),
    ];
    let pagerank = pagerank(&pairs, persons)?;
    drop((pairs, fresh));
    rivals.extend(decayed(acts, persons, at));
    rivals.push(Rival::new("pagerank", pagerank));
    Ok(rivals)
}

/// How many different people reacted to each of `0..persons`. Of the acts of the next window this is the
/// outcome that predictors are judged by.
///
/// # Panics
/// If an act is to a person beyond `persons`.
pub fn distinct_reactors(acts: &[Act], persons: usize) -> Vec<f64> {
    distinct(&sorted_pairs(acts.iter()), persons)
}

impl Rival {
    fn new(name: &'static str, values: Vec<f64>) -> Rival {
        Rival { name, values }
    }
}

/// A target and a reactor as one number that sorts by target, then reactor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair(u64);

impl Pair {
    fn of(act: &Act) -> Pair {
        Pair((u64::from(act.target) << 32) | u64::from(act.reactor))
    }

    fn target(self) -> usize {
        (self.0 >> 32) as usize
    }

    fn reactor(self) -> u32 {
        self.0 as u32 // The lower half.
    }
}

/// The pair of each act, ascending.
fn sorted_pairs<'a>(acts: impl Iterator<Item = &'a Act>) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = acts.map(Pair::of).collect();
    pairs.par_sort_unstable();
    pairs
}

fn reactions(acts: &[Act], persons: usize) -> Vec<f64> {
    let mut counts = vec![0.0; persons];
    for act in acts {
        counts[act.target as usize] += 1.0;
    }
    counts
}

fn distinct(pairs: &[Pair], persons: usize) -> Vec<f64> {
    let mut counts = vec![0.0; persons];
    for same in pairs.chunk_by(|a, b| a == b) {
        counts[same[0].target()] += 1.0;
    }
    counts
}

/// The decayed counts, one a half-life. Each person's reactions are added from the oldest, which weighs least.
fn decayed(acts: &[Act], persons: usize, at: i64) -> Vec<Rival> {
    let mut timeline: Vec<(u32, i64)> = acts.iter().map(|act| (act.target, act.occurred_at)).collect();
    timeline.par_sort_unstable();
    let decayed_by = |half_life_days: f64| {
        let mut sums = vec![0.0; persons];
        for (target, occurred_at) in &timeline {
            let age_days = (at - occurred_at) as f64 / DAY_MICROS as f64;
            sums[*target as usize] += (-age_days / half_life_days).exp2();
        }
        sums
    };
    HALF_LIVES_DAYS
        .par_iter()
        .map(|(name, half_life_days)| Rival::new(name, decayed_by(*half_life_days)))
        .collect()
}

fn pagerank(pairs: &[Pair], persons: usize) -> Result<Vec<f64>> {
    let in_edges = graph(pairs, persons)?;
    let mut teleport = vec![0.0; persons];
    for &reactor in in_edges.neighbors() {
        teleport[reactor as usize] = 1.0;
    }
    for target in pairs.iter().map(|pair| pair.target()) {
        teleport[target] = 1.0;
    }
    Ok(propagate(&in_edges, &teleport, &PAGERANK).ranks)
}

/// Row `v` lists who reacted to `v`, weighted by the number of reactions.
fn graph(pairs: &[Pair], persons: usize) -> Result<Csr> {
    let mut offsets = vec![0; persons + 1];
    let (mut reactors, mut weights) = (Vec::new(), Vec::new());
    for same in pairs.chunk_by(|a, b| a == b) {
        reactors.push(same[0].reactor());
        weights.push(same.len() as f64);
        offsets[same[0].target() + 1] = reactors.len();
    }
    for person in 0..persons {
        offsets[person + 1] = offsets[person + 1].max(offsets[person]);
    }
    Csr::from_sorted_rows(offsets, reactors, weights)
        .map_err(|error| Error::internal("the reactions among people are no graph").with_source(error))
}

#[cfg(test)]
#[path = "rivals_tests.rs"]
mod tests;
