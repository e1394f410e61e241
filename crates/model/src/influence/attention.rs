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
//! its terms of s by (network, verb), so that its amount can be divided among them in proportion.
//! Cost: one pass over the pairs, which are sorted by target, and a sort of each target's reactors. Reproducible: each
//! sum runs in the order of person and account ids.

use rayon::prelude::*;

use super::attention_entries::{AttentionEntry, AttentionReading};
use super::model::InfluenceModel;
use super::pair_table::PairTable;
use super::weights::saturate;
use crate::people::persons::PersonMap;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_graph::InEdges;

/// One term of s: the reactions of one reactor on one network under one verb.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionTerm {
    /// Index of the network.
    pub network: u8,
    /// Code of the verb on that network.
    pub verb: u8,
    /// Number of counted reactions.
    pub reactions: u32,
    /// The term's part of s.
    pub strength: f64,
}

/// In-edges by target person in CSR form: each row lists the reactors of a target in ascending order.
#[derive(Clone, Debug, Default)]
pub struct AttentionGraph {
    /// Start of each target's edges; one entry more than there are persons.
    pub offsets: Vec<usize>,
    /// Reactor of each edge.
    pub reactors: Vec<u32>,
    /// Amount a(u,v) of each edge.
    pub amounts: Vec<f64>,
    /// Start of each edge's terms; one entry more than there are edges.
    pub term_offsets: Vec<usize>,
    /// Terms of all edges, concatenated in edge order.
    pub terms: Vec<AttentionTerm>,
}

/// The moment of a score, and the length of the history known at that moment.
#[derive(Clone, Debug)]
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

/// Computes the attention at the moment. `network_of` returns the network index of an account node.
pub fn compute_attention(
    pairs: &PairTable,
    persons: &PersonMap,
    network_of: &(dyn Fn(u32) -> usize + Sync),
    model: &InfluenceModel,
    moment: &ScoringMoment,
) -> AttentionGraph {
    let reading = AttentionReading::new(pairs, persons, network_of, model, moment);
    let (starts, accounts) = persons.group_accounts();
    let chunks: Vec<usize> = (0..persons.len()).step_by(clout_graph::numeric::NODE_CHUNK).collect();
    let pieces: Vec<AttentionGraph> = chunks
        .into_par_iter()
        .map(|first| {
            let mut piece = AttentionGraph::default();
            let mut entries = Vec::new();
            for target in first..(first + clout_graph::numeric::NODE_CHUNK).min(persons.len()) {
                entries.clear();
                for account in &accounts[starts[target]..starts[target + 1]] {
                    reading.append_entries(*account, target as u32, &mut entries);
                }
                piece.add_target(&mut entries, &persons.account_ranks, model.params().repeats.beta);
            }
            piece
        })
        .collect();
    AttentionGraph::join(pieces)
}

impl AttentionGraph {
    /// Joins the graphs of consecutive persons; copies the columns at the same time.
    fn join(pieces: Vec<AttentionGraph>) -> AttentionGraph {
        let (targets, edges) = rayon::join(
            || join_offsets(pieces.iter().map(|piece| &piece.offsets)),
            || join_offsets(pieces.iter().map(|piece| &piece.term_offsets)),
        );
        let (terms, (reactors, amounts)) = rayon::join(
            || concat(pieces.iter().map(|piece| &piece.terms)),
            || {
                let reactors = concat(pieces.iter().map(|piece| &piece.reactors));
                (reactors, concat(pieces.iter().map(|piece| &piece.amounts)))
            },
        );
        AttentionGraph {
            offsets: targets,
            reactors,
            amounts,
            term_offsets: edges,
            terms,
        }
    }

    fn add_target(&mut self, entries: &mut [AttentionEntry], account_ranks: &[u32], beta: f64) {
        if !entries.is_sorted_by(|a, b| a.compare(b, account_ranks).is_le()) {
            entries.sort_unstable_by(|a, b| a.compare(b, account_ranks));
        }
        for reactor in entries.chunk_by(|a, b| a.reactor == b.reactor) {
            let mut strength = 0.0;
            for same in reactor.chunk_by(|a, b| a.order() == b.order()) {
                let mut term = same[0].term;
                for other in &same[1..] {
                    term.strength += other.term.strength;
                    term.reactions += other.term.reactions;
                }
                strength += term.strength;
                self.terms.push(term);
            }
            self.reactors.push(reactor[0].reactor);
            self.amounts.push(saturate(strength, beta));
            self.term_offsets.push(self.terms.len());
        }
        self.offsets.push(self.reactors.len());
    }

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
    pub fn terms(&self, edge: usize) -> &[AttentionTerm] {
        &self.terms[self.term_offsets[edge]..self.term_offsets[edge + 1]]
    }

    /// Returns the number of counted reactions of an edge.
    pub fn count_reactions(&self, edge: usize) -> u64 {
        self.terms(edge).iter().map(|term| u64::from(term.reactions)).sum()
    }

    /// Returns the amount of an edge with each network's part multiplied by the network's declared share.
    pub fn scaled_amount(&self, edge: usize, shares: &[f64]) -> f64 {
        let terms = self.terms(edge);
        let strength: f64 = terms.iter().map(|term| term.strength).sum();
        if strength == 0.0 {
            return 0.0;
        }
        let scaled: f64 = terms
            .iter()
            .map(|term| term.strength * shares[usize::from(term.network)])
            .sum();
        self.amounts[edge] * scaled / strength
    }
}

fn concat<'a, T: Copy + 'a>(pieces: impl Iterator<Item = &'a Vec<T>> + Clone) -> Vec<T> {
    let mut all = Vec::with_capacity(pieces.clone().map(Vec::len).sum());
    pieces.for_each(|piece| all.extend_from_slice(piece));
    all
}

/// Joins the ends of groups, which start at 0 in each piece; the result starts with 0.
fn join_offsets<'a>(pieces: impl Iterator<Item = &'a Vec<usize>> + Clone) -> Vec<usize> {
    let mut all = Vec::with_capacity(1 + pieces.clone().map(Vec::len).sum::<usize>());
    all.push(0);
    for piece in pieces {
        let base = all.last().copied().unwrap_or_default();
        all.extend(piece.iter().map(|end| base + end));
    }
    all
}

#[cfg(test)]
#[path = "attention_tests.rs"]
mod tests;
