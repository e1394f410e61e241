//! Builds the published tables from the scores of one snapshot date.

pub mod alerts;
pub mod influences;
pub mod network_scores;
pub mod past;
pub mod rejects;
pub mod run_metrics;
pub mod score_changes;
pub mod scores;
pub mod topic_evidence;
pub mod topic_scores;

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch};

use clout_base::error::{Error, Result};
use clout_base::schema::Table;
use clout_model::influence::attention::Attention;
use clout_model::influence::interval::Interval;
use clout_model::influence::score::{Line, Model};
use clout_model::influence::standings::Standings;
use clout_model::networks::Network;
use clout_model::people::persons::Persons;
use clout_model::people::presence::Presences;

/// Scores and other inputs of one snapshot date that the tables are built from.
pub struct Tonight<'a> {
    /// Networks of the job.
    pub networks: &'a [Network],
    /// Persons, in order of ids.
    pub persons: &'a Persons,
    /// Networks and posts by person.
    pub presences: &'a Presences,
    /// Graph of attention between persons.
    pub attention: &'a Attention,
    /// Weights of a reactor's attention.
    pub model: &'a Model<'a>,
    /// Scale from influence to score.
    pub line: &'a Line,
    /// Sums, scores and ranks, by person.
    pub standings: &'a Standings,
    /// Share of the expected signal in the data, 0 to 1, by person.
    pub coverage: &'a [f64],
    /// 90 % interval of the score, by person.
    pub intervals: &'a [Option<Interval>],
}

/// Builds a batch of `table` from its columns, in the order of the schema.
fn batch(table: &Table, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    RecordBatch::try_new(table.arrow_schema(), columns)
        .map_err(|error| Error::internal(format!("table {} does not fit its schema", table.name)).with_source(error))
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
