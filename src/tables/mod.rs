//! The published tables, made from one night's standings.

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

/// Everything that a table may be made from.
pub struct Tonight<'a> {
    /// The networks.
    pub networks: &'a [Network],
    /// The persons.
    pub persons: &'a Persons,
    /// Who is there.
    pub presences: &'a Presences,
    /// Who attends to whom.
    pub attention: &'a Attention,
    /// What a reactor's attention is worth.
    pub model: &'a Model<'a>,
    /// The scale.
    pub line: &'a Line,
    /// Sums, values and ranks.
    pub standings: &'a Standings,
    /// By person: the share of the expected signal that was there.
    pub coverage: &'a [f64],
    /// By person: how sure the score is.
    pub intervals: &'a [Option<Interval>],
}

/// A batch of `table` from its columns in order.
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
