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
//! Cost: O(edges), because the reactors of v (a row of `in_edges`) and the targets of v (a row of
//! `out_edges`) are both ascending and can be merged. One thread sums each node from left to right:
//! bitwise identical results for any number of threads.
//!
//! Paper: Kemeny, Snell, *Finite Markov Chains*, 1960 (first return); Zhang, Goel, Govindan, Mason,
//! Van Roy, *Making Eigenvector-Based Reputation Systems Robust to Collusion*, 2004 (how much a small
//! clique can multiply its own PageRank).

use rayon::prelude::*;

use super::csr::Csr;
use super::numeric::NODE_CHUNK;
use super::propagate::sum_out_weights;

/// Computes the return probability of each node; `out_edges` is the transpose of `in_edges`.
///
/// # Panics
/// If the two graphs differ in the number of nodes or edges.
pub fn compute_return_probabilities(in_edges: &Csr, out_edges: &Csr, damping: f64) -> Vec<f64> {
    assert_eq!(
        in_edges.node_count(),
        out_edges.node_count(),
        "out_edges is the transpose"
    );
    assert_eq!(
        in_edges.edge_count(),
        out_edges.edge_count(),
        "out_edges is the transpose"
    );
    let out_weights = sum_out_weights(in_edges);
    let mut returns = vec![0.0; in_edges.node_count()];
    returns
        .par_chunks_mut(NODE_CHUNK)
        .enumerate()
        .for_each(|(chunk, slots)| {
            for (i, slot) in slots.iter_mut().enumerate() {
                let node = chunk * NODE_CHUNK + i;
                let (given, taken) = (out_edges.row(node), in_edges.row(node));
                let own = out_weights[node];
                let back = sum_of_common(given, taken, |actor, to_actor, from_actor| {
                    share(to_actor, own) * share(from_actor, out_weights[actor as usize])
                });
                *slot = damping * damping * back.min(1.0); // Rounding can exceed 1.
            }
        });
    returns
}

/// Returns `weight` as a share of the actor's outgoing weight; 0 if it has none.
fn share(weight: f64, out_weight: f64) -> f64 {
    if out_weight > 0.0 { weight / out_weight } else { 0.0 }
}

/// Merges two ascending rows and sums `term(node, weight in a, weight in b)` over their common nodes.
fn sum_of_common(a: (&[u32], &[f64]), b: (&[u32], &[f64]), term: impl Fn(u32, f64, f64) -> f64) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.0.len() && j < b.0.len() {
        let (left, right) = (a.0[i], b.0[j]);
        if left == right {
            sum += term(left, a.1[i], b.1[j]);
        }
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    sum
}
