//! Table `rejects`: one row per refused row or file of the input.

use std::sync::Arc;

use arrow::array::{Date32Array, Int64Array, StringArray};
use rayon::prelude::*;

use super::texts;
use crate::ingest::rejects::RejectedRow;
use clout_base::schema::REJECTS;
use clout_warehouse::table_rows::TableRows;

/// Sorts the rows by the grain, and describes them.
pub fn build_rows(mut rejects: Vec<RejectedRow>) -> TableRows<'static> {
    // The derived order of `RejectedRow` is the grain: its fields are in that order, nulls first.
    rejects.par_sort();
    TableRows::new(&REJECTS, rejects.len(), move |rows| {
        let rejects = &rejects[rows];
        let load_dates = rejects.iter().map(|r| r.load_date.map(|day| day.0));
        let activity_ids = rejects.iter().map(|r| r.activity_id.as_deref());
        vec![
            texts(rejects.iter().map(|r| r.table)),
            Arc::new(rejects.iter().map(|r| r.network.as_deref()).collect::<StringArray>()),
            Arc::new(load_dates.collect::<Date32Array>()),
            texts(rejects.iter().map(|r| r.file.as_str())),
            Arc::new(rejects.iter().map(|r| r.row_number).collect::<Int64Array>()),
            texts(rejects.iter().map(|r| r.reason.as_str())),
            Arc::new(activity_ids.collect::<StringArray>()),
        ]
    })
}
