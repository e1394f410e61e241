//! Vectors with one value per node, in the slots of a [`NodeOrder`].

use rayon::prelude::*;

use super::node_order::NodeOrder;
use super::numeric::sum_over_chunks;

/// Number of values that a pass over a vector adds side by side. It affects the order of sums: another value changes
/// the last bits. A divisor of the chunks of nodes.
pub(super) const LANES: usize = 8;

/// One value per node. The nodes without an edge have values in proportion to their teleport.
#[derive(Clone, Default)]
pub(super) struct NodeVector {
    /// Value of each slot, and zeros up to a multiple of [`LANES`].
    pub(super) slots: Vec<f64>,
    /// Value of a node without an edge, per unit of its teleport.
    pub(super) rest: f64,
}

impl NodeVector {
    /// Returns zeros for `slot_count` slots.
    pub(super) fn zeros(slot_count: usize) -> NodeVector {
        NodeVector {
            slots: vec![0.0; slot_count.next_multiple_of(LANES)],
            rest: 0.0,
        }
    }
}

/// The share of the teleport of each node; they sum to 1.
pub(super) struct Teleport {
    pub(super) shares: NodeVector,
    /// Sum of the shares of the nodes without an edge.
    pub(super) rest_sum: f64,
    /// Sum of their squares.
    pub(super) rest_squares: f64,
}

impl Teleport {
    /// Divides the trust of each node by its sum `total`.
    pub(super) fn new(order: &NodeOrder, trust: &[f64], total: f64) -> Teleport {
        let share = |node: usize| share_of(trust, total, node);
        let mut shares = NodeVector::zeros(order.nodes().len());
        let slots = shares.slots.par_iter_mut().zip(order.nodes());
        slots.for_each(|(slot, node)| *slot = share(*node as usize));
        shares.rest = 1.0;
        let sum_rest = |value: &(dyn Fn(f64) -> f64 + Sync)| {
            sum_over_chunks(trust.len(), |nodes| {
                let rest = nodes.filter(|node| order.slot(*node).is_none());
                rest.fold(0.0, |sum, node| sum + value(share(node)))
            })
        };
        Teleport {
            shares,
            rest_sum: sum_rest(&|share| share),
            rest_squares: sum_rest(&|share| share * share),
        }
    }
}

/// Returns the share of a node: its trust over the sum `total`; uniform if that is 0.
pub(super) fn share_of(trust: &[f64], total: f64, node: usize) -> f64 {
    if total > 0.0 {
        trust[node] / total
    } else {
        1.0 / trust.len() as f64
    }
}
