//! Numbers only: who is linked to whom and how strongly, and what flows along the links.
//!
//! Nodes are `0..node_count`; this module knows no people, frames, files, clocks or random numbers.
//! A graph is a [`Csr`]. Clout's primary graph is **target-major**: row `v` lists the reactors `u`
//! of `v`, and the weight is the attention that `u` pays to `v`. That is the order in which the
//! kernels pull, so nobody ever writes into another node's slot.
//!
//! ```text
//! edges --Csr::from_edges--> in_edges --transpose--> out_edges
//!                               |                        |
//!                           propagate           return_probability
//! ```
//!
//! Two rules hold in every file here:
//!
//! * **Kernels cannot fail.** Bad weights, ids and orders are refused by the constructors of [`Csr`]
//!   with a [`GraphError`]; not converging is a field of the [`Outcome`]; no valid input gives a NaN.
//! * **Same input, same bits**, for any number of threads and any order of the edges. Floats are
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
pub use propagate::{Dangling, Outcome, PropagationParams, propagate};
pub use return_probability::return_probability;

#[cfg(test)]
mod tests;
