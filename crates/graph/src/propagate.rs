//! Propagation of rank along reactions: personalised PageRank in pull form.
//!
//! # The formula
//!
//! ```text
//! r = (1 - d) t + d (P^T r + m t)
//!
//! r   ranks, one a node, sum 1                       d   damping, in [0, 1)
//! t   teleport: the trust g of each node over its sum G; uniform if no node is trusted (G = 0)
//! P   p(u, v) = weight of u's edge to v / weight of all edges of u; a row of zeros if u has none
//! m   dangling mass: the ranks of the nodes without outgoing weight
//! ```
//!
//! The mass of nodes without outgoing weight returns in proportion to the teleport, so an untrusted node gains nothing
//! from it. Each actor's weights are normalised before d applies, so the unit in which an actor's attention is
//! measured has no effect. Self-loops are edges like any other.
//!
//! # Inflow: the rank independent of the size of the network
//!
//! Ranks sum to 1, so each new node takes some rank from all others. The equation reads
//! `r = c t + d P^T r`, where `c = (1 - d) + d m`, hence `r = c (I - d P^T)^-1 t`. The power series
//!
//! ```text
//! x = (1 - d) sum_k (d P^T)^k g = (1 - d) (I - d P^T)^-1 g = r G (1 - d) / c
//! ```
//!
//! is therefore a rescaling of r, and contains no sum over all nodes: `x_v` is made of the paths that
//! lead to v. A disjoint copy of the graph, or strangers that react only to one another, change no
//! other node's inflow. A node of trust 1 without reactors has exactly `1 - d`; in a ring of nodes of
//! trust 1 each has 1.
//!
//! # Stopping, cost, bits
//!
//! The iteration starts at r = t and stops when a plain step changes r by less than `tolerance` in L1, *not*
//! scaled by the number of nodes. The step is a contraction by d, so the distance to the fixed point is at most
//! `d / (1 - d)` residuals. [Anderson acceleration](super::anderson) halves the number of steps on social graphs;
//! without it, the residual after k steps is at most `2 d^k`. The result is always that of a plain step.
//!
//! A step costs O(nodes + edges), see [`BlockedGraph`] and [`pull`](super::pull). Memory: eight floats per node.
//! Chunks of nodes and edges are fixed and added in order: bitwise identical results for any number of threads.
//! Another numbering of the nodes changes the last bits.
//!
//! Papers: Page, Brin, Motwani, Winograd, *The PageRank Citation Ranking*, 1999; Boldi, Santini,
//! Vigna, *PageRank: Functional Dependencies*, 2009 (dangling nodes and the power series).

use std::convert::Infallible;

use rayon::prelude::*;

use super::anderson::Acceleration;
use super::blocked_graph::{BlockedGraph, GraphFrame};
use super::cells::SOURCE_BLOCK;
use super::graph_part::{EdgeStore, GraphPart};
use super::node_vector::{Teleport, share_of};
use super::numeric::sum_in_order;
use super::pull::{ShareSums, pull, share_out};

/// Damping and stopping rule of the propagation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PropagationParams {
    /// Share of a node's rank that it passes on, in `[0, 1)`.
    pub damping: f64,
    /// L1 length of a plain step at which the iteration has converged; not scaled by the number of nodes.
    pub tolerance: f64,
    /// Largest number of steps; at least one step runs.
    pub max_iterations: u32,
}

impl Default for PropagationParams {
    /// Returns the damping of the paper. At a tolerance of 1e-10 the ranks are within 6e-10 of the fixed
    /// point. 200 steps suffice: 146 plain ones do by the bound `2 d^k`, real graphs need fewer.
    fn default() -> Self {
        PropagationParams {
            damping: 0.85,
            tolerance: 1e-10,
            max_iterations: 200,
        }
    }
}

/// The result of a propagation: ranks, inflow and convergence.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct PropagationOutcome {
    /// One rank per node; they sum to 1.
    pub ranks: Vec<f64>,
    /// The size-free rank of each node, defined in the module documentation. All 0 if no node is trusted.
    pub inflow: Vec<f64>,
    /// Number of steps taken.
    pub iterations: u32,
    /// L1 length of the last step.
    pub residual: f64,
    /// Sum of the ranks: 1 up to rounding, 0 for a graph without nodes.
    pub mass: f64,
    /// Mass of the dangling nodes that the last step passed on.
    pub dangling_mass: f64,
    /// True if the residual reached the tolerance.
    pub is_converged: bool,
}

/// Computes ranks and inflow of every node. `teleport` holds the trust of each node, finite and not negative.
///
/// # Panics
/// If `teleport` does not have one entry per node.
pub fn propagate(graph: &BlockedGraph, teleport: &[f64], params: &PropagationParams) -> PropagationOutcome {
    let Ok(outcome) = run_steps(
        graph.frame(),
        Edges::<Infallible>::Here(graph.edges()),
        teleport,
        params,
    );
    outcome
}

/// Computes the same bits as [`propagate`] for a graph with its edges in `store`.
///
/// # Errors
/// Errors of the store.
///
/// # Panics
/// If `teleport` does not have one entry per node.
pub fn propagate_apart<E>(
    graph: &GraphFrame,
    store: &mut dyn EdgeStore<Error = E>,
    teleport: &[f64],
    params: &PropagationParams,
) -> Result<PropagationOutcome, E> {
    run_steps(graph, Edges::Apart(store), teleport, params)
}

/// Place of the edges of a graph.
enum Edges<'a, E> {
    Here(&'a GraphPart),
    Apart(&'a mut dyn EdgeStore<Error = E>),
}

/// Runs steps until the ranks converge.
fn run_steps<E>(
    graph: &GraphFrame,
    mut edges: Edges<E>,
    teleport: &[f64],
    params: &PropagationParams,
) -> Result<PropagationOutcome, E> {
    assert_eq!(teleport.len(), graph.node_count(), "one trust value per node");
    debug_assert!(teleport.iter().all(|g| g.is_finite() && *g >= 0.0));
    let trust = sum_in_order(teleport);
    let order = graph.order();
    let start = Teleport::new(order, teleport, trust);
    let mut outcome = PropagationOutcome {
        is_converged: teleport.is_empty(),
        ..PropagationOutcome::default()
    };
    let mut iteration = Acceleration::new(start.shares.clone());
    let mut shares = vec![0.0; order.nodes().len().next_multiple_of(SOURCE_BLOCK)];
    while !outcome.is_converged && outcome.iterations < params.max_iterations.max(1) {
        let (newest, values, coefficients) = iteration.start_step();
        let to = (params.damping, &mut shares[..]);
        let mass = share_out(graph, &start, newest, values, coefficients, to);
        outcome.dangling_mass = mass.dangling / mass.total();
        let restart = params.restart(outcome.dangling_mass);
        let sums = match &mut edges {
            Edges::Here(edges) => ShareSums::Local(edges, &shares),
            Edges::Apart(store) => ShareSums::Ready(store.sum_shares(outcome.iterations, &shares)?),
        };
        let (newest, older) = iteration.parts();
        let sums = pull(graph, &sums, (restart, &start), mass.total(), newest, older);
        iteration.finish_step(&sums);
        outcome.iterations += 1;
        outcome.residual = sums.residual;
        outcome.is_converged = sums.residual <= params.tolerance;
    }
    let value = iteration.into_value();
    let rank = |node: usize| match order.slot(node) {
        Some(slot) => value.slots[slot],
        None => value.rest * share_of(teleport, trust, node),
    };
    outcome.ranks = (0..teleport.len()).into_par_iter().map(rank).collect();
    outcome.mass = sum_in_order(&outcome.ranks);
    outcome.inflow = compute_inflow(&outcome, trust, params);
    Ok(outcome)
}

impl PropagationParams {
    /// Returns the factor of the teleport in a step, c in the module documentation.
    fn restart(&self, dangling_mass: f64) -> f64 {
        (1.0 - self.damping) + self.damping * dangling_mass
    }
}

/// Rescales the ranks to `x = r G (1 - d) / c`, with the c of the last step.
fn compute_inflow(outcome: &PropagationOutcome, trust: f64, params: &PropagationParams) -> Vec<f64> {
    let restart = params.restart(outcome.dangling_mass);
    let scale = if restart > 0.0 {
        trust * (1.0 - params.damping) / restart
    } else {
        0.0
    };
    outcome.ranks.par_iter().map(|rank| rank * scale).collect()
}
