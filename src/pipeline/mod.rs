//! Runs one snapshot date end to end: from delivered files to a published snapshot.

pub mod advance;
pub mod already_published;
pub mod check;
pub mod check_log;
pub mod closed_files;
pub mod count;
mod count_date;
pub mod delivery;
pub mod delivery_checks;
pub mod delivery_stops;
pub mod input_listing;
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
pub mod stops;
mod trimmed_input;

use std::collections::BTreeMap;

use crate::ingest::rejects::count_by_reason;
use crate::job::Job;
use crate::tables::published_history::{PublishedHistory, PublishedPersons};
use clout_base::day::Day;
use clout_base::error::{ErrorContext, ErrorKind, Result};
use clout_base::metrics::RunMetrics;
use clout_steps::BlockSpace;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

use self::advance::StateAdvance;
use self::already_published::find_published;
use self::check_log::{CheckLog, RunEnd, names};
use self::closed_files::{find_late_deliveries, hash_input_files, report_late_deliveries};
use self::delivery_stops::find_missing_networks;
use self::observer::{RunObserver, StageTimer};
use self::publish::SnapshotCommit;
use self::results::SnapshotResults;
use self::run_facts::RunFact;
use self::trimmed_input::judge_history;

/// Reason for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunMode {
    /// The newest deliveries are published.
    Nightly,
    /// Dates of the past are published: checks of a delivery against those before it only warn.
    Backfill,
}

/// Request for one run. The caller supplies time and randomness.
#[derive(Clone, Debug)]
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
    let outcome = run_checked(job, input, output, request, watch, &log);
    let end = match outcome {
        Ok(RunOutcome::Published { .. }) => RunEnd::Complete,
        Ok(RunOutcome::AlreadyPublished { .. }) => RunEnd::AlreadyPublished,
        Err(_) => RunEnd::Early,
    };
    log.report(job, end, watch);
    outcome
}

fn run_checked(
    job: &Job,
    input: &Store,
    output: &Store,
    request: &RunRequest,
    watch: &dyn RunObserver,
    log: &CheckLog,
) -> Result<RunOutcome> {
    let mut timings = StageTimer::start(watch);
    output.sweep_staging();
    let (inventory, as_of) = match list_deliveries(job, input, output, request, watch, log)? {
        RunStart::Done(outcome) => return Ok(outcome),
        RunStart::Ready { inventory, as_of } => (inventory, as_of),
    };
    timings.lap("list");

    watch.begin_stage("reading the state");
    let published = snapshots::list_dates(output)?;
    let mut state = plan::load_base_state(job, output, &published, as_of, request.is_rebuild, watch)?;
    match state.as_of {
        None if !request.is_rebuild => {
            let judged = judge_history(job, output, &inventory, &published, as_of)?;
            log.add_judged(judged, |_| ErrorKind::Refused, watch).into_result()?;
        }
        None => {}
        Some(closed_until) => {
            let late = find_late_deliveries(input, &inventory, closed_until, &mut state.closed)?;
            report_late_deliveries(late, closed_until, watch);
        }
    }
    if let Some(limit) = job.run.memory_limit {
        plan::estimate_run(input, &inventory, &state, as_of)?.expect_within(limit)?;
    }
    let inputs = hash_input_files(input, &inventory, &state, as_of)?;
    watch.record(RunFact::BytesRead(inputs.iter().map(|file| file.size).sum()));
    let known = PublishedPersons::read_before(output, &state, as_of, &published)?;
    timings.lap("state");

    let mut metrics = RunMetrics::default();
    let advance = StateAdvance {
        job,
        input,
        inventory: &inventory,
        inputs: &inputs,
        watch,
        as_of,
        mode: request.mode,
        log,
        space: BlockSpace::Memory,
    };
    let mut read = advance.run(&mut state, &published, &mut metrics, &mut timings)?;

    watch.begin_stage("propagating influence");
    let mut results = SnapshotResults::compute(job, &state, as_of, &mut metrics, &mut timings)?;
    results.expect_converged(job)?;
    timings.lap("score");

    watch.begin_stage("estimating intervals");
    results.estimate_intervals(job, &state, as_of);
    timings.lap("interval");

    watch.begin_stage("attributing topics");
    results.score_topics(job, &state, &read.ontology, &mut metrics)?;
    timings.lap("topics");

    watch.begin_stage("finding reasons");
    let past = PublishedHistory::read(output, as_of, &published, results.persons())?;
    if let Some((yesterday, traces)) = read.previous_day.take() {
        results.compute_reasons(job, &state, &past, &yesterday, &traces, &mut metrics);
    }
    timings.lap("reasons");

    watch.begin_stage("writing tables");
    let reasons = count_by_reason(&read.rejects);
    let parts = results.build_tables(job, &state, &past, &known, read, &metrics)?;
    timings.lap("tables");

    watch.begin_stage("publishing");
    let new = results.hash_new_persons(&known);
    known.store_in(&mut state, new, as_of);
    state.kept_scores = Some(results.keep_scores());
    state.reaction_counts = results.count_reactions(job, &state);
    let commit = SnapshotCommit {
        job,
        output,
        request,
        as_of,
        inputs,
        watch,
        outcome: results.outcome(),
    };
    let manifest = commit
        .publish(&state, parts, timings)
        .context(|| format!("publishing {as_of}"))?;
    Ok(RunOutcome::Published {
        manifest: Box::new(manifest),
        metrics,
        rejects: reasons,
    })
}

/// Start of a run.
enum RunStart {
    /// The date is already published.
    Done(RunOutcome),
    /// The listed input may be read.
    Ready { inventory: InputInventory, as_of: Day },
}

/// Lists the input, resolves the snapshot date, and judges the listing.
fn list_deliveries(
    job: &Job,
    input: &Store,
    output: &Store,
    request: &RunRequest,
    watch: &dyn RunObserver,
    log: &CheckLog,
) -> Result<RunStart> {
    input_listing::expect_not_after_today(request.as_of, watch.today())?;
    if let Some(asked) = request.as_of
        && let Some(done) = find_published(job, input, output, asked, None, watch)?
    {
        return Ok(RunStart::Done(done));
    }
    watch.begin_stage("listing the input");
    let inventory = input_listing::list_input(job, input, watch)?;
    let stops = input_listing::check_listing(&inventory, job, log);
    let as_of = match input_listing::resolve_snapshot_date(&inventory, request.as_of, input.url(), watch) {
        Err(error) => return stops.into_result().and(Err(error)),
        Ok(as_of) => as_of,
    };
    watch.record(RunFact::SnapshotDate(as_of));
    if request.as_of.is_none()
        && let Some(done) = find_published(job, input, output, as_of, Some(&inventory), watch)?
    {
        return Ok(RunStart::Done(done));
    }
    stops.into_result()?;
    let missing = find_missing_networks(&inventory, job, as_of, &[]);
    log.add_stops(names::EXPECT, "every network of input.expect has a partition", &missing);
    missing.into_result()?;
    input_listing::warn_of_empty_date(&inventory, as_of, watch);
    Ok(RunStart::Ready { inventory, as_of })
}

/// Returns the run's parameters in the form of the manifest.
fn manifest_parameters(job: &Job) -> BTreeMap<String, serde_json::Value> {
    match job.to_manifest_parameters() {
        serde_json::Value::Object(map) => map.into_iter().collect(),
        other => BTreeMap::from([("parameters".to_owned(), other)]),
    }
}
