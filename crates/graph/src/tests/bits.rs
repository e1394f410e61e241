//! Same input, same bits: neither the thread count nor the order of the edges affects a result.

use super::*;
use crate::blocked_graph::HUB_EDGES;
use crate::cells::SOURCE_BLOCK;

/// More than one block of sources, and one hub with a row that is cut into several chunks.
const NODES: u32 = SOURCE_BLOCK as u32 + HUB_EDGES as u32 / 2 + 17;

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

/// Computes every result of the module for the crowd, and its layout; numbers as bits.
fn compute_all(reactions: &[(u32, u32, f64)]) -> (BlockedGraph, MutualEdges, Vec<u64>) {
    let in_edges = graph(NODES as usize, reactions);
    let graph = blocked(&in_edges);
    assert!(graph.edges().hubs.len() == 1 && graph.frame().out_weights().len() > SOURCE_BLOCK);
    let outcome = propagate(&graph, &trust(), &PropagationParams::default());
    assert!(outcome.is_converged);
    let returns = compute_returns(&in_edges);
    let totals = [
        outcome.residual,
        outcome.mass,
        outcome.dangling_mass,
        outcome.iterations.into(),
    ];
    let floats = [&outcome.ranks, &outcome.inflow, &returns, in_edges.weights(), &totals];
    let bits = floats.into_iter().flatten().map(|x| x.to_bits()).collect();
    (graph, MutualEdges::find(in_edges.in_edges()), bits)
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
