//! The scale from influence to score.
//!
//! ```text
//! score = clamp(b0 + b1 ln I, 1, 100)
//! ```

use super::params::{CorroborationParams, ScaleParams};

/// The score scale b0 + b1 ln I: constants of the model version, never fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreScale {
    base: f64,
    intercept: f64,
    slope: f64,
}

impl ScoreScale {
    /// Creates the scale: b1 = points per decade / ln 10; b0 gives one fresh, trusted, average reactor `one_reactor`.
    pub fn new(scale: &ScaleParams, corroboration: &CorroborationParams) -> ScoreScale {
        let slope = scale.points_per_decade / std::f64::consts::LN_10;
        let intercept = scale.one_reactor - slope * (1.0 + corroboration.base).ln();
        ScoreScale {
            base: corroboration.base,
            intercept,
            slope,
        }
    }

    /// Computes b0 + b1 ln I, not clamped.
    pub fn unclamped_score(&self, influence: f64) -> f64 {
        self.intercept + self.slope * influence.ln()
    }

    /// Computes the score of an influence, from 1 to 100.
    pub fn score(&self, influence: f64) -> f64 {
        clamp_score(self.unclamped_score(influence))
    }

    /// Returns B, the influence that no reactor owns.
    pub fn base(&self) -> f64 {
        self.base
    }

    /// Returns the points per unit of influence between two values: b1 / LM(`from`, `to`), LM the logarithmic
    /// mean, so that rate x (`to` - `from`) is the difference of their values.
    pub fn points_per_unit(&self, from: f64, to: f64) -> f64 {
        let step = (to - from) / from;
        // Close to 1 the quotient has lost the digits that ln needs; far from 1 the step has.
        let logarithm = if step.abs() < 0.5 {
            step.ln_1p()
        } else {
            (to / from).ln()
        };
        let mean = if step == 0.0 { 1.0 } else { logarithm / step };
        self.slope * mean / from
    }

    /// Computes the score for contributions of `sum` alone.
    pub fn score_of_contributions(&self, sum: f64) -> f64 {
        self.score(self.base + sum)
    }
}

/// Clamps a score to 1..100.
pub fn clamp_score(value: f64) -> f64 {
    value.clamp(1.0, 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale() -> ScoreScale {
        ScoreScale::new(&ScaleParams::default(), &CorroborationParams::default())
    }

    #[test]
    fn the_scale_is_absolute() {
        for (reactors, points) in [(1.0, 20.0), (10.0, 30.96), (1e3, 54.84), (1e6, 90.84)] {
            assert!(
                (scale().score_of_contributions(reactors) - points).abs() < 0.01,
                "{reactors}"
            );
        }
        assert_eq!(scale().score(1e-9), 1.0);
        assert_eq!(scale().score(1e30), 100.0);
    }

    #[test]
    fn the_rate_between_two_influences_gives_the_difference_of_their_values() {
        for (from, to) in [(0.25, 3.0), (7.0, 7.0), (1e6, 1.0), (5.0, 5.0 + 1e-12)] {
            let points = scale().points_per_unit(from, to) * (to - from);
            assert!(
                (points - (scale().unclamped_score(to) - scale().unclamped_score(from))).abs() < 1e-10,
                "{from} {to}"
            );
        }
    }
}
