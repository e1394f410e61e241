//! Return probability: the share of a node's rank that comes straight back over two-step cycles.
//!
//! ```text
//! q_v = d^2 sum_u p(v, u) p(u, v)
//!
//! d   damping        p(u, v)   weight of u's edge to v / weight of all edges of u, as in `propagate`
//! ```
//!
//! `q_v` is the probability that a walk from v, which continues with probability d at each step, is at v
//! again after two steps. A node and a sock puppet that react only to each other multiply the PageRank
//! they receive by `1 + d^2 + d^4 + … = 1 / (1 - d^2)`, 3.6 at d = 0.85; the factor `1 - q_v` removes
//! exactly that gain. `q_v` lies in `[0, d^2]`. A self-loop counts as a two-step return.
//!
//! Longer cycles are not detected: a ring of three returns after three steps.
//!
//! Cost: O(nodes + mutual edges). One thread sums each node in the order of its edges: bitwise identical results for
//! any number of threads.
//!
//! Paper: Kemeny, Snell, *Finite Markov Chains*, 1960 (first return); Zhang, Goel, Govindan, Mason,
//! Van Roy, *Making Eigenvector-Based Reputation Systems Robust to Collusion*, 2004 (how much a small
//! clique can multiply its own PageRank).

use rayon::prelude::*;

use super::blocked_graph::GraphFrame;
use super::in_edges::InEdges;
use super::mutual_edges::{MutualEdge, MutualEdges};
use super::numeric::NODE_CHUNK;

/// Computes the return probability of each node. `graph` was built from `in_edges` with the same `weight`, and
/// `mutual` is found in them.
pub fn compute_return_probabilities(
    graph: &GraphFrame,
    in_edges: InEdges<'_>,
    weight: impl Fn(usize) -> f64 + Sync,
    mutual: &MutualEdges,
    damping: f64,
) -> Vec<f64> {
    let probability = |source: usize, edge: u32| graph.transition_probability(source as u32, weight(edge as usize));
    let term = |target: usize, MutualEdge { edge, back }: &MutualEdge| {
        let source = in_edges.sources()[*edge as usize] as usize;
        probability(source, *edge) * probability(target, *back)
    };
    let mut returns = vec![0.0; in_edges.node_count()];
    returns
        .par_chunks_mut(NODE_CHUNK)
        .enumerate()
        .for_each(|(chunk, slots)| {
            for (target, slot) in (chunk * NODE_CHUNK..).zip(slots) {
                let mutual = mutual.among(in_edges.range(target));
                let back = mutual.iter().fold(0.0, |sum, mutual| sum + term(target, mutual));
                *slot = damping * damping * back.min(1.0); // Rounding can exceed 1.
            }
        });
    returns
}
