//! Computes simple predictors of future reactions from the same counted rows as the score.
//!
//! ```text
//! reactions             number of reactions to the person
//! distinct_reactors     number of people with a reaction to the person; _1d: of the last 24 hours alone
//! decayed_h             sum over reactions of 2^(-age / h), h = 6 h, 1, 3, 7 and 30 days
//! pagerank              r = (1 - d) t + d (P^T r + m t), d = 0.85
//! ```
//!
//! PageRank is [`propagate`] in its textbook form. The weight of an edge is the number of reactions. t is
//! uniform over all people with a reaction given or received, and the mass m of people without one given returns to
//! t. All other people have 0.
//!
//! The predictors use no verbs, networks, trust or repeats, so they show the benefit of these terms.
//!
//! The result is independent of the order of the acts, to the last bit, because acts are sorted before any addition.
//! Cost: two sorts of the acts. Memory beyond the result: 16 bytes per act, and the graph.

use rayon::prelude::*;

use clout_base::day::DAY_MICROS;
use clout_base::error::{Error, Result};
use clout_graph::{BlockedGraph, InEdges, PropagationParams, propagate};

/// Counted reaction between two different people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PersonReaction {
    /// Index of the reactor.
    pub reactor: u32,
    /// Index of the target.
    pub target: u32,
    /// Time, in microseconds since 1970.
    pub occurred_at: i64,
}

/// Simple predictor of future reactions.
#[derive(Clone, Debug, PartialEq)]
pub struct RivalPredictor {
    /// Name in reports.
    pub name: &'static str,
    /// Value by person; greater values predict more reactions.
    pub values: Vec<f64>,
}

/// Half-lives of the decayed counts in days, from the best one for bursts to a month.
const HALF_LIVES_DAYS: [(&str, f64); 5] = [
    ("decayed_6h", 0.25),
    ("decayed_1d", 1.0),
    ("decayed_3d", 3.0),
    ("decayed_7d", 7.0),
    ("decayed_30d", 30.0),
];

/// Parameters of PageRank, as in the paper.
const PAGERANK: PropagationParams = PropagationParams {
    damping: 0.85,
    tolerance: 1e-10,
    max_iterations: 200,
};

/// Computes all rivals at the time `at` (microseconds since 1970) for people `0..persons`, from the `acts` before it.
///
/// # Errors
/// Returns an error if a reactor is beyond `persons`, or if there are more than 2^32 pairs of people.
///
/// # Panics
/// Panics if the target of an act is beyond `persons`.
pub fn compute_rivals(acts: &[PersonReaction], persons: usize, at: i64) -> Result<Vec<RivalPredictor>> {
    debug_assert!(acts.iter().all(|act| act.occurred_at < at));
    let pairs = sorted_pairs(acts.iter());
    let fresh = sorted_pairs(acts.iter().filter(|act| act.occurred_at >= at - DAY_MICROS));
    let mut rivals = vec![
        RivalPredictor::new("reactions", count_reactions(acts, persons)),
        RivalPredictor::new("distinct_reactors", count_distinct(&pairs, persons)),
        RivalPredictor::new("distinct_reactors_1d", count_distinct(&fresh, persons)),
    ];
    let pagerank = compute_pagerank(&pairs, persons)?;
    drop((pairs, fresh));
    rivals.extend(compute_decayed(acts, persons, at));
    rivals.push(RivalPredictor::new("pagerank", pagerank));
    Ok(rivals)
}

/// Counts the distinct reactors of each of `0..persons`. For the acts of the next window, this is the outcome for all
/// predictors.
///
/// # Panics
/// Panics if the target of an act is beyond `persons`.
pub fn count_distinct_reactors(acts: &[PersonReaction], persons: usize) -> Vec<f64> {
    count_distinct(&sorted_pairs(acts.iter()), persons)
}

impl RivalPredictor {
    fn new(name: &'static str, values: Vec<f64>) -> RivalPredictor {
        RivalPredictor { name, values }
    }
}

/// Target and reactor as one number that sorts by target, then reactor.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TargetReactor(u64);

impl TargetReactor {
    fn from_act(act: &PersonReaction) -> TargetReactor {
        TargetReactor((u64::from(act.target) << 32) | u64::from(act.reactor))
    }

    fn target(self) -> usize {
        (self.0 >> 32) as usize
    }

    fn reactor(self) -> u32 {
        self.0 as u32 // The lower half.
    }
}

/// Returns the pairs of all acts, ascending.
fn sorted_pairs<'a>(acts: impl Iterator<Item = &'a PersonReaction>) -> Vec<TargetReactor> {
    let mut pairs: Vec<TargetReactor> = acts.map(TargetReactor::from_act).collect();
    pairs.par_sort_unstable();
    pairs
}

fn count_reactions(acts: &[PersonReaction], persons: usize) -> Vec<f64> {
    let mut counts = vec![0.0; persons];
    for act in acts {
        counts[act.target as usize] += 1.0;
    }
    counts
}

fn count_distinct(pairs: &[TargetReactor], persons: usize) -> Vec<f64> {
    let mut counts = vec![0.0; persons];
    for same in pairs.chunk_by(|a, b| a == b) {
        counts[same[0].target()] += 1.0;
    }
    counts
}

/// Computes the decayed counts, one per half-life. Each person's reactions are added oldest first, that is smallest
/// weight first.
fn compute_decayed(acts: &[PersonReaction], persons: usize, at: i64) -> Vec<RivalPredictor> {
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
        .map(|(name, half_life_days)| RivalPredictor::new(name, decayed_by(*half_life_days)))
        .collect()
}

fn compute_pagerank(pairs: &[TargetReactor], persons: usize) -> Result<Vec<f64>> {
    let (offsets, reactors, weights) = count_pairs(pairs, persons);
    let failed = |error| Error::internal("cannot build the graph of reactions among people").with_source(error);
    let in_edges = InEdges::new(&offsets, &reactors).map_err(failed)?;
    let graph = BlockedGraph::build(in_edges, |edge| weights[edge]).map_err(failed)?;
    let mut teleport = vec![0.0; persons];
    for &reactor in &reactors {
        teleport[reactor as usize] = 1.0;
    }
    for target in pairs.iter().map(|pair| pair.target()) {
        teleport[target] = 1.0;
    }
    Ok(propagate(&graph, &teleport, &PAGERANK).ranks)
}

/// Returns the graph of the pairs: the start of each target's reactors, the reactors, and the number of reactions of
/// each.
fn count_pairs(pairs: &[TargetReactor], persons: usize) -> (Vec<usize>, Vec<u32>, Vec<f64>) {
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
    (offsets, reactors, weights)
}

#[cfg(test)]
#[path = "rivals_tests.rs"]
mod tests;
