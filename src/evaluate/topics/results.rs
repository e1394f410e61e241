//! Defines the results of the topic evaluation, for one input and pooled over several.

use serde::Serialize;

use super::farm::FarmResult;
use super::ranking::{MeasurePool, RankingMeasures};

/// Name of the topic score among its rivals.
pub const TOPIC_SCORE_PREDICTOR: &str = "topic score";
/// Names of all predictors, in the order of the results.
const PREDICTORS: [&str; 3] = [TOPIC_SCORE_PREDICTOR, "acts on the topic", "credits on the topic"];

/// Measures of one predictor, as means over all pairs of moment and topic.
#[derive(Clone, Debug, Serialize)]
pub struct TopicPredictor {
    /// Name of the predictor.
    pub predictor: &'static str,
    /// Precision of the first one, three and five people, and NDCG; ties count as the mean of their orders.
    #[serde(flatten)]
    pub figures: RankingMeasures,
}

/// Topic score compared with the better count by one measure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopicRatio {
    /// Name of the measure.
    pub measure: &'static str,
    /// Name of the better count.
    pub better_rival: &'static str,
    /// Measure of the topic score, divided by that of the better count; none if both counts have 0.
    pub ratio: Option<f64>,
    /// True if the topic score is at least as good.
    pub is_met: bool,
}

/// Means over pairs of moment and topic.
#[derive(Clone, Debug, Serialize)]
pub struct PooledMeasures {
    /// Number of moments.
    pub moments: usize,
    /// Number of pairs of moment and topic with a credit.
    pub pairs: usize,
    /// Number of credits, pooled.
    pub credits: u64,
    /// Measures of the topic score and its rivals.
    pub predictors: Vec<TopicPredictor>,
    /// Topic score compared with the better count of each measure.
    pub ratios: Vec<TopicRatio>,
}

impl PooledMeasures {
    /// Computes the means of a pool.
    pub(super) fn from_pool(pool: &MeasurePool, moments: usize) -> PooledMeasures {
        let named = PREDICTORS.into_iter().zip(pool.means());
        let predictors: Vec<TopicPredictor> = named
            .map(|(predictor, figures)| TopicPredictor { predictor, figures })
            .collect();
        PooledMeasures {
            moments,
            pairs: pool.pairs(),
            credits: pool.credits(),
            ratios: compute_ratios(&predictors),
            predictors,
        }
    }
}

/// Compares the first predictor with the best of the others by each measure.
fn compute_ratios(predictors: &[TopicPredictor]) -> Vec<TopicRatio> {
    let Some((own, rivals)) = predictors.split_first() else {
        return Vec::new();
    };
    let compare = |(index, measure): (usize, &'static str)| {
        let figure = |row: &TopicPredictor| row.figures.values()[index];
        let better = rivals.iter().max_by(|a, b| figure(a).total_cmp(&figure(b)))?;
        Some(TopicRatio {
            measure,
            better_rival: better.predictor,
            ratio: (figure(better) > 0.0).then(|| figure(own) / figure(better)),
            is_met: figure(own) >= figure(better),
        })
    };
    RankingMeasures::NAMES
        .into_iter()
        .enumerate()
        .filter_map(compare)
        .collect()
}

/// Number of people with topics.
#[derive(Clone, Debug, Serialize)]
pub struct TopicCoverage {
    /// Number of people with five or more counted rows of their own.
    pub active: usize,
    /// Number of these people with at least one topic.
    pub with_a_topic: usize,
    /// Number of these people with a shown topic.
    pub with_a_shown_topic: usize,
    /// Number of shown topics of all people.
    pub shown: usize,
    /// Number of shown topics with evidence by fewer than two different people, the person included; must be 0.
    pub shown_with_one_source: usize,
}

/// Results of the topic evaluation of one input.
#[derive(Clone, Debug, Serialize)]
pub struct TopicResults {
    /// Root of the input.
    pub input: String,
    /// Model version.
    pub model_version: String,
    /// Means over all moments.
    #[serde(flatten)]
    pub pooled: PooledMeasures,
    /// Topic coverage at the last moment.
    pub coverage: TopicCoverage,
    /// Gains by bought endorsements at the last moment.
    pub farms: Vec<FarmResult>,
    /// Sums behind the means.
    #[serde(skip)]
    pub(super) pool: MeasurePool,
}

/// Results of the topic evaluation of several inputs.
#[derive(Clone, Debug, Serialize)]
pub struct PooledResults {
    /// Model version.
    pub model_version: String,
    /// Means over the pairs of all inputs, each pair with the same weight.
    #[serde(flatten)]
    pub pooled: PooledMeasures,
    /// Results by input.
    pub inputs: Vec<TopicResults>,
}

impl PooledResults {
    /// Pools the pairs of several inputs.
    pub fn from_inputs(model_version: String, inputs: Vec<TopicResults>) -> PooledResults {
        let mut pool = MeasurePool::default();
        inputs.iter().for_each(|input| pool.add_pool(&input.pool));
        let moments = inputs.iter().map(|input| input.pooled.moments).sum();
        PooledResults {
            model_version,
            pooled: PooledMeasures::from_pool(&pool, moments),
            inputs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictor(name: &'static str, ndcg_10: f64) -> TopicPredictor {
        let figures = RankingMeasures {
            ndcg_10,
            ..RankingMeasures::default()
        };
        TopicPredictor {
            predictor: name,
            figures,
        }
    }

    #[test]
    fn a_ratio_compares_with_the_better_count() {
        let ratios = compute_ratios(&[predictor("score", 0.3), predictor("a", 0.2), predictor("b", 0.4)]);
        let last = ratios.last().unwrap();
        assert_eq!((last.measure, last.better_rival, last.is_met), ("ndcg_10", "b", false));
        assert!((last.ratio.unwrap() - 0.75).abs() < 1e-12);
        assert_eq!(ratios[0].ratio, None, "no count has a hit");
    }
}
