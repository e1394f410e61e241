//! Measures topic rankings by the credits in the next window.

use serde::Serialize;

use super::credits::TopicAmounts;
use crate::evaluate::measures::{ndcg, precision};

/// Measures of one predictor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RankingMeasures {
    /// Precision of the first person.
    pub precision_1: f64,
    /// Precision of the first three people.
    pub precision_3: f64,
    /// Precision of the first five people.
    pub precision_5: f64,
    /// NDCG of the first ten people, with the number of credits as gain.
    pub ndcg_10: f64,
}

impl RankingMeasures {
    /// Names of the measures, in the order of [`RankingMeasures::values`].
    pub const NAMES: [&str; 4] = ["precision_1", "precision_3", "precision_5", "ndcg_10"];

    /// Returns the measures in the order of their names.
    pub fn values(&self) -> [f64; 4] {
        [self.precision_1, self.precision_3, self.precision_5, self.ndcg_10]
    }

    fn from_scores(scores: &[f64], gains: &[f64]) -> RankingMeasures {
        RankingMeasures {
            precision_1: precision(scores, gains, 1),
            precision_3: precision(scores, gains, 3),
            precision_5: precision(scores, gains, 5),
            ndcg_10: ndcg(scores, gains, 10),
        }
    }

    fn map(self, other: RankingMeasures, f: impl Fn(f64, f64) -> f64) -> RankingMeasures {
        RankingMeasures {
            precision_1: f(self.precision_1, other.precision_1),
            precision_3: f(self.precision_3, other.precision_3),
            precision_5: f(self.precision_5, other.precision_5),
            ndcg_10: f(self.ndcg_10, other.ndcg_10),
        }
    }
}

/// Sums over pairs of moment and topic.
#[derive(Clone, Debug, Default)]
pub(super) struct MeasurePool {
    pairs: usize,
    credits: f64,
    sums: Vec<RankingMeasures>,
}

impl MeasurePool {
    /// Adds all topics with at least one credit. People that a predictor does not know are last in its ranking, tied.
    pub(super) fn add_moment(&mut self, predictors: &[&TopicAmounts], outcome: &TopicAmounts, persons: usize) {
        self.sums.resize(predictors.len(), RankingMeasures::default());
        for (topic, credited) in &outcome.by_topic {
            let all_people = || 0..persons as u32;
            let gains: Vec<f64> = all_people()
                .map(|person| credited.get(&person).copied().unwrap_or(0.0))
                .collect();
            for (predictor, sum) in predictors.iter().zip(&mut self.sums) {
                let of_topic = predictor.by_topic.get(topic);
                let score = |person: &u32| of_topic.and_then(|known| known.get(person)).copied();
                let scores: Vec<f64> = all_people()
                    .map(|person| score(&person).unwrap_or(f64::NEG_INFINITY))
                    .collect();
                *sum = sum.map(RankingMeasures::from_scores(&scores, &gains), |a, b| a + b);
            }
            self.pairs += 1;
            self.credits += gains.iter().sum::<f64>();
        }
    }

    /// Adds the pairs of another pool with the same predictors.
    pub(super) fn add_pool(&mut self, other: &MeasurePool) {
        self.sums.resize(other.sums.len(), RankingMeasures::default());
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            *sum = sum.map(*more, |a, b| a + b);
        }
        self.pairs += other.pairs;
        self.credits += other.credits;
    }

    /// Returns the means over all pairs, by predictor.
    pub(super) fn means(&self) -> Vec<RankingMeasures> {
        let count = self.pairs.max(1) as f64;
        self.sums
            .iter()
            .map(|sum| sum.map(RankingMeasures::default(), |a, _| a / count))
            .collect()
    }

    /// Returns the number of pairs of moment and topic.
    pub(super) fn pairs(&self) -> usize {
        self.pairs
    }

    /// Returns the number of credits.
    pub(super) fn credits(&self) -> u64 {
        self.credits as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credits(of_topic: &[(u32, f64)]) -> TopicAmounts {
        TopicAmounts::from_amounts(of_topic.iter().map(|(person, amount)| ((7, *person), *amount)))
    }

    #[test]
    fn a_perfect_predictor_has_one_and_an_empty_predictor_the_mean() {
        let outcome = credits(&[(1, 2.0), (2, 1.0)]);
        let (right, wrong, empty) = (
            credits(&[(1, 5.0), (2, 4.0), (3, 1.0)]),
            credits(&[(3, 1.0)]),
            TopicAmounts::default(),
        );
        let mut pool = MeasurePool::default();
        pool.add_moment(&[&right, &wrong, &empty], &outcome, 4);
        let means = pool.means();
        assert_eq!((means[0].precision_1, means[0].ndcg_10), (1.0, 1.0));
        assert!((means[0].precision_3 - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(means[1].precision_1, 0.0);
        assert!(
            (means[2].precision_1 - 0.5).abs() < 1e-12,
            "two of the four people were credited"
        );
        assert_eq!((pool.pairs(), pool.credits()), (1, 3));
    }

    #[test]
    fn a_pool_of_pools_weighs_each_pair_alike() {
        let outcome = credits(&[(1, 1.0)]);
        let (right, wrong) = (credits(&[(1, 2.0)]), credits(&[(2, 2.0), (3, 2.0)]));
        let (mut one, mut two, mut all) = (MeasurePool::default(), MeasurePool::default(), MeasurePool::default());
        one.add_moment(&[&right], &outcome, 3);
        two.add_moment(&[&wrong], &outcome, 3);
        two.add_moment(&[&wrong], &outcome, 3);
        all.add_pool(&one);
        all.add_pool(&two);
        assert_eq!((all.pairs(), all.credits()), (3, 3));
        assert!((all.means()[0].precision_1 - 1.0 / 3.0).abs() < 1e-12);
    }
}
