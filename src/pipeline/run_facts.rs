//! Facts that a run reports on its way, for its result. A run that fails has reported those that it knew.

use serde::Serialize;

use clout_base::day::Day;

pub use crate::job::CheckSeverity;

/// Result of one check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// The input meets the check.
    Pass,
    /// The input does not meet the check, and its severity allows that.
    Warn,
    /// The input does not meet the check, so nothing is published.
    Fail,
    /// The check does not apply; the message says the reason.
    Skipped,
}

/// One declared check with its result.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckResult {
    /// Name, as in the job file.
    pub name: &'static str,
    /// Configured consequence.
    pub severity: CheckSeverity,
    /// Result.
    pub status: CheckStatus,
    /// Network, if the check is by network.
    pub network: Option<String>,
    /// Measured value, in the unit of the threshold.
    pub value: Option<f64>,
    /// Configured threshold.
    pub threshold: Option<f64>,
    /// Explanation for people; names files and keys, never an id.
    pub message: String,
}

/// Fact about a run.
#[derive(Clone, Debug, PartialEq)]
pub enum RunFact {
    /// Snapshot date, as soon as it is known.
    SnapshotDate(Day),
    /// Result of one check.
    Check(CheckResult),
    /// The run reads input again that was read before, for this reason.
    Rebuilt(String),
    /// Files of closed load dates that were added, changed or removed since they were read, with the kind of change
    /// in parentheses. The run ignores them.
    LateDeliveries(Vec<String>),
    /// Partitions on load dates after the published date, which the run does not read.
    UnreadDeliveries(Vec<String>),
    /// Bytes of input files that the run reads.
    BytesRead(u64),
}
