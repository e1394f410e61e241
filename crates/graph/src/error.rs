//! Why a graph could not be built. The kernels themselves cannot fail.

use super::limits::MAX_WEIGHT;

/// What is wrong with the arrays that should have become a graph.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// Arrays that describe the same edges have different lengths.
    #[error("the arrays do not describe the same edges: {rows} rows, {columns} columns, {weights} weights")]
    LengthMismatch {
        /// Edges according to the rows (or to the last offset).
        rows: usize,
        /// Edges according to the columns (or neighbours).
        columns: usize,
        /// Edges according to the weights.
        weights: usize,
    },
    /// Offsets must start at 0 and never fall.
    #[error("the offsets do not start at 0 and rise: see offset {index}")]
    Offsets {
        /// The first offset that breaks the rule.
        index: usize,
    },
    /// An edge names a node that is not there.
    #[error("edge {edge} names node {node}, but there are only {node_count} nodes")]
    UnknownNode {
        /// The position of the edge in the input.
        edge: usize,
        /// The node it names.
        node: u32,
        /// How many nodes there are.
        node_count: usize,
    },
    /// A row lists its neighbours out of order, or one of them twice.
    #[error("row {row} does not list its neighbours in ascending order, each once")]
    Unsorted {
        /// The first row that breaks the rule.
        row: usize,
    },
    /// A weight that is not a number in `[0, MAX_WEIGHT]`.
    #[error("edge {edge} has weight {weight}; a weight is a number from 0 to {MAX_WEIGHT:e}")]
    Weight {
        /// The position of the edge in the input.
        edge: usize,
        /// The weight it has.
        weight: f64,
    },
    /// Nodes and edges are numbered with 32 bits.
    #[error("{count} nodes or edges are too many: they are numbered with 32 bits")]
    TooLarge {
        /// How many there are.
        count: usize,
    },
}
