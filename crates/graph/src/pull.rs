//! One step of the propagation on a [`BlockedGraph`]: each target adds up the shares of its sources.
//!
//! ```text
//! s_u   = d y_u / out(u)                              share of a source per unit of weight, by position
//! g_v   = (1 - d + d m) t_v + (sum_u s_u q(u, v)) / Y          m = mass of the nodes without out-edges / Y,  Y = sum y
//! r     = g - y / Y                                            the residual of the plain step
//! ```
//!
//! Dividing by Y restores a mass of 1, whatever rounding y went through. The sums that convergence and acceleration
//! need are taken while a chunk is in the cache.

use rayon::prelude::*;

use super::blocked_graph::{BlockedGraph, HubEdge, SOURCE_BLOCK, TARGET_CHUNK, TargetChunk};
use super::numeric::{EDGE_CHUNK, NODE_CHUNK, cut_by_length};

/// One value per node, and zeros up to the end of the last chunk of targets.
#[derive(Clone)]
pub(super) struct NodeVector(Vec<f64>);

impl NodeVector {
    /// Returns zeros for `node_count` nodes.
    pub(super) fn new(node_count: usize) -> NodeVector {
        NodeVector(vec![0.0; node_count.next_multiple_of(TARGET_CHUNK)])
    }

    /// Returns all values, with the zeros at the end.
    pub(super) fn values(&self) -> &[f64] {
        &self.0
    }

    /// Returns all values, with the zeros at the end.
    pub(super) fn values_mut(&mut self) -> &mut [f64] {
        &mut self.0
    }

    /// Returns the values of a chunk of targets.
    pub(super) fn chunk(&self, chunk: usize) -> &[f64; TARGET_CHUNK] {
        &self.0.as_chunks().0[chunk]
    }

    /// Returns the values of all chunks of targets.
    pub(super) fn chunks_mut(&mut self) -> impl IndexedParallelIterator<Item = &mut [f64; TARGET_CHUNK]> {
        self.0.as_chunks_mut().0.par_iter_mut()
    }
}

/// An iterate y, and the result of one plain step from it.
pub(super) struct Iterate {
    /// g, the result of the step.
    pub(super) value: NodeVector,
    /// r = g - y; y itself before the step.
    pub(super) residual: NodeVector,
}

/// Sums of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct StepSums {
    /// L1 length of r.
    pub(super) residual: f64,
    /// Products (a a, a b, b b, a r, b r) of a = r - r1, b = r1 - r2 and r; r1 and r2 are the residuals of the last
    /// two steps.
    pub(super) products: [f64; 5],
}

/// Mass of the iterate of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct StepMass {
    /// Y, the sum of the iterate.
    pub(super) total: f64,
    /// Sum over the nodes without out-edges.
    pub(super) dangling: f64,
}

/// Sets the share of each source; returns the mass of the iterate y.
pub(super) fn share_out(graph: &BlockedGraph, y: &[f64], damping: f64, shares: &mut [f64]) -> StepMass {
    let sources = graph.order().nodes().par_chunks(NODE_CHUNK);
    let out_weights = graph.out_weights().par_chunks(NODE_CHUNK);
    let slots = shares.par_chunks_mut(NODE_CHUNK);
    slots
        .zip(sources)
        .zip(out_weights)
        .for_each(|((slots, sources), out_weights)| {
            for ((slot, source), out_weight) in slots.iter_mut().zip(sources).zip(out_weights) {
                *slot = damping * y[*source as usize] / out_weight;
            }
        });
    let masses: Vec<StepMass> = cut_by_length(graph.node_count(), NODE_CHUNK)
        .map(|nodes| {
            let mut mass = StepMass::default();
            for node in nodes {
                mass.total += y[node];
                mass.dangling += if graph.order().is_dangling(node) { y[node] } else { 0.0 };
            }
            mass
        })
        .collect();
    let add = |sum: StepMass, mass: &StepMass| StepMass {
        total: sum.total + mass.total,
        dangling: sum.dangling + mass.dangling,
    };
    masses.iter().fold(StepMass::default(), add) // In chunk order, for identical bits.
}

/// Runs one step from the iterate in `newest.residual`, with the shares of [`share_out`]. `restart` is the factor of
/// the teleport, `total` is Y.
pub(super) fn pull(
    graph: &BlockedGraph,
    shares: &[f64],
    (restart, teleport): (f64, &NodeVector),
    total: f64,
    newest: &mut Iterate,
    older: [&NodeVector; 2],
) -> StepSums {
    let hub_sums: Vec<f64> = graph.hubs().iter().map(|hub| sum_hub(&hub.edges, shares)).collect();
    let norm = 1.0 / total;
    let chunks = newest.value.chunks_mut().zip(newest.residual.chunks_mut()).enumerate();
    let sums: Vec<StepSums> = chunks
        .map(|(chunk, (value, residual))| {
            gather(&graph.chunks()[chunk], shares, value);
            let targets = chunk * TARGET_CHUNK..(chunk + 1) * TARGET_CHUNK;
            let first = graph.hubs().partition_point(|hub| hub.target < targets.start);
            for (hub, sum) in graph.hubs()[first..].iter().zip(&hub_sums[first..]) {
                if hub.target < targets.end {
                    value[hub.target - targets.start] = *sum;
                }
            }
            for (value, teleport) in value.iter_mut().zip(teleport.chunk(chunk)) {
                *value = restart * teleport + norm * *value;
            }
            finish_chunk(value, norm, residual, older.map(|residual| residual.chunk(chunk)))
        })
        .collect();
    sums.iter().fold(StepSums::default(), |sum, part| StepSums {
        residual: sum.residual + part.residual,
        products: std::array::from_fn(|i| sum.products[i] + part.products[i]),
    })
}

/// Sets `sums` to the sum of shares of each target in a chunk.
fn gather(chunk: &TargetChunk, shares: &[f64], sums: &mut [f64; TARGET_CHUNK]) {
    sums.fill(0.0);
    let (blocks, _) = shares.as_chunks::<SOURCE_BLOCK>(); // A fixed length spares the bounds check of each edge.
    for (block, shares) in blocks.iter().enumerate() {
        for edge in chunk.cell(block) {
            sums[edge.target()] += edge.weight() as f64 * shares[edge.source()];
        }
    }
}

/// Sums the shares of the sources of a hub, in fixed chunks that threads may share.
fn sum_hub(edges: &[HubEdge], shares: &[f64]) -> f64 {
    let product = |edge: &HubEdge| f64::from(edge.weight) * shares[edge.source as usize];
    let sums = edges
        .par_chunks(EDGE_CHUNK)
        .map(|edges| edges.iter().fold(0.0, |sum, edge| sum + product(edge)));
    let sums: Vec<f64> = sums.collect();
    sums.iter().fold(0.0, |sum, part| sum + part)
}

/// Replaces y in `residual` by r, and takes the sums of a chunk.
fn finish_chunk(
    value: &[f64; TARGET_CHUNK],
    norm: f64,
    residual: &mut [f64; TARGET_CHUNK],
    older: [&[f64; TARGET_CHUNK]; 2],
) -> StepSums {
    let mut sums = StepSums::default();
    for node in 0..TARGET_CHUNK {
        let r = value[node] - norm * residual[node];
        let (a, b) = (r - older[0][node], older[0][node] - older[1][node]);
        residual[node] = r;
        sums.residual += r.abs();
        let products = [a * a, a * b, b * b, a * r, b * r];
        sums.products
            .iter_mut()
            .zip(products)
            .for_each(|(sum, product)| *sum += product);
    }
    sums
}
