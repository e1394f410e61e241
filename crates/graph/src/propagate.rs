//! Propagation of rank along reactions: personalised PageRank in pull form.
//!
//! # The formula
//!
//! ```text
//! r = (1 - d) t + d (P^T r + m D)
//!
//! r   ranks, one a node, sum 1                       d   damping, in [0, 1)
//! t   teleport: the trust g of each node over its sum G; uniform if no node is trusted (G = 0)
//! P   p(u, v) = weight of u's edge to v / weight of all edges of u; a row of zeros if u has none
//! m   dangling mass: the ranks of the nodes without outgoing weight
//! D   where that mass goes: t (Dangling::Teleport) or 1 / n for every node (Dangling::Uniform)
//! ```
//!
//! Each actor's weights are normalised before d applies, so the unit in which an actor's attention is
//! measured has no effect. An actor with a total weight below the smallest normal float
//! counts as dangling. Self-loops are edges like any other.
//!
//! # Inflow: the rank independent of the size of the network
//!
//! Ranks sum to 1, so each new node takes some rank from all others. With D = t the equation reads
//! `r = c t + d P^T r`, where `c = (1 - d) + d m`, hence `r = c (I - d P^T)^-1 t`. The power series
//!
//! ```text
//! x = (1 - d) sum_k (d P^T)^k g = (1 - d) (I - d P^T)^-1 g = r G (1 - d) / c
//! ```
//!
//! is therefore a rescaling of r, and contains no sum over all nodes: `x_v` is made of the paths that
//! lead to v. A disjoint copy of the graph, or strangers that react only to one another, change no
//! other node's inflow. A node of trust 1 without reactors has exactly `1 - d`; in a ring of nodes of
//! trust 1 each has 1. With D = 1/n the rescaling does not hold, so that choice runs the power series
//! of x as well and costs twice.
//!
//! # Stopping, cost, bits
//!
//! The iteration starts at r = t and stops when a step changes r by less than `tolerance` in L1, *not*
//! scaled by the number of nodes. The step is a contraction by d, so after k steps the residual is at most
//! `2 d^k`, and the distance to the fixed point at most `d / (1 - d)` residuals.
//!
//! A step costs O(nodes + edges); memory is five floats per node. A step reads only the shares that
//! nodes pass on (`shares`), so the ranks are replaced in place. Chunks of nodes, and of the edges of
//! long rows, are fixed and added in order: bitwise identical results for any number of threads and any
//! order of the edges. Another numbering of the nodes changes the last bits.
//!
//! Papers: Page, Brin, Motwani, Winograd, *The PageRank Citation Ranking*, 1999; Boldi, Santini,
//! Vigna, *PageRank: Functional Dependencies*, 2009 (dangling nodes and the power series).

use rayon::prelude::*;

use super::csr::Csr;
use super::numeric::{NODE_CHUNK, gather_sum, sum_in_order, sum_over_chunks};

/// Distribution of the dangling mass, the rank of nodes without outgoing weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DanglingPolicy {
    /// In proportion to the teleport, so that an untrusted node gains nothing from it.
    #[default]
    Teleport,
    /// Uniformly over all nodes.
    Uniform,
}

/// Damping and stopping rule of the propagation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PropagationParams {
    /// Share of a node's rank that it passes on, in `[0, 1)`.
    pub damping: f64,
    /// L1 length of a step at which the iteration has converged; not scaled by the number of nodes.
    pub tolerance: f64,
    /// Largest number of steps; at least one step runs.
    pub max_iterations: u32,
    /// Distribution of the mass of nodes without outgoing weight.
    pub dangling: DanglingPolicy,
}

impl Default for PropagationParams {
    /// Returns the damping of the paper. At a tolerance of 1e-10 the ranks are within 6e-10 of the fixed
    /// point. 200 steps always suffice: 146 do by the bound `2 d^k`, real graphs need fewer.
    fn default() -> Self {
        PropagationParams {
            damping: 0.85,
            tolerance: 1e-10,
            max_iterations: 200,
            dangling: DanglingPolicy::Teleport,
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

/// Computes ranks and inflow of every node of the target-major graph `in_edges`. `teleport` holds the
/// trust of each node, finite and not negative.
///
/// # Panics
/// If `teleport` does not have one entry per node.
pub fn propagate(in_edges: &Csr, teleport: &[f64], params: &PropagationParams) -> PropagationOutcome {
    assert_eq!(teleport.len(), in_edges.node_count(), "one trust value per node");
    debug_assert!(teleport.iter().all(|g| g.is_finite() && *g >= 0.0));
    let trust = sum_in_order(teleport);
    let out_weights = sum_out_weights(in_edges);
    let start = normalize(teleport, trust);
    let mut outcome = PropagationOutcome::before_first_step(start.clone());
    let mut shares = vec![0.0; start.len()];
    while outcome.iterations < params.max_iterations.max(1) && !outcome.is_converged {
        outcome.dangling_mass = share_out(&outcome.ranks, &out_weights, params.damping, &mut shares);
        let (scale, floor) = params.restart(outcome.dangling_mass, start.len());
        outcome.residual = pull(in_edges, &shares, &mut outcome.ranks, |v| scale * start[v] + floor);
        outcome.iterations += 1;
        outcome.is_converged = outcome.residual <= params.tolerance;
    }
    outcome.mass = sum_in_order(&outcome.ranks);
    match params.dangling {
        DanglingPolicy::Teleport => outcome.inflow = compute_inflow(&outcome, trust, params.damping),
        DanglingPolicy::Uniform => {
            let seeded = PropagationParams {
                dangling: DanglingPolicy::Teleport,
                ..*params
            };
            let seeded = propagate(in_edges, teleport, &seeded);
            outcome.is_converged &= seeded.is_converged;
            outcome.inflow = seeded.inflow;
        }
    }
    outcome
}

impl PropagationOutcome {
    /// Returns the state before the first step. A graph without nodes has converged.
    fn before_first_step(ranks: Vec<f64>) -> PropagationOutcome {
        PropagationOutcome {
            inflow: Vec::new(),
            iterations: 0,
            residual: 0.0,
            mass: 0.0,
            dangling_mass: 0.0,
            is_converged: ranks.is_empty(),
            ranks,
        }
    }
}

impl PropagationParams {
    /// Returns `(scale, floor)`: a step gives `scale * t + floor` to each node, whatever its reactors.
    fn restart(&self, dangling_mass: f64, node_count: usize) -> (f64, f64) {
        let (fresh, returned) = (1.0 - self.damping, self.damping * dangling_mass);
        match self.dangling {
            DanglingPolicy::Teleport => (fresh + returned, 0.0),
            DanglingPolicy::Uniform => (fresh, returned / node_count as f64),
        }
    }
}

/// Sums the weights of all edges of each actor; 0 if it has none. One serial pass over the edges,
/// which costs about as much as two steps.
pub(super) fn sum_out_weights(in_edges: &Csr) -> Vec<f64> {
    let mut sums = vec![0.0; in_edges.node_count()];
    for (&actor, weight) in in_edges.neighbors().iter().zip(in_edges.weights()) {
        sums[actor as usize] += weight;
    }
    // Below the smallest normal float a quotient can overflow or lose all its bits.
    sums.par_iter_mut()
        .filter(|sum| **sum < f64::MIN_POSITIVE)
        .for_each(|sum| *sum = 0.0);
    sums
}

/// Divides `teleport` by its sum `trust`; uniform if that is 0.
fn normalize(teleport: &[f64], trust: f64) -> Vec<f64> {
    if trust > 0.0 {
        teleport.par_iter().map(|g| g / trust).collect()
    } else {
        vec![1.0 / teleport.len() as f64; teleport.len()]
    }
}

/// Sets each node's share per unit of outgoing weight; returns the mass of the nodes without any.
fn share_out(ranks: &[f64], out_weights: &[f64], damping: f64, shares: &mut [f64]) -> f64 {
    let nodes = shares.par_iter_mut().zip(ranks).zip(out_weights);
    nodes.for_each(|((share, rank), &out_weight)| {
        let can_share = out_weight > 0.0;
        *share = if can_share { damping * rank / out_weight } else { 0.0 };
    });
    sum_over_chunks(ranks.len(), |range| {
        let nodes = ranks[range.clone()].iter().zip(&out_weights[range]);
        let dangling = nodes.filter(|(_, out_weight)| **out_weight == 0.0);
        dangling.fold(0.0, |sum, (rank, _)| sum + rank)
    })
}

/// Runs one step: each node adds up the shares of its reactors. Returns the L1 length of the step.
fn pull(in_edges: &Csr, shares: &[f64], ranks: &mut [f64], restart: impl Fn(usize) -> f64 + Sync) -> f64 {
    let moved: Vec<f64> = ranks
        .par_chunks_mut(NODE_CHUNK)
        .enumerate()
        .map(|(chunk, slots)| {
            let mut moved = 0.0;
            for (i, rank) in slots.iter_mut().enumerate() {
                let node = chunk * NODE_CHUNK + i;
                let (actors, weights) = in_edges.row(node);
                let next = restart(node) + gather_sum(actors, weights, shares);
                moved += (next - *rank).abs();
                *rank = next;
            }
            moved
        })
        .collect();
    moved.iter().sum() // In chunk order, for identical bits.
}

/// Rescales the ranks to `x = r G (1 - d) / c`, with the c of the last step.
fn compute_inflow(outcome: &PropagationOutcome, trust: f64, damping: f64) -> Vec<f64> {
    let restart = (1.0 - damping) + damping * outcome.dangling_mass;
    let scale = if restart > 0.0 {
        trust * (1.0 - damping) / restart
    } else {
        0.0
    };
    outcome.ranks.par_iter().map(|rank| rank * scale).collect()
}
