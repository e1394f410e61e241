//! Converts published scores to decades of influence, and decades to scores on another scale.

use clout_base::error::{Error, Result};
use clout_model::influence::params::ScaleParams;
use clout_model::influence::score_scale::clamp_score;

/// Scale with the distribution of scores on it. A figure is none if it depends on people at a limit of the old scale.
#[derive(Clone, Debug)]
pub struct ScaleSummary {
    /// Constants of the scale.
    pub scale: ScaleParams,
    /// Lowest score.
    pub min: Option<f64>,
    /// Median; all quantiles use linear interpolation.
    pub median: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
    /// Highest score.
    pub max: Option<f64>,
    /// Number of people at the lower limit.
    pub at_1: usize,
    /// Number of people at the upper limit.
    pub at_100: usize,
}

/// Bounds of a person's influence in decades, as given by the published score.
#[derive(Clone, Copy, Debug)]
struct DecadeBounds {
    low: f64,
    high: f64,
}

impl DecadeBounds {
    fn from_scores(score: f64, scale: &ScaleParams) -> DecadeBounds {
        let decades = (score - scale.one_reactor) / scale.points_per_decade;
        DecadeBounds {
            low: if score <= 1.0 { f64::NEG_INFINITY } else { decades },
            high: if score >= 100.0 { f64::INFINITY } else { decades },
        }
    }

    fn lowest_score(self, scale: &ScaleParams) -> f64 {
        clamp_score(scale.one_reactor + scale.points_per_decade * self.low)
    }

    fn highest_score(self, scale: &ScaleParams) -> f64 {
        clamp_score(scale.one_reactor + scale.points_per_decade * self.high)
    }

    /// Returns the score if it is known.
    fn score(self, scale: &ScaleParams) -> Option<f64> {
        let score = self.lowest_score(scale);
        (score == self.highest_score(scale)).then_some(score)
    }
}

/// All people with a score, in ascending order.
pub(super) struct ScoredPeople(Vec<DecadeBounds>);

impl ScoredPeople {
    /// Creates the list from scores on a scale.
    pub(super) fn from_scores(mut scores: Vec<f64>, scale: &ScaleParams) -> ScoredPeople {
        scores.sort_by(f64::total_cmp);
        ScoredPeople(
            scores
                .into_iter()
                .map(|score| DecadeBounds::from_scores(score, scale))
                .collect(),
        )
    }

    /// Returns the number of people.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Returns the number of people with an unknown score on a scale.
    pub(super) fn count_unknown(&self, scale: &ScaleParams) -> usize {
        self.0.iter().filter(|person| person.score(scale).is_none()).count()
    }

    /// Returns a quantile of the decades. Returns an error if it falls on people at a limit.
    pub(super) fn quantile(&self, share: f64, name: &str) -> Result<f64> {
        let low = quantile(self.count(), share, |at| self.0[at].low);
        let high = quantile(self.count(), share, |at| self.0[at].high);
        match low.is_finite() && high.is_finite() {
            true => Ok(low),
            false => Err(Error::usage(format!(
                "the {name} person is at a limit (1 or 100) of the published scale, so the influence is unknown: \
                 calibrate on a snapshot with fewer people at the limits"
            ))),
        }
    }

    /// Computes the distribution of scores on a scale.
    pub(super) fn summarize(&self, scale: &ScaleParams) -> ScaleSummary {
        let figure = |share: f64| {
            let low = quantile(self.count(), share, |at| self.0[at].lowest_score(scale));
            let high = quantile(self.count(), share, |at| self.0[at].highest_score(scale));
            (low == high).then_some(low)
        };
        let count_at = |limit: f64| {
            self.0
                .iter()
                .filter(|person| person.score(scale) == Some(limit))
                .count()
        };
        ScaleSummary {
            scale: scale.clone(),
            min: figure(0.0),
            median: figure(0.5),
            p95: figure(0.95),
            p99: figure(0.99),
            max: figure(1.0),
            at_1: count_at(1.0),
            at_100: count_at(100.0),
        }
    }
}

/// Returns a quantile of `count` ordered values, by linear interpolation.
fn quantile(count: usize, share: f64, value: impl Fn(usize) -> f64) -> f64 {
    let position = share * (count - 1) as f64;
    let (below, part) = (position.floor() as usize, position.fract());
    match part {
        0.0 => value(below),
        part => value(below) + part * (value(below + 1) - value(below)),
    }
}
