//! How well a ranking foretold what came.
//!
//! Slices are by person over one population: place `i` of every slice is the same person. Only the order
//! of scores counts, except in [`r_squared`], so a person without a score may stand at minus infinity.
//! Equal scores are one tie, and no measure breaks a tie in anybody's favour:
//!
//! ```text
//! NDCG@k    = DCG / DCG of the best order,  DCG = sum over r <= k of gain(r) / log2(1 + r)
//!             under ties: its mean over all orders within each group of equal scores
//! Spearman  = Pearson's r of the mean ranks
//! partial   = (r_ab - r_ag r_bg) / sqrt((1 - r_ag²) (1 - r_bg²))
//! AUC       = P(score of one of the top > score of one of the rest) + 1/2 P(they are equal)
//! ```
//!
//! Gains are linear: twice the reactors is worth twice as much. Cost: a sort of the population each.
//! The same input gives the same bits; NDCG, AUC and ties do not depend on how people are numbered either.
//!
//! Where a measure is not defined (nothing came, everybody is equal) it has the value of a ranking that
//! knows nothing, as each function says. With numbers as input none is ever NaN.
//!
//! Papers: Järvelin, Kekäläinen, *Cumulated Gain-Based Evaluation of IR Techniques*, 2002; McSherry, Najork,
//! *Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores*, 2008;
//! Hanley, McNeil, *The Meaning and Use of the Area under a ROC Curve*, 1982 (AUC from ranks).

use rayon::prelude::*;

use clout_graph::numeric::{ordered_sum, sum_over_chunks};

/// Values that differ by less than half of one over this are equal to [`tied_share`]: far below a
/// hundredth of a point, far above what the order of additions moves.
const TIE_SCALE: f64 = 1e9;

/// Where `1 - r²` is smaller, what is left after the third side is rounding.
const NOTHING_LEFT: f64 = 1e-12;

/// NDCG@k of ranking by descending `scores`, where each person brought `gains` (finite, not negative).
/// In `[0, 1]`; 0 where no gain is above 0.
///
/// # Panics
/// If the slices differ in length.
pub fn ndcg(scores: &[f64], gains: &[f64], k: usize) -> f64 {
    assert_eq!(scores.len(), gains.len(), "one population");
    debug_assert!(gains.iter().all(|gain| gain.is_finite() && *gain >= 0.0));
    let ideal = expected_dcg(gains, gains, k);
    if ideal > 0.0 {
        (expected_dcg(scores, gains, k) / ideal).min(1.0) // Rounding may end above 1.
    } else {
        0.0
    }
}

/// The mean DCG@k over all orders within groups of equal scores: every member of a group has the mean of
/// its discounts, those beyond k being 0.
fn expected_dcg(scores: &[f64], gains: &[f64], k: usize) -> f64 {
    debug_assert!(scores.iter().all(|score| !score.is_nan()));
    let mut people: Vec<(f64, f64)> = scores.iter().copied().zip(gains.iter().copied()).collect();
    // Gains are sorted too, so that the sum of a group does not depend on how people are numbered.
    people.par_sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let (mut dcg, mut above) = (0.0, 0);
    for tied in people.chunk_by(|a, b| a.0 == b.0) {
        if above >= k {
            break;
        }
        let within = above + 1..=k.min(above + tied.len());
        let discounts: f64 = within.map(|rank| 1.0 / (1.0 + rank as f64).log2()).sum();
        let gain: f64 = tied.iter().map(|(_, gain)| gain).sum();
        dcg += gain * discounts / tied.len() as f64;
        above += tied.len();
    }
    dcg
}

/// Precision@k: the share of the first `k` by descending `scores` who brought any gain, in the mean over all
/// orders within groups of equal scores. People who are missing to make up `k` count as without gain.
///
/// # Panics
/// If the slices differ in length.
pub fn precision(scores: &[f64], gains: &[f64], k: usize) -> f64 {
    assert_eq!(scores.len(), gains.len(), "one population");
    let mut people: Vec<(f64, bool)> = scores
        .iter()
        .copied()
        .zip(gains.iter().map(|gain| *gain > 0.0))
        .collect();
    people.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    let (mut hits, mut above) = (0.0, 0);
    for tied in people.chunk_by(|a, b| a.0 == b.0) {
        let places = tied.len().min(k - above);
        let found = tied.iter().filter(|(_, is_hit)| *is_hit).count();
        hits += found as f64 * places as f64 / tied.len() as f64;
        above += places;
        if above == k {
            break;
        }
    }
    hits / k as f64
}

/// Spearman's rank correlation, equals sharing their mean rank; 0 where one side is constant or empty.
///
/// # Panics
/// If the slices differ in length.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&mean_ranks(a), &mean_ranks(b))
}

/// Spearman's correlation of `a` and `b` with what both share with `given` taken out. 0 where `given`
/// orders people as one of them does, in the same or the opposite sense: then nothing is left of it.
///
/// # Panics
/// If the slices differ in length.
pub fn partial_spearman(a: &[f64], b: &[f64], given: &[f64]) -> f64 {
    let [a, b, given] = [a, b, given].map(mean_ranks);
    let (ab, ag, bg) = (pearson(&a, &b), pearson(&a, &given), pearson(&b, &given));
    let left = [ag, bg].map(|r| (1.0 - r) * (1.0 + r));
    if left.iter().any(|left| *left < NOTHING_LEFT) {
        return 0.0;
    }
    ((ab - ag * bg) / (left[0] * left[1]).sqrt()).clamp(-1.0, 1.0)
}

/// The share of the variance of `y` that a straight line in `x` explains: Pearson's r squared, of finite
/// values. 0 where one side is constant or empty.
///
/// # Panics
/// If the slices differ in length.
pub fn r_squared(x: &[f64], y: &[f64]) -> f64 {
    pearson(x, y).powi(2)
}

/// How well `scores` tell the top `share` by outcome from the rest: the AUC, ties counting half. 0.5 where
/// one class is empty.
///
/// The top is `share` of the population, rounded, at least one person; everybody tied with the last of them
/// belongs to it, and nobody with an outcome below 1: who got no reaction is at the top of nothing.
///
/// # Panics
/// If the slices differ in length.
pub fn auc_of_top(scores: &[f64], outcomes: &[f64], share: f64) -> f64 {
    assert_eq!(scores.len(), outcomes.len(), "one population");
    let Some(least) = least_of_top(outcomes, share) else {
        return 0.5;
    };
    let ranks = mean_ranks(scores);
    let is_top = |person: &usize| outcomes[*person] >= least;
    // Multiples of 1/2, far below 2^53: the sum is exact.
    let (mut top, mut rank_sum) = (0.0, 0.0);
    for person in (0..scores.len()).filter(is_top) {
        top += 1.0;
        rank_sum += ranks[person];
    }
    let rest = scores.len() as f64 - top;
    if top == 0.0 || rest == 0.0 {
        return 0.5;
    }
    (rank_sum - top * (top + 1.0) / 2.0) / (top * rest)
}

/// The smallest outcome that belongs to the top `share`; none in an empty population.
fn least_of_top(outcomes: &[f64], share: f64) -> Option<f64> {
    let count = (share * outcomes.len() as f64).round() as usize;
    let last = count.max(1).min(outcomes.len()).checked_sub(1)?;
    let mut sorted = outcomes.to_vec();
    let (_, least, _) = sorted.select_nth_unstable_by(last, |a, b| b.total_cmp(a));
    Some(least.max(1.0))
}

/// The share of the population in the largest group of equal scores (finite; rounded to 9 decimals): what a
/// ranking leaves open. 0 where there is nobody.
pub fn tied_share(scores: &[f64]) -> f64 {
    let mut rounded: Vec<f64> = scores.iter().map(|score| (score * TIE_SCALE).round()).collect();
    rounded.par_sort_unstable_by(f64::total_cmp);
    let largest = rounded.chunk_by(|a, b| a == b).map(<[f64]>::len).max();
    largest.map_or(0.0, |largest| largest as f64 / scores.len() as f64)
}

/// Ascending ranks from 1, equals sharing the mean of theirs.
fn mean_ranks(values: &[f64]) -> Vec<f64> {
    debug_assert!(values.iter().all(|value| !value.is_nan()));
    let mut people: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    people.par_sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for equals in people.chunk_by(|a, b| a.0 == b.0) {
        for (_, person) in equals {
            ranks[*person] = below as f64 + (equals.len() + 1) as f64 / 2.0;
        }
        below += equals.len();
    }
    ranks
}

/// Pearson's r of finite values; 0 where one side is constant or empty.
fn pearson(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "one population");
    let (Some(x), Some(y)) = (deviations(x), deviations(y)) else {
        return 0.0;
    };
    let product = |a: &[f64], b: &[f64]| sum_over_chunks(a.len(), |range| range.map(|i| a[i] * b[i]).sum());
    (product(&x, &y) / (product(&x, &x) * product(&y, &y)).sqrt()).clamp(-1.0, 1.0)
}

/// How far each value is from the mean, in units of the farthest, so that no square over- or underflows;
/// none where all are equal.
fn deviations(values: &[f64]) -> Option<Vec<f64>> {
    debug_assert!(values.iter().all(|value| value.is_finite()));
    let first = values.first()?;
    if values.iter().all(|value| value == first) {
        return None; // Their mean may be rounded, and rounding is no variance.
    }
    let mean = ordered_sum(values) / values.len() as f64;
    let farthest = values.iter().fold(0.0_f64, |far, value| far.max((value - mean).abs()));
    Some(values.iter().map(|value| (value - mean) / farthest).collect())
}

#[cfg(test)]
#[path = "measures_tests.rs"]
mod tests;
