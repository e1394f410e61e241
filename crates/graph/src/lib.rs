//! Graph kernels on plain numbers: weighted edges, and the rank that flows along them.
//!
//! Nodes are `0..node_count`. This module knows no people, frames, files, clocks or random numbers.
//! A graph is a [`Csr`]. Clout's primary graph is **target-major**: row `v` lists the reactors `u`
//! of `v`, and the weight is the attention that `u` pays to `v`. The kernels pull in that order, so
//! each thread writes only to the slots of its own nodes.
//!
//! ```text
//! edges --Csr::from_edges--> in_edges --transpose--> out_edges
//!                               |                        |
//!                           propagate           return_probability
//! ```
//!
//! Two invariants hold in every file of this module:
//!
//! * **Kernels cannot fail.** The constructors of [`Csr`] refuse bad weights, ids and orders with a
//!   [`GraphError`]; missing convergence is a field of the [`PropagationOutcome`]; no valid input gives a NaN.
//! * **Same input, same bits**, for any number of threads and any order of the edges. Floats are
//!   summed in fixed chunks, and the chunks are added in order (see [`numeric`]).
//!   summed in fixed chunks that are folded in order (see [`numeric`]).

mod build;
mod csr;
mod error;
mod limits;
pub mod numeric;
mod propagate;
mod return_probability;
mod transpose;

pub use csr::Csr;
pub use error::GraphError;
pub use limits::MAX_WEIGHT;
pub use propagate::{DanglingPolicy, PropagationOutcome, PropagationParams, propagate};
pub use return_probability::compute_return_probabilities;

#[cfg(test)]
mod tests;
