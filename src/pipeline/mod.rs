//! Runs one snapshot date end to end: from delivered files to a published snapshot.

pub mod advance;
pub mod check;
pub mod delivery;
pub mod fold;
pub mod judged;
pub mod load_dates;
pub mod ownership;
pub mod plan;
pub mod publish;
pub mod reasons;
mod reference;
pub mod results;
pub mod settle;
pub mod sources;
pub mod watch;
pub mod yesterday;

use std::collections::BTreeMap;

use crate::ingest::rejects::by_reason;
use crate::job::Job;
use crate::tables::past::{Past, PublishedPersons};
use clout_base::day::Day;
use clout_base::error::{Context, Error, Result};
use clout_base::metrics::Metrics;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

use self::advance::Advance;
use self::publish::Commit;
use self::results::Results;
use self::watch::{Stopwatch, Watch};

/// Request for one run. The caller supplies time and randomness.
#[derive(Clone, Debug)]
pub struct Request {
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
pub enum Night {
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
        metrics: Metrics,
        /// Numbers of refused rows and files by reason.
        rejects: Vec<(String, u64)>,
    },
}

/// Runs one snapshot date.
///
/// # Errors
/// Every [kind](clout_base::error::Kind). Nothing is published unless the result is `Ok`.
pub fn run(job: &Job, input: &Store, output: &Store, request: &Request, watch: &dyn Watch) -> Result<Night> {
    let mut timings = Stopwatch::start(watch);
    if let Some(done) = find_published(job, output, request.as_of)? {
        return Ok(done);
    }
    watch.stage("listing the input");
    let inventory = plan::list(job, input, watch)?;
    let as_of = plan::snapshot_date(&inventory, request.as_of, input.url())?;
    if let Some(done) = find_published(job, output, Some(as_of))? {
        return Ok(done);
    }
    plan::expect_delivery(&inventory, job, as_of)?;
    plan::warn_of_silence(&inventory, as_of, watch);
    timings.lap("list");

    watch.stage("reading the state");
    let published = snapshots::list(output)?;
    let mut state = plan::base(job, output, &published, as_of, request.is_rebuild, watch)?;
    plan::warn_of_changes(&state, &inventory, watch);
    if let Some(limit) = job.run.memory_limit {
        plan::estimate(input, &inventory, &state, as_of)?.expect_within(limit)?;
    }
    let inputs = plan::inputs(&inventory, state.as_of, as_of);
    let known = PublishedPersons::before(output, &state, as_of, &published)?;
    timings.lap("state");

    let mut metrics = Metrics::default();
    let advance = Advance {
        job,
        input,
        inventory: &inventory,
        watch,
        as_of,
    };
    let mut read = advance.go(&mut state, &published, &mut metrics, &mut timings)?;

    watch.stage("propagating influence");
    let mut results = Results::of(job, &state, as_of, &mut metrics, &mut timings)?;
    results.expect_converged(job)?;
    timings.lap("score");

    watch.stage("estimating intervals");
    results.estimate(job, &state, as_of);
    timings.lap("interval");

    watch.stage("attributing topics");
    results.attribute(job, &state, &read.ontology, as_of, &mut metrics)?;
    timings.lap("topics");

    watch.stage("finding reasons");
    let past = Past::read(output, as_of, &published)?;
    if let Some((yesterday, traces)) = read.yesterday.take() {
        results.compare(job, &state, &past, (&yesterday, &traces), &mut metrics)?;
    }
    timings.lap("reasons");

    watch.stage("writing tables");
    let reasons = by_reason(&read.rejects);
    let parts = results.tables(job, &state, (&past, &known), (&read.ontology, read.rejects), &metrics)?;
    timings.lap("tables");

    watch.stage("publishing");
    known.remember(&mut state, results.published(), as_of);
    let commit = Commit {
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
    Ok(Night::Published {
        manifest: Box::new(manifest),
        metrics,
        rejects: reasons,
    })
}

fn find_published(job: &Job, output: &Store, as_of: Option<Day>) -> Result<Option<Night>> {
    let Some(as_of) = as_of else {
        return Ok(None);
    };
    let Some(manifest) = snapshots::find(output, as_of)? else {
        return Ok(None);
    };
    let before = serde_json::Value::Object(manifest.parameters.clone().into_iter().collect());
    // Published parameters went through JSON text, which may change the last bit of a number; these must, too.
    let now = serde_json::from_str(&job.parameters().to_string())
        .map_err(|error| Error::internal("cannot read the parameters back from JSON").with_source(error))?;
    let differing = crate::job::differing(&before, &now);
    Ok(Some(Night::AlreadyPublished {
        manifest: Box::new(manifest),
        differing,
    }))
}

/// Returns the run's parameters in the form of the manifest.
fn manifest_parameters(job: &Job) -> BTreeMap<String, serde_json::Value> {
    match job.parameters() {
        serde_json::Value::Object(map) => map.into_iter().collect(),
        other => BTreeMap::from([("parameters".to_owned(), other)]),
    }
}
