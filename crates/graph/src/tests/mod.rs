//! Tests of the kernels: closed forms, slow references with other methods, properties, and bits.

mod bits;
mod closed_forms;
mod layout;
mod parts;
mod properties;
mod reference;
mod returns;

use super::{
    BlockedGraph, Csr, MutualEdges, PropagationOutcome, PropagationParams, compute_return_probabilities, propagate,
};

/// Parameters with a tolerance so small that only rounding errors remain.
const EXACT: PropagationParams = PropagationParams {
    damping: 0.85,
    tolerance: 1e-15,
    max_iterations: 400,
};

const D: f64 = EXACT.damping;

/// Reactions as (actor, target, weight).
type Reactions = Vec<(u32, u32, f64)>;

/// Builds the target-major graph of reactions.
fn graph(node_count: usize, reactions: &[(u32, u32, f64)]) -> Csr {
    let targets: Vec<u32> = reactions.iter().map(|reaction| reaction.1).collect();
    let actors: Vec<u32> = reactions.iter().map(|reaction| reaction.0).collect();
    let weights: Vec<f64> = reactions.iter().map(|reaction| reaction.2).collect();
    Csr::from_edges(node_count, &targets, &actors, &weights).unwrap()
}

/// Builds the layout of a graph for the propagation.
fn blocked(in_edges: &Csr) -> BlockedGraph {
    BlockedGraph::build(in_edges.in_edges(), |edge| in_edges.weights()[edge]).unwrap()
}

/// Propagates `trust` along reactions.
fn run(reactions: &[(u32, u32, f64)], trust: &[f64], params: &PropagationParams) -> PropagationOutcome {
    propagate(&blocked(&graph(trust.len(), reactions)), trust, params)
}

fn compute_returns(in_edges: &Csr) -> Vec<f64> {
    let weight = |edge: usize| in_edges.weights()[edge];
    let mutual = MutualEdges::find(in_edges.in_edges());
    compute_return_probabilities(blocked(in_edges).frame(), in_edges.in_edges(), weight, &mutual, D)
}

/// Fails with `name` if a number differs from the expected one by more than `tolerance`.
fn assert_close(found: &[f64], expected: &[f64], tolerance: f64, name: &str) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (node, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= tolerance, "{name}: node {node} has {f}, expected {e}");
    }
}

/// Checks the invariants of every outcome of a graph with nodes.
fn assert_sound(outcome: &PropagationOutcome) {
    assert!((outcome.mass - 1.0).abs() < 1e-12, "mass {}", outcome.mass);
    assert!((0.0..=1.0 + 1e-12).contains(&outcome.dangling_mass));
    assert!(outcome.residual.is_finite());
    let numbers = || outcome.ranks.iter().chain(&outcome.inflow);
    assert!(numbers().all(|x| x.is_finite() && *x >= 0.0));
    assert_eq!(outcome.ranks.len(), outcome.inflow.len());
}

/// Returns a fixed stream of numbers in [0, 1): splitmix64.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Returns reactions with a heavy-tailed in-degree; the last tenth of the nodes reacts to no node. All weights are
/// multiples of 2^-16, which the layout holds exactly.
fn heavy_tailed(node_count: u32, reactions: usize, seed: u64) -> Reactions {
    let mut next = noise(seed);
    let n = f64::from(node_count);
    let mut reaction = || {
        let (actor, target) = ((0.9 * n * next()) as u32, (n * next().powi(4)) as u32);
        (actor, target, (1.0 + (65_535.0 * next()).floor()) / 65_536.0)
    };
    (0..reactions).map(|_| reaction()).collect()
}
