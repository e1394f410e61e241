//! What published scores tell of people's influence, and where they stand on a scale.

use clout_base::error::{Error, Result};
use clout_model::influence::params::Scale;
use clout_model::influence::score::clamp;

/// A scale and the scores under it; a figure is none where people at a limit of the old scale hide it.
#[derive(Clone, Debug)]
pub struct Scaled {
    /// The two constants.
    pub scale: Scale,
    /// The lowest score.
    pub min: Option<f64>,
    /// The median, by linear interpolation as all quantiles here.
    pub median: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
    /// The highest score.
    pub max: Option<f64>,
    /// People whom the lower limit holds.
    pub at_1: usize,
    /// People whom the upper limit holds.
    pub at_100: usize,
}

/// What a published score tells of a person: between how many decades of influence it lies.
#[derive(Clone, Copy, Debug)]
struct Decades {
    low: f64,
    high: f64,
}

impl Decades {
    fn of(score: f64, scale: &Scale) -> Decades {
        let decades = (score - scale.one_reactor) / scale.points_per_decade;
        Decades {
            low: if score <= 1.0 { f64::NEG_INFINITY } else { decades },
            high: if score >= 100.0 { f64::INFINITY } else { decades },
        }
    }

    fn lowest_score(self, scale: &Scale) -> f64 {
        clamp(scale.one_reactor + scale.points_per_decade * self.low)
    }

    fn highest_score(self, scale: &Scale) -> f64 {
        clamp(scale.one_reactor + scale.points_per_decade * self.high)
    }

    /// The score, where it is known.
    fn score(self, scale: &Scale) -> Option<f64> {
        let score = self.lowest_score(scale);
        (score == self.highest_score(scale)).then_some(score)
    }
}

/// Everybody with a score, in order of it.
pub(super) struct People(Vec<Decades>);

impl People {
    /// The people with these scores under a scale.
    pub(super) fn of(mut scores: Vec<f64>, scale: &Scale) -> People {
        scores.sort_by(f64::total_cmp);
        People(scores.into_iter().map(|score| Decades::of(score, scale)).collect())
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// How many of them have no known place on a scale.
    pub(super) fn unknown_on(&self, scale: &Scale) -> usize {
        self.0.iter().filter(|person| person.score(scale).is_none()).count()
    }

    /// A quantile of the decades; an error where it falls on people at a limit.
    pub(super) fn quantile(&self, share: f64, name: &str) -> Result<f64> {
        let low = quantile(self.count(), share, |at| self.0[at].low);
        let high = quantile(self.count(), share, |at| self.0[at].high);
        match low.is_finite() && high.is_finite() {
            true => Ok(low),
            false => Err(Error::usage(format!(
                "the {name} person stands at a limit (1 or 100) of the published scale, which hides how much influence \
             that is: calibrate on a snapshot whose scale holds fewer people there"
            ))),
        }
    }

    /// Their scores on a scale.
    pub(super) fn scaled(&self, scale: &Scale) -> Scaled {
        let figure = |share: f64| {
            let low = quantile(self.count(), share, |at| self.0[at].lowest_score(scale));
            let high = quantile(self.count(), share, |at| self.0[at].highest_score(scale));
            (low == high).then_some(low)
        };
        let standing_at = |limit: f64| {
            self.0
                .iter()
                .filter(|person| person.score(scale) == Some(limit))
                .count()
        };
        Scaled {
            scale: scale.clone(),
            min: figure(0.0),
            median: figure(0.5),
            p95: figure(0.95),
            p99: figure(0.99),
            max: figure(1.0),
            at_1: standing_at(1.0),
            at_100: standing_at(100.0),
        }
    }
}

/// The quantile of `count` values in order, by linear interpolation.
fn quantile(count: usize, share: f64, value: impl Fn(usize) -> f64) -> f64 {
    let place = share * (count - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    match part {
        0.0 => value(below),
        part => value(below) + part * (value(below + 1) - value(below)),
    }
}
