//! The result of a run: one object with the same keys for every exit code.

use std::collections::BTreeMap;

use serde::Serialize;

use super::failure::{format_message, retry_hint};
use super::peak_memory::read_peak_memory;
use super::progress::ProgressDisplay;
use super::run_record::RecordedFacts;
use crate::pipeline::RunOutcome;
use crate::pipeline::observer::RunObserver;
use clout_base::error::{Error, Result};
use clout_base::metrics::RunMetrics;
use clout_warehouse::manifest::Manifest;

/// Status of the snapshot date after the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RunStatus {
    /// This run published the date.
    Published,
    /// The date was published before, so the run did nothing.
    AlreadyPublished,
    /// The run published nothing.
    Failed,
}

/// Result of one run.
#[derive(Debug, Serialize)]
pub(super) struct RunResult {
    /// Status of the snapshot date.
    pub status: RunStatus,
    /// Exit code of the process.
    pub exit_code: u8,
    /// Kind of the error.
    pub kind: Option<&'static str>,
    /// Text of the error.
    pub message: Option<String>,
    /// Advice to retry.
    pub hint: Option<String>,
    /// True if the same command may succeed later without a change.
    pub is_retryable: bool,
    /// Facts that the run reported on its way.
    #[serde(flatten)]
    pub facts: RecordedFacts,
    /// Summary of the published snapshot.
    #[serde(flatten)]
    pub snapshot: Option<SnapshotSummary>,
    /// Seconds from the start of the command, or of this date of a backfill, to its end.
    pub seconds: f64,
    /// Peak resident memory of the process.
    pub peak_memory_bytes: Option<u64>,
}

/// Summary of a published snapshot.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum SnapshotSummary {
    /// Snapshot of this run.
    New(Box<NewSnapshot>),
    /// Snapshot of an earlier run.
    Existing(ExistingSnapshot),
}

/// Snapshot that an earlier run published.
#[derive(Debug, Serialize)]
pub(super) struct ExistingSnapshot {
    /// Model version of the snapshot.
    pub model_version: String,
    /// Id of the run that published it.
    pub published_run_id: String,
    /// Job keys with other values than those of the snapshot.
    pub differing_parameters: Vec<String>,
}

/// Counts of a run that published. Rows are rows of activities.
#[derive(Debug, Serialize)]
#[allow(missing_docs, reason = "the names are those of run_metrics, which documents them")]
pub(super) struct NewSnapshot {
    pub model_version: String,
    pub rows_read: u64,
    pub rows_refused: u64,
    pub rows_copies: u64,
    pub rows_twins: u64,
    pub reactions_self: u64,
    pub reactions_counted: u64,
    pub posts_counted: u64,
    pub rejects: Vec<RejectCount>,
    pub persons: u64,
    pub persons_scored: u64,
    pub pairs: u64,
    pub score_mean: f64,
    pub score_median: f64,
    pub score_p95: f64,
    pub score_p99: f64,
    pub score_max: f64,
    pub iterations: u64,
    pub residual: f64,
    pub mass: f64,
    pub converged: bool,
    pub timings: BTreeMap<String, f64>,
}

/// Number of rejected rows and files with one reason.
#[derive(Debug, Serialize)]
pub(super) struct RejectCount {
    /// Reason, as in the table `rejects`.
    pub reason: String,
    /// Number of rows and files.
    pub count: u64,
}

impl RunResult {
    /// Builds the result of a run that has ended.
    pub(super) fn new(outcome: &Result<RunOutcome>, progress: &ProgressDisplay) -> RunResult {
        let (facts, seconds) = (progress.to_facts(), progress.elapsed_seconds());
        match outcome {
            Ok(outcome) => RunResult::from_outcome(outcome, facts, seconds),
            Err(error) => RunResult::from_error(error, facts, seconds),
        }
    }

    /// Builds the result of a run that failed.
    pub(super) fn from_error(error: &Error, facts: RecordedFacts, seconds: f64) -> RunResult {
        let kind = error.kind();
        RunResult {
            status: RunStatus::Failed,
            exit_code: kind.exit_code(),
            kind: Some(kind.name()),
            message: Some(format_message(error)),
            hint: retry_hint(kind),
            is_retryable: kind.is_retryable(),
            facts,
            snapshot: None,
            seconds,
            peak_memory_bytes: read_peak_memory(),
        }
    }

    fn from_outcome(outcome: &RunOutcome, mut facts: RecordedFacts, seconds: f64) -> RunResult {
        let (status, manifest, snapshot) = match outcome {
            RunOutcome::AlreadyPublished { manifest, differing } => {
                let snapshot = ExistingSnapshot {
                    model_version: manifest.model_version.clone(),
                    published_run_id: manifest.run_id.clone(),
                    differing_parameters: differing.clone(),
                };
                let snapshot = SnapshotSummary::Existing(snapshot);
                (RunStatus::AlreadyPublished, manifest, snapshot)
            }
            RunOutcome::Published {
                manifest,
                metrics,
                rejects,
            } => {
                let snapshot = NewSnapshot::new(manifest, metrics, rejects);
                (RunStatus::Published, manifest, SnapshotSummary::New(Box::new(snapshot)))
            }
        };
        facts.snapshot_date = Some(manifest.snapshot_date);
        RunResult {
            status,
            exit_code: 0,
            kind: None,
            message: None,
            hint: None,
            is_retryable: false,
            facts,
            snapshot: Some(snapshot),
            seconds,
            peak_memory_bytes: read_peak_memory(),
        }
    }
}

impl NewSnapshot {
    fn new(manifest: &Manifest, metrics: &RunMetrics, rejects: &[(String, u64)]) -> NewSnapshot {
        let count = |name| metrics.total(name) as u64;
        let rejects = rejects.iter().map(|(reason, count)| RejectCount {
            reason: reason.clone(),
            count: *count,
        });
        NewSnapshot {
            model_version: manifest.model_version.clone(),
            rows_read: count("rows_read"),
            rows_refused: count("rows_refused"),
            rows_copies: count("rows_copies"),
            rows_twins: count("rows_twins"),
            reactions_self: count("reactions_self"),
            reactions_counted: count("reactions_counted"),
            posts_counted: count("posts_counted"),
            rejects: rejects.collect(),
            persons: count("persons"),
            persons_scored: count("persons_scored"),
            pairs: count("pairs"),
            score_mean: metrics.total("score_mean"),
            score_median: metrics.total("score_median"),
            score_p95: metrics.total("score_p95"),
            score_p99: metrics.total("score_p99"),
            score_max: metrics.total("score_max"),
            iterations: count("iterations"),
            residual: manifest.residual,
            mass: metrics.total("mass"),
            converged: manifest.converged,
            timings: manifest.timings.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::ErrorKind;

    #[test]
    fn every_kind_of_error_has_its_name_and_exit_code_in_the_result() {
        let names = "internal usage not_ready refused storage conflict not_converged memory";
        for (kind, name) in ErrorKind::ALL.into_iter().zip(names.split(' ')) {
            let error = Error::new(kind, "a message").context("a place");
            let result = RunResult::from_error(&error, RecordedFacts::default(), 1.5);
            let shown = serde_json::to_value(&result).unwrap();
            assert_eq!((&shown["status"], &shown["kind"]), (&"failed".into(), &name.into()));
            assert_eq!(
                (&shown["exit_code"], &shown["seconds"]),
                (&kind.exit_code().into(), &1.5.into())
            );
            assert_eq!(shown["message"], "a place: a message");
            assert_eq!(shown["is_retryable"], [3, 5].contains(&kind.exit_code()), "{name}");
            assert!(
                shown.get("model_version").is_none() && shown["rebuilt"].is_null(),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_run_that_panicked_keeps_the_facts_before_it() {
        let progress = ProgressDisplay::new();
        progress.begin_run("0123abcd");
        let outcome: Result<RunOutcome> = crate::cli::failure::catch_bug(|| {
            progress.warn("a file is in no partition");
            panic!("a panic that a test expects");
        });
        let result = RunResult::new(&outcome, &progress);
        assert_eq!((result.exit_code, result.kind), (1, Some("internal")));
        assert_eq!(result.facts.warnings, ["a file is in no partition"]);
        assert_eq!(result.facts.run_id.as_deref(), Some("0123abcd"));
    }
}
