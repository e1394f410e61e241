//! The same graph seen from the other end of its edges.
//!
//! A counting sort by column that keeps the order of the rows, so the rows of the transpose are
//! ascending without a comparison. The columns are cut into parts that hold about as many edges
//! each; a part walks over all rows, takes its own stretch of each and fills its own slots, so the
//! parts run in parallel without a lock.
//!
//! Cost: O(edges + parts x nodes x log longest row). Nothing is added up, so neither the parts nor
//! the threads show in the result. Memory beyond the result: 8 bytes a node.

use std::ops::Range;

use rayon::prelude::*;

use super::build::offsets_of;
use super::csr::Csr;
use super::numeric::cut_at;

/// More parts share the work more evenly and write to narrower stretches of memory, but each
/// searches every row once. Not part of the result.
const PARTS: usize = 8;

/// The slots of one part, which are those of its columns.
struct Part<'a> {
    columns: Range<usize>,
    rows: &'a mut [u32],
    weights: &'a mut [f64],
    edges: &'a mut [u32],
}

impl Csr {
    /// The transposed graph and, for each of its edges, the position of that edge in `self`.
    pub fn transpose(&self) -> (Csr, Vec<u32>) {
        let offsets = offsets_of(self.node_count(), self.neighbors());
        let columns = even_parts(&offsets);
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

    /// Writes the edges of the part's columns, row after row, into the part's slots.
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

/// Cuts the nodes into at most [`PARTS`] ranges that hold about as many edges each.
fn even_parts(offsets: &[usize]) -> Vec<Range<usize>> {
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
    fn a_transposed_edge_remembers_where_it_came_from() {
        let graph = Csr::from_edges(3, &[0, 0, 2], &[1, 2, 1], &[5.0, 6.0, 7.0]).unwrap();
        let (back, edges) = graph.transpose();
        assert_eq!(back.row(0), (&[][..], &[][..]));
        assert_eq!(back.row(1), (&[0, 2][..], &[5.0, 7.0][..]));
        assert_eq!(back.row(2), (&[0][..], &[6.0][..]));
        assert_eq!(edges, [0, 2, 1]);
    }

    #[test]
    fn the_parts_hold_every_node_once_and_about_as_many_edges() {
        let lone_hub: Vec<usize> = (0..=100).map(|node| if node > 50 { 1000 } else { 0 }).collect();
        let even: Vec<usize> = (0..=100).collect();
        for offsets in [vec![0], vec![0, 0], vec![0; 100], lone_hub, even.clone()] {
            let parts = even_parts(&offsets);
            let nodes: Vec<usize> = parts.iter().cloned().flatten().collect();
            assert_eq!(nodes, (0..offsets.len() - 1).collect::<Vec<_>>());
            assert!(parts.len() <= PARTS);
        }
        assert!(even_parts(&even).iter().all(|part| part.len() <= 13));
    }
}
