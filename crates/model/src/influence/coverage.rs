//! Coverage: the share of a person's expected signal that was delivered, by network and load date.
//!
//! ```text
//! q_n = sum over persons of c on network n / sum over persons of c      usual share of a network
//! d_n = 1 - sum over missing load dates of mass(age) / M(H_n)           delivered share of its history
//! mass(a) = M(a + 1) - M(a)                                             mass of the day of age a: 0 is D itself
//! coverage(v) = sum over n where v was seen of q_n d_n / sum over n of q_n
//! ```
//!
//! with the contributions c of the scores at D, and M and H of [`super::recency`]. A person was *seen* on a network
//! if a counted post, or a counted reaction to or from another person, is not forgotten; an account that is only
//! listed does not count. A load date is *missing* if its partition had no file of the network's activities, for
//! dates between the network's first load date with a row and D. Days before that (a backlog) count as delivered,
//! and so does a partition without rows, or one with refused files, since a delivery arrived. If no person has a
//! contribution, all networks that ever delivered have the same weight. People seen on no network have 0.
//!
//! Cost: one pass over the edges and their terms, and one byte per person and network. Reproducible: sums
//! are taken in fixed chunks of persons, in order.

use rayon::prelude::*;

use super::attention::AttentionGraph;
use super::network_parts::NetworkParts;
use super::reaction_acts::ReactionActs;
use super::recency::HalfLifeMixture;
use super::score::{ContributionModel, ContributionSum};
use crate::people::presence::PresenceTable;
use clout_graph::numeric::NODE_CHUNK;

/// Computes d_n, the share of a network's history, by mass, that was delivered. `missing` are ages in days.
pub fn compute_delivered_share(
    mixture: &HalfLifeMixture,
    history_days: f64,
    missing: impl Iterator<Item = i32>,
) -> f64 {
    let mass = |age: i32| mixture.steady_mass(f64::from(age + 1)) - mixture.steady_mass(f64::from(age));
    let missed: f64 = missing.map(mass).sum();
    (1.0 - missed / mixture.steady_mass(history_days)).clamp(0.0, 1.0)
}

/// Inputs of coverage: the contributions of a date, and the networks where people were seen.
pub struct CoverageInputs<'a> {
    /// Number of networks.
    pub networks: usize,
    /// Attention between persons, after the reciprocity discount.
    pub attention: &'a AttentionGraph,
    /// Trust, rank and constants that turn attention into contributions.
    pub model: &'a ContributionModel<'a>,
    /// Sum of each person's contributions.
    pub sums: &'a [Option<ContributionSum>],
    /// Presence of persons on networks.
    pub presences: &'a PresenceTable,
    /// Networks on which persons have pairs.
    pub acts: &'a ReactionActs,
}

impl CoverageInputs<'_> {
    /// Computes coverage by person, 0 to 1. `delivered` is d_n by network; `None` if a network never delivered.
    pub fn compute_coverage(&self, delivered: &[Option<f64>]) -> Vec<f64> {
        let network_sums = self.sum_by_network();
        let weights = if network_sums.iter().any(|q| *q > 0.0) {
            network_sums
        } else {
            delivered.iter().map(|d| if d.is_some() { 1.0 } else { 0.0 }).collect()
        };
        let whole: f64 = weights.iter().sum();
        let seen = self.seen();
        let covered = |seen: &[bool]| {
            let visible = (seen.iter().zip(&weights).zip(delivered)).filter(|((seen, _), _)| **seen);
            let part = visible.fold(0.0, |sum, ((_, weight), d)| sum + weight * d.unwrap_or(0.0));
            if whole > 0.0 { (part / whole).min(1.0) } else { 0.0 }
        };
        seen.par_chunks(self.networks.max(1)).map(covered).collect()
    }

    /// Sums the contributions of all persons by network.
    fn sum_by_network(&self) -> Vec<f64> {
        let of_chunk = |(chunk, sums): (usize, &[Option<ContributionSum>])| {
            let (mut network_sums, mut parts) = (vec![0.0; self.networks], NetworkParts::new(self.networks));
            let scored = sums
                .iter()
                .enumerate()
                .filter_map(|(offset, sum)| Some((chunk * NODE_CHUNK + offset, sum.as_ref()?)));
            for (person, sum) in scored {
                network_sums
                    .iter_mut()
                    .zip(parts.compute(self.model, self.attention, person, sum))
                    .for_each(|(q, part)| *q += part.contributed);
            }
            network_sums
        };
        let chunks: Vec<Vec<f64>> = self.sums.par_chunks(NODE_CHUNK).enumerate().map(of_chunk).collect();
        let mut network_sums = vec![0.0; self.networks];
        for chunk in chunks {
            network_sums.iter_mut().zip(chunk).for_each(|(q, more)| *q += more);
        }
        network_sums
    }

    /// Returns, by person and network, true if the person was seen on the network.
    fn seen(&self) -> Vec<bool> {
        let cells = (0..self.sums.len() * self.networks).into_par_iter();
        let mut seen: Vec<bool> = cells
            .map(|cell| self.acts.is_seen(cell / self.networks, cell % self.networks))
            .collect();
        for presence in self.presences.rows.iter().filter(|presence| presence.posts > 0) {
            seen[presence.person as usize * self.networks + usize::from(presence.network)] = true;
        }
        seen
    }
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
