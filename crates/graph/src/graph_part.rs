//! Edges of consecutive chunks of targets, and the sums of shares over them. A part of a graph can be in another process
//! than the vectors of a step; the sums are the same bits.

use rayon::prelude::*;

use super::cells::{CellEdge, SOURCE_BLOCK, TargetChunk};
use super::numeric::EDGE_CHUNK;

/// Number of edges by which the processor fetches ahead of the sum: 2 KiB, because the pages of memory end the stream
/// that it detects by itself. It does not affect the result.
const FETCH_AHEAD: usize = 256;

/// Number of edges in a cache line.
const LINE: usize = 8;

/// Keeps the edges of a graph in parts, and adds up shares over them.
pub trait EdgeStore {
    /// Error of the store.
    type Error;

    /// Takes the next part. Parts come in the order of their targets.
    ///
    /// # Errors
    /// If the part cannot be kept.
    fn keep(&mut self, part: GraphPart) -> Result<(), Self::Error>;

    /// Returns the [sums](GraphPart::sum_shares) of all parts, one after the other. `step` is the number of the step.
    ///
    /// # Errors
    /// If a part cannot be read.
    fn sum_shares(&mut self, step: u32, shares: &[f64]) -> Result<Vec<f64>, Self::Error>;
}

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

/// In-edges of consecutive chunks of targets.
#[derive(Clone, Debug, PartialEq)]
pub struct GraphPart {
    /// First slot of each chunk.
    pub(super) cuts: Vec<usize>,
    /// End of the slots of the last chunk.
    pub(super) end: usize,
    pub(super) chunks: Vec<TargetChunk>,
    /// Hubs, by slot.
    pub(super) hubs: Vec<HubRow>,
}

impl GraphPart {
    /// Returns the sum of shares over the in-edges of each slot. `shares` has the share of each source per unit of
    /// weight, and zeros up to a multiple of 65,536.
    pub fn sum_shares(&self, shares: &[f64]) -> Vec<f64> {
        let start = self.cuts.first().copied().unwrap_or(self.end);
        let hub_sums = self.sum_hubs(shares);
        let mut sums = vec![0.0; self.end - start];
        let cuts: Vec<usize> = self.cuts.iter().map(|cut| cut - start).collect();
        let chunks = super::numeric::cut_at(&mut sums, &cuts).into_par_iter().enumerate();
        chunks.for_each(|(chunk, sums)| self.sum_chunk(chunk, shares, &hub_sums, sums));
        sums
    }

    /// Sums the shares of each hub.
    pub(super) fn sum_hubs(&self, shares: &[f64]) -> Vec<f64> {
        self.hubs.iter().map(|hub| sum_hub(&hub.edges, shares)).collect()
    }

    /// Sets `sums` to the sum of shares of each target in a chunk.
    pub(super) fn sum_chunk(&self, chunk: usize, shares: &[f64], hub_sums: &[f64], sums: &mut [f64]) {
        let start = self.cuts[chunk];
        let end = start + sums.len();
        gather(&self.chunks[chunk], shares, sums);
        let first = self.hubs.partition_point(|hub| hub.target < start);
        let hubs = self.hubs[first..].iter().zip(&hub_sums[first..]);
        for (hub, sum) in hubs.take_while(|(hub, _)| hub.target < end) {
            sums[hub.target - start] = *sum;
        }
    }

    /// Adds the weights of the out-edges of each source to `out_weights`, block by block. Whole numbers: exact up to
    /// 2^53 as floats.
    pub(super) fn add_out_weights(&self, out_weights: &mut [u64]) {
        for (block, all) in out_weights.chunks_mut(SOURCE_BLOCK).enumerate() {
            let sums = self.chunks.par_iter().fold(
                || vec![0_u64; SOURCE_BLOCK],
                |mut sums, chunk| {
                    for edge in chunk.cell(block) {
                        sums[edge.source()] += u64::from(edge.weight());
                    }
                    sums
                },
            );
            let sums = sums.reduce_with(add_to).unwrap_or_default();
            all.iter_mut().zip(sums).for_each(|(all, sum)| *all += sum);
            let (first, end) = (block * SOURCE_BLOCK, (block + 1) * SOURCE_BLOCK);
            for hub in &self.hubs {
                let edges = &hub.edges[hub.edges.partition_point(|edge| (edge.source as usize) < first)..];
                for edge in edges.iter().take_while(|edge| (edge.source as usize) < end) {
                    all[edge.source as usize - first] += u64::from(edge.weight);
                }
            }
        }
    }
}

fn add_to(mut sums: Vec<u64>, others: Vec<u64>) -> Vec<u64> {
    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
    sums
}

/// Sets `sums` to the sum of shares of each target in a chunk.
fn gather(chunk: &TargetChunk, shares: &[f64], sums: &mut [f64]) {
    sums.fill(0.0);
    let (blocks, _) = shares.as_chunks::<SOURCE_BLOCK>(); // A fixed length spares the bounds check of each edge.
    for (cell, shares) in chunk.cells().zip(blocks) {
        let mut add = |edge: &CellEdge| sums[edge.target()] += f64::from(edge.weight()) * shares[edge.source()];
        let (lines, rest) = cell.as_chunks::<LINE>();
        for line in lines {
            fetch(line, FETCH_AHEAD);
            line.iter().for_each(&mut add);
        }
        rest.iter().for_each(add);
    }
}

/// Sums the shares of the sources of a hub, in fixed chunks that threads may share.
fn sum_hub(edges: &[HubEdge], shares: &[f64]) -> f64 {
    let sums = edges.par_chunks(EDGE_CHUNK).map(|edges| {
        let (lines, rest) = edges.as_chunks::<LINE>();
        let product = |edge: &HubEdge| f64::from(edge.weight) * shares[edge.source as usize];
        let mut sums = [0.0; LINE];
        for line in lines {
            fetch(line, FETCH_AHEAD);
            sums.iter_mut().zip(line).for_each(|(sum, edge)| *sum += product(edge));
        }
        sums.iter_mut().zip(rest).for_each(|(sum, edge)| *sum += product(edge));
        sums.iter().fold(0.0, |sum, part| sum + part)
    });
    let sums: Vec<f64> = sums.collect();
    sums.iter().fold(0.0, |sum, part| sum + part)
}

/// Asks the processor to load the cache line `ahead` elements after the first of a slice.
#[cfg(target_arch = "x86_64")]
fn fetch<T>(slice: &[T], ahead: usize) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a hint without any other effect, valid for every address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(slice.as_ptr().wrapping_add(ahead).cast()) }
}

/// Does nothing: other processors have no stable instruction for it.
#[cfg(not(target_arch = "x86_64"))]
fn fetch<T>(_: &[T], _: usize) {}
