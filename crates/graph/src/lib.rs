//! Graph kernels on plain numbers: weighted edges, and the rank that flows along them.
//!
//! Nodes are `0..node_count`. This module knows no people, frames, files, clocks or random numbers.
//! A graph is **target-major**: row `v` of [`InEdges`] lists the reactors `u` of `v`, and the weight is the attention
//! that `u` pays to `v`. The kernels pull in that order, so each thread writes only to the slots of its own nodes.
//!
//! ```text
//! InEdges + weights --BlockedGraph::build--> BlockedGraph --propagate--> ranks
//!    |                                           |
//!    +--MutualEdges::find--> MutualEdges --compute_return_probabilities
//! ```
//!
//! Two invariants hold in every file of this module:
//!
//! * **Kernels cannot fail.** The constructors refuse bad weights, ids and orders with a
//!   [`GraphError`]; missing convergence is a field of the [`PropagationOutcome`]; no valid input gives a NaN.
//! * **Same input, same bits**, for any number of threads and any order of the edges. Floats are
//!   summed in fixed chunks, and the chunks are added in order (see [`numeric`]).

mod anderson;
mod blocked_graph;
mod build;
mod cells;
mod csr;
mod error;
mod graph_part;
mod in_edges;
mod limits;
mod mutual_edges;
mod node_order;
mod node_vector;
pub mod numeric;
mod part_bytes;
mod propagate;
mod pull;
mod return_probability;

pub use blocked_graph::{BlockedGraph, BuildError, GraphFrame};
pub use csr::Csr;
pub use error::GraphError;
pub use graph_part::{EdgeStore, GraphPart};
pub use in_edges::InEdges;
pub use limits::MAX_WEIGHT;
pub use mutual_edges::{MutualEdge, MutualEdges};
pub use propagate::{PropagationOutcome, PropagationParams, propagate, propagate_apart};
pub use return_probability::compute_return_probabilities;

#[cfg(test)]
mod tests;
