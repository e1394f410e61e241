//! Builds the published tables from the scores of one snapshot date, by ranges of rows.

pub mod alerts;
pub mod influences;
pub mod network_scores;
pub mod people;
pub mod published_history;
pub mod rejects;
pub mod run_metrics;
pub mod score_changes;
pub mod scores;
pub mod topic_evidence;
pub mod topic_scores;

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};

use clout_model::influence::attention::AttentionGraph;
use clout_model::influence::interval::ScoreInterval;
use clout_model::influence::score::ContributionModel;
use clout_model::influence::score_scale::ScoreScale;
use clout_model::influence::score_table::ScoreTable;
use clout_model::networks::Network;
use clout_model::people::persons::PersonMap;
use clout_model::people::presence::PresenceTable;

/// Scores and other inputs of one snapshot date that the tables are built from.
pub struct SnapshotInputs<'a> {
    /// Networks of the job.
    pub networks: &'a [Network],
    /// Persons, in order of ids.
    pub persons: &'a PersonMap,
    /// Networks and posts by person.
    pub presences: &'a PresenceTable,
    /// Graph of attention between persons.
    pub attention: &'a AttentionGraph,
    /// Weights of a reactor's attention.
    pub model: ContributionModel<'a>,
    /// Scale from influence to score.
    pub scale: &'a ScoreScale,
    /// Sums, scores and ranks, by person.
    pub scores: &'a ScoreTable,
    /// Share of the expected signal in the data, 0 to 1, by person.
    pub coverage: &'a [f64],
    /// 90 % interval of the score, by person.
    pub intervals: &'a [Option<ScoreInterval>],
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

fn measures(values: Vec<f64>) -> ArrayRef {
    Arc::new(Float64Array::from(values))
}

fn optional_measures(values: Vec<Option<f64>>) -> ArrayRef {
    Arc::new(Float64Array::from(values))
}

fn counts(values: Vec<i64>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}
