//! How scores, and their changes, are spread.

use serde::Serialize;

use clout_model::influence::standings::quantile;

/// The scores of a snapshot, in points. All but the count are null where nobody has one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// People with a score.
    pub count: u64,
    /// Mean.
    pub mean: Option<f64>,
    /// Median; quantiles lie between two people by linear interpolation.
    pub median: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Greatest.
    pub max: Option<f64>,
}

impl Spread {
    /// The spread of some scores.
    pub fn of(mut scores: Vec<f64>) -> Spread {
        scores.sort_unstable_by(f64::total_cmp);
        let count = scores.len() as u64;
        let quantile = |share: f64| (count > 0).then(|| quantile(&scores, share));
        Spread {
            count,
            mean: (count > 0).then(|| scores.iter().sum::<f64>() / count as f64),
            median: quantile(0.5),
            p95: quantile(0.95),
            p99: quantile(0.99),
            max: scores.last().copied(),
        }
    }

    /// The figures besides the count, by name.
    pub fn figures(&self) -> [(&'static str, Option<f64>); 5] {
        [
            ("mean", self.mean),
            ("median", self.median),
            ("p95", self.p95),
            ("p99", self.p99),
            ("max", self.max),
        ]
    }
}

/// Where changes are cut into classes, in points: each class goes from one edge up to, and without, the next.
const EDGES: [f64; 10] = [-10.0, -5.0, -2.0, -1.0, -0.1, 0.1, 1.0, 2.0, 5.0, 10.0];

/// The classes of changes, in words.
pub const BINS: [&str; 11] = [
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

/// People by the class of their change.
pub fn histogram(deltas: impl Iterator<Item = f64>) -> [u64; BINS.len()] {
    let mut counts = [0; BINS.len()];
    for delta in deltas {
        counts[EDGES.partition_point(|edge| *edge <= delta)] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_the_scores_in_order() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0]);
        assert_eq!(
            (spread.count, spread.mean, spread.median, spread.max),
            (3, Some(2.0), Some(2.0), Some(3.0))
        );
        assert_eq!(Spread::of(Vec::new()).figures().map(|(_, value)| value), [None; 5]);
    }

    #[test]
    fn a_change_on_an_edge_belongs_to_the_class_above() {
        let counts = histogram([-10.0, -11.0, -0.1, 0.0, 0.0999, 0.1, 10.0, 50.0].into_iter());
        assert_eq!(counts, [1, 1, 0, 0, 0, 3, 1, 0, 0, 0, 2]);
    }
}
