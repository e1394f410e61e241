//! What the state keeps of the scores of a snapshot date, so that the next run need not propagate that date again.
//!
//! Rank factors need the propagation, and sums need all reactors of a person; everything else of the date follows from
//! the sums of pairs. The values are those of the scored state, bit for bit.

use super::params::CorroborationParams;
use super::score::ContributionSum;
use super::scoring::PeopleScores;

/// Kept values of all persons of one snapshot date, in order of person ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptScores {
    /// Rank factor rho.
    pub rank_factors: Vec<f64>,
    /// T: trusted attention; NaN without a reactor.
    pub trusted: Vec<f64>,
    /// U: attention of strangers; NaN without a reactor.
    pub strangers: Vec<f64>,
    /// Number of reactors.
    pub reactors: Vec<u32>,
}

impl KeptScores {
    /// Keeps the values of scored people.
    pub fn from_people_scores(scored: &PeopleScores) -> KeptScores {
        let sums = || scored.scores.sums.iter();
        KeptScores {
            rank_factors: scored.rank_factors.clone(),
            trusted: sums().map(|sum| sum.map_or(f64::NAN, |sum| sum.trusted)).collect(),
            strangers: sums().map(|sum| sum.map_or(f64::NAN, |sum| sum.strangers)).collect(),
            reactors: sums().map(|sum| sum.map_or(0, |sum| sum.reactors)).collect(),
        }
    }

    /// Returns the number of persons.
    pub fn len(&self) -> usize {
        self.rank_factors.len()
    }

    /// Returns true without persons.
    pub fn is_empty(&self) -> bool {
        self.rank_factors.is_empty()
    }

    /// Returns the sums of contributions of all persons.
    pub fn sums(&self, params: &CorroborationParams) -> Vec<Option<ContributionSum>> {
        let sum = |person: usize| {
            let (trusted, strangers) = (self.trusted[person], self.strangers[person]);
            (!trusted.is_nan()).then(|| ContributionSum::from_parts(trusted, strangers, self.reactors[person], params))
        };
        (0..self.len()).map(sum).collect()
    }
}
