//! Sums that give the same bits on any number of threads.
//!
//! Adding floats in another order moves the last bits, and a scheduler that splits work as threads
//! come free adds them in another order every night. So an array is cut at fixed places, each chunk
//! is added from left to right by whoever is free, and the sums of the chunks are added in order:
//!
//! ```text
//! sum(x) = ((chunk 0 + chunk 1) + chunk 2) + …      chunk i = x[i c] + x[i c + 1] + …
//! ```
//!
//! The sizes of the chunks are part of the result; the number of threads is not. As a bonus the
//! rounding error grows with chunk size + number of chunks rather than with the length (pairwise
//! summation with one level; Higham, *The Accuracy of Floating Point Summation*, 1993).

use std::ops::Range;

use rayon::prelude::*;

/// Nodes that are summed in one go. Part of the result: another value moves the last bits.
pub const NODE_CHUNK: usize = 4096;

/// Edges of one row that are summed in one go, so that several threads share the row of a celebrity.
/// Part of the result for longer rows: another value moves the last bits.
pub const EDGE_CHUNK: usize = 8192;

/// The sum of `values`, in fixed chunks.
pub fn ordered_sum(values: &[f64]) -> f64 {
    sum_over_chunks(values.len(), |range| fold(&values[range]))
}

/// Adds up what `sum_of` returns for the chunks of `0..len`, in order.
pub fn sum_over_chunks(len: usize, sum_of: impl Fn(Range<usize>) -> f64 + Sync) -> f64 {
    let sums: Vec<f64> = (0..len.div_ceil(NODE_CHUNK))
        .into_par_iter()
        .map(|chunk| chunk * NODE_CHUNK)
        .map(|start| sum_of(start..(start + NODE_CHUNK).min(len)))
        .collect();
    fold(&sums)
}

/// One row of a sparse product: `sum_i weights[i] x values[neighbors[i]]`. A long row is cut into
/// fixed chunks of edges, which threads may share.
pub fn gather_sum(neighbors: &[u32], weights: &[f64], values: &[f64]) -> f64 {
    if neighbors.len() <= EDGE_CHUNK {
        return gather_chunk(neighbors, weights, values);
    }
    let sums: Vec<f64> = neighbors
        .par_chunks(EDGE_CHUNK)
        .zip(weights.par_chunks(EDGE_CHUNK))
        .map(|(neighbors, weights)| gather_chunk(neighbors, weights, values))
        .collect();
    fold(&sums)
}

fn gather_chunk(neighbors: &[u32], weights: &[f64], values: &[f64]) -> f64 {
    let products = neighbors
        .iter()
        .zip(weights)
        .map(|(&node, weight)| weight * values[node as usize]);
    products.fold(0.0, |sum, product| sum + product)
}

/// From left to right, and 0 (not the -0 of `Iterator::sum`) for nothing at all.
fn fold(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value)
}

/// The pieces of `slots` that start at `cuts` (ascending, the first is 0), to be filled in parallel.
pub(super) fn cut_at<'a, T>(mut slots: &'a mut [T], cuts: &[usize]) -> Vec<&'a mut [T]> {
    let mut pieces = Vec::with_capacity(cuts.len());
    for pair in cuts.windows(2) {
        let (piece, rest) = slots.split_at_mut(pair[1] - pair[0]);
        pieces.push(piece);
        slots = rest;
    }
    if !cuts.is_empty() {
        pieces.push(slots);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_the_chunks_added_in_order() {
        let values: Vec<f64> = (0..3 * NODE_CHUNK + 17).map(|i| 1.0 / (1.0 + i as f64)).collect();
        let mut by_hand = 0.0;
        for chunk in values.chunks(NODE_CHUNK) {
            let mut sum = 0.0;
            for value in chunk {
                sum += value;
            }
            by_hand += sum;
        }
        assert_eq!(ordered_sum(&values).to_bits(), f64::to_bits(by_hand));
    }

    #[test]
    fn nothing_adds_up_to_plain_zero() {
        assert_eq!(ordered_sum(&[]).to_bits(), 0);
        assert_eq!(gather_sum(&[], &[], &[]).to_bits(), 0);
    }

    #[test]
    fn a_long_row_is_the_sum_of_its_chunks_of_edges() {
        let values: Vec<f64> = (0..5).map(|i| 0.1 * f64::from(i)).collect();
        let neighbors: Vec<u32> = (0..2 * EDGE_CHUNK as u32 + 3).map(|i| i % 5).collect();
        let weights: Vec<f64> = (0..neighbors.len()).map(|i| 1.0 / (1.0 + i as f64)).collect();
        let chunk = |range: Range<usize>| gather_sum(&neighbors[range.clone()], &weights[range], &values);
        let (one, two) = (EDGE_CHUNK, 2 * EDGE_CHUNK);
        let by_hand = (chunk(0..one) + chunk(one..two)) + chunk(two..neighbors.len());
        assert_eq!(gather_sum(&neighbors, &weights, &values).to_bits(), by_hand.to_bits());
    }

    #[test]
    fn the_pieces_of_an_array_cover_it_once() {
        let mut slots = [1, 2, 3, 4, 5];
        assert_eq!(cut_at(&mut slots, &[0, 0, 3]), [&[][..], &[1, 2, 3], &[4, 5]]);
        assert!(cut_at(&mut slots[..0], &[]).is_empty());
    }
}
