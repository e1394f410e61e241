//! A view of in-edges in borrowed arrays.
//!
//! ```text
//! row v  =  sources[offsets[v] .. offsets[v + 1]]     the sources of v's in-edges, ascending, each once
//! ```
//!
//! The index of an edge in `sources` is its number. Weights are not part of the view: a kernel receives them as a
//! function of the edge, so no caller copies them. Memory: none beyond the borrowed arrays.

use std::ops::Range;

use rayon::prelude::*;

use super::error::GraphError;

/// The in-edges of the nodes `0..node_count`, by target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InEdges<'a> {
    offsets: &'a [usize],
    sources: &'a [u32],
}

impl<'a> InEdges<'a> {
    /// Checks the arrays of a graph. `offsets` has one entry more than there are nodes; each row lists its sources in
    /// ascending order, each once. Cost: one parallel pass.
    ///
    /// # Errors
    /// If the arrays violate these rules, or if nodes or edges do not fit into 32 bits; the error names the first
    /// violation.
    pub fn new(offsets: &'a [usize], sources: &'a [u32]) -> Result<InEdges<'a>, GraphError> {
        check_offsets(offsets)?;
        let edges = offsets[offsets.len() - 1];
        if edges != sources.len() {
            return Err(GraphError::LengthMismatch {
                rows: edges,
                columns: sources.len(),
                weights: sources.len(),
            });
        }
        check_size(offsets.len() - 1)?;
        check_size(edges)?;
        let in_edges = InEdges { offsets, sources };
        match (0..in_edges.node_count())
            .into_par_iter()
            .find_first(|row| !in_edges.is_valid(*row))
        {
            Some(row) => Err(in_edges.find_violation(row)),
            None => Ok(in_edges),
        }
    }

    /// Returns true if the sources of a row ascend to at most the last node.
    fn is_valid(self, row: usize) -> bool {
        let sources = self.row(row);
        let is_known = |source: &u32| (*source as usize) < self.node_count();
        sources.is_sorted_by(|a, b| a < b) && sources.last().is_none_or(is_known)
    }

    fn find_violation(self, row: usize) -> GraphError {
        let unknown = self
            .row(row)
            .iter()
            .position(|source| *source as usize >= self.node_count());
        match unknown.map(|index| self.range(row).start + index) {
            Some(edge) => GraphError::UnknownNode {
                edge,
                node: self.sources[edge],
                node_count: self.node_count(),
            },
            None => GraphError::Unsorted { row },
        }
    }

    /// Wraps arrays that are valid by construction; checks them in debug builds only.
    pub(super) fn from_valid(offsets: &'a [usize], sources: &'a [u32]) -> InEdges<'a> {
        debug_assert!(InEdges::new(offsets, sources).is_ok());
        InEdges { offsets, sources }
    }

    /// Returns the number of nodes.
    pub fn node_count(self) -> usize {
        self.offsets.len() - 1
    }

    /// Returns the number of edges.
    pub fn edge_count(self) -> usize {
        self.sources.len()
    }

    /// Returns the numbers of the in-edges of `node`.
    pub fn range(self, node: usize) -> Range<usize> {
        self.offsets[node]..self.offsets[node + 1]
    }

    /// Returns the sources of the in-edges of `node`, ascending.
    pub fn row(self, node: usize) -> &'a [u32] {
        &self.sources[self.range(node)]
    }

    /// Returns the sources of all edges.
    pub fn sources(self) -> &'a [u32] {
        self.sources
    }

    /// Cuts the nodes into at most `parts` ranges with about the same number of edges each.
    pub(super) fn cut_evenly(self, parts: usize) -> Vec<Range<usize>> {
        let target = self.edge_count().div_ceil(parts.max(1)).max(1);
        let mut ranges = Vec::with_capacity(parts);
        let mut start = 0;
        while start < self.node_count() {
            let full = self.offsets[start] + target;
            let end = self.offsets.partition_point(|&offset| offset < full);
            let end = end.clamp(start + 1, self.node_count());
            ranges.push(start..end);
            start = end;
        }
        ranges
    }
}

fn check_offsets(offsets: &[usize]) -> Result<(), GraphError> {
    if offsets.first() != Some(&0) {
        return Err(GraphError::Offsets { index: 0 });
    }
    match offsets.par_windows(2).position_first(|pair| pair[0] > pair[1]) {
        Some(before) => Err(GraphError::Offsets { index: before + 1 }),
        None => Ok(()),
    }
}

/// Refuses more nodes or edges than a `u32` can number.
pub(super) fn check_size(count: usize) -> Result<(), GraphError> {
    match u32::try_from(count) {
        Ok(_) => Ok(()),
        Err(_) => Err(GraphError::TooLarge { count }),
    }
}

/// Refuses node ids that are not below `node_count`; reports the first.
pub(super) fn check_nodes(nodes: &[u32], node_count: usize) -> Result<(), GraphError> {
    match nodes.par_iter().position_first(|&node| node as usize >= node_count) {
        Some(edge) => Err(GraphError::UnknownNode {
            edge,
            node: nodes[edge],
            node_count,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_lists_the_sources_and_numbers_of_its_edges() {
        let (offsets, sources) = ([0, 2, 2, 3], [1, 2, 0]);
        let in_edges = InEdges::new(&offsets, &sources).unwrap();
        assert_eq!((in_edges.node_count(), in_edges.edge_count()), (3, 3));
        assert_eq!(in_edges.row(0), [1, 2]);
        assert_eq!(in_edges.row(1), [0; 0]);
        assert_eq!(in_edges.range(2), 2..3);
        assert_eq!(InEdges::new(&[0], &[]).unwrap().node_count(), 0);
    }

    #[test]
    fn invalid_arrays_are_refused_with_the_first_violation() {
        let unsorted = GraphError::Unsorted { row: 1 };
        let unknown = GraphError::UnknownNode {
            edge: 0,
            node: 1,
            node_count: 1,
        };
        let lengths = GraphError::LengthMismatch {
            rows: 1,
            columns: 2,
            weights: 2,
        };
        let cases = [
            (InEdges::new(&[], &[]), GraphError::Offsets { index: 0 }),
            (InEdges::new(&[1, 1], &[0]), GraphError::Offsets { index: 0 }),
            (InEdges::new(&[0, 2, 1], &[0]), GraphError::Offsets { index: 2 }),
            (InEdges::new(&[0, 1], &[0, 0]), lengths),
            (InEdges::new(&[0, 1], &[1]), unknown),
            (InEdges::new(&[0, 0, 2], &[1, 0]), unsorted.clone()),
            (InEdges::new(&[0, 0, 2], &[1, 1]), unsorted),
        ];
        for (result, fault) in cases {
            assert_eq!(result, Err(fault));
        }
    }

    #[test]
    fn even_parts_cover_each_node_once() {
        let lone_hub: Vec<usize> = (0..=100).map(|node| if node > 50 { 1000 } else { 0 }).collect();
        let even: Vec<usize> = (0..=100).collect();
        for offsets in [vec![0], vec![0, 0], vec![0; 100], lone_hub, even.clone()] {
            let sources: Vec<u32> = (0..offsets[offsets.len() - 1] as u32).collect();
            let in_edges = InEdges {
                offsets: &offsets,
                sources: &sources,
            };
            let parts = in_edges.cut_evenly(8);
            let nodes: Vec<usize> = parts.iter().cloned().flatten().collect();
            assert_eq!(nodes, (0..offsets.len() - 1).collect::<Vec<_>>());
            assert!(parts.len() <= 8);
        }
    }
}
