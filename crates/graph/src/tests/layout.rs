//! Graphs at the limits of the layout: hubs, several blocks and chunks, no edges at all.

use super::reference::pushed_inflow;
use super::*;
use crate::blocked_graph::HUB_EDGES;
use crate::cells::{SOURCE_BLOCK, TARGET_CHUNK};

/// Compares the inflow with a serial push, edge by edge.
fn check(reactions: &[(u32, u32, f64)], trust: &[f64]) -> BlockedGraph {
    let graph = blocked(&graph(trust.len(), reactions));
    let outcome = propagate(&graph, trust, &EXACT);
    assert_sound(&outcome);
    let pushed = pushed_inflow(reactions, trust);
    let relative = |values: &[f64]| {
        values
            .iter()
            .zip(&pushed)
            .map(|(x, y)| x / y.max(1e-3))
            .collect::<Vec<_>>()
    };
    assert_close(&relative(&outcome.inflow), &relative(&pushed), 1e-11, "inflow");
    graph
}

#[test]
fn a_hub_with_a_row_of_its_own_adds_up_all_its_reactors() {
    let nodes = HUB_EDGES as u32 + 9_000;
    let last = TARGET_CHUNK as u32 - 1; // The last target of a chunk, and the first of the next.
    let fans = |hub: u32| {
        (0..nodes)
            .filter(move |fan| *fan != hub)
            .map(move |fan| (fan, hub, 1.0 + f64::from(fan % 3)))
    };
    let mut reactions: Reactions = fans(last).chain(fans(last + 1)).collect();
    reactions.extend([(last, 5, 1.0), (last, last + 1, 0.5), (last + 1, 5, 1.0), (7, 7, 2.0)]);
    let trust: Vec<f64> = (0..nodes).map(|node| f64::from(node % 4) / 3.0).collect();
    let graph = check(&reactions, &trust);
    let hubs: Vec<usize> = graph.edges().hubs.iter().map(|hub| hub.target).collect();
    assert_eq!(hubs, [TARGET_CHUNK - 1, TARGET_CHUNK]);
    assert_eq!(graph.frame().cuts(), [0, TARGET_CHUNK, 2 * TARGET_CHUNK]);
    assert_eq!(graph.edges().hubs[0].edges.len(), nodes as usize - 1);
}

#[test]
fn sources_of_several_blocks_reach_targets_of_several_chunks() {
    let nodes = 2 * SOURCE_BLOCK as u32 + 100;
    let mut reactions = heavy_tailed(nodes, 150_000, 21);
    reactions.extend((0..nodes).map(|node| (node, (node * 7 + 1) % nodes, 1.0)));
    let graph = check(&reactions, &vec![1.0; nodes as usize]);
    assert_eq!(
        (
            graph.frame().out_weights().len().div_ceil(SOURCE_BLOCK),
            graph.edges().chunks.len(),
            graph.edges().hubs.len()
        ),
        (3, 5, 0)
    );
}

#[test]
fn without_out_edges_the_ranks_are_the_teleport() {
    for reactions in [vec![], vec![(0, 1, 0.0), (2, 1, 0.0)]] {
        let outcome = run(&reactions, &[1.0, 0.5, 0.5], &EXACT);
        assert_sound(&outcome);
        assert_eq!((outcome.ranks, outcome.dangling_mass), (vec![0.5, 0.25, 0.25], 1.0));
    }
}

#[test]
fn a_self_loop_keeps_the_rank_that_flows_along_it() {
    // Half of the attention of 0 goes to itself.
    let outcome = run(&[(0, 0, 1.0), (0, 1, 1.0)], &[1.0, 0.0], &EXACT);
    let kept = (1.0 - D) / (1.0 - D / 2.0);
    assert_close(&outcome.inflow, &[kept, kept * D / 2.0], 1e-14, "self-loop");
}

#[test]
fn acceleration_needs_at_most_half_of_the_plain_steps() {
    let nodes = 20_000;
    let mut reactions = heavy_tailed(nodes, 200_000, 5);
    reactions.extend((0..nodes).map(|node| (node, node * 13 % nodes, 0.5)));
    let trust = vec![1.0; nodes as usize];
    let outcome = run(&reactions, &trust, &PropagationParams::default());
    let plain = (outcome.residual / 2.0).ln() / D.ln(); // The bound 2 d^k.
    assert!(outcome.is_converged);
    assert!(
        f64::from(outcome.iterations) < 0.5 * plain,
        "{} of {plain}",
        outcome.iterations
    );
}

#[test]
fn a_long_ring_that_acceleration_cannot_help_takes_no_more_than_the_plain_steps() {
    let nodes = 5_000;
    let reactions: Reactions = (0..nodes).map(|node| (node, (node + 1) % nodes, 1.0)).collect();
    let mut trust = vec![0.0; nodes as usize];
    trust[0] = 1.0;
    let outcome = run(&reactions, &trust, &PropagationParams::default());
    assert!(
        outcome.is_converged && outcome.iterations <= 146,
        "{}",
        outcome.iterations
    );
}
