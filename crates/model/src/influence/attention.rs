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
//! Cost: one pass over the pairs, and a stable counting sort by target. Reproducible: each sum runs in
//! the order of canonical accounts.

use rayon::prelude::*;

use super::model::InfluenceModel;
use super::pairs::PairSums;
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
    pairs: &PairSums,
    persons: &PersonMap,
    network_of: &(dyn Fn(u32) -> usize + Sync),
    model: &InfluenceModel,
    moment: &ScoringMoment,
) -> AttentionGraph {
    let readings = compute_readings(pairs, model, moment);
    let (starts, order) = sort_by_target(pairs, persons);
    let chunks: Vec<usize> = (0..persons.len()).step_by(clout_graph::numeric::NODE_CHUNK).collect();
    let pieces: Vec<AttentionGraph> = chunks
        .into_par_iter()
        .map(|first| {
            let mut piece = AttentionGraph::default();
            let mut entries = Vec::new();
            for target in first..(first + clout_graph::numeric::NODE_CHUNK).min(persons.len()) {
                entries.clear();
                entries.extend(
                    order[starts[target]..starts[target + 1]]
                        .iter()
                        .map(|row| build_entry(pairs, persons, network_of, model, moment, &readings, *row as usize)),
                );
                piece.add_target(&mut entries, model.params().repeats.beta);
            }
            piece
        })
        .collect();
    let mut attention = AttentionGraph {
        offsets: vec![0],
        term_offsets: vec![0],
        ..AttentionGraph::default()
    };
    for piece in pieces {
        attention.append(piece);
    }
    attention
}

/// Factors of a row's sums, by network and by days since the row's last load date.
type Readings = Vec<Vec<Vec<f64>>>;

fn compute_readings(pairs: &PairSums, model: &InfluenceModel, moment: &ScoringMoment) -> Readings {
    let oldest = pairs.last_loads.iter().min().copied().unwrap_or(moment.as_of);
    let of_network = |history: &f64| {
        let days = 0..=(moment.as_of.0 - oldest.0).max(0);
        days.map(|days| {
            model
                .mixture()
                .reading_factors(f64::from(days) - moment.early_days, *history)
        })
        .collect()
    };
    moment.history_days.iter().map(of_network).collect()
}

/// Sorts the rows between different persons by target person, then by row; returns starts and row indices.
fn sort_by_target(pairs: &PairSums, persons: &PersonMap) -> (Vec<usize>, Vec<u32>) {
    let person = |node: u32| persons.by_account[node as usize];
    let mut starts = vec![0_usize; persons.len() + 1];
    let is_between = |row: &usize| person(pairs.actors[*row]) != person(pairs.targets[*row]);
    for row in (0..pairs.len()).filter(is_between) {
        starts[person(pairs.targets[row]) as usize + 1] += 1;
    }
    for target in 0..persons.len() {
        starts[target + 1] += starts[target];
    }
    let mut next = starts.clone();
    let mut order = vec![0_u32; starts[persons.len()]];
    for row in (0..pairs.len()).filter(is_between) {
        let slot = &mut next[person(pairs.targets[row]) as usize];
        order[*slot] = row as u32;
        *slot += 1;
    }
    (starts, order)
}

fn build_entry(
    pairs: &PairSums,
    persons: &PersonMap,
    network_of: &dyn Fn(u32) -> usize,
    model: &InfluenceModel,
    moment: &ScoringMoment,
    readings: &Readings,
    row: usize,
) -> (u32, AttentionTerm) {
    let network = network_of(pairs.actors[row]);
    let days = (moment.as_of.0 - pairs.last_loads[row].0).max(0) as usize;
    let reading = &readings[network][days];
    let sums = pairs.row_sums(row, model.mixture());
    let term = AttentionTerm {
        network: network as u8,
        verb: pairs.verbs[row],
        reactions: pairs.counts[row],
        strength: sums.iter().zip(reading).map(|(sum, factor)| sum * factor).sum(),
    };
    (persons.by_account[pairs.actors[row] as usize], term)
}

impl AttentionGraph {
    fn add_target(&mut self, entries: &mut [(u32, AttentionTerm)], beta: f64) {
        let order = |entry: &(u32, AttentionTerm)| (entry.0, entry.1.network, entry.1.verb);
        if !entries.is_sorted_by_key(order) {
            entries.sort_by_key(order);
        }
        for reactor in entries.chunk_by(|a, b| a.0 == b.0) {
            let mut strength = 0.0;
            for same in reactor.chunk_by(|a, b| order(a) == order(b)) {
                let mut term = same[0].1;
                for (_, other) in &same[1..] {
                    term.strength += other.strength;
                    term.reactions += other.reactions;
                }
                strength += term.strength;
                self.terms.push(term);
            }
            self.reactors.push(reactor[0].0);
            self.amounts.push(saturate(strength, beta));
            self.term_offsets.push(self.terms.len());
        }
        self.offsets.push(self.reactors.len());
    }

    fn append(&mut self, piece: AttentionGraph) {
        let (edges, terms) = (self.reactors.len(), self.terms.len());
        self.offsets.extend(piece.offsets.iter().map(|offset| edges + offset));
        self.term_offsets
            .extend(piece.term_offsets.iter().map(|offset| terms + offset));
        self.reactors.extend(piece.reactors);
        self.amounts.extend(piece.amounts);
        self.terms.extend(piece.terms);
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

#[cfg(test)]
#[path = "attention_tests.rs"]
mod tests;
