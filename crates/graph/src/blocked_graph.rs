//! The graph in the layout that a step of the propagation reads.
//!
//! ```text
//!                 sources 0 .. 64 Ki    64 Ki .. 128 Ki   …
//! targets 0 .. 8 Ki     cell                cell               each cell: its edges by source, then by target
//!   8 Ki .. 16 Ki       cell                cell
//! edge = weight as a whole number (32 bits) | target in the chunk (16 bits) | source in the block (16 bits)
//! ```
//!
//! One thread takes a chunk of targets. Their sums fit the cache, the shares of a block are read from front to back,
//! and no branch depends on an edge: on a Kronecker graph a step takes a quarter of the time of rows with 64-bit
//! weights. Sources are numbered by activity, see [`SourceOrder`]. A target with more than [`HUB_EDGES`] in-edges is
//! a hub and has a row of its own, which threads share; in a cell, it would keep one of them busy alone.
//!
//! Chunks, blocks and the order of the edges are fixed, so the graph and each sum are bitwise identical for any number
//! of threads. Memory: 8 bytes an edge, 20 bytes a node, 4 bytes a cell. Building it needs 24 bytes an edge of the
//! chunks at work beyond that, and the time of about 25 steps: two random reads an edge, and the sort. Sorting by
//! groups of sources only made it a fifth faster, but each step a third slower.
//!
//! Papers: Beamer, Asanović, Patterson, *Reducing Pagerank Communication via Propagation Blocking*, 2017; Zhang,
//! Kiriansky, Mendis, Amarasinghe, Zaharia, *Making Caches Work for Graph Analytics*, 2017 (segments, and sources by
//! degree).

use rayon::prelude::*;

use super::error::GraphError;
use super::in_edges::InEdges;
use super::numeric::cut_by_length;
use super::source_order::SourceOrder;

/// Number of targets in a chunk. It affects the order of sums: another value changes the last bits.
pub(super) const TARGET_CHUNK: usize = 1 << 13;

/// Number of sources in a block: as many as 16 bits can number.
pub(super) const SOURCE_BLOCK: usize = 1 << 16;

/// Largest number of in-edges of a target in a cell; a hub has more.
pub(super) const HUB_EDGES: usize = 1 << 16;

/// One edge in a cell: weight, target within its chunk, source within its block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct CellEdge(u64);

impl CellEdge {
    fn new(weight: u32, target: u16, source: u16) -> CellEdge {
        CellEdge(u64::from(weight) << 32 | u64::from(target) << 16 | u64::from(source))
    }

    pub(super) fn weight(self) -> u64 {
        self.0 >> 32
    }

    pub(super) fn target(self) -> usize {
        (self.0 >> 16) as usize % TARGET_CHUNK // Spares the kernel a bounds check.
    }

    pub(super) fn source(self) -> usize {
        self.0 as usize % SOURCE_BLOCK
    }
}

/// The in-edges of the targets of one chunk.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TargetChunk {
    /// Start of each block's edges; one entry more than there are blocks.
    starts: Vec<u32>,
    edges: Vec<CellEdge>,
}

impl TargetChunk {
    /// Returns the edges from the sources of a block.
    pub(super) fn cell(&self, block: usize) -> &[CellEdge] {
        &self.edges[self.starts[block] as usize..self.starts[block + 1] as usize]
    }
}

/// One in-edge of a hub.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct HubEdge {
    pub(super) source: u32,
    pub(super) weight: u32,
}

/// The in-edges of a hub, by source.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HubRow {
    pub(super) target: usize,
    pub(super) edges: Vec<HubEdge>,
}

/// A weighted graph in the layout for [`propagate()`](super::propagate()).
#[derive(Clone, Debug, PartialEq)]
pub struct BlockedGraph {
    order: SourceOrder,
    /// Sum of the weights of each source's out-edges, in order of position. Greater than 0.
    out_weights: Vec<f64>,
    chunks: Vec<TargetChunk>,
    /// Hubs, by target.
    hubs: Vec<HubRow>,
}

impl BlockedGraph {
    /// Builds the graph of `in_edges`; `weight` returns the weight of an edge and is called twice for each. An edge
    /// below 2^-33 of its source's greatest weight, or below the smallest normal float, passes on nothing.
    ///
    /// # Errors
    /// If a weight is not a number from 0 to [`MAX_WEIGHT`](super::MAX_WEIGHT); the error names the first.
    pub fn build(in_edges: InEdges<'_>, weight: impl Fn(usize) -> f64 + Sync) -> Result<BlockedGraph, GraphError> {
        let order = SourceOrder::compute(in_edges, &weight)?;
        let nodes = 0..in_edges.node_count();
        let is_hub = |node: &usize| in_edges.range(*node).len() > HUB_EDGES;
        let hubs: Vec<usize> = nodes.clone().into_par_iter().filter(is_hub).collect();
        let hubs = hubs
            .into_iter()
            .map(|hub| build_hub(in_edges, hub, &order, &weight))
            .collect();
        let chunks = cut_by_length(nodes.end, TARGET_CHUNK)
            .map_init(
                || CellSorter::new(order.nodes().len()),
                |sorter, targets| {
                    for (slot, target) in (0_u16..).zip(targets) {
                        let edges = in_edges.range(target);
                        if edges.len() <= HUB_EDGES {
                            edges.for_each(|edge| {
                                sorter.push(order.place(in_edges.sources()[edge], weight(edge)), slot)
                            });
                        }
                    }
                    sorter.finish()
                },
            )
            .collect();
        let mut graph = BlockedGraph {
            out_weights: Vec::new(),
            order,
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
            (position, weight) => f64::from(weight) / self.out_weights[position as usize],
        }
    }

    pub(super) fn order(&self) -> &SourceOrder {
        &self.order
    }

    pub(super) fn out_weights(&self) -> &[f64] {
        &self.out_weights
    }

    pub(super) fn chunks(&self) -> &[TargetChunk] {
        &self.chunks
    }

    pub(super) fn hubs(&self) -> &[HubRow] {
        &self.hubs
    }

    /// Returns the number of blocks of sources.
    pub(super) fn block_count(&self) -> usize {
        self.order.nodes().len().div_ceil(SOURCE_BLOCK)
    }

    /// Sums the weights of each source's out-edges, block by block. Whole numbers: exact up to 2^53.
    fn sum_out_weights(&self) -> Vec<f64> {
        let mut sums = vec![0_u64; self.order.nodes().len()];
        sums.par_chunks_mut(SOURCE_BLOCK).enumerate().for_each(|(block, sums)| {
            for edge in self.chunks.iter().flat_map(|chunk| chunk.cell(block)) {
                sums[edge.source()] += edge.weight();
            }
            let (first, end) = (block * SOURCE_BLOCK, (block + 1) * SOURCE_BLOCK);
            for hub in &self.hubs {
                let edges = &hub.edges[hub.edges.partition_point(|edge| (edge.source as usize) < first)..];
                for edge in edges.iter().take_while(|edge| (edge.source as usize) < end) {
                    sums[edge.source as usize - first] += u64::from(edge.weight);
                }
            }
        });
        sums.into_par_iter().map(|sum| sum as f64).collect()
    }
}

fn build_hub(
    in_edges: InEdges<'_>,
    target: usize,
    order: &SourceOrder,
    weight: &(impl Fn(usize) -> f64 + Sync),
) -> HubRow {
    let edges = in_edges.range(target).into_par_iter();
    let place = |edge: usize| order.place(in_edges.sources()[edge], weight(edge));
    let placed = edges.map(place).filter(|(_, weight)| *weight > 0);
    let mut edges: Vec<HubEdge> = placed.map(|(source, weight)| HubEdge { source, weight }).collect();
    edges.par_sort_unstable_by_key(|edge| edge.source); // Each source once.
    HubRow { target, edges }
}

/// An edge of a chunk, not yet in its cell.
#[derive(Clone, Copy, Default)]
struct LooseEdge {
    source: u32,
    weight: u32,
    target: u16,
}

/// Sorts the edges of one chunk at a time into cells: a radix sort by source in two digits, which keeps the order of
/// the targets. The higher digit is a part of a block.
struct CellSorter {
    /// Bits of the lower digit, at most those of a source in a block.
    low_bits: u32,
    block_count: usize,
    edges: Vec<LooseEdge>,
    sorted: Vec<LooseEdge>,
    /// Number of edges by lower and by higher digit, then the next slot of each.
    low: Vec<u32>,
    high: Vec<u32>,
}

impl CellSorter {
    fn new(source_count: usize) -> CellSorter {
        let bits = usize::BITS - source_count.leading_zeros();
        let low_bits = bits.div_ceil(2);
        CellSorter {
            low_bits,
            block_count: source_count.div_ceil(SOURCE_BLOCK),
            edges: Vec::new(),
            sorted: Vec::new(),
            low: vec![0; 1 << low_bits],
            high: vec![0; 1 << (bits - low_bits)],
        }
    }

    /// Adds an edge. Targets must ascend.
    fn push(&mut self, (source, weight): (u32, u32), target: u16) {
        if weight > 0 {
            let (low, high) = split_digits(source, self.low_bits);
            self.low[low] += 1;
            self.high[high] += 1;
            self.edges.push(LooseEdge { source, weight, target });
        }
    }

    /// Returns the chunk of the edges, and removes them.
    fn finish(&mut self) -> TargetChunk {
        start_slots(&mut self.low);
        start_slots(&mut self.high);
        let digits_per_block = SOURCE_BLOCK >> self.low_bits;
        let first = |block: usize| self.high.get(block * digits_per_block).copied();
        let end = self.edges.len() as u32;
        let starts = (0..=self.block_count)
            .map(|block| first(block).unwrap_or(end))
            .collect();
        self.sorted.resize(self.edges.len(), LooseEdge::default());
        for edge in &self.edges {
            let slot = &mut self.low[split_digits(edge.source, self.low_bits).0];
            self.sorted[*slot as usize] = *edge;
            *slot += 1;
        }
        let mut edges = vec![CellEdge::default(); self.edges.len()];
        for edge in &self.sorted {
            let slot = &mut self.high[split_digits(edge.source, self.low_bits).1];
            edges[*slot as usize] = CellEdge::new(edge.weight, edge.target, edge.source as u16);
            *slot += 1;
        }
        self.edges.clear();
        self.low.fill(0);
        self.high.fill(0);
        TargetChunk { starts, edges }
    }
}

/// Returns the lower and the higher digit of a source.
fn split_digits(source: u32, low_bits: u32) -> (usize, usize) {
    let source = source as usize;
    (source & ((1 << low_bits) - 1), source >> low_bits)
}

/// Replaces the number of edges of each digit by the index of its first slot.
fn start_slots(counts: &mut [u32]) {
    let mut start = 0;
    for count in counts {
        start += std::mem::replace(count, start);
    }
}
