//! Influence as a sum of contributions; [`super::score_scale`] takes its logarithm.
//!
//! ```text
//! t(u,v) = g(u) rho(u) a(u,v)          T = sum of t       trusted
//! s(u,v) = (1 - g(u)) rho(u) a(u,v)    U = sum of s       strangers
//! cap    = T (l + L r^2 / (1 + r^2))   phi = cap (1 - exp(-U / cap)) / U     r = T / T0
//! c(u,v) = t + phi s                   I = B + sum of c
//! ```
//!
//! A crowd of strangers is believed in proportion to the trusted people in it (*corroboration*). No reactor owns
//! B. If every c is 0 (no trusted reactor), shares, reach and means use s instead, which is their limit; if
//! every s is 0 as well (verbs of weight 0), all reactors count the same. So no result is ever NaN.

use rayon::prelude::*;

use super::attention::AttentionGraph;
use super::params::CorroborationParams;

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
    /// Number of reactors.
    pub reactors: u32,
}

impl ContributionSum {
    /// Computes the sum from T, U and the number of reactors.
    pub fn from_parts(trusted: f64, strangers: f64, reactors: u32, params: &CorroborationParams) -> ContributionSum {
        let belief = compute_belief(trusted, strangers, params);
        let contributed = trusted + belief * strangers;
        let basis = match (contributed > 0.0, strangers > 0.0) {
            (true, _) => ShareBasis::Contributions,
            (false, true) => ShareBasis::Strangers,
            (false, false) => ShareBasis::Heads,
        };
        ContributionSum {
            trusted,
            strangers,
            belief,
            influence: params.base + contributed,
            basis,
            reactors,
        }
    }

    /// Returns the sum of the [parts](ContributionModel::share_part) of all reactors; above 0.
    pub fn total_parts(&self) -> f64 {
        match self.basis {
            ShareBasis::Contributions => self.trusted + self.belief * self.strangers,
            ShareBasis::Strangers => self.strangers,
            ShareBasis::Heads => f64::from(self.reactors),
        }
    }
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
        let reactors = edges.len() as u32;
        let (mut trusted, mut strangers) = (0.0, 0.0);
        for edge in edges {
            let (t, s) = self.edge_parts(attention, edge);
            trusted += t;
            strangers += s;
        }
        Some(ContributionSum::from_parts(
            trusted,
            strangers,
            reactors,
            self.corroboration,
        ))
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
