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
//! A crowd of strangers is believed in proportion to the known people in it (*corroboration*). B belongs to
//! nobody. Where every c is 0 (no known reactor at all), shares, reach and means use s instead, which
//! is their limit, and where even that is 0 (verbs of no weight) every reactor counts the same; so
//! nothing here is ever NaN.

use rayon::prelude::*;

use super::attention::Attention;
use super::params::{Corroboration, Scale};

/// How the contributions of one person add up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sum {
    /// T: trusted attention.
    pub trusted: f64,
    /// U: attention of strangers.
    pub strangers: f64,
    /// phi: how far strangers are believed, 0 to 1.
    pub believed: f64,
    /// I: influence.
    pub influence: f64,
    /// What a contribution is made of where shares are asked for.
    pub basis: Basis,
}

/// What stands for a contribution in shares, reach and means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The contributions themselves.
    Contributions,
    /// The strangers' attention: no contribution is above 0.
    Strangers,
    /// Every reactor alike: nobody's attention has any weight.
    Heads,
}

/// phi for given T and U: 1 as U/cap goes to 0, and 0 where cap is 0.
pub fn believed(trusted: f64, strangers: f64, params: &Corroboration) -> f64 {
    let cap = params.cap(trusted);
    if cap <= 0.0 {
        return 0.0;
    }
    let load = strangers / cap;
    // Below this, (1 - exp(-x)) / x is 1 - x/2 to the last bit.
    if load < 1e-12 { 1.0 } else { -(-load).exp_m1() / load }
}

/// The score's scale: constants of the model version, never fitted.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    base: f64,
    intercept: f64,
    slope: f64,
}

impl Line {
    /// b1 = points per decade / ln 10; b0 puts one fresh, trusted, ordinary reactor at `one_reactor`.
    pub fn new(scale: &Scale, corroboration: &Corroboration) -> Line {
        let slope = scale.points_per_decade / std::f64::consts::LN_10;
        let intercept = scale.one_reactor - slope * (1.0 + corroboration.base).ln();
        Line {
            base: corroboration.base,
            intercept,
            slope,
        }
    }

    /// b0 + b1 ln I, not clamped.
    pub fn value(&self, influence: f64) -> f64 {
        self.intercept + self.slope * influence.ln()
    }

    /// The score of an influence.
    pub fn score(&self, influence: f64) -> f64 {
        clamp(self.value(influence))
    }

    /// The influence that belongs to nobody: B.
    pub fn base(&self) -> f64 {
        self.base
    }

    /// Points for each unit by which an influence goes from one value to another: b1 / LM(`from`, `to`), LM the
    /// logarithmic mean, so that rate x (`to` - `from`) is the difference of their values.
    pub fn points_per_unit(&self, from: f64, to: f64) -> f64 {
        let step = (to - from) / from;
        // Near 1 the quotient of the two has lost the digits that ln needs, far from it `step` has.
        let logarithm = if step.abs() < 0.5 {
            step.ln_1p()
        } else {
            (to / from).ln()
        };
        let mean = if step == 0.0 { 1.0 } else { logarithm / step };
        self.slope * mean / from
    }

    /// The score that contributions of `sum` alone would give.
    pub fn score_of_contributions(&self, sum: f64) -> f64 {
        self.score(self.base + sum)
    }
}

/// Scores lie from 1 to 100.
pub fn clamp(value: f64) -> f64 {
    value.clamp(1.0, 100.0)
}

/// (t, s) of an amount from a reactor of trust g and standing rho.
pub(super) fn split(trust: f64, standing: f64, amount: f64) -> (f64, f64) {
    let weighted = standing * amount;
    (trust * weighted, (1.0 - trust) * weighted)
}

/// Everything that scoring needs to know about reactors and constants.
pub struct Model<'a> {
    /// By person: g.
    pub trust: &'a [f64],
    /// By person: rho.
    pub standing: &'a [f64],
    /// Constants of the corroboration.
    pub corroboration: &'a Corroboration,
}

impl Model<'_> {
    /// (t, s) of an edge.
    pub fn parts(&self, attention: &Attention, edge: usize) -> (f64, f64) {
        let reactor = attention.reactors[edge] as usize;
        split(self.trust[reactor], self.standing[reactor], attention.amounts[edge])
    }

    /// Adds up one person's contributions; none without a reactor.
    pub fn sum(&self, attention: &Attention, target: usize) -> Option<Sum> {
        let edges = attention.edges(target);
        if edges.is_empty() {
            return None;
        }
        let (mut trusted, mut strangers) = (0.0, 0.0);
        for edge in edges {
            let (t, s) = self.parts(attention, edge);
            trusted += t;
            strangers += s;
        }
        let believed = believed(trusted, strangers, self.corroboration);
        let contributed = trusted + believed * strangers;
        let basis = match (contributed > 0.0, strangers > 0.0) {
            (true, _) => Basis::Contributions,
            (false, true) => Basis::Strangers,
            (false, false) => Basis::Heads,
        };
        Some(Sum {
            trusted,
            strangers,
            believed,
            influence: self.corroboration.base + contributed,
            basis,
        })
    }

    /// The sums of everybody.
    pub fn sums(&self, attention: &Attention) -> Vec<Option<Sum>> {
        let persons = attention.offsets.len() - 1;
        (0..persons)
            .into_par_iter()
            .map(|target| self.sum(attention, target))
            .collect()
    }

    /// The contribution c of an edge to the person whose sum is given.
    pub fn contribution(&self, attention: &Attention, edge: usize, sum: &Sum) -> f64 {
        let (t, s) = self.parts(attention, edge);
        t + sum.believed * s
    }

    /// What stands for the edge's contribution in shares, reach and means; their sum is above 0.
    pub fn part(&self, attention: &Attention, edge: usize, sum: &Sum) -> f64 {
        match sum.basis {
            Basis::Contributions => self.contribution(attention, edge, sum),
            Basis::Strangers => self.parts(attention, edge).1,
            Basis::Heads => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line::new(&Scale::default(), &Corroboration::default())
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
                (points - (line().value(to) - line().value(from))).abs() < 1e-10,
                "{from} {to}"
            );
        }
    }

    #[test]
    fn strangers_are_believed_in_proportion_to_the_known_among_them() {
        let params = Corroboration::default();
        assert_eq!(believed(0.0, 1e3, &params), 0.0);
        assert_eq!(believed(5.0, 0.0, &params), 1.0);
        let cap = params.cap(5.0);
        let all = believed(5.0, 1e6, &params) * 1e6;
        assert!((all - cap).abs() < 1e-9);
        assert!((believed(5.0, 1e-6, &params) - 1.0).abs() < 1e-5);
    }

    #[test]
    fn few_known_people_vouch_for_little_and_many_for_a_crowd() {
        let params = Corroboration::default();
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
    fn believing_falls_smoothly_as_the_crowd_grows() {
        let params = Corroboration::default();
        let steps: Vec<f64> = (0..2_000)
            .map(|i| believed(3.0, f64::from(i) * 0.01 * params.cap(3.0), &params))
            .collect();
        assert!(
            steps
                .windows(2)
                .all(|pair| pair[0] >= pair[1] && pair[0] - pair[1] < 0.01)
        );
    }
}
