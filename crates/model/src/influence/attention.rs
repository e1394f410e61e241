//! Attention between persons at a moment, computed from the stored sums of reactions between accounts.
//!
//! For a reactor u and a target v (persons), with the [weights](super::weights) x of reactions and the
//! recency kernel K of [`super::recency`],
//!
//! ```text
//! s(u,v) = sum over networks, verbs of  [sums of x K(age)] / (K(0) M(H_network))
//! a(u,v) = (1 + beta) s / (s + beta)
//! ```
//!
//! so one fresh, ordinary reaction is about 1, and no number of reactions exceeds 1 + beta. Each edge keeps
//! its terms of s by network, so that its amount can be divided among them in proportion.
//! Cost: one pass over the pairs, and a sort of each target's reactors. Reproducible: each sum runs in the order of
//! person ids, networks, verbs and values.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::attention_build::{self, AttentionParts, BuildPlan};
use super::attention_entries::{AttentionReading, DateReading, PersonRanges, distribute};
use super::edge_terms::{EdgeTerms, Terms};
use super::model::InfluenceModel;
use super::pair_table::PairTable;
use super::pairs::PairSums;
use crate::people::persons::PersonMap;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_graph::InEdges;

/// In-edges by target person in CSR form: each row lists the reactors of a target in ascending order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttentionGraph {
    /// Start of each target's edges; one entry more than there are persons.
    pub offsets: Vec<usize>,
    /// Reactor of each edge.
    pub reactors: Vec<u32>,
    /// Amount a(u,v) of each edge.
    pub amounts: Vec<f64>,
    /// Terms of each edge.
    pub terms: EdgeTerms,
}

/// The moment of a score, and the length of the history known at that moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScoringMoment {
    /// The snapshot date.
    pub as_of: Day,
    /// Days from the moment to the end of that date: 0 for a snapshot. Evaluation may cut at an hour.
    pub early_days: f64,
    /// History H of each network, in days.
    pub history_days: Vec<f64>,
    /// Length of the warehouse's history, in days.
    pub warehouse_days: f64,
}

/// Computes the attention at the moment, with the strengths of all terms. `network_of` returns the network index of an
/// account node.
pub fn compute_attention(
    pairs: &PairTable,
    persons: &PersonMap,
    network_of: &(dyn Fn(u32) -> usize + Sync),
    model: &InfluenceModel,
    moment: &ScoringMoment,
) -> AttentionParts {
    let now = DateReading {
        persons: &persons.by_account,
        moment,
    };
    let reading = AttentionReading::new(model.mixture(), network_of, now, None);
    let ranges = PersonRanges::new(persons.len(), None);
    let none = PairSums::default();
    let read = |shard: &PairSums| distribute(&reading.read_shard(shard, &none), ranges);
    let by_shard: Vec<Vec<_>> = pairs.shards().par_iter().map(read).collect();
    let mut by_range: Vec<Vec<_>> = (0..ranges.len()).map(|_| Vec::new()).collect();
    for shard in by_shard {
        for (range, entries) in by_range.iter_mut().zip(shard) {
            range.push(entries);
        }
    }
    let plan = BuildPlan {
        ranges,
        networks: moment.history_days.len(),
        beta: model.params().repeats.beta,
        keeps_strengths: true,
        has_before: false,
    };
    let Ok(parts) = attention_build::build(&plan, by_range);
    parts
}

impl AttentionGraph {
    /// Returns the number of (reactor, target) pairs.
    pub fn edge_count(&self) -> usize {
        self.reactors.len()
    }

    /// Returns a view of the edges for the graph kernels.
    ///
    /// # Errors
    /// An internal error if the arrays do not form a valid graph.
    pub fn in_edges(&self) -> Result<InEdges<'_>> {
        InEdges::new(&self.offsets, &self.reactors)
            .map_err(|error| Error::internal("the attention of this date is not a valid graph").with_source(error))
    }

    /// Returns the range of a target's edges.
    pub fn edges(&self, target: usize) -> std::ops::Range<usize> {
        self.offsets[target]..self.offsets[target + 1]
    }

    /// Returns the terms of an edge.
    pub fn terms(&self, edge: usize) -> Terms<'_> {
        self.terms.of(edge)
    }

    /// Returns the number of counted reactions of an edge.
    pub fn count_reactions(&self, edge: usize) -> u64 {
        self.terms.reactions(edge)
    }

    /// Returns the amount of an edge with each network's part multiplied by the network's declared share.
    pub fn scaled_amount(&self, edge: usize, shares: &[f64]) -> f64 {
        let amount = self.amounts[edge];
        match &*self.terms(edge) {
            [only] => amount * shares[usize::from(only.network)],
            terms => {
                let strength: f64 = terms.iter().map(|term| term.strength).sum();
                let scaled = terms
                    .iter()
                    .map(|term| term.strength * shares[usize::from(term.network)]);
                if strength > 0.0 {
                    amount * scaled.sum::<f64>() / strength
                } else {
                    0.0
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "attention_tests.rs"]
mod tests;
