//! Lazy scan of a published table: reads the files when Polars needs them, and only the columns it needs.

use std::any::Any;
use std::sync::{Arc, Mutex};

use polars::prelude::*;

use super::frames;
use clout_base::day::Day;
use clout_base::error::Error;
use clout_base::schema::TableSchema;
use clout_warehouse::manifest::TableFiles;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// First column of the `_history` tables.
pub(super) const DATE_COLUMN: &str = "snapshot_date";

/// First error while reading files below a query. It gives the exit code, instead of the usage error for a bad query.
#[derive(Clone, Default)]
pub(super) struct ScanErrors(Arc<Mutex<Option<Error>>>);

impl ScanErrors {
    /// Removes and returns the first error, if any.
    pub(super) fn take_first(&self) -> Option<Error> {
        self.0.lock().ok().and_then(|mut failure| failure.take())
    }

    fn keep(&self, error: Error) -> PolarsError {
        let polars_error = polars_err!(ComputeError: "{error}");
        if let Ok(mut failure) = self.0.lock() {
            failure.get_or_insert(error);
        }
        polars_error
    }
}

/// Scan of a table of one date.
struct TableScan {
    store: Store,
    table: &'static TableSchema,
    files: TableFiles,
    /// Date for [`DATE_COLUMN`]; `None` if the scan lacks this column.
    date: Option<Day>,
    failures: ScanErrors,
}

/// Builds a lazy frame over the files of a table of one date; with `date`, the first column is [`DATE_COLUMN`].
pub(super) fn scan_table(
    store: &Store,
    table: &'static TableSchema,
    files: TableFiles,
    date: Option<Day>,
    failures: &ScanErrors,
) -> PolarsResult<LazyFrame> {
    let mut schema = Schema::default();
    if date.is_some() {
        schema.with_column(DATE_COLUMN.into(), DataType::Date);
    }
    schema.merge(frames::polars_schema(table));
    let scan = TableScan {
        store: store.clone(),
        table,
        files,
        date,
        failures: failures.clone(),
    };
    let arguments = ScanArgsAnonymous {
        schema: Some(Arc::new(schema)),
        name: table.name,
        ..ScanArgsAnonymous::default()
    };
    LazyFrame::anonymous_scan(Arc::new(scan), arguments)
}

impl TableScan {
    /// Reads the columns in the order of `wanted`.
    fn read(&self, wanted: &[&str]) -> clout_base::error::Result<DataFrame> {
        let is_stored = |name: &&&str| self.date.is_none() || **name != DATE_COLUMN;
        let stored: Vec<&str> = wanted.iter().filter(is_stored).copied().collect();
        let batches = snapshots::read_table_files(&self.store, &self.files, Some(&stored))?;
        let rows = frames::build_frame(self.table, &stored, &batches)?;
        let Some(date) = self.date.filter(|_| stored.len() < wanted.len()) else {
            return Ok(rows);
        };
        let height = usize::try_from(self.files.rows).unwrap_or(usize::MAX);
        let mut columns = rows.into_columns();
        let position = wanted.iter().position(|name| *name == DATE_COLUMN).unwrap_or(0);
        columns.insert(position, frames::build_date_column(DATE_COLUMN, date.0, height));
        DataFrame::new(height, columns).map_err(|error| {
            Error::internal(format!("cannot convert '{}' to a frame", self.table.name)).with_source(error)
        })
    }
}

/// Concatenates tables with equal columns, in order.
pub(super) fn concat_dates(parts: Vec<LazyFrame>) -> PolarsResult<LazyFrame> {
    let all = concat(parts, UnionArgs::default())?;
    // Counting the rows of a union needs 128-bit integers in Polars, which this build lacks. A step between the union
    // and the count avoids that. Filters and column selections are still pushed down through it.
    Ok(all.map(Ok, AllowedOptimizations::default(), None, Some("ALL DATES")))
}

// Polars applies the filters itself: an anonymous scan receives them only as text for display.
impl AnonymousScan for TableScan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn scan(&self, asked: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let wanted: Vec<&str> = match &asked.with_columns {
            Some(names) => names.iter().map(|name| name.as_str()).collect(),
            None => asked.schema.iter_names().map(|name| name.as_str()).collect(),
        };
        let rows = self.read(&wanted).map_err(|error| self.failures.keep(error))?;
        Ok(asked.n_rows.map_or_else(|| rows.clone(), |most| rows.head(Some(most))))
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }
}
