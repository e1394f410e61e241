//! Order of the sources of a graph, and their weights as whole numbers.
//!
//! Sources are ordered by the class of their number of edges, the most active class first, then by node. A step reads
//! the shares of active sources most often, and in this order they lie together in the cache. The class is the binary
//! logarithm, so that one counting sort over the nodes suffices.
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
//! Cost: one parallel pass over the edges, one pass over the nodes. Memory: 8 bytes a node.

use rayon::prelude::*;

use super::error::GraphError;
use super::in_edges::InEdges;
use super::limits::MAX_WEIGHT;
use super::numeric::NODE_CHUNK;

/// Largest number of parallel parts of the pass over the edges; each needs 8 bytes a node. It does not affect the
/// result.
const MAX_PARTS: usize = 4;

/// Number of classes of sources: the bits of a `u32`, and 0 for nodes without out-edges.
const CLASSES: usize = 33;

/// The place of a node among the sources, and the unit of its weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct SourceKey {
    /// Number of out-edges while they are counted, then the position among the sources.
    position: u32,
    /// Biased exponent of the greatest weight as a float; 0 if the node has no out-edges.
    exponent: u16,
}

/// The sources of a graph: all nodes with at least one out-edge of a weight that a normal float can hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SourceOrder {
    /// Node of each source, in order of position.
    nodes: Vec<u32>,
    keys: Vec<SourceKey>,
}

impl SourceOrder {
    /// Orders the sources of the graph.
    ///
    /// # Errors
    /// If a weight is not a number from 0 to [`MAX_WEIGHT`]; the error names the first.
    pub(super) fn compute(
        in_edges: InEdges<'_>,
        weight: &(impl Fn(usize) -> f64 + Sync),
    ) -> Result<SourceOrder, GraphError> {
        let parts = in_edges.cut_evenly(rayon::current_num_threads().min(MAX_PARTS));
        let parts: Result<Vec<Vec<SourceKey>>, GraphError> = parts
            .into_par_iter()
            .map(|targets| count_out_edges(in_edges, targets, weight))
            .collect::<Vec<_>>()
            .into_iter()
            .collect(); // In order, so that the first violation is reported.
        let mut parts = parts?.into_iter();
        let mut keys = parts
            .next()
            .unwrap_or_else(|| vec![SourceKey::default(); in_edges.node_count()]);
        for part in parts {
            keys.par_iter_mut().zip(part).for_each(|(key, other)| {
                key.position += other.position;
                key.exponent = key.exponent.max(other.exponent);
            });
        }
        let nodes = sort_by_class(&mut keys);
        Ok(SourceOrder { nodes, keys })
    }

    /// Returns the node of each source, in order of position.
    pub(super) fn nodes(&self) -> &[u32] {
        &self.nodes
    }

    /// Returns the number of nodes, with and without out-edges.
    pub(super) fn node_count(&self) -> usize {
        self.keys.len()
    }

    /// Returns true if `node` has no out-edges.
    pub(super) fn is_dangling(&self, node: usize) -> bool {
        self.keys[node].exponent == 0
    }

    /// Returns the position of a source, and a weight of its out-edges as a whole number. The number is 0 for a node
    /// without out-edges.
    pub(super) fn place(&self, node: u32, weight: f64) -> (u32, u32) {
        let key = self.keys[node as usize];
        (key.position, round_weight(weight, key.exponent))
    }
}

/// Counts the out-edges of each node to some targets, and finds the exponent of their greatest weight.
fn count_out_edges(
    in_edges: InEdges<'_>,
    targets: std::ops::Range<usize>,
    weight: &impl Fn(usize) -> f64,
) -> Result<Vec<SourceKey>, GraphError> {
    let mut keys = vec![SourceKey::default(); in_edges.node_count()];
    for edge in in_edges.range(targets.start).start..in_edges.range(targets.end - 1).end {
        let weight = weight(edge);
        if !(0.0..=MAX_WEIGHT).contains(&weight) {
            return Err(GraphError::Weight { edge, weight });
        }
        let exponent = (weight.to_bits() >> 52) as u16; // The sign is 0, or the weight is -0.
        let exponent = exponent & 0x7ff;
        let key = &mut keys[in_edges.sources()[edge] as usize];
        key.position += u32::from(exponent > 0);
        key.exponent = key.exponent.max(exponent);
    }
    Ok(keys)
}

/// Sorts the nodes with out-edges by class, the greatest first, then by node. Replaces counts by positions.
fn sort_by_class(keys: &mut [SourceKey]) -> Vec<u32> {
    let class = |count: u32| (u32::BITS - count.leading_zeros()) as usize;
    let counts = keys.par_chunks(NODE_CHUNK).map(|keys| {
        let mut counts = [0_usize; CLASSES];
        keys.iter().for_each(|key| counts[class(key.position)] += 1);
        counts
    });
    let counts = counts.reduce(|| [0; CLASSES], |a, b| std::array::from_fn(|class| a[class] + b[class]));
    let mut next = [0_usize; CLASSES];
    for class in (1..CLASSES - 1).rev() {
        next[class] = next[class + 1] + counts[class + 1];
    }
    let mut nodes = vec![0; next[1] + counts[1]];
    for (node, key) in (0_u32..).zip(keys).filter(|(_, key)| key.position > 0) {
        let slot = &mut next[class(key.position)];
        nodes[*slot] = node;
        key.position = *slot as u32;
        *slot += 1;
    }
    nodes
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
    fn active_sources_come_first_and_nodes_without_out_edges_have_no_place() {
        // 1 reacts to four nodes, 3 and 0 to one, 2 to none.
        let (offsets, sources) = ([0, 1, 3, 4, 6], [1, 0, 1, 1, 1, 3]);
        let in_edges = InEdges::new(&offsets, &sources).unwrap();
        let order = SourceOrder::compute(in_edges, &|_| 1.0).unwrap();
        assert_eq!(order.nodes(), [1, 0, 3]);
        assert_eq!(
            [0, 1, 2, 3].map(|node| order.is_dangling(node)),
            [false, false, true, false]
        );
        assert_eq!(order.place(3, 1.0), (2, 1 << 31));
        assert_eq!(order.place(2, 1.0).1, 0);
    }

    #[test]
    fn a_weight_outside_zero_to_the_maximum_is_refused() {
        let in_edges = InEdges::new(&[0, 1, 2], &[0, 1]).unwrap();
        for weight in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2.0 * MAX_WEIGHT] {
            let fault = SourceOrder::compute(in_edges, &|edge| [0.0, weight][edge]).unwrap_err();
            assert!(matches!(fault, GraphError::Weight { edge: 1, .. }), "{weight}: {fault}");
        }
        assert!(SourceOrder::compute(in_edges, &|_| MAX_WEIGHT).is_ok());
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
