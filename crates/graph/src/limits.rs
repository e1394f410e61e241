//! Limits of a graph.

/// The largest weight of one edge. It is far above any attention, and small enough that no sum or
/// quotient of weights in a kernel can overflow or underflow.
pub const MAX_WEIGHT: f64 = 1e100;
