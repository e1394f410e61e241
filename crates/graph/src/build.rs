//! Builds a [`Csr`] graph from a list of edges in any order.
//!
//! Edges with the same row and column are merged into one; its weight is the sum of their weights. Float
//! addition depends on the order, so duplicates are added from the lightest to the heaviest. The graph is
//! therefore bitwise identical for any order of the list.
//!
//! Cost: one counting sort by row, then a sort of each row by column, rows in parallel;
//! O(edges log longest row). Memory beyond input and result: 4 bytes per edge.

use rayon::prelude::*;

use super::csr::{Csr, check_weights};
use super::error::GraphError;
use super::in_edges::{check_nodes, check_size};
use super::numeric::{NODE_CHUNK, cut_at};

impl Csr {
    /// Builds the graph with an edge from `rows[i]` to `columns[i]` of weight `weights[i]` for each `i`.
    /// Weights of duplicate edges are summed.
    ///
    /// # Errors
    /// If the slices differ in length, a node is not below `node_count`, a weight is not a number from 0 to
    /// [`MAX_WEIGHT`](super::MAX_WEIGHT), or nodes or edges do not fit into 32 bits.
    pub fn from_edges(node_count: usize, rows: &[u32], columns: &[u32], weights: &[f64]) -> Result<Csr, GraphError> {
        check_edges(node_count, rows, columns, weights)?;
        let offsets = count_offsets(node_count, rows);
        let order = sort_by_row(&offsets, rows);
        let mut neighbors = vec![0u32; rows.len()];
        let mut summed = vec![0f64; rows.len()];
        let mut lengths = vec![0usize; node_count];
        let cuts: Vec<usize> = offsets[..node_count].iter().copied().step_by(NODE_CHUNK).collect();
        cut_at(&mut neighbors, &cuts)
            .into_par_iter()
            .zip(cut_at(&mut summed, &cuts))
            .zip(lengths.par_chunks_mut(NODE_CHUNK))
            .enumerate()
            .for_each(|(chunk, ((neighbors, summed), lengths))| {
                let starts = &offsets[chunk * NODE_CHUNK..];
                let mut row = Vec::new();
                for (bounds, length) in starts.windows(2).zip(lengths) {
                    row.clear();
                    let edges = order[bounds[0]..bounds[1]].iter().map(|&edge| edge as usize);
                    row.extend(edges.map(|edge| (columns[edge], weights[edge])));
                    let slots = bounds[0] - starts[0]..bounds[1] - starts[0];
                    *length = merge_duplicates(&mut row, &mut neighbors[slots.clone()], &mut summed[slots]);
                }
            });
        let offsets = close_gaps(offsets, &lengths, &mut neighbors, &mut summed);
        Ok(Csr::from_parts(offsets, neighbors, summed))
    }
}

fn check_edges(node_count: usize, rows: &[u32], columns: &[u32], weights: &[f64]) -> Result<(), GraphError> {
    if rows.len() != columns.len() || rows.len() != weights.len() {
        let (rows, columns, weights) = (rows.len(), columns.len(), weights.len());
        return Err(GraphError::LengthMismatch { rows, columns, weights });
    }
    check_size(node_count)?;
    check_size(rows.len())?;
    check_nodes(rows, node_count)?;
    check_nodes(columns, node_count)?;
    check_weights(weights)
}

/// Returns the start of each row in the list of edges sorted by `rows`, followed by the number of edges.
fn count_offsets(node_count: usize, rows: &[u32]) -> Vec<usize> {
    let mut offsets = vec![0usize; node_count + 1];
    for &row in rows {
        offsets[row as usize + 1] += 1;
    }
    let mut total = 0;
    for offset in &mut offsets {
        total += *offset;
        *offset = total;
    }
    offsets
}

/// Returns the edge indices sorted by row. The sort is stable.
fn sort_by_row(offsets: &[usize], rows: &[u32]) -> Vec<u32> {
    let mut next = offsets.to_vec();
    let mut order = vec![0u32; rows.len()];
    for (edge, &row) in (0u32..).zip(rows) {
        let slot = &mut next[row as usize];
        order[*slot] = edge;
        *slot += 1;
    }
    order
}

/// Writes the row sorted by column with duplicates summed; returns its length.
fn merge_duplicates(row: &mut [(u32, f64)], neighbors: &mut [u32], weights: &mut [f64]) -> usize {
    // Ties by weight: duplicates are added from the lightest to the heaviest, in any input order.
    row.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut length = 0;
    for &(column, weight) in row.iter() {
        if length > 0 && neighbors[length - 1] == column {
            weights[length - 1] += weight;
        } else {
            neighbors[length] = column;
            weights[length] = weight;
            length += 1;
        }
    }
    length
}

/// Closes the gaps that merged duplicates left between rows; returns the new offsets.
fn close_gaps(
    mut offsets: Vec<usize>,
    lengths: &[usize],
    neighbors: &mut Vec<u32>,
    weights: &mut Vec<f64>,
) -> Vec<usize> {
    let mut end = 0;
    for (row, &length) in lengths.iter().enumerate() {
        let start = offsets[row];
        if start != end {
            neighbors.copy_within(start..start + length, end);
            weights.copy_within(start..start + length, end);
        }
        offsets[row] = end;
        end += length;
    }
    offsets[lengths.len()] = end;
    neighbors.truncate(end);
    weights.truncate(end);
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_in_any_order_become_sorted_rows() {
        let graph = Csr::from_edges(3, &[2, 0, 2], &[1, 2, 0], &[3.0, 1.0, 2.0]).unwrap();
        assert_eq!(graph.row(0), (&[2][..], &[1.0][..]));
        assert_eq!(graph.row(1), (&[][..], &[][..]));
        assert_eq!(graph.row(2), (&[0, 1][..], &[2.0, 3.0][..]));
    }

    #[test]
    fn duplicates_are_summed_and_leave_no_gap_between_rows() {
        let (rows, columns) = ([0, 0, 1, 0, 1, 2], [1, 1, 0, 1, 0, 2]);
        let graph = Csr::from_edges(3, &rows, &columns, &[1.0, 2.0, 5.0, 4.0, 6.0, 8.0]).unwrap();
        assert_eq!(graph.offsets(), [0, 1, 2, 3]);
        assert_eq!(graph.neighbors(), [1, 0, 2]);
        assert_eq!(graph.weights(), [7.0, 11.0, 8.0]);
    }

    #[test]
    fn duplicates_sum_to_the_same_bits_in_every_order() {
        let forth = Csr::from_edges(1, &[0; 3], &[0; 3], &[1e16, 1.0, 1.0]).unwrap();
        let back = Csr::from_edges(1, &[0; 3], &[0; 3], &[1.0, 1.0, 1e16]).unwrap();
        assert_eq!(forth.weights(), [1e16 + 2.0]);
        assert_eq!(forth, back);
    }

    #[test]
    fn invalid_edges_are_refused() {
        let lengths = GraphError::LengthMismatch {
            rows: 1,
            columns: 0,
            weights: 0,
        };
        assert_eq!(Csr::from_edges(1, &[0], &[], &[]), Err(lengths));
        let unknown = GraphError::UnknownNode {
            edge: 1,
            node: 7,
            node_count: 2,
        };
        assert_eq!(Csr::from_edges(2, &[0, 7], &[0, 0], &[1.0; 2]), Err(unknown.clone()));
        assert_eq!(Csr::from_edges(2, &[0, 0], &[0, 7], &[1.0; 2]), Err(unknown));
        assert!(Csr::from_edges(1, &[0], &[0], &[f64::NAN]).is_err());
    }
}
