//! One night, end to end: from delivered files to one published snapshot.

pub mod check;
pub mod fold;
pub mod ownership;
pub mod plan;
pub mod publish;
pub mod results;
pub mod settle;
pub mod watch;

use std::collections::BTreeMap;

use crate::day::Day;
use crate::error::{Context, Error, Kind, Result};
use crate::intake::activities::IntakeParams;
use crate::intake::rejects::Reject;
use crate::intake::{activities, reference};
use crate::job::Job;
use crate::tables::run_metrics::Metrics;
use crate::warehouse::layout::{BEGINNING, Inventory};
use crate::warehouse::manifest::Manifest;
use crate::warehouse::snapshots;
use crate::warehouse::store::Store;

use self::results::Results;
use self::watch::{Stopwatch, Watch};

/// What one run was asked for; everything here comes in by the front door.
#[derive(Clone, Debug)]
pub struct Request {
    /// The snapshot date; the newest load date without it.
    pub as_of: Option<Day>,
    /// Whether to read all of the input although there is a state.
    pub is_rebuild: bool,
    /// A name for this run, for people.
    pub run_id: String,
    /// A random name for this commit, which tells it from any other.
    pub commit_id: String,
}

/// What a run did.
#[derive(Debug)]
pub enum Night {
    /// The date had been published; nothing was done. Names of parameters that differ from it.
    AlreadyPublished {
        manifest: Box<Manifest>,
        differing: Vec<String>,
    },
    /// The date is published now.
    Published {
        manifest: Box<Manifest>,
        metrics: Metrics,
        rejects: Vec<(String, u64)>,
    },
}

/// Runs one night.
///
/// # Errors
/// Every kind of [`Kind`]; nothing is published unless the result is `Ok`.
pub fn run(job: &Job, input: &Store, output: &Store, request: &Request, watch: &dyn Watch) -> Result<Night> {
    let mut timings = Stopwatch::start(watch);
    if let Some(done) = find_published(job, output, request.as_of)? {
        return Ok(done);
    }
    watch.stage("listing the input");
    let inventory = Inventory::read(input, |network| job.networks.iter().any(|n| n.name == network))?;
    plan::warn_of_strays(&inventory, watch);
    let as_of = plan::snapshot_date(&inventory, request.as_of, input.url())?;
    if let Some(done) = find_published(job, output, Some(as_of))? {
        return Ok(done);
    }
    plan::expect_delivery(&inventory, job, as_of)?;
    plan::warn_of_silence(&inventory, as_of, watch);
    timings.lap("list");

    watch.stage("reading the state");
    let published = snapshots::list(output)?;
    let mut base = plan::base(job, output, &published, as_of, request.is_rebuild, watch)?;
    plan::warn_of_changes(&base, &inventory, watch);
    plan::expect_memory(
        &plan::estimate(input, &inventory, job, &base, as_of)?,
        job.run.memory_limit,
    )?;
    timings.lap("state");

    watch.stage("reading activities");
    let first = base.as_of.map_or(BEGINNING, Day::next);
    watch.bytes(
        inventory
            .delivered("activities", first, as_of)
            .flat_map(|(_, files)| files)
            .map(|f| f.size)
            .sum(),
    );
    let params = IntakeParams {
        networks: &job.networks,
        first,
        last: as_of,
        max_lateness_days: job.input.max_lateness_days,
        first_load_dates: base.histories.iter().map(|h| h.map(|h| h.first_load_date)).collect(),
    };
    let mut intake = activities::take_in(input, &inventory, &params, &|bytes| watch.tick(bytes))?;
    let mut reference = reference::take_in(input, &inventory, &params, &intake.interners)?;
    plan::warn_of_networks(&reference.unknown_networks, watch);
    let mut rejects = std::mem::take(&mut intake.rejects);
    rejects.append(&mut reference.refused.rejects);
    expect_good_input(job, &intake, &reference, &rejects)?;
    timings.lap("read");

    watch.stage("folding the load dates");
    let mut metrics = Metrics::default();
    let inputs = plan::inputs(&inventory, base.as_of, as_of);
    let (past_persons, past_dates) = crate::tables::past::published_before(output, &base, as_of, &published)?;
    fold::fold(
        &mut base,
        intake,
        reference,
        &fold::Sources {
            job,
            input,
            inventory: &inventory,
            as_of,
            first,
        },
        &mut metrics,
    )?;
    timings.lap("fold");

    watch.stage("propagating influence");
    let mut results = Results::of(job, &base, as_of, &mut metrics)?;
    timings.lap("score");
    if !results.is_converged() && !job.run.allow_unconverged {
        return Err(not_converged(job, &results));
    }

    watch.stage("writing tables");
    let reasons = crate::intake::rejects::by_reason(&rejects);
    let parts = results.tables(job, output, as_of, &past_persons, rejects, &metrics)?;
    timings.lap("tables");

    watch.stage("publishing");
    base.published = past_persons;
    base.published.extend(results.published());
    base.published_dates = past_dates.into_iter().chain([as_of]).collect();
    let commit = publish::Commit {
        job,
        output,
        request,
        as_of,
        inputs,
        residual: results.residual(),
        converged: results.is_converged(),
    };
    let manifest = commit
        .publish(&base, parts, timings, &published)
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
    // Through text, as the published ones came: a long number may lose its last bit on that way.
    let now = serde_json::from_str(&job.parameters().to_string())
        .map_err(|error| Error::internal("the parameters do not read back").with_source(error))?;
    let differing = crate::job::differing(&before, &now);
    Ok(Some(Night::AlreadyPublished {
        manifest: Box::new(manifest),
        differing,
    }))
}

/// Refuses the run where a partition holds too many bad rows, or, in strict mode, any bad file.
pub fn expect_good_input(
    job: &Job,
    intake: &activities::Intake,
    reference: &reference::Reference,
    rejects: &[Reject],
) -> Result<()> {
    let shares = intake.shares.iter().chain(&reference.refused.shares);
    if let Some(worst) = shares
        .filter(|share| share.is_above(job.input.max_refused_share))
        .max_by(|a, b| (a.refused as f64 / a.rows as f64).total_cmp(&(b.refused as f64 / b.rows as f64)))
    {
        let inside = |reject: &&Reject| {
            reject.table == worst.table
                && reject.network.as_deref() == Some(&worst.network)
                && reject.load_date == Some(worst.load_date)
                && reject.row_number.is_some()
        };
        let example = rejects.iter().find(inside);
        let example = example
            .map(|r| {
                format!(
                    "; for instance {} row {}: {}",
                    r.file,
                    r.row_number.unwrap_or(0),
                    r.reason
                )
            })
            .unwrap_or_default();
        return Err(Error::new(
            Kind::Refused,
            format!(
                "{} of {} rows of {} of {} on {} are refused, input.max_refused_share allows {:.1} %{example}. `clout check` lists the reasons",
                worst.refused,
                worst.rows,
                worst.table,
                worst.network,
                worst.load_date,
                100.0 * job.input.max_refused_share
            ),
        ));
    }
    match rejects.iter().find(|reject| reject.row_number.is_none()) {
        Some(bad) if job.input.is_strict => Err(Error::new(
            Kind::Refused,
            format!("{}: {} (input.strict refuses the run)", bad.file, bad.reason),
        )),
        _ => Ok(()),
    }
}

fn not_converged(job: &Job, results: &Results) -> Error {
    Error::new(
        Kind::NotConverged,
        format!(
            "the propagation moved by {:.1e} after {} iterations, model.propagation.tolerance is {:.1e}; nothing was published. Allow more with model.propagation.max_iterations, or publish all the same with run.allow_unconverged",
            results.residual(),
            results.iterations(),
            job.model.propagation.tolerance
        ),
    )
}

/// The run's parameters as the manifest holds them.
fn manifest_parameters(job: &Job) -> BTreeMap<String, serde_json::Value> {
    match job.parameters() {
        serde_json::Value::Object(map) => map.into_iter().collect(),
        other => BTreeMap::from([("parameters".to_owned(), other)]),
    }
}
