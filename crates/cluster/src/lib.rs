//! Runs the steps of a night on a cluster of Ballista executors. docs/src/operations/cluster.md says when and how.
//!
//! A *driver* runs a night as `clout run` does, but hands the shards of its steps to [`runner`]: each step is a job of
//! the scheduler with one task a shard ([`node`]). An executor runs shards with stores of its own ([`kernel`]); blocks
//! and receipts are in the work folder of the run, so Ballista moves no data. No result depends on the cluster.

#![allow(
    clippy::disallowed_methods,
    reason = "the front door of its program: clock, environment and threads come in here"
)]

pub mod call;
pub mod codec;
pub mod engine;
pub mod executor;
pub mod failure;
pub mod job;
pub mod kernel;
pub mod node;
pub mod program;
pub mod runner;
pub mod scheduler;
