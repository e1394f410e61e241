//! The graph in the layout that a step of the propagation reads.
//!
//! ```text
//!                 sources 0 .. 64 Ki    64 Ki .. 128 Ki   …
//! targets of chunk 0     cell                cell               each cell: its edges by source, then by target
//!         of chunk 1     cell                cell
//! ```
//!
//! One thread takes a chunk of targets. Their sums fit the cache, the shares of a block are read from front to back,
//! and no branch depends on an edge: on a Kronecker graph a step takes a quarter of the time of rows with 64-bit weights.
//! Sources and targets have the same slots, see [`NodeOrder`], so all vectors of a step are read from front to back. A
//! chunk is cut at [`TARGET_CHUNK`] targets or at a limit of edges: the first targets have the most reactors. A target
//! with more than [`HUB_EDGES`] in-edges is a hub and has a row of its own, which threads share; in a cell, it would
//! keep one of them busy alone.
//!
//! Chunks, blocks and the order of the edges are fixed, so the graph and each sum are bitwise identical for any number
//! of threads. Memory: 8 bytes an edge, 20 bytes a node, 4 bytes a cell. Building it needs 24 bytes an edge of the
//! chunks at work beyond that, about 25 MB a thread, and 8 bytes a node for each of up to four threads.
//!
//! Papers: Beamer, Asanović, Patterson, *Reducing Pagerank Communication via Propagation Blocking*, 2017; Zhang,
//! Kiriansky, Mendis, Amarasinghe, Zaharia, *Making Caches Work for Graph Analytics*, 2017 (segments, and sources by
//! degree).

use std::ops::Range;

use rayon::prelude::*;

use super::cells::{CellSorter, SOURCE_BLOCK, TARGET_CHUNK, TargetChunk};
use super::error::GraphError;
use super::in_edges::InEdges;
use super::node_order::NodeOrder;
use super::node_vector::LANES;

/// Largest number of in-edges of a target in a cell; a hub has more.
pub(super) const HUB_EDGES: usize = 1 << 16;

/// Number of chunks into which a graph is cut at least, so that threads are busy until the end of a step.
const MIN_CHUNKS: usize = 32;

/// Least and greatest limit of the edges of a chunk.
const CHUNK_EDGES: Range<usize> = 1 << 16..1 << 20;

/// One in-edge of a hub.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HubEdge {
    /// Slot of the source.
    pub(super) source: u32,
    pub(super) weight: u32,
}

/// The in-edges of a hub, by source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HubRow {
    /// Slot of the hub.
    pub(super) target: usize,
    pub(super) edges: Vec<HubEdge>,
}

/// A weighted graph in the layout for [`propagate()`](super::propagate()).
#[derive(Clone, Debug, PartialEq)]
pub struct BlockedGraph {
    order: NodeOrder,
    /// Sum of the weights of each source's out-edges, by slot. Greater than 0.
    out_weights: Vec<f64>,
    /// First slot of each chunk.
    cuts: Vec<usize>,
    chunks: Vec<TargetChunk>,
    /// Hubs, by slot.
    hubs: Vec<HubRow>,
}

impl BlockedGraph {
    /// Builds the graph of `in_edges`; `weight` returns the weight of an edge and is called twice for each. An edge
    /// below 2^-33 of its source's greatest weight, or below the smallest normal float, passes on nothing.
    ///
    /// # Errors
    /// If a weight is not a number from 0 to [`MAX_WEIGHT`](super::MAX_WEIGHT); the error names the first.
    pub fn build(in_edges: InEdges<'_>, weight: impl Fn(usize) -> f64 + Sync) -> Result<BlockedGraph, GraphError> {
        let order = NodeOrder::compute(in_edges, &weight)?;
        let in_edges_of = |slot: usize| in_edges.range(order.nodes()[slot] as usize);
        let place = |edge: usize| order.place(in_edges.sources()[edge], weight(edge));
        let slots = 0..order.nodes().len();
        let hubs: Vec<usize> = slots
            .clone()
            .into_par_iter()
            .filter(|slot| in_edges_of(*slot).len() > HUB_EDGES)
            .collect();
        let hubs = hubs
            .into_iter()
            .map(|target| HubRow {
                target,
                edges: sort_hub_edges(in_edges_of(target), place),
            })
            .collect();
        let limit = (in_edges.edge_count() / MIN_CHUNKS).clamp(CHUNK_EDGES.start, CHUNK_EDGES.end);
        let cuts = cut_chunks(slots.clone().map(|slot| in_edges_of(slot).len()), limit);
        let block_count = order.source_count().div_ceil(SOURCE_BLOCK);
        let targets = cuts.par_iter().enumerate();
        let targets = targets.map(|(chunk, start)| *start..cuts.get(chunk + 1).copied().unwrap_or(slots.end));
        let fill = |sorter: &mut CellSorter, targets: Range<usize>| {
            for (target, slot) in (0_u16..).zip(targets) {
                let edges = Some(in_edges_of(slot)).filter(|edges| edges.len() <= HUB_EDGES);
                for (source, weight) in edges.into_iter().flatten().map(place) {
                    if weight > 0 {
                        sorter.push(source, target, weight);
                    }
                }
            }
            sorter.finish()
        };
        let chunks = targets.map_init(|| CellSorter::new(block_count), fill).collect();
        let mut graph = BlockedGraph {
            out_weights: Vec::new(),
            order,
            cuts,
            chunks,
            hubs,
        };
        graph.out_weights = graph.sum_out_weights();
        Ok(graph)
    }

    /// Returns the number of nodes.
    pub fn node_count(&self) -> usize {
        self.order.node_count()
    }

    /// Returns p(source, target) of an edge with this weight: its share of all out-edges of the source. `weight` must
    /// be the weight from which the graph was built.
    pub fn transition_probability(&self, source: u32, weight: f64) -> f64 {
        match self.order.place(source, weight) {
            (_, 0) => 0.0,
            (slot, weight) => f64::from(weight) / self.out_weights[slot as usize],
        }
    }

    pub(super) fn order(&self) -> &NodeOrder {
        &self.order
    }

    pub(super) fn out_weights(&self) -> &[f64] {
        &self.out_weights
    }

    /// Returns the first slot of each chunk.
    pub(super) fn cuts(&self) -> &[usize] {
        &self.cuts
    }

    pub(super) fn chunks(&self) -> &[TargetChunk] {
        &self.chunks
    }

    pub(super) fn hubs(&self) -> &[HubRow] {
        &self.hubs
    }

    /// Returns the number of blocks of sources.
    pub(super) fn block_count(&self) -> usize {
        self.order.source_count().div_ceil(SOURCE_BLOCK)
    }

    /// Sums the weights of each source's out-edges, block by block. Whole numbers: exact up to 2^53.
    fn sum_out_weights(&self) -> Vec<f64> {
        let sum_block = |block: usize| {
            let sums = self.chunks.par_iter().fold(
                || vec![0_u64; SOURCE_BLOCK],
                |mut sums, chunk| {
                    for edge in chunk.cell(block) {
                        sums[edge.source()] += u64::from(edge.weight());
                    }
                    sums
                },
            );
            let mut sums = sums.reduce_with(add_to).unwrap_or_default();
            let (first, end) = (block * SOURCE_BLOCK, (block + 1) * SOURCE_BLOCK);
            for hub in &self.hubs {
                let edges = &hub.edges[hub.edges.partition_point(|edge| (edge.source as usize) < first)..];
                for edge in edges.iter().take_while(|edge| (edge.source as usize) < end) {
                    sums[edge.source as usize - first] += u64::from(edge.weight);
                }
            }
            sums.into_iter().map(|sum| sum as f64)
        };
        let mut sums: Vec<f64> = (0..self.block_count()).flat_map(sum_block).collect();
        sums.truncate(self.order.source_count());
        sums
    }
}

/// Cuts slots into chunks of at most [`TARGET_CHUNK`] targets, and one more after `limit` edges; `in_degrees` has the
/// number of edges of each slot. Returns the first slot of each chunk.
fn cut_chunks(in_degrees: impl Iterator<Item = usize>, limit: usize) -> Vec<usize> {
    let (mut cuts, mut edges) = (Vec::new(), 0);
    for (slot, degree) in in_degrees.enumerate() {
        let degree = if degree <= HUB_EDGES { degree } else { 0 };
        let is_full = |start: &usize| slot - start == TARGET_CHUNK || edges >= limit;
        if slot % LANES == 0 && cuts.last().is_none_or(is_full) {
            cuts.push(slot);
            edges = 0;
        }
        edges += degree;
    }
    cuts
}

fn add_to(mut sums: Vec<u64>, others: Vec<u64>) -> Vec<u64> {
    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
    sums
}

/// Returns the edges of a hub by source.
fn sort_hub_edges(edges: Range<usize>, place: impl Fn(usize) -> (u32, u32) + Sync) -> Vec<HubEdge> {
    let placed = edges.into_par_iter().map(&place).filter(|(_, weight)| *weight > 0);
    let mut edges: Vec<HubEdge> = placed.map(|(source, weight)| HubEdge { source, weight }).collect();
    edges.par_sort_unstable_by_key(|edge| edge.source); // Each source once.
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chunk_ends_at_the_limit_of_targets_or_of_edges() {
        let cut = |in_degrees: &[usize], limit| cut_chunks(in_degrees.iter().copied(), limit);
        assert_eq!(cut(&[], 10), [0; 0]);
        assert_eq!(cut(&[1; TARGET_CHUNK], 1 << 16), [0]);
        assert_eq!(cut(&[1; TARGET_CHUNK + 1], 1 << 16), [0, TARGET_CHUNK]);
        assert_eq!(cut(&[5; 4 * LANES], 10 * LANES), [0, 2 * LANES]);
        assert_eq!(cut(&[HUB_EDGES + 1; 4 * LANES], 10), [0], "hubs are not in a chunk");
    }
}
