//! Sums with bitwise identical results for any number of threads.
//!
//! Adding floats in another order changes the last bits, and a work-stealing scheduler adds them in
//! another order on each run. So an array is cut at fixed indices, one thread adds each chunk from left
//! to right, and the sums of the chunks are added in order:
//!
//! ```text
//! sum(x) = ((chunk 0 + chunk 1) + chunk 2) + …      chunk i = x[i c] + x[i c + 1] + …
//! ```
//!
//! The chunk sizes affect the result; the number of threads does not. The rounding error grows with
//! chunk size + number of chunks instead of the length (pairwise summation with one level; Higham,
//! *The Accuracy of Floating Point Summation*, 1993).

use std::ops::Range;

use rayon::prelude::*;

/// Number of nodes per chunk. It affects the result: another value changes the last bits.
pub const NODE_CHUNK: usize = 4096;

/// Number of edges of a hub per chunk, so that several threads share its row. It affects the result for hubs:
/// another value changes the last bits.
pub const EDGE_CHUNK: usize = 8192;

/// Sums `values` in fixed chunks.
pub fn sum_in_order(values: &[f64]) -> f64 {
    sum_over_chunks(values.len(), |range| sum_left_to_right(&values[range]))
}

/// Sums the results of `sum_of` for the chunks of `0..len`, in order.
pub fn sum_over_chunks(len: usize, sum_of: impl Fn(Range<usize>) -> f64 + Sync) -> f64 {
    let sums: Vec<f64> = cut_by_length(len, NODE_CHUNK).map(&sum_of).collect();
    sum_left_to_right(&sums)
}

/// Cuts `0..len` into ranges of `size`, for parallel work.
pub(super) fn cut_by_length(len: usize, size: usize) -> impl IndexedParallelIterator<Item = Range<usize>> {
    let starts = (0..len.div_ceil(size)).into_par_iter().map(move |chunk| chunk * size);
    starts.map(move |start| start..(start + size).min(len))
}

/// Adds from left to right. An empty slice gives 0, not the -0 of `Iterator::sum`.
fn sum_left_to_right(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value)
}

/// Splits `slots` into the pieces that start at `cuts` (ascending, the first is 0), for parallel writes.
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
    fn a_sum_equals_its_chunks_added_in_order() {
        let values: Vec<f64> = (0..3 * NODE_CHUNK + 17).map(|i| 1.0 / (1.0 + i as f64)).collect();
        let mut by_hand = 0.0;
        for chunk in values.chunks(NODE_CHUNK) {
            let mut sum = 0.0;
            for value in chunk {
                sum += value;
            }
            by_hand += sum;
        }
        assert_eq!(sum_in_order(&values).to_bits(), f64::to_bits(by_hand));
    }

    #[test]
    fn an_empty_sum_is_positive_zero() {
        assert_eq!(sum_in_order(&[]).to_bits(), 0);
    }

    #[test]
    fn the_pieces_of_an_array_cover_it_once() {
        let mut slots = [1, 2, 3, 4, 5];
        assert_eq!(cut_at(&mut slots, &[0, 0, 3]), [&[][..], &[1, 2, 3], &[4, 5]]);
        assert!(cut_at(&mut slots[..0], &[]).is_empty());
    }
}
