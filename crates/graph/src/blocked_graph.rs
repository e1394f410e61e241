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

use super::cells::{CellSorter, SOURCE_BLOCK, TARGET_CHUNK};
use super::error::GraphError;
use super::graph_part::{EdgeStore, GraphPart, HubEdge, HubRow};
use super::in_edges::InEdges;
use super::node_order::NodeOrder;
use super::node_vector::LANES;

/// Largest number of in-edges of a target in a cell; a hub has more.
pub(super) const HUB_EDGES: usize = 1 << 16;

/// Number of chunks into which a graph is cut at least, so that threads are busy until the end of a step.
const MIN_CHUNKS: usize = 32;

/// Least and greatest limit of the edges of a chunk.
const CHUNK_EDGES: Range<usize> = 1 << 16..1 << 20;

/// The nodes of a graph in the layout for [`propagate()`](super::propagate()), without its edges.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphFrame {
    order: NodeOrder,
    /// Sum of the weights of each source's out-edges, by slot. Greater than 0.
    out_weights: Vec<f64>,
    /// First slot of each chunk.
    cuts: Vec<usize>,
}

/// A weighted graph in the layout for [`propagate()`](super::propagate()).
#[derive(Clone, Debug, PartialEq)]
pub struct BlockedGraph {
    frame: GraphFrame,
    edges: GraphPart,
}

impl BlockedGraph {
    /// Builds the graph of `in_edges`; `weight` returns the weight of an edge and is called twice for each. An edge
    /// below 2^-33 of its source's greatest weight, or below the smallest normal float, passes on nothing.
    ///
    /// # Errors
    /// If a weight is not a number from 0 to [`MAX_WEIGHT`](super::MAX_WEIGHT); the error names the first.
    pub fn build(in_edges: InEdges<'_>, weight: impl Fn(usize) -> f64 + Sync) -> Result<BlockedGraph, GraphError> {
        let builder = PartBuilder::new(in_edges, &weight)?;
        let edges = builder.build_part(0..builder.cuts.len());
        let mut out_weights = vec![0; builder.order.source_count()];
        edges.add_out_weights(&mut out_weights);
        let frame = builder.into_frame(out_weights);
        Ok(BlockedGraph { frame, edges })
    }

    /// Returns the nodes.
    pub fn frame(&self) -> &GraphFrame {
        &self.frame
    }

    /// Returns the nodes alone.
    pub fn into_frame(self) -> GraphFrame {
        self.frame
    }

    pub(super) fn edges(&self) -> &GraphPart {
        &self.edges
    }
}

impl GraphFrame {
    /// Builds the graph of [`BlockedGraph::build`], and hands its edges to `store`, in parts of about `part_edges`
    /// edges. One part is in memory at a time.
    ///
    /// # Errors
    /// As [`BlockedGraph::build`], and errors of the store.
    pub fn build_apart<E>(
        in_edges: InEdges<'_>,
        weight: impl Fn(usize) -> f64 + Sync,
        part_edges: usize,
        store: &mut dyn EdgeStore<Error = E>,
    ) -> Result<GraphFrame, BuildError<E>> {
        let builder = PartBuilder::new(in_edges, &weight).map_err(BuildError::Graph)?;
        let mut out_weights = vec![0; builder.order.source_count()];
        for chunks in builder.group_chunks(part_edges) {
            let part = builder.build_part(chunks);
            part.add_out_weights(&mut out_weights);
            store.keep(part).map_err(BuildError::Store)?;
        }
        Ok(builder.into_frame(out_weights))
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
}

/// Error of a graph with its edges in a store.
#[derive(Debug)]
pub enum BuildError<E> {
    /// The graph is invalid.
    Graph(GraphError),
    /// The store failed.
    Store(E),
}

/// Builds parts of a graph.
struct PartBuilder<'a, W> {
    in_edges: InEdges<'a>,
    weight: &'a W,
    order: NodeOrder,
    cuts: Vec<usize>,
}

impl<'a, W: Fn(usize) -> f64 + Sync> PartBuilder<'a, W> {
    fn new(in_edges: InEdges<'a>, weight: &'a W) -> Result<PartBuilder<'a, W>, GraphError> {
        let order = NodeOrder::compute(in_edges, weight)?;
        let limit = (in_edges.edge_count() / MIN_CHUNKS).clamp(CHUNK_EDGES.start, CHUNK_EDGES.end);
        let degrees = order.nodes().iter().map(|node| in_edges.range(*node as usize).len());
        Ok(PartBuilder {
            cuts: cut_chunks(degrees, limit),
            in_edges,
            weight,
            order,
        })
    }

    fn in_edges_of(&self, slot: usize) -> Range<usize> {
        self.in_edges.range(self.order.nodes()[slot] as usize)
    }

    fn is_hub(&self, slot: usize) -> bool {
        self.in_edges_of(slot).len() > HUB_EDGES
    }

    /// Returns the slots of a chunk. Those of the last chunk end at a multiple of [`LANES`], as vectors do.
    fn slots(&self, chunk: usize) -> Range<usize> {
        let end = self.order.nodes().len().next_multiple_of(LANES);
        self.cuts[chunk]..self.cuts.get(chunk + 1).copied().unwrap_or(end)
    }

    fn place(&self, edge: usize) -> (u32, u32) {
        self.order.place(self.in_edges.sources()[edge], (self.weight)(edge))
    }

    /// Groups the chunks, in their order, into parts of about `part_edges` edges.
    fn group_chunks(&self, part_edges: usize) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        let mut edges = part_edges;
        for chunk in 0..self.cuts.len() {
            match parts.last_mut() {
                Some(last) if edges < part_edges => last.end = chunk + 1,
                _ => {
                    parts.push(chunk..chunk + 1);
                    edges = 0;
                }
            }
            edges += self
                .known_slots(chunk)
                .map(|slot| self.in_edges_of(slot).len())
                .sum::<usize>();
        }
        parts
    }

    /// Returns the slots of a chunk that have a node.
    fn known_slots(&self, chunk: usize) -> Range<usize> {
        let slots = self.slots(chunk);
        slots.start..slots.end.min(self.order.nodes().len())
    }

    fn build_part(&self, chunks: Range<usize>) -> GraphPart {
        let block_count = self.order.source_count().div_ceil(SOURCE_BLOCK);
        let cuts: Vec<usize> = chunks.clone().map(|chunk| self.slots(chunk).start).collect();
        let end = chunks.clone().last().map_or(0, |last| self.slots(last).end);
        let slots = chunks
            .clone()
            .into_par_iter()
            .flat_map_iter(|chunk| self.known_slots(chunk));
        let hubs: Vec<usize> = slots.filter(|slot| self.is_hub(*slot)).collect();
        let hub_row = |target: usize| HubRow {
            target,
            edges: sort_hub_edges(self.in_edges_of(target), |edge| self.place(edge)),
        };
        let fill = |sorter: &mut CellSorter, chunk: usize| {
            for (target, slot) in (0_u16..).zip(self.known_slots(chunk)) {
                let edges = Some(self.in_edges_of(slot)).filter(|edges| edges.len() <= HUB_EDGES);
                for (source, weight) in edges.into_iter().flatten().map(|edge| self.place(edge)) {
                    if weight > 0 {
                        sorter.push(source, target, weight);
                    }
                }
            }
            sorter.finish()
        };
        GraphPart {
            hubs: hubs.into_iter().map(hub_row).collect(),
            chunks: chunks
                .into_par_iter()
                .map_init(|| CellSorter::new(block_count), fill)
                .collect(),
            cuts,
            end,
        }
    }

    fn into_frame(self, out_weights: Vec<u64>) -> GraphFrame {
        GraphFrame {
            order: self.order,
            out_weights: out_weights.into_iter().map(|sum| sum as f64).collect(),
            cuts: self.cuts,
        }
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
