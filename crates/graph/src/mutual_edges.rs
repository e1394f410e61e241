//! Pairs of nodes that react to each other.
//!
//! The edge u -> v is in the row of v, its counterpart v -> u in the row of u. For each edge, v is searched in the row
//! of u, but only if that is the shorter row; the pair is then known for both edges. So a hub costs each of its
//! reactors one binary search of a short row, and neither a transpose nor a copy of the graph is needed.
//!
//! The list depends on the edges only, not on their weights: amounts at several moments share it. It is sorted by edge,
//! so it can be read target by target, and it is the same for any number of threads.
//!
//! Cost: O(edges log longest row), and a sort of the pairs. Memory: 8 bytes per mutual edge.

use std::ops::Range;

use rayon::prelude::*;

use super::in_edges::InEdges;
use super::numeric::{NODE_CHUNK, cut_by_length};

/// An edge with a counterpart in the other direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MutualEdge {
    /// Number of the edge.
    pub edge: u32,
    /// Number of the edge between the same nodes in the other direction; a self-loop is its own counterpart.
    pub back: u32,
}

/// All edges with a counterpart, sorted by edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MutualEdges {
    edges: Vec<MutualEdge>,
}

impl MutualEdges {
    /// Finds the mutual edges of a graph.
    pub fn find(in_edges: InEdges<'_>) -> MutualEdges {
        let found: Vec<Vec<MutualEdge>> = cut_by_length(in_edges.node_count(), NODE_CHUNK)
            .map(|targets| {
                let mut found = Vec::new();
                targets.for_each(|target| find_in_row(in_edges, target, &mut found));
                found
            })
            .collect();
        let mut edges = found.concat();
        edges.par_sort_unstable(); // Each edge occurs once.
        MutualEdges { edges }
    }

    /// Returns the number of edges with a counterpart.
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    /// Returns true if no edge has a counterpart.
    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }

    /// Returns those of `edges` that have a counterpart, ascending. The edges of one target are its
    /// [`InEdges::range`].
    pub fn among(&self, edges: Range<usize>) -> &[MutualEdge] {
        let start = self
            .edges
            .partition_point(|mutual| (mutual.edge as usize) < edges.start);
        let rest = &self.edges[start..];
        &rest[..rest.partition_point(|mutual| (mutual.edge as usize) < edges.end)]
    }

    /// Computes `value(target, mutual)` for each mutual edge, in the order of the list.
    pub fn map<T: Send>(&self, in_edges: InEdges<'_>, value: impl Fn(usize, MutualEdge) -> T + Sync) -> Vec<T> {
        let values: Vec<Vec<T>> = cut_by_length(in_edges.node_count(), NODE_CHUNK)
            .map(|targets| {
                let edges = in_edges.range(targets.start).start..in_edges.range(targets.end - 1).end;
                let mut target = targets.start;
                let values = self.among(edges).iter().map(|mutual| {
                    while in_edges.range(target).end <= mutual.edge as usize {
                        target += 1;
                    }
                    value(target, *mutual)
                });
                values.collect()
            })
            .collect();
        values.into_iter().flatten().collect()
    }

    /// Returns all mutual edges, ascending.
    pub fn as_slice(&self) -> &[MutualEdge] {
        &self.edges
    }
}

/// Finds the counterparts of a target's edges in shorter rows, and in rows as long of lesser nodes.
fn find_in_row(in_edges: InEdges<'_>, target: usize, found: &mut Vec<MutualEdge>) {
    let edges = in_edges.range(target);
    let own = (edges.len(), target);
    for edge in edges {
        let source = in_edges.sources()[edge] as usize;
        let others = in_edges.range(source);
        if others.is_empty() || (others.len(), source) > own {
            continue;
        }
        if let Ok(index) = in_edges.row(source).binary_search(&(target as u32)) {
            let (edge, back) = (edge as u32, (others.start + index) as u32);
            found.push(MutualEdge { edge, back });
            if edge != back {
                found.push(MutualEdge { edge: back, back: edge });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutual_edges_are_listed_by_edge_with_their_counterparts() {
        // 0 and 1 react to each other, 2 to 1 and itself, 1 to 2 as well.
        let (offsets, sources) = ([0, 1, 3, 5], [1, 0, 2, 1, 2]);
        let in_edges = InEdges::new(&offsets, &sources).unwrap();
        let mutual = MutualEdges::find(in_edges);
        let pairs: Vec<(u32, u32)> = mutual.as_slice().iter().map(|m| (m.edge, m.back)).collect();
        assert_eq!(pairs, [(0, 1), (1, 0), (2, 3), (3, 2), (4, 4)]);
        assert_eq!(mutual.among(in_edges.range(1)), &mutual.as_slice()[1..3]);
        assert_eq!(mutual.map(in_edges, |target, _| target), [0, 1, 1, 2, 2]);
    }

    #[test]
    fn one_way_edges_have_no_counterpart() {
        let in_edges = InEdges::new(&[0, 2, 2, 2], &[1, 2]).unwrap();
        assert!(MutualEdges::find(in_edges).is_empty());
        assert!(MutualEdges::find(InEdges::new(&[0], &[]).unwrap()).is_empty());
    }
}
