//! Attention of the day before, beside the graph of the snapshot date.
//!
//! Persons have their index of the snapshot date; those missing on it follow. Nearly all edges of the day before are
//! edges of the snapshot date, so they need one more amount; the others are listed apart.

use clout_graph::{InEdges, MutualEdges};

use super::edge_terms::AttentionTerm;
use super::reciprocity::{discount_returned, discounted_amount};

/// Edge that exists on the day before only.
#[derive(Clone, Debug, PartialEq)]
pub struct PastEdge {
    /// Target person.
    pub target: u32,
    /// Reacting person.
    pub reactor: u32,
    /// Amount a(u,v) on the day before.
    pub amount: f64,
    /// Terms, with values of the day before only.
    pub terms: Vec<AttentionTerm>,
}

/// Attention of the day before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PastAttention {
    /// Amount of each edge of the graph on the day before; NaN if it did not exist.
    pub amounts: Vec<f64>,
    /// Edges that exist on the day before only, sorted by target and reactor.
    pub edges: Vec<PastEdge>,
}

/// Edge of the day before.
#[derive(Clone, Copy, Debug, PartialEq)]
enum AnyEdge {
    /// Edge of the graph.
    Kept(usize),
    /// Index in [`PastAttention::edges`].
    Past(usize),
}

impl PastAttention {
    /// Discounts returned attention as on the day before. `in_edges` and `mutual` are those of the graph, `trust` is that
    /// of the day before.
    pub fn discount(&mut self, in_edges: InEdges<'_>, mutual: &MutualEdges, trust: &[f64]) {
        let mut discounted = Vec::new();
        for (index, edge) in self.edges.iter().enumerate() {
            let Some((back_edge, back)) = self.find(in_edges, edge.reactor, edge.target) else {
                continue;
            };
            let amount = discounted_amount(edge.amount, back, trust[edge.target as usize]);
            discounted.push((AnyEdge::Past(index), amount));
            let amount = discounted_amount(back, edge.amount, trust[edge.reactor as usize]);
            discounted.push((back_edge, amount));
        }
        discount_returned(in_edges, mutual, &mut self.amounts, trust);
        for (edge, amount) in discounted {
            match edge {
                AnyEdge::Kept(edge) => self.amounts[edge] = amount,
                AnyEdge::Past(index) => self.edges[index].amount = amount,
            }
        }
    }

    /// Returns the edge of the day before from `reactor` to `target`, with its amount.
    fn find(&self, in_edges: InEdges<'_>, target: u32, reactor: u32) -> Option<(AnyEdge, f64)> {
        let key = (target, reactor);
        if let Ok(index) = self
            .edges
            .binary_search_by_key(&key, |edge| (edge.target, edge.reactor))
        {
            return Some((AnyEdge::Past(index), self.edges[index].amount));
        }
        if target as usize >= in_edges.node_count() {
            return None;
        }
        let row = in_edges.range(target as usize);
        let position = in_edges.sources()[row.clone()].binary_search(&reactor).ok()?;
        let edge = row.start + position;
        let amount = self.amounts[edge];
        (!amount.is_nan()).then_some((AnyEdge::Kept(edge), amount))
    }

    /// Returns the edges to a target that exist on the day before only, by reactor.
    pub fn edges_to(&self, target: u32) -> &[PastEdge] {
        let start = self.edges.partition_point(|edge| edge.target < target);
        let length = self.edges[start..].partition_point(|edge| edge.target == target);
        &self.edges[start..start + length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past(target: u32, reactor: u32, amount: f64) -> PastEdge {
        PastEdge {
            target,
            reactor,
            amount,
            terms: Vec::new(),
        }
    }

    #[test]
    fn each_edge_of_the_day_before_is_discounted_by_its_return_wherever_it_is_listed() {
        // On the day before: 0 <-> 1 (both kept), 2 <-> 0 (one kept), 3 <-> 1 (both past), 2 -> 1 (kept, no return).
        let in_edges = InEdges::new(&[0, 2, 4, 5], &[1, 2, 0, 2, 1]).unwrap();
        let mut attention = PastAttention {
            amounts: vec![1.0, 2.0, 3.0, 4.0, f64::NAN],
            edges: vec![past(1, 3, 1.0), past(2, 0, 3.0), past(3, 1, 1.0)],
        };
        let mutual = MutualEdges::find(in_edges);
        attention.discount(in_edges, &mutual, &[0.0; 4]);
        let expected = [1.0 * (1.0 - 3.0 / 4.0), 2.0 * (1.0 - 3.0 / 4.0), 3.0 * 0.5, 4.0];
        assert_eq!(attention.amounts[..4], expected);
        assert!(attention.amounts[4].is_nan());
        let of_past: Vec<f64> = attention.edges.iter().map(|edge| edge.amount).collect();
        assert_eq!(of_past, [0.5, 3.0 * (1.0 - 2.0 / 3.0), 0.5]);
        assert_eq!(attention.edges_to(2).len(), 1);
        assert!(attention.edges_to(0).is_empty());
    }
}
