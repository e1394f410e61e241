//! Runs one snapshot date end to end: from delivered files to a published snapshot.

pub mod advance;
pub mod check;
pub mod count;
pub mod delivery;
pub mod load_dates;
pub mod merge;
pub mod observer;
pub mod ownership;
pub mod plan;
pub mod previous_day;
pub mod publish;
pub mod reasons;
mod reference;
pub mod results;
pub mod run_facts;
pub mod scored_state;
pub mod sources;

use std::collections::BTreeMap;

use crate::ingest::rejects::count_by_reason;
use crate::job::Job;
use crate::tables::published_history::{PublishedHistory, PublishedPersons};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorContext, Result};
use clout_base::metrics::RunMetrics;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::publish::delete_leftovers;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

use self::advance::StateAdvance;
use self::observer::{RunObserver, StageTimer};
use self::publish::SnapshotCommit;
use self::results::SnapshotResults;

/// Request for one run. The caller supplies time and randomness.
#[derive(Clone, Debug)]
pub struct RunRequest {
    /// Snapshot date; `None` for the newest load date.
    pub as_of: Option<Day>,
    /// True to read all of the input even if a state exists.
    pub is_rebuild: bool,
    /// Name of this run, for people.
    pub run_id: String,
    /// Random name of this commit, different from all others.
    pub commit_id: String,
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
    let mut timings = StageTimer::start(watch);
    output.sweep_staging();
    if let Some(done) = find_published(job, output, request.as_of)? {
        return Ok(done);
    }
    watch.stage("listing the input");
    let inventory = plan::list_input(job, input, watch)?;
    let as_of = plan::resolve_snapshot_date(&inventory, request.as_of, input.url())?;
    if let Some(done) = find_published(job, output, Some(as_of))? {
        return Ok(done);
    }
    plan::expect_delivery(&inventory, job, as_of)?;
    plan::warn_of_empty_date(&inventory, as_of, watch);
    timings.lap("list");

    watch.stage("reading the state");
    let published = snapshots::list_dates(output)?;
    let mut state = plan::load_base_state(job, output, &published, as_of, request.is_rebuild, watch)?;
    plan::warn_of_changed_files(&state, &inventory, watch);
    if let Some(limit) = job.run.memory_limit {
        plan::estimate_run(input, &inventory, &state, as_of)?.expect_within(limit)?;
    }
    let inputs = plan::list_input_files(&inventory, state.as_of, as_of);
    let known = PublishedPersons::read_before(output, &state, as_of, &published)?;
    timings.lap("state");

    let mut metrics = RunMetrics::default();
    let advance = StateAdvance {
        job,
        input,
        inventory: &inventory,
        watch,
        as_of,
    };
    let mut read = advance.run(&mut state, &published, &mut metrics, &mut timings)?;

    watch.stage("propagating influence");
    let mut results = SnapshotResults::compute(job, &state, as_of, &mut metrics, &mut timings)?;
    results.expect_converged(job)?;
    timings.lap("score");

    watch.stage("estimating intervals");
    results.estimate_intervals(job, &state, as_of);
    timings.lap("interval");

    watch.stage("attributing topics");
    results.score_topics(job, &state, &read.ontology, &mut metrics)?;
    timings.lap("topics");

    watch.stage("finding reasons");
    let past = PublishedHistory::read(output, as_of, &published)?;
    if let Some((yesterday, traces)) = read.previous_day.take() {
        results.compute_reasons(job, &state, &past, &yesterday, &traces, &mut metrics)?;
    }
    timings.lap("reasons");

    watch.stage("writing tables");
    let reasons = count_by_reason(&read.rejects);
    let parts = results.build_tables(job, &state, &past, &known, read, &metrics)?;
    timings.lap("tables");

    watch.stage("publishing");
    known.store_in(&mut state, results.person_hashes(), as_of);
    let commit = SnapshotCommit {
        job,
        output,
        request,
        as_of,
        inputs,
        outcome: results.outcome(),
    };
    let manifest = commit
        .publish(&state, parts, timings, &published)
        .context(|| format!("publishing {as_of}"))?;
    Ok(RunOutcome::Published {
        manifest: Box::new(manifest),
        metrics,
        rejects: reasons,
    })
}

fn find_published(job: &Job, output: &Store, as_of: Option<Day>) -> Result<Option<RunOutcome>> {
    let Some(as_of) = as_of else {
        return Ok(None);
    };
    let Some(manifest) = snapshots::read_manifest(output, as_of)? else {
        return Ok(None);
    };
    delete_leftovers(output, &manifest);
    let before = serde_json::Value::Object(manifest.parameters.clone().into_iter().collect());
    // Published parameters went through JSON text, which may change the last bit of a number; these must, too.
    let now = serde_json::from_str(&job.to_manifest_parameters().to_string())
        .map_err(|error| Error::internal("cannot read the parameters back from JSON").with_source(error))?;
    let differing = crate::job::list_differences(&before, &now);
    Ok(Some(RunOutcome::AlreadyPublished {
        manifest: Box::new(manifest),
        differing,
    }))
}

/// Returns the run's parameters in the form of the manifest.
fn manifest_parameters(job: &Job) -> BTreeMap<String, serde_json::Value> {
    match job.to_manifest_parameters() {
        serde_json::Value::Object(map) => map.into_iter().collect(),
        other => BTreeMap::from([("parameters".to_owned(), other)]),
    }
}
