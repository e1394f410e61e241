//! Errors of graph construction. The kernels themselves cannot fail.

use super::limits::MAX_WEIGHT;

/// The first violation found in the arrays of a graph.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GraphError {
    /// Arrays that describe the same edges differ in length.
    #[error("the arrays do not describe the same edges: {rows} rows, {columns} columns, {weights} weights")]
    LengthMismatch {
        /// Edges according to the rows (or to the last offset).
        rows: usize,
        /// Edges according to the columns (or neighbours).
        columns: usize,
        /// Edges according to the weights.
        weights: usize,
    },
    /// The offsets do not start at 0, or they decrease.
    #[error("the offsets must start at 0 and never decrease: see offset {index}")]
    Offsets {
        /// Index of the first offset that violates the rule.
        index: usize,
    },
    /// An edge refers to a node that does not exist.
    #[error("edge {edge} refers to node {node}, but the graph has only {node_count} nodes")]
    UnknownNode {
        /// Index of the edge in the input.
        edge: usize,
        /// The node that does not exist.
        node: u32,
        /// Number of nodes in the graph.
        node_count: usize,
    },
    /// A row lists its neighbours out of order, or one of them twice.
    #[error("row {row} does not list its neighbours in ascending order, each once")]
    Unsorted {
        /// The first row that violates the rule.
        row: usize,
    },
    /// A weight is not a number in `[0, MAX_WEIGHT]`.
    #[error("edge {edge} has weight {weight}: expected a number from 0 to {MAX_WEIGHT:e}")]
    Weight {
        /// Index of the edge in the input.
        edge: usize,
        /// The refused weight.
        weight: f64,
    },
    /// The number of nodes or edges does not fit into 32 bits.
    #[error("{count} nodes or edges are too many: their numbers must fit into 32 bits")]
    TooLarge {
        /// Number of nodes or edges.
        count: usize,
    },
}
