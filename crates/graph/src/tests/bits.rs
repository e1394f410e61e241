//! Same input, same bits: neither the thread count nor the order of the edges affects a result.

use super::*;
use crate::numeric::{EDGE_CHUNK, NODE_CHUNK};
use crate::{compute_return_probabilities, propagate};

/// More than three chunks of nodes, and one row of three chunks of edges.
const NODES: u32 = 3 * NODE_CHUNK as u32 + 17 + 2 * EDGE_CHUNK as u32;

fn crowd() -> Reactions {
    let mut reactions = heavy_tailed(NODES, 60_000, 11);
    reactions.extend((1..NODES).map(|fan| (fan, 0, 0.1 + f64::from(fan % 7))));
    reactions.extend_from_within(..500); // Duplicates, which must be summed.
    reactions
}

fn trust() -> Vec<f64> {
    let mut next = noise(5);
    (0..NODES).map(|_| next()).collect()
}

/// Computes every result of the module for the crowd, as bits.
fn compute_all(reactions: &[(u32, u32, f64)]) -> Vec<u64> {
    let in_edges = graph(NODES as usize, reactions);
    let (out_edges, edges) = in_edges.transpose();
    let outcome = propagate(&in_edges, &trust(), &PropagationParams::default());
    let returns = compute_return_probabilities(&in_edges, &out_edges, D);
    assert!(in_edges.range(0).len() > 2 * EDGE_CHUNK && outcome.is_converged);
    let totals = [
        outcome.residual,
        outcome.mass,
        outcome.dangling_mass,
        outcome.iterations.into(),
    ];
    let floats = [
        &outcome.ranks,
        &outcome.inflow,
        &returns,
        in_edges.weights(),
        out_edges.weights(),
        &totals,
    ];
    let floats = floats.into_iter().flatten().map(|x| x.to_bits());
    let ids = edges.into_iter().chain(in_edges.neighbors().to_vec()).map(u64::from);
    floats.chain(ids).collect()
}

#[test]
fn results_do_not_depend_on_the_thread_count() {
    let reactions = crowd();
    let with_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| compute_all(&reactions))
    };
    let one = with_threads(1);
    assert!(one == with_threads(2), "two threads");
    assert!(one == with_threads(3), "three threads");
}

#[test]
fn results_do_not_depend_on_the_order_of_the_edges() {
    let reactions = crowd();
    let mut shuffled = reactions.clone();
    let mut next = noise(3);
    for last in (1..shuffled.len()).rev() {
        shuffled.swap(last, (next() * (last + 1) as f64) as usize);
    }
    assert!(compute_all(&reactions) == compute_all(&shuffled));
}

#[test]
fn a_transpose_of_many_parts_equals_the_graph_of_the_reversed_edges() {
    let (in_edges, turned): (Csr, Reactions) = {
        let reactions = crowd();
        let turned = reactions.iter().map(|&(actor, target, weight)| (target, actor, weight));
        (graph(NODES as usize, &reactions), turned.collect())
    };
    let (out_edges, edges) = in_edges.transpose();
    assert!(out_edges == graph(NODES as usize, &turned));
    let from_there = edges.iter().map(|&edge| in_edges.weights()[edge as usize]);
    assert!(from_there.eq(out_edges.weights().iter().copied()));
    assert!(out_edges.transpose().0 == in_edges);
}
