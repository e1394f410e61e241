//! Runs one snapshot date end to end: from delivered files to a published snapshot.

pub mod advance;
pub mod already_published;
pub mod attention_stage;
pub mod block_space;
pub mod check;
pub mod check_log;
pub mod closed_files;
pub mod count;
mod count_date;
pub mod day_comparison;
pub mod delivery;
pub mod delivery_checks;
pub mod delivery_stops;
mod entry_bytes;
pub mod input_listing;
pub mod load_dates;
pub mod merge;
pub mod observer;
pub mod ownership;
pub mod pair_context;
pub mod pair_shards;
pub mod pair_step;
pub mod plan;
pub mod previous_day;
pub mod publish;
pub mod reasons;
mod reference;
pub mod remote_steps;
pub mod results;
pub mod run_facts;
pub mod scored_state;
mod snapshot_run;
pub mod sources;
pub mod spread_graph;
pub mod step_plan;
pub mod stops;
mod trimmed_input;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::job::Job;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::metrics::RunMetrics;
use clout_steps::StepRunner;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

use self::check_log::{CheckLog, RunEnd};
use self::observer::RunObserver;
use self::snapshot_run::SnapshotRun;

/// Reason for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// The newest deliveries are published.
    Nightly,
    /// Dates of the past are published: checks of a delivery against those before it only warn.
    Backfill,
}

/// Request for one run. The caller supplies time and randomness.
#[derive(Clone)]
pub struct RunRequest {
    /// Snapshot date; `None` for the newest load date.
    pub as_of: Option<Day>,
    /// True to read all of the input even if a state exists.
    pub is_rebuild: bool,
    /// Reason for the run.
    pub mode: RunMode,
    /// Name of this run, for people.
    pub run_id: String,
    /// Random name of this commit, different from all others.
    pub commit_id: String,
    /// What runs the shards of steps in other processes; none if this process runs them.
    pub runner: Option<Arc<dyn StepRunner>>,
}

/// Outcome of a run.
#[derive(Debug)]
pub enum RunOutcome {
    /// The date was already published, so nothing was done.
    AlreadyPublished {
        /// Manifest of the published snapshot.
        manifest: Box<Manifest>,
        /// Names of parameters that differ from those of the published snapshot.
        differing: Vec<String>,
    },
    /// The run published the date.
    Published {
        /// Manifest of the new snapshot.
        manifest: Box<Manifest>,
        /// Metrics of the run.
        metrics: RunMetrics,
        /// Numbers of refused rows and files by reason.
        rejects: Vec<(String, u64)>,
    },
}

/// Runs one snapshot date.
///
/// # Errors
/// Every [kind](clout_base::error::ErrorKind). Nothing is published unless the result is `Ok`.
pub fn run_snapshot(
    job: &Job,
    input: &Store,
    output: &Store,
    request: &RunRequest,
    watch: &dyn RunObserver,
) -> Result<RunOutcome> {
    let log = CheckLog::default();
    let run = SnapshotRun {
        job,
        input,
        output,
        request,
        watch,
        log: &log,
    };
    let outcome = run.execute();
    let end = match outcome {
        Ok(RunOutcome::Published { .. }) => RunEnd::Complete,
        Ok(RunOutcome::AlreadyPublished { .. }) => RunEnd::AlreadyPublished,
        Err(_) => RunEnd::Early,
    };
    log.report(job, end, watch);
    outcome
}

/// Returns the run's parameters in the form of the manifest.
fn manifest_parameters(job: &Job) -> BTreeMap<String, serde_json::Value> {
    match job.to_manifest_parameters() {
        serde_json::Value::Object(map) => map.into_iter().collect(),
        other => BTreeMap::from([("parameters".to_owned(), other)]),
    }
}
