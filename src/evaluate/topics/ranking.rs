//! How well rankings of people on topics foretold who was credited.

use serde::Serialize;

use super::credits::Credits;
use crate::evaluate::measures::{ndcg, precision};

/// One predictor's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Share of the first place that was credited.
    pub precision_1: f64,
    /// Of the first three.
    pub precision_3: f64,
    /// Of the first five.
    pub precision_5: f64,
    /// NDCG of the first ten, by how often each was credited.
    pub ndcg_10: f64,
}

impl Figures {
    fn of(scores: &[f64], gains: &[f64]) -> Figures {
        Figures {
            precision_1: precision(scores, gains, 1),
            precision_3: precision(scores, gains, 3),
            precision_5: precision(scores, gains, 5),
            ndcg_10: ndcg(scores, gains, 10),
        }
    }

    fn map(self, other: Figures, f: impl Fn(f64, f64) -> f64) -> Figures {
        Figures {
            precision_1: f(self.precision_1, other.precision_1),
            precision_3: f(self.precision_3, other.precision_3),
            precision_5: f(self.precision_5, other.precision_5),
            ndcg_10: f(self.ndcg_10, other.ndcg_10),
        }
    }
}

/// Pairs of moment and topic, pooled.
#[derive(Default)]
pub struct Pool {
    pairs: usize,
    credits: f64,
    sums: Vec<Figures>,
}

impl Pool {
    /// Adds every topic on which anybody was credited. Of all `persons`, those whom a predictor does not know come
    /// last in it, and are equal.
    pub fn add(&mut self, predictors: &[&Credits], outcome: &Credits, persons: usize) {
        self.sums.resize(predictors.len(), Figures::default());
        for (topic, credited) in &outcome.by_topic {
            let everybody = || 0..persons as u32;
            let gains: Vec<f64> = everybody()
                .map(|person| credited.get(&person).copied().unwrap_or(0.0))
                .collect();
            for (predictor, sum) in predictors.iter().zip(&mut self.sums) {
                let of_topic = predictor.by_topic.get(topic);
                let score = |person: &u32| of_topic.and_then(|known| known.get(person)).copied();
                let scores: Vec<f64> = everybody()
                    .map(|person| score(&person).unwrap_or(f64::NEG_INFINITY))
                    .collect();
                *sum = sum.map(Figures::of(&scores, &gains), |a, b| a + b);
            }
            self.pairs += 1;
            self.credits += gains.iter().sum::<f64>();
        }
    }

    /// By predictor: the mean over all pairs.
    pub fn means(&self) -> Vec<Figures> {
        let count = self.pairs.max(1) as f64;
        self.sums
            .iter()
            .map(|sum| sum.map(Figures::default(), |a, _| a / count))
            .collect()
    }

    /// Pairs of moment and topic.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// Credits that came, by topic.
    pub fn credits(&self) -> u64 {
        self.credits as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credits(of_topic: &[(u32, f64)]) -> Credits {
        Credits::of(of_topic.iter().map(|(person, amount)| ((7, *person), *amount)))
    }

    #[test]
    fn whoever_foretells_everything_has_one_and_whoever_knows_nothing_the_mean() {
        let outcome = credits(&[(1, 2.0), (2, 1.0)]);
        let (right, wrong, empty) = (
            credits(&[(1, 5.0), (2, 4.0), (3, 1.0)]),
            credits(&[(3, 1.0)]),
            Credits::default(),
        );
        let mut pool = Pool::default();
        pool.add(&[&right, &wrong, &empty], &outcome, 4);
        let means = pool.means();
        assert_eq!((means[0].precision_1, means[0].ndcg_10), (1.0, 1.0));
        assert!((means[0].precision_3 - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(means[1].precision_1, 0.0);
        assert!(
            (means[2].precision_1 - 0.5).abs() < 1e-12,
            "one of four, two of whom were credited"
        );
        assert_eq!((pool.pairs(), pool.credits()), (1, 3));
    }
}
