//! Tonight's attention between persons, from the memory of reactions between accounts.
//!
//! For a reactor u and a target v (persons), with the [weights](super::weights) x of reactions and the
//! reading K of [`super::recency`],
//!
//! ```text
//! s(u,v) = sum over networks, verbs of  [sums of x K(age)] / (K(0) M(H_network))
//! a(u,v) = (1 + beta) s / (s + beta)
//! ```
//!
//! so one fresh, ordinary reaction is about 1 and no number of them is worth more than 1 + beta. What
//! belongs to which (network, verb) is kept beside it, in proportion to the terms of s.
//! Cost: one pass over the pairs, and a stable counting sort by target. Reproducible: every sum runs in
//! the order of canonical accounts.

use rayon::prelude::*;

use super::pairs::Pairs;
use super::recency::Mixture;
use super::weights::saturated;
use crate::people::persons::Persons;
use clout_base::day::Day;

/// A term of s: what one reactor did on one network under one verb.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Term {
    /// Place of the network.
    pub network: u8,
    /// The verb's code there.
    pub verb: u8,
    /// Counted reactions.
    pub reactions: u32,
    /// Its part of s.
    pub strength: f64,
}

/// In-edges by target person: rows are targets, each with its reactors in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    /// By target, where its edges begin; one more than there are persons.
    pub offsets: Vec<usize>,
    /// By edge: the reactor.
    pub reactors: Vec<u32>,
    /// By edge: a(u,v).
    pub amounts: Vec<f64>,
    /// By edge, where its terms begin; one more than there are edges.
    pub term_offsets: Vec<usize>,
    /// The terms of all edges.
    pub terms: Vec<Term>,
}

/// The moment that scores are for, and how much of the past is known then.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The snapshot date.
    pub as_of: Day,
    /// Days before that date's end: 0 for a snapshot; evaluation may cut at an hour.
    pub early_days: f64,
    /// By network: days of history, H.
    pub history_days: Vec<f64>,
    /// Days of the warehouse's history.
    pub warehouse_days: f64,
}

/// What reading the memory needs to know.
pub struct AttentionParams<'a> {
    /// How reactions fade.
    pub mixture: &'a Mixture,
    /// Saturation of repeats.
    pub beta: f64,
    /// When.
    pub moment: &'a Moment,
}

/// Reads the memory at the moment. `network_of` gives the network of an account's node.
pub fn read(
    pairs: &Pairs,
    persons: &Persons,
    network_of: &(dyn Fn(u32) -> usize + Sync),
    params: &AttentionParams,
) -> Attention {
    let readings = readings(pairs, params);
    let (starts, order) = by_target(pairs, persons);
    let chunks: Vec<usize> = (0..persons.len()).step_by(clout_graph::numeric::NODE_CHUNK).collect();
    let pieces: Vec<Attention> = chunks
        .into_par_iter()
        .map(|first| {
            let mut piece = Attention::default();
            let mut entries = Vec::new();
            for target in first..(first + clout_graph::numeric::NODE_CHUNK).min(persons.len()) {
                entries.clear();
                entries.extend(
                    order[starts[target]..starts[target + 1]]
                        .iter()
                        .map(|row| entry(pairs, persons, network_of, params, &readings, *row as usize)),
                );
                piece.add_target(&mut entries, params.beta);
            }
            piece
        })
        .collect();
    let mut attention = Attention {
        offsets: vec![0],
        term_offsets: vec![0],
        ..Attention::default()
    };
    for piece in pieces {
        attention.append(piece);
    }
    attention
}

/// By network and days since a row's last load date: the factors of its sums.
type Readings = Vec<Vec<Vec<f64>>>;

fn readings(pairs: &Pairs, params: &AttentionParams) -> Readings {
    let moment = params.moment;
    let oldest = pairs.last_loads.iter().min().copied().unwrap_or(moment.as_of);
    let of_network = |history: &f64| {
        let days = 0..=(moment.as_of.0 - oldest.0).max(0);
        days.map(|days| params.mixture.reading(f64::from(days) - moment.early_days, *history))
            .collect()
    };
    moment.history_days.iter().map(of_network).collect()
}

/// Rows between different persons, in order of target person and then of the memory.
fn by_target(pairs: &Pairs, persons: &Persons) -> (Vec<usize>, Vec<u32>) {
    let person = |node: u32| persons.of_account[node as usize];
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

fn entry(
    pairs: &Pairs,
    persons: &Persons,
    network_of: &dyn Fn(u32) -> usize,
    params: &AttentionParams,
    readings: &Readings,
    row: usize,
) -> (u32, Term) {
    let network = network_of(pairs.actors[row]);
    let days = (params.moment.as_of.0 - pairs.last_loads[row].0).max(0) as usize;
    let reading = &readings[network][days];
    let sums = pairs.sums(row, params.mixture);
    let term = Term {
        network: network as u8,
        verb: pairs.verbs[row],
        reactions: pairs.counts[row],
        strength: sums.iter().zip(reading).map(|(sum, factor)| sum * factor).sum(),
    };
    (persons.of_account[pairs.actors[row] as usize], term)
}

impl Attention {
    fn add_target(&mut self, entries: &mut [(u32, Term)], beta: f64) {
        let order = |entry: &(u32, Term)| (entry.0, entry.1.network, entry.1.verb);
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
            self.amounts.push(saturated(strength, beta));
            self.term_offsets.push(self.terms.len());
        }
        self.offsets.push(self.reactors.len());
    }

    fn append(&mut self, piece: Attention) {
        let (edges, terms) = (self.reactors.len(), self.terms.len());
        self.offsets.extend(piece.offsets.iter().map(|offset| edges + offset));
        self.term_offsets
            .extend(piece.term_offsets.iter().map(|offset| terms + offset));
        self.reactors.extend(piece.reactors);
        self.amounts.extend(piece.amounts);
        self.terms.extend(piece.terms);
    }

    /// Number of (reactor, target) pairs.
    pub fn edge_count(&self) -> usize {
        self.reactors.len()
    }

    /// The edges of a target.
    pub fn edges(&self, target: usize) -> std::ops::Range<usize> {
        self.offsets[target]..self.offsets[target + 1]
    }

    /// The terms of an edge.
    pub fn terms(&self, edge: usize) -> &[Term] {
        &self.terms[self.term_offsets[edge]..self.term_offsets[edge + 1]]
    }

    /// Counted reactions of an edge.
    pub fn reactions(&self, edge: usize) -> u64 {
        self.terms(edge).iter().map(|term| u64::from(term.reactions)).sum()
    }

    /// The edge's amount with each network's part scaled by the network's declared share.
    pub fn scaled(&self, edge: usize, shares: &[f64]) -> f64 {
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
