//! Measures of a ranking's quality, given the outcomes.
//!
//! Slices are by person over one population: index `i` of each slice is the same person. Only the order of scores
//! counts, except in [`r_squared`], so the score of a person without one may be minus infinity. Equal scores are one
//! tie, and ties are never broken in favour of a person:
//!
//! ```text
//! NDCG@k    = DCG / DCG of the best order,  DCG = sum over r <= k of gain(r) / log2(1 + r)
//!             under ties: its mean over all orders within each group of equal scores
//! Spearman  = Pearson's r of the mean ranks
//! partial   = (r_ab - r_ag r_bg) / sqrt((1 - r_ag²) (1 - r_bg²))
//! AUC       = P(score of one of the top > score of one of the rest) + 1/2 P(they are equal)
//! ```
//!
//! Gains are linear: twice the reactors is worth twice as much. Cost: one sort of the population per measure. The
//! same input gives the same bits. NDCG, AUC and ties are also independent of the numbering of people.
//!
//! If a measure is undefined (no outcomes, all values equal), it has the value of an uninformed ranking, as stated
//! for each function. Numeric input never gives NaN.
//!
//! Papers: Järvelin, Kekäläinen, *Cumulated Gain-Based Evaluation of IR Techniques*, 2002; McSherry, Najork,
//! *Computing Information Retrieval Performance Measures Efficiently in the Presence of Tied Scores*, 2008;
//! Hanley, McNeil, *The Meaning and Use of the Area under a ROC Curve*, 1982 (AUC from ranks).

use rayon::prelude::*;

use clout_graph::numeric::{sum_in_order, sum_over_chunks};

/// Inverse of the rounding step of [`tied_share`]: values that differ by less than half a step are equal. The step is
/// far below a hundredth of a point and far above the effect of the order of additions.
const TIE_SCALE: f64 = 1e9;

/// Smallest `1 - r²`. Below it, the remainder after removing the third variable is only rounding.
const NOTHING_LEFT: f64 = 1e-12;

/// Computes NDCG@k of the ranking by descending `scores`, with `gains` per person (finite, not negative). The result is
/// in `[0, 1]`; 0 if no gain is above 0.
///
/// # Panics
/// Panics if the slices differ in length.
pub fn ndcg(scores: &[f64], gains: &[f64], k: usize) -> f64 {
    assert_eq!(scores.len(), gains.len(), "one population");
    debug_assert!(gains.iter().all(|gain| gain.is_finite() && *gain >= 0.0));
    let ideal = expected_dcg(gains, gains, k);
    if ideal > 0.0 {
        (expected_dcg(scores, gains, k) / ideal).min(1.0) // Rounding may give a value above 1.
    } else {
        0.0
    }
}

/// Computes the mean DCG@k over all orders within groups of equal scores. Each member of a group has the mean of the
/// group's discounts; discounts beyond k are 0.
fn expected_dcg(scores: &[f64], gains: &[f64], k: usize) -> f64 {
    debug_assert!(scores.iter().all(|score| !score.is_nan()));
    let mut people: Vec<(f64, f64)> = scores.iter().copied().zip(gains.iter().copied()).collect();
    // Sorting the gains, too, makes the sum of a group independent of the numbering of people.
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

/// Computes Precision@k: the share of the first `k` by descending `scores` with a gain above 0, as the mean over all
/// orders within groups of equal scores. If fewer than `k` people exist, the missing ones count as without gain.
///
/// # Panics
/// Panics if the slices differ in length.
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

/// Computes Spearman's rank correlation. Equal values have their mean rank. The result is 0 if one side is constant or
/// empty.
///
/// # Panics
/// Panics if the slices differ in length.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&mean_ranks(a), &mean_ranks(b))
}

/// Computes the partial Spearman correlation of `a` and `b`, given `given`. The result is 0 if `given` orders people
/// like `a` or `b`, in the same or the opposite direction.
///
/// # Panics
/// Panics if the slices differ in length.
pub fn partial_spearman(a: &[f64], b: &[f64], given: &[f64]) -> f64 {
    let [a, b, given] = [a, b, given].map(mean_ranks);
    let (ab, ag, bg) = (pearson(&a, &b), pearson(&a, &given), pearson(&b, &given));
    let left = [ag, bg].map(|r| (1.0 - r) * (1.0 + r));
    if left.iter().any(|left| *left < NOTHING_LEFT) {
        return 0.0;
    }
    ((ab - ag * bg) / (left[0] * left[1]).sqrt()).clamp(-1.0, 1.0)
}

/// Computes the share of the variance of `y` that a straight line in `x` explains: Pearson's r squared, for finite
/// values. The result is 0 if one side is constant or empty.
///
/// # Panics
/// Panics if the slices differ in length.
pub fn r_squared(x: &[f64], y: &[f64]) -> f64 {
    pearson(x, y).powi(2)
}

/// Computes the AUC of separating the top `share` by outcome from the rest; ties count half. The result is 0.5 if one
/// class is empty.
///
/// The top is `share` of the population, rounded, and at least one person. People tied with the last of them are
/// included. People with an outcome below 1 are never in the top.
///
/// # Panics
/// Panics if the slices differ in length.
pub fn auc_of_top(scores: &[f64], outcomes: &[f64], share: f64) -> f64 {
    assert_eq!(scores.len(), outcomes.len(), "one population");
    let Some(least) = least_of_top(outcomes, share) else {
        return 0.5;
    };
    let ranks = mean_ranks(scores);
    let is_top = |person: &usize| outcomes[*person] >= least;
    // The ranks are multiples of 1/2 and far below 2^53, so the sum is exact.
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

/// Returns the smallest outcome in the top `share`; none for an empty population.
fn least_of_top(outcomes: &[f64], share: f64) -> Option<f64> {
    let count = (share * outcomes.len() as f64).round() as usize;
    let last = count.max(1).min(outcomes.len()).checked_sub(1)?;
    let mut sorted = outcomes.to_vec();
    let (_, least, _) = sorted.select_nth_unstable_by(last, |a, b| b.total_cmp(a));
    Some(least.max(1.0))
}

/// Computes the share of the population in the largest group of equal scores (finite; rounded to 9 decimals), which the
/// ranking leaves undecided. The result is 0 for an empty population.
pub fn tied_share(scores: &[f64]) -> f64 {
    let mut rounded: Vec<f64> = scores.iter().map(|score| (score * TIE_SCALE).round()).collect();
    rounded.par_sort_unstable_by(f64::total_cmp);
    let largest = rounded.chunk_by(|a, b| a == b).map(<[f64]>::len).max();
    largest.map_or(0.0, |largest| largest as f64 / scores.len() as f64)
}

/// Computes ascending ranks from 1; equal values have their mean rank.
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

/// Computes Pearson's r of finite values; 0 if one side is constant or empty.
fn pearson(x: &[f64], y: &[f64]) -> f64 {
    assert_eq!(x.len(), y.len(), "one population");
    let (Some(x), Some(y)) = (deviations(x), deviations(y)) else {
        return 0.0;
    };
    let product = |a: &[f64], b: &[f64]| sum_over_chunks(a.len(), |range| range.map(|i| a[i] * b[i]).sum());
    (product(&x, &y) / (product(&x, &x) * product(&y, &y)).sqrt()).clamp(-1.0, 1.0)
}

/// Returns the deviation of each value from the mean, in units of the largest deviation, so that squares neither
/// overflow nor underflow; none if all values are equal.
fn deviations(values: &[f64]) -> Option<Vec<f64>> {
    debug_assert!(values.iter().all(|value| value.is_finite()));
    let first = values.first()?;
    if values.iter().all(|value| value == first) {
        return None; // The mean may be rounded, which would look like variance.
    }
    let mean = sum_in_order(values) / values.len() as f64;
    let farthest = values.iter().fold(0.0_f64, |far, value| far.max((value - mean).abs()));
    Some(values.iter().map(|value| (value - mean) / farthest).collect())
}

#[cfg(test)]
#[path = "measures_tests.rs"]
mod tests;
