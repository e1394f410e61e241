//! Scores, ranks and percentiles of all persons with a score.

use rayon::prelude::*;

use super::attention::AttentionGraph;
use super::score::{ContributionModel, ContributionSum};
use super::score_scale::{ScoreScale, clamp_score};

/// The scores of one date; each column is indexed by person.
#[derive(Clone, Debug, Default)]
pub struct ScoreTable {
    /// Sum of the person's contributions; `None` without a reactor.
    pub sums: Vec<Option<ContributionSum>>,
    /// Score before clamping.
    pub values: Vec<Option<f64>>,
    /// Ranks of the persons; empty if they were not computed.
    ranks: Vec<PersonRank>,
    /// Number of persons with a value.
    scored: u32,
}

/// Numbers of scored persons around one; both are 0 without a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PersonRank {
    /// 1 more than the number of persons with a higher value.
    rank: u32,
    /// Number of persons with a lower value.
    below: u32,
}

impl ScoreTable {
    /// Scores and ranks all persons.
    pub fn compute(attention: &AttentionGraph, model: &ContributionModel, line: &ScoreScale) -> ScoreTable {
        ScoreTable::from_sums(model.sum_all(attention), line)
    }

    /// Scores all persons by the sums of their contributions, without ranks and percentiles.
    pub fn without_ranks(sums: Vec<Option<ContributionSum>>, line: &ScoreScale) -> ScoreTable {
        let values = sums
            .par_iter()
            .map(|sum| sum.map(|sum| line.unclamped_score(sum.influence)));
        ScoreTable {
            values: values.collect(),
            sums,
            ..ScoreTable::default()
        }
    }

    /// Scores and ranks all persons by the sums of their contributions.
    fn from_sums(sums: Vec<Option<ContributionSum>>, line: &ScoreScale) -> ScoreTable {
        let mut table = ScoreTable::without_ranks(sums, line);
        (table.ranks, table.scored) = compute_ranks(&table.values);
        table
    }

    /// Returns the score of a person, from 1 to 100.
    pub fn score(&self, person: usize) -> Option<f64> {
        self.values[person].map(clamp_score)
    }

    /// Returns the rank of a person by score: 1 is best, and equal scores share a rank.
    pub fn rank(&self, person: usize) -> Option<i64> {
        let rank = self.ranks.get(person)?.rank;
        (rank > 0).then_some(i64::from(rank))
    }

    /// Returns the percentile of a person: 100 x the share of scored people with a strictly lower value.
    pub fn percentile(&self, person: usize) -> Option<f64> {
        let ranked = self.ranks.get(person).filter(|ranked| ranked.rank > 0)?;
        Some(100.0 * f64::from(ranked.below) / f64::from(self.scored))
    }

    /// Returns all scores in ascending order.
    pub fn sorted_scores(&self) -> Vec<f64> {
        let mut scores: Vec<f64> = (self.values.par_iter().flatten().copied()).map(clamp_score).collect();
        scores.par_sort_unstable_by(f64::total_cmp);
        scores
    }
}

/// Computes ranks (1, 1, 3) by descending value, and the number of values.
fn compute_ranks(values: &[Option<f64>]) -> (Vec<PersonRank>, u32) {
    let valued = |(person, value): (usize, &Option<f64>)| value.map(|value| (value, person as u32));
    let mut scored: Vec<(f64, u32)> = values.par_iter().enumerate().filter_map(valued).collect();
    // Ties by person index, so that the order is total.
    scored.par_sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut ranks = vec![PersonRank::default(); values.len()];
    let mut above = 0;
    for equals in scored.chunk_by(|a, b| a.0 == b.0) {
        let below = (scored.len() - above - equals.len()) as u32;
        for (_, person) in equals {
            ranks[*person as usize] = PersonRank {
                rank: above as u32 + 1,
                below,
            };
        }
        above += equals.len();
    }
    (ranks, scored.len() as u32)
}

/// Mean, median, 95th and 99th percentile (by linear interpolation) and maximum of the scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize)]
pub struct ScoreStatistics {
    /// Number of people with a score.
    pub scored: u64,
    /// Arithmetic mean, points.
    pub mean: f64,
    /// Median, points.
    pub median: f64,
    /// 95th percentile, points.
    pub p95: f64,
    /// 99th percentile, points.
    pub p99: f64,
    /// Maximum, points.
    pub max: f64,
}

impl ScoreStatistics {
    /// Computes the distribution of ascending scores; all zero without a score.
    pub fn from_sorted(sorted: &[f64]) -> ScoreStatistics {
        let Some(max) = sorted.last() else {
            return ScoreStatistics::default();
        };
        ScoreStatistics {
            scored: sorted.len() as u64,
            mean: clout_graph::numeric::sum_in_order(sorted) / sorted.len() as f64,
            median: interpolate_quantile(sorted, 0.5),
            p95: interpolate_quantile(sorted, 0.95),
            p99: interpolate_quantile(sorted, 0.99),
            max: *max,
        }
    }
}

/// Returns the value below which `share` (0 to 1) of the ascending values lie, by linear interpolation between the
/// two values around index `share (n - 1)`.
///
/// # Panics
/// If `sorted` is empty.
pub fn interpolate_quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    low + (high - low) * position.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_share_a_rank_and_the_next_rank_is_skipped() {
        let values = vec![Some(5.0), None, Some(9.0), Some(9.0), Some(1.0)];
        let (ranks, scored) = compute_ranks(&values);
        let table = ScoreTable {
            values,
            ranks,
            scored,
            ..ScoreTable::default()
        };
        assert_eq!(
            (0..5).map(|person| table.rank(person)).collect::<Vec<_>>(),
            [Some(3), None, Some(1), Some(1), Some(4)]
        );
        assert_eq!(
            (0..5).map(|person| table.percentile(person)).collect::<Vec<_>>(),
            [Some(25.0), None, Some(50.0), Some(50.0), Some(0.0)]
        );
    }

    #[test]
    fn quantiles_are_interpolated() {
        let spread = ScoreStatistics::from_sorted(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!((spread.mean, spread.median, spread.max), (2.5, 2.5, 4.0));
        assert!((spread.p95 - 3.85).abs() < 1e-12);
        assert_eq!(ScoreStatistics::from_sorted(&[]), ScoreStatistics::default());
    }
}
