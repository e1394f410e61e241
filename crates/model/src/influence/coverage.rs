//! How much of a person's expected signal was there: on which networks, and on which load dates.
//!
//! ```text
//! q_n = sum over persons of c on network n / sum over persons of c      what a network usually holds
//! d_n = 1 - sum over missing load dates of mass(age) / M(H_n)           how much of its history came
//! mass(a) = M(a + 1) - M(a)                                             a day of age a: 0 is D itself
//! coverage(v) = sum over n where v was seen of q_n d_n / sum over n of q_n
//! ```
//!
//! with the contributions c of tonight's scores, and M and H of [`super::recency`]. A person was *seen* on a network
//! with a counted post, or with a counted reaction to or from another person, that is not forgotten; an account
//! that is only listed tells nothing. A load date is *missing* if no file of the network's activities was in its
//! partition between the network's first load date with a row and D; days before that (a backlog's) count as
//! delivered, and so does a partition without rows, or one whose files were refused: something came. Where nobody
//! has a contribution, every network that ever delivered weighs the same. People who are nowhere have 0.
//!
//! Cost: one pass over the edges and their terms, and a byte for each person and network. Reproducible: sums
//! are taken in fixed chunks of persons, in order.

use rayon::prelude::*;

use super::attention::Attention;
use super::network_parts;
use super::recency::Mixture;
use super::score::{Model, Sum};
use crate::people::presence::Presences;
use clout_graph::numeric::NODE_CHUNK;

/// d_n: the share of a network's history, by mass, that was delivered. `missing` are ages in days.
pub fn delivered_share(mixture: &Mixture, history_days: f64, missing: impl Iterator<Item = i32>) -> f64 {
    let mass = |age: i32| mixture.steady_mass(f64::from(age + 1)) - mixture.steady_mass(f64::from(age));
    let missed: f64 = missing.map(mass).sum();
    (1.0 - missed / mixture.steady_mass(history_days)).clamp(0.0, 1.0)
}

/// Tonight's contributions, and where people were seen.
pub struct Signal<'a> {
    /// Number of networks.
    pub networks: usize,
    /// Who attends to whom.
    pub attention: &'a Attention,
    /// What a reactor's attention is worth.
    pub model: &'a Model<'a>,
    /// By person: how contributions add up.
    pub sums: &'a [Option<Sum>],
    /// Who is there.
    pub presences: &'a Presences,
}

impl Signal<'_> {
    /// Coverage by person, 0 to 1. `delivered` is d_n by network; none for a network that never delivered.
    pub fn coverage(&self, delivered: &[Option<f64>]) -> Vec<f64> {
        let held = self.held();
        let weights = if held.iter().any(|q| *q > 0.0) {
            held
        } else {
            delivered.iter().map(|d| if d.is_some() { 1.0 } else { 0.0 }).collect()
        };
        let whole: f64 = weights.iter().sum();
        let seen = self.seen();
        let covered = |seen: &[bool]| {
            let here = seen.iter().zip(&weights).zip(delivered).filter(|((seen, _), _)| **seen);
            let part = here.fold(0.0, |sum, ((_, weight), d)| sum + weight * d.unwrap_or(0.0));
            if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 }
        };
        seen.par_chunks(self.networks.max(1)).map(covered).collect()
    }

    /// By network: the sum of everybody's contributions there.
    fn held(&self) -> Vec<f64> {
        let of_chunk = |(chunk, sums): (usize, &[Option<Sum>])| {
            let mut held = vec![0.0; self.networks];
            let scored = sums
                .iter()
                .enumerate()
                .filter_map(|(place, sum)| Some((chunk * NODE_CHUNK + place, sum.as_ref()?)));
            for (person, sum) in scored {
                let parts = network_parts::of_person(self.model, self.attention, self.networks, person, sum);
                held.iter_mut().zip(&parts).for_each(|(q, part)| *q += part.contributed);
            }
            held
        };
        let chunks: Vec<Vec<f64>> = self.sums.par_chunks(NODE_CHUNK).enumerate().map(of_chunk).collect();
        let mut held = vec![0.0; self.networks];
        for chunk in chunks {
            held.iter_mut().zip(chunk).for_each(|(q, more)| *q += more);
        }
        held
    }

    /// By person and network: whether the person was seen there.
    fn seen(&self) -> Vec<bool> {
        let mut seen = vec![false; self.sums.len() * self.networks];
        let mut see = |person: usize, network: u8| seen[person * self.networks + usize::from(network)] = true;
        for presence in self.presences.rows.iter().filter(|presence| presence.posts > 0) {
            see(presence.person as usize, presence.network);
        }
        for target in 0..self.sums.len() {
            for edge in self.attention.edges(target) {
                for term in self.attention.terms(edge) {
                    see(target, term.network);
                    see(self.attention.reactors[edge] as usize, term.network);
                }
            }
        }
        seen
    }
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
