//! Order of the nodes of a graph, and the weights of their edges as whole numbers.
//!
//! Each node with an edge has a slot. Sources come first, by the class of their number of edges, the most active class
//! first, then by node; the nodes with in-edges only follow. A step reads the shares of active sources most often, and
//! in this order they lie together in the cache. The class is the binary logarithm, so that one counting sort over the
//! nodes suffices.
//!
//! A weight becomes a whole number of 32 bits,
//!
//! ```text
//! q(u, v) = round(2^32 w(u, v) / 2^e(u))        2^e(u): the least power of two above all weights of u
//! ```
//!
//! which is off by at most 2^-32 of the greatest weight of u. A step divides by the sum of the same whole numbers, so
//! no mass is lost, and that sum is exact in any order. The unit of u's weights cancels out.
//!
//! Cost: one parallel pass over the edges, one pass over the nodes. Memory: 12 bytes a node.

use rayon::prelude::*;

use super::error::GraphError;
use super::in_edges::InEdges;
use super::limits::MAX_WEIGHT;
use super::numeric::NODE_CHUNK;

/// Largest number of parallel parts of the pass over the edges; each needs 8 bytes a node. It does not affect the
/// result.
const MAX_PARTS: usize = 4;

/// Number of classes: the bits of a `u32`, and 0 for nodes with in-edges only.
const CLASSES: usize = 33;

/// Marks a node without edges.
const NO_SLOT: u32 = u32::MAX;

/// The slot of a node, and the unit of its weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct NodeKey {
    /// Number of out-edges while they are counted, then the slot.
    slot: u32,
    /// Biased exponent of the greatest weight as a float; 0 if the node has no out-edges.
    exponent: u16,
}

/// The nodes with edges. A source has at least one out-edge of a weight that a normal float can hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct NodeOrder {
    /// Node of each slot.
    nodes: Vec<u32>,
    source_count: usize,
    keys: Vec<NodeKey>,
}

impl NodeOrder {
    /// Orders the nodes of the graph.
    ///
    /// # Errors
    /// If a weight is not a number from 0 to [`MAX_WEIGHT`]; the error names the first.
    pub(super) fn compute(
        in_edges: InEdges<'_>,
        weight: &(impl Fn(usize) -> f64 + Sync),
    ) -> Result<NodeOrder, GraphError> {
        let parts = in_edges.cut_evenly(rayon::current_num_threads().min(MAX_PARTS));
        let parts: Result<Vec<Vec<NodeKey>>, GraphError> = parts
            .into_par_iter()
            .map(|targets| count_out_edges(in_edges, targets, weight))
            .collect::<Vec<_>>()
            .into_iter()
            .collect(); // In order, so that the first violation is reported.
        let mut parts = parts?.into_iter();
        let mut keys = parts
            .next()
            .unwrap_or_else(|| vec![NodeKey::default(); in_edges.node_count()]);
        for part in parts {
            keys.par_iter_mut().zip(part).for_each(|(key, other)| {
                key.slot += other.slot;
                key.exponent = key.exponent.max(other.exponent);
            });
        }
        let (nodes, source_count) = sort_by_class(in_edges, &mut keys);
        Ok(NodeOrder {
            nodes,
            source_count,
            keys,
        })
    }

    /// Returns the node of each slot.
    pub(super) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Returns the number of nodes, with and without out-edges.
    pub(super) fn node_count(&self) -> usize {
        self.keys.len()
    }

    /// Returns the number of sources; their slots are the first ones.
    pub(super) fn source_count(&self) -> usize {
        self.source_count
    }

    /// Returns the slot of a node, if it has an edge.
    pub(super) fn slot(&self, node: usize) -> Option<usize> {
        let slot = self.keys[node].slot;
        (slot != NO_SLOT).then_some(slot as usize)
    }

    /// Returns the slot of the source of an edge, and the weight of the edge as a whole number. The number is 0 if the
    /// edge passes on nothing.
    pub(super) fn place(&self, source: u32, weight: f64) -> (u32, u32) {
        let key = self.keys[source as usize];
        (key.slot, round_weight(weight, key.exponent))
    }
}

/// Counts the out-edges of each node to some targets, and finds the exponent of their greatest weight.
fn count_out_edges(
    in_edges: InEdges<'_>,
    targets: std::ops::Range<usize>,
    weight: &impl Fn(usize) -> f64,
) -> Result<Vec<NodeKey>, GraphError> {
    let mut keys = vec![NodeKey::default(); in_edges.node_count()];
    for edge in in_edges.range(targets.start).start..in_edges.range(targets.end - 1).end {
        let weight = weight(edge);
        if !(0.0..=MAX_WEIGHT).contains(&weight) {
            return Err(GraphError::Weight { edge, weight });
        }
        let exponent = (weight.to_bits() >> 52) as u16; // The sign is 0, or the weight is -0.
        let exponent = exponent & 0x7ff;
        let key = &mut keys[in_edges.sources()[edge] as usize];
        key.slot += u32::from(exponent > 0);
        key.exponent = key.exponent.max(exponent);
    }
    Ok(keys)
}

/// Sorts the nodes with edges by class, the greatest first, then by node. Replaces counts by slots. Returns the nodes
/// and the number of sources.
fn sort_by_class(in_edges: InEdges<'_>, keys: &mut [NodeKey]) -> (Vec<u32>, usize) {
    let class = |node: usize, count: u32| match count {
        0 if in_edges.range(node).is_empty() => None,
        count => Some((u32::BITS - count.leading_zeros()) as usize),
    };
    let counts = keys.par_chunks(NODE_CHUNK).enumerate().map(|(chunk, keys)| {
        let mut counts = [0_usize; CLASSES];
        for (node, key) in (chunk * NODE_CHUNK..).zip(keys) {
            class(node, key.slot).into_iter().for_each(|class| counts[class] += 1);
        }
        counts
    });
    let counts = counts.reduce(|| [0; CLASSES], |a, b| std::array::from_fn(|class| a[class] + b[class]));
    let mut next = [0_usize; CLASSES];
    for class in (0..CLASSES - 1).rev() {
        next[class] = next[class + 1] + counts[class + 1];
    }
    let source_count = next[0];
    let mut nodes = vec![0; source_count + counts[0]];
    for (node, key) in keys.iter_mut().enumerate() {
        let Some(class) = class(node, key.slot) else {
            key.slot = NO_SLOT;
            continue;
        };
        let slot = &mut next[class];
        nodes[*slot] = node as u32;
        key.slot = *slot as u32;
        *slot += 1;
    }
    (nodes, source_count)
}

/// Rounds a weight to a whole number of 32 bits, in units of 2^-32 of the power of two above the greatest weight.
fn round_weight(weight: f64, exponent: u16) -> u32 {
    if exponent == 0 {
        return 0;
    }
    // 2^(1022 - exponent), so that the product is below 1. In two factors, because one can overflow.
    let unit = f64::from_bits(u64::from(2045 - exponent) << 52);
    (weight * unit * 4_294_967_296.0 + 0.5) as u32 // Saturates, which moves the greatest weight by one unit.
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_sources_come_first_and_nodes_without_edges_have_no_slot() {
        // 1 reacts to four nodes, 3 and 0 to one, 2 and 4 to none; nobody reacts to 4.
        let (offsets, sources) = ([0, 1, 3, 4, 6, 6], [1, 0, 1, 1, 1, 3]);
        let in_edges = InEdges::new(&offsets, &sources).unwrap();
        let order = NodeOrder::compute(in_edges, &|_| 1.0).unwrap();
        assert_eq!((order.nodes(), order.source_count()), (&[1, 0, 3, 2][..], 3));
        let slots = [0, 1, 2, 3, 4].map(|node| order.slot(node));
        assert_eq!(slots, [Some(1), Some(0), Some(3), Some(2), None]);
        assert_eq!(order.place(3, 1.0), (2, 1 << 31));
        assert_eq!(order.place(2, 1.0), (3, 0));
    }

    #[test]
    fn a_weight_outside_zero_to_the_maximum_is_refused() {
        let in_edges = InEdges::new(&[0, 1, 2], &[0, 1]).unwrap();
        for weight in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2.0 * MAX_WEIGHT] {
            let fault = NodeOrder::compute(in_edges, &|edge| [0.0, weight][edge]).unwrap_err();
            assert!(matches!(fault, GraphError::Weight { edge: 1, .. }), "{weight}: {fault}");
        }
        assert!(NodeOrder::compute(in_edges, &|_| MAX_WEIGHT).is_ok());
    }

    #[test]
    fn a_rounded_weight_is_off_by_at_most_half_a_unit() {
        let exponent = |greatest: f64| (greatest.to_bits() >> 52) as u16;
        for greatest in [f64::MIN_POSITIVE, 1e-30, 0.3, 1.0, 3.0, 1e30, MAX_WEIGHT] {
            for part in [1.0, 0.9, 0.5, 1e-3, 3e-9, 0.0] {
                let rounded = f64::from(round_weight(greatest * part, exponent(greatest)));
                let whole = f64::from(round_weight(greatest, exponent(greatest)));
                assert!(whole >= 2_147_483_648.0);
                assert!((rounded / whole - part).abs() <= 1.0 / whole, "{greatest} {part}");
            }
        }
        assert_eq!(round_weight(1.0, 0), 0);
        let just_below_two = f64::from_bits(2.0_f64.to_bits() - 1);
        assert_eq!(round_weight(just_below_two, exponent(1.0)), u32::MAX);
    }
}
