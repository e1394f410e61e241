//! Influence as a sum of contributions, and the score as its logarithm.
//!
//! ```text
//! t(u,v) = g(u) rho(u) a(u,v)          T = sum of t       trusted
//! s(u,v) = (1 - g(u)) rho(u) a(u,v)    U = sum of s       strangers
//! cap    = T (l + L r^2 / (1 + r^2))   phi = cap (1 - exp(-U / cap)) / U     r = T / T0
//! c(u,v) = t + phi s                   I = B + sum of c
//! score  = clamp(b0 + b1 ln I, 1, 100)
//! ```
//!
//! A crowd of strangers is believed in proportion to the trusted people in it (*corroboration*). No reactor owns
//! B. If every c is 0 (no trusted reactor), shares, reach and means use s instead, which is their limit; if
//! every s is 0 as well (verbs of weight 0), all reactors count the same. So no result is ever NaN.

use rayon::prelude::*;

use super::attention::AttentionGraph;
use super::params::{CorroborationParams, ScaleParams};

/// The sum of one person's contributions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContributionSum {
    /// T: trusted attention.
    pub trusted: f64,
    /// U: attention of strangers.
    pub strangers: f64,
    /// phi: belief in strangers, 0 to 1.
    pub belief: f64,
    /// I: influence.
    pub influence: f64,
    /// Unit of the parts from which shares are computed.
    pub basis: ShareBasis,
}

/// The unit of an edge's part in shares, reach and means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareBasis {
    /// The contribution.
    Contributions,
    /// The strangers' attention, if no contribution is above 0.
    Strangers,
    /// 1 per reactor, if no attention has any weight.
    Heads,
}

/// Computes phi for given T and U: 1 in the limit U/cap to 0, and 0 if cap is 0.
pub fn compute_belief(trusted: f64, strangers: f64, params: &CorroborationParams) -> f64 {
    let cap = params.cap(trusted);
    if cap <= 0.0 {
        return 0.0;
    }
    let load = strangers / cap;
    // Below this load, (1 - exp(-x)) / x is 1 - x/2 to the last bit.
    if load < 1e-12 { 1.0 } else { -(-load).exp_m1() / load }
}

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

/// Returns (t, s) of an amount from a reactor of trust g and rank factor rho.
pub(super) fn split_amount(trust: f64, standing: f64, amount: f64) -> (f64, f64) {
    let weighted = standing * amount;
    (trust * weighted, (1.0 - trust) * weighted)
}

/// Reactor properties and constants that turn attention into contributions.
#[derive(Clone, Copy, Debug)]
pub struct ContributionModel<'a> {
    /// Trust g of each person.
    pub trust: &'a [f64],
    /// Rank factor rho of each person.
    pub rank: &'a [f64],
    /// Constants of the corroboration.
    pub corroboration: &'a CorroborationParams,
}

impl ContributionModel<'_> {
    /// Returns (t, s) of an edge.
    pub fn edge_parts(&self, attention: &AttentionGraph, edge: usize) -> (f64, f64) {
        let reactor = attention.reactors[edge] as usize;
        split_amount(self.trust[reactor], self.rank[reactor], attention.amounts[edge])
    }

    /// Sums one person's contributions; `None` without a reactor.
    pub fn sum_contributions(&self, attention: &AttentionGraph, target: usize) -> Option<ContributionSum> {
        let edges = attention.edges(target);
        if edges.is_empty() {
            return None;
        }
        let (mut trusted, mut strangers) = (0.0, 0.0);
        for edge in edges {
            let (t, s) = self.edge_parts(attention, edge);
            trusted += t;
            strangers += s;
        }
        let believed = compute_belief(trusted, strangers, self.corroboration);
        let contributed = trusted + believed * strangers;
        let basis = match (contributed > 0.0, strangers > 0.0) {
            (true, _) => ShareBasis::Contributions,
            (false, true) => ShareBasis::Strangers,
            (false, false) => ShareBasis::Heads,
        };
        Some(ContributionSum {
            trusted,
            strangers,
            belief: believed,
            influence: self.corroboration.base + contributed,
            basis,
        })
    }

    /// Sums the contributions of each person.
    pub fn sum_all(&self, attention: &AttentionGraph) -> Vec<Option<ContributionSum>> {
        let persons = attention.offsets.len() - 1;
        (0..persons)
            .into_par_iter()
            .map(|target| self.sum_contributions(attention, target))
            .collect()
    }

    /// Returns the contribution c of an edge to the person with the given sum.
    pub fn contribution(&self, attention: &AttentionGraph, edge: usize, sum: &ContributionSum) -> f64 {
        let (t, s) = self.edge_parts(attention, edge);
        t + sum.belief * s
    }

    /// Returns the edge's part in shares, reach and means; the parts of a person have a sum above 0.
    pub fn share_part(&self, attention: &AttentionGraph, edge: usize, sum: &ContributionSum) -> f64 {
        match sum.basis {
            ShareBasis::Contributions => self.contribution(attention, edge, sum),
            ShareBasis::Strangers => self.edge_parts(attention, edge).1,
            ShareBasis::Heads => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> ScoreScale {
        ScoreScale::new(&ScaleParams::default(), &CorroborationParams::default())
    }

    #[test]
    fn the_scale_is_absolute() {
        for (reactors, points) in [(1.0, 20.0), (10.0, 30.96), (1e3, 54.84), (1e6, 90.84)] {
            assert!(
                (line().score_of_contributions(reactors) - points).abs() < 0.01,
                "{reactors}"
            );
        }
        assert_eq!(line().score(1e-9), 1.0);
        assert_eq!(line().score(1e30), 100.0);
    }

    #[test]
    fn the_rate_between_two_influences_gives_the_difference_of_their_values() {
        for (from, to) in [(0.25, 3.0), (7.0, 7.0), (1e6, 1.0), (5.0, 5.0 + 1e-12)] {
            let points = line().points_per_unit(from, to) * (to - from);
            assert!(
                (points - (line().unclamped_score(to) - line().unclamped_score(from))).abs() < 1e-10,
                "{from} {to}"
            );
        }
    }

    #[test]
    fn strangers_are_believed_in_proportion_to_the_trusted_reactors() {
        let params = CorroborationParams::default();
        assert_eq!(compute_belief(0.0, 1e3, &params), 0.0);
        assert_eq!(compute_belief(5.0, 0.0, &params), 1.0);
        let cap = params.cap(5.0);
        let all = compute_belief(5.0, 1e6, &params) * 1e6;
        assert!((all - cap).abs() < 1e-9);
        assert!((compute_belief(5.0, 1e-6, &params) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn few_trusted_people_vouch_for_little_and_many_for_a_crowd() {
        let params = CorroborationParams::default();
        let points = |trusted: f64| 12.0 * (1.0 + params.cap(trusted) / (params.base + trusted)).log10();
        assert!(
            points(5.0) < 0.5 && points(20.0) < 2.0,
            "{} {}",
            points(5.0),
            points(20.0)
        );
        assert!(params.cap(1_000.0) > 20_000.0);
        assert!((0..5_000).map(|i| params.cap(f64::from(i))).is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn belief_falls_smoothly_as_the_crowd_grows() {
        let params = CorroborationParams::default();
        let steps: Vec<f64> = (0..2_000)
            .map(|i| compute_belief(3.0, f64::from(i) * 0.01 * params.cap(3.0), &params))
            .collect();
        assert!(
            steps
                .windows(2)
                .all(|pair| pair[0] >= pair[1] && pair[0] - pair[1] < 0.01)
        );
    }
}
