//! Transposition: the same graph with all edges reversed.
//!
//! A counting sort by column keeps the order of the rows, so the rows of the transpose are ascending
//! without a comparison. The columns are cut into parts with about the same number of edges. Each part
//! walks over all rows, reads its own range of each and fills its own slots, so the parts run in
//! parallel without a lock.
//!
//! Cost: O(edges + parts x nodes x log longest row). Nothing is summed, so neither the parts nor
//! the threads affect the result. Memory beyond the result: 8 bytes per node.

use std::ops::Range;

use rayon::prelude::*;

use super::build::count_offsets;
use super::csr::Csr;
use super::numeric::cut_at;

/// Number of parts. More parts balance the work better and write to narrower ranges of memory, but each
/// searches every row once. The value does not affect the result.
const PARTS: usize = 8;

/// The output slots of one range of columns.
struct Part<'a> {
    columns: Range<usize>,
    rows: &'a mut [u32],
    weights: &'a mut [f64],
    edges: &'a mut [u32],
}

impl Csr {
    /// Returns the transposed graph and, for each of its edges, the index of that edge in `self`.
    pub fn transpose(&self) -> (Csr, Vec<u32>) {
        let offsets = count_offsets(self.node_count(), self.neighbors());
        let columns = cut_evenly(&offsets);
        let cuts: Vec<usize> = columns.iter().map(|part| offsets[part.start]).collect();
        let mut rows = vec![0u32; self.edge_count()];
        let mut weights = vec![0f64; self.edge_count()];
        let mut edges = vec![0u32; self.edge_count()];
        columns
            .into_par_iter()
            .zip(cut_at(&mut rows, &cuts))
            .zip(cut_at(&mut weights, &cuts))
            .zip(cut_at(&mut edges, &cuts))
            .map(|(((columns, rows), weights), edges)| Part {
                columns,
                rows,
                weights,
                edges,
            })
            .for_each(|part| self.fill(part, &offsets));
        (Csr::from_parts(offsets, rows, weights), edges)
    }

    /// Writes the edges of the part's columns, in row order, into the part's slots.
    fn fill(&self, part: Part<'_>, offsets: &[usize]) {
        let Range { start, end } = part.columns;
        let mut next: Vec<usize> = offsets[start..end]
            .iter()
            .map(|offset| offset - offsets[start])
            .collect();
        for row in 0..self.node_count() {
            let (columns, weights) = self.row(row);
            let first = columns.partition_point(|&column| (column as usize) < start);
            let first_edge = self.offsets()[row] + first;
            for (i, &column) in columns[first..].iter().enumerate() {
                if column as usize >= end {
                    break;
                }
                let slot = &mut next[column as usize - start];
                part.rows[*slot] = row as u32;
                part.weights[*slot] = weights[first + i];
                part.edges[*slot] = (first_edge + i) as u32;
                *slot += 1;
            }
        }
    }
}

/// Cuts the nodes into at most [`PARTS`] ranges with about the same number of edges each.
fn cut_evenly(offsets: &[usize]) -> Vec<Range<usize>> {
    let node_count = offsets.len() - 1;
    let target = offsets[node_count].div_ceil(PARTS).max(1);
    let mut parts = Vec::with_capacity(PARTS);
    let mut start = 0;
    while start < node_count {
        let full = offsets[start] + target;
        let end = offsets
            .partition_point(|&offset| offset < full)
            .clamp(start + 1, node_count);
        parts.push(start..end);
        start = end;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transposed_edge_keeps_the_index_of_its_original() {
        let graph = Csr::from_edges(3, &[0, 0, 2], &[1, 2, 1], &[5.0, 6.0, 7.0]).unwrap();
        let (back, edges) = graph.transpose();
        assert_eq!(back.row(0), (&[][..], &[][..]));
        assert_eq!(back.row(1), (&[0, 2][..], &[5.0, 7.0][..]));
        assert_eq!(back.row(2), (&[0][..], &[6.0][..]));
        assert_eq!(edges, [0, 2, 1]);
    }

    #[test]
    fn the_parts_cover_each_node_once_and_balance_the_edges() {
        let lone_hub: Vec<usize> = (0..=100).map(|node| if node > 50 { 1000 } else { 0 }).collect();
        let even: Vec<usize> = (0..=100).collect();
        for offsets in [vec![0], vec![0, 0], vec![0; 100], lone_hub, even.clone()] {
            let parts = cut_evenly(&offsets);
            let nodes: Vec<usize> = parts.iter().cloned().flatten().collect();
            assert_eq!(nodes, (0..offsets.len() - 1).collect::<Vec<_>>());
            assert!(parts.len() <= PARTS);
        }
        assert!(cut_evenly(&even).iter().all(|part| part.len() <= 13));
    }
}
