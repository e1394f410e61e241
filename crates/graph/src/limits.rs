//! Limits of a graph.

/// The greatest weight of one edge. Far beyond any attention, and small enough that no sum or
/// quotient of weights in a kernel can overflow or lose bits by underflow.
pub const MAX_WEIGHT: f64 = 1e100;
