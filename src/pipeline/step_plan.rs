//! The steps of a run on a cluster: where each runs, and about how much memory it needs.

use super::plan::RunEstimate;
use super::remote_steps::PAIR_STEPS;
use super::spread_graph::{self, PROPAGATION_STEPS};
use crate::ingest::read_step;
use crate::job::Job;
use crate::state::reaction_shards::TargetCuts;

/// Place of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepPlace {
    /// Shards on all executors.
    Executors,
    /// One task in the driver.
    Driver,
}

/// Step of a run.
#[derive(Clone, Debug, serde::Serialize)]
pub struct PlannedStep {
    /// Name of the step.
    pub step: &'static str,
    /// Place of its shards.
    pub place: StepPlace,
    /// About the number of shards.
    pub shards: u64,
    /// Memory of one shard, in bytes.
    pub memory_bytes: u64,
    /// What it does.
    pub work: &'static str,
}

/// Bytes of memory per row while its file is read, and per pair of a shard while it is merged and read.
const READ_ROW_BYTES: u64 = 110;
const SHARD_PAIR_BYTES: u64 = 150;
/// Bytes of the context of the pairs per account, and of the vectors of the propagation per pair.
const CONTEXT_ACCOUNT_BYTES: u64 = 20;

/// Lists the steps of a run with this estimate. The numbers are rough: pairs and accounts of new rows are unknown.
pub fn list_steps(job: &Job, estimate: &RunEstimate) -> Vec<PlannedStep> {
    let pairs = estimate.state_pairs + estimate.rows;
    let accounts = estimate.accounts + estimate.rows.min(2_000_000);
    let read_shards = read_step::count_shards(estimate.input_bytes).min(estimate.files.max(1));
    let pair_shards = TargetCuts::of_accounts(accounts as usize, job.run.shards).shards() as u64;
    let pairs_at_once = pairs / pair_shards.max(1) * SHARD_PAIR_BYTES;
    let driver = estimate.least_memory_bytes;
    let edge_memory = spread_graph::edge_memory(job, true).unwrap_or(u64::MAX);
    let edges = pairs * spread_graph::EDGE_BYTES;
    let on_executors = |step, shards, memory_bytes, work| PlannedStep {
        step,
        place: StepPlace::Executors,
        shards,
        memory_bytes,
        work,
    };
    let in_driver = |step, memory_bytes, work| PlannedStep {
        step,
        place: StepPlace::Driver,
        shards: 1,
        memory_bytes,
        work,
    };
    let propagation = match edges > edge_memory {
        true => on_executors(
            PROPAGATION_STEPS[0],
            edges.div_ceil((edge_memory / spread_graph::PARTS_IN_MEMORY).max(1)),
            edge_memory / spread_graph::PARTS_IN_MEMORY + accounts * 8,
            "one iteration of the propagation over the edges of a part",
        ),
        false => in_driver(
            PROPAGATION_STEPS[0],
            edges + accounts * 64,
            "all iterations of the propagation",
        ),
    };
    let input_rows = estimate.rows / read_shards.max(1);
    vec![
        on_executors(
            read_step::STEP,
            read_shards,
            input_rows * READ_ROW_BYTES,
            "reads, checks and numbers the rows of some partitions",
        ),
        in_driver(
            "merge",
            driver,
            "accounts, copies, weights, co-visits; tables of topics",
        ),
        on_executors(
            PAIR_STEPS[0],
            pair_shards,
            pairs_at_once + accounts * CONTEXT_ACCOUNT_BYTES,
            "merges reactions into pairs, writes a base, reads attention",
        ),
        in_driver("graph", driver, "the graph of attention, reciprocity"),
        propagation,
        in_driver("score", driver, "scores, intervals, topics, reasons"),
        in_driver("publish", driver, "tables, state and manifest"),
    ]
}
