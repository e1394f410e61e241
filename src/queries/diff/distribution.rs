//! Distributions of scores and of score changes.

use serde::Serialize;

use clout_model::influence::score_table::interpolate_quantile;

/// Distribution of the scores of a snapshot, in points. All fields but `count` are null if no person has a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScoreDistribution {
    /// Number of people with a score.
    pub count: u64,
    /// Mean score.
    pub mean: Option<f64>,
    /// Median score. Quantiles are interpolated linearly between two people.
    pub median: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Highest score.
    pub max: Option<f64>,
}

impl ScoreDistribution {
    /// Computes the distribution of some scores.
    pub fn from_scores(mut scores: Vec<f64>) -> ScoreDistribution {
        scores.sort_unstable_by(f64::total_cmp);
        let count = scores.len() as u64;
        let quantile = |share: f64| (count > 0).then(|| interpolate_quantile(&scores, share));
        ScoreDistribution {
            count,
            mean: (count > 0).then(|| scores.iter().sum::<f64>() / count as f64),
            median: quantile(0.5),
            p95: quantile(0.95),
            p99: quantile(0.99),
            max: scores.last().copied(),
        }
    }

    /// Returns all figures but the count, with their names.
    pub fn named_figures(&self) -> [(&'static str, Option<f64>); 5] {
        [
            ("mean", self.mean),
            ("median", self.median),
            ("p95", self.p95),
            ("p99", self.p99),
            ("max", self.max),
        ]
    }
}

/// Edges of the classes of score changes, in points. A class contains its lower edge and not its upper edge.
const BIN_EDGES: [f64; 10] = [-10.0, -5.0, -2.0, -1.0, -0.1, 0.1, 1.0, 2.0, 5.0, 10.0];

/// Names of the classes of score changes, in points.
pub const CHANGE_BINS: [&str; 11] = [
    "below -10",
    "-10 to -5",
    "-5 to -2",
    "-2 to -1",
    "-1 to -0.1",
    "-0.1 to 0.1",
    "0.1 to 1",
    "1 to 2",
    "2 to 5",
    "5 to 10",
    "10 and more",
];

/// Counts score changes by class.
pub(super) fn count_by_bin(deltas: impl Iterator<Item = f64>) -> [u64; CHANGE_BINS.len()] {
    let mut counts = [0; CHANGE_BINS.len()];
    for delta in deltas {
        counts[BIN_EDGES.partition_point(|edge| *edge <= delta)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_do_not_depend_on_the_order_of_scores() {
        let spread = ScoreDistribution::from_scores(vec![3.0, 1.0, 2.0]);
        assert_eq!(
            (spread.count, spread.mean, spread.median, spread.max),
            (3, Some(2.0), Some(2.0), Some(3.0))
        );
        assert_eq!(
            ScoreDistribution::from_scores(Vec::new())
                .named_figures()
                .map(|(_, value)| value),
            [None; 5]
        );
    }

    #[test]
    fn a_change_on_an_edge_is_in_the_class_above() {
        let counts = count_by_bin([-10.0, -11.0, -0.1, 0.0, 0.0999, 0.1, 10.0, 50.0].into_iter());
        assert_eq!(counts, [1, 1, 0, 0, 0, 3, 1, 0, 0, 0, 2]);
    }
}
