//! Table `rejects`: one row per refused row or file of the input.

use std::sync::Arc;

use arrow::array::{Date32Array, Int64Array, RecordBatch, StringArray};

use super::batch;
use crate::ingest::rejects::RejectedRow;
use clout_base::error::Result;
use clout_base::schema::REJECTS;

/// Builds the table, sorted by its grain.
pub fn build_table(mut rejects: Vec<RejectedRow>) -> Result<RecordBatch> {
    // The derived order of `RejectedRow` is the grain: its fields are in that order, nulls first.
    rejects.sort();
    batch(
        &REJECTS,
        vec![
            Arc::new(StringArray::from_iter_values(rejects.iter().map(|r| r.table))),
            Arc::new(rejects.iter().map(|r| r.network.as_deref()).collect::<StringArray>()),
            Arc::new(
                rejects
                    .iter()
                    .map(|r| r.load_date.map(|day| day.0))
                    .collect::<Date32Array>(),
            ),
            Arc::new(StringArray::from_iter_values(rejects.iter().map(|r| r.file.as_str()))),
            Arc::new(rejects.iter().map(|r| r.row_number).collect::<Int64Array>()),
            Arc::new(StringArray::from_iter_values(rejects.iter().map(|r| r.reason.as_str()))),
            Arc::new(
                rejects
                    .iter()
                    .map(|r| r.activity_id.as_deref())
                    .collect::<StringArray>(),
            ),
        ],
    )
}
