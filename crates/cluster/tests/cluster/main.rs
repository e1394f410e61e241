//! Tests the processes of a cluster, with an S3 server over HTTP: one test binary, one module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, measures time, and reads where real data is from the environment"
)]
#![allow(unreachable_pub, reason = "nothing outside of a test binary can reach into it")]

mod support;

mod bugs;
mod faulty_store;
mod killed_driver;
mod killed_executor;
mod killed_scheduler;
mod lost_cluster;
mod other_builds;
mod real_data;
mod refused_input;
mod same_bytes;
mod spread_graph;
