//! A published table that is read when Polars needs it, and only in the columns that it needs.

use std::any::Any;
use std::sync::{Arc, Mutex};

use polars::prelude::*;

use super::frames;
use clout_base::day::Day;
use clout_base::error::Error;
use clout_base::schema::Table;
use clout_warehouse::manifest::TableFiles;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// The column that the tables of all dates have before the others.
pub const DATE_COLUMN: &str = "snapshot_date";

/// What went wrong below a query, so that its exit code is that of the cause and not of a bad query.
#[derive(Clone, Default)]
pub struct Failures(Arc<Mutex<Option<Error>>>);

impl Failures {
    /// Takes what went wrong, if anything did.
    pub fn take(&self) -> Option<Error> {
        self.0.lock().ok().and_then(|mut failure| failure.take())
    }

    fn keep(&self, error: Error) -> PolarsError {
        let told = polars_err!(ComputeError: "{error}");
        if let Ok(mut failure) = self.0.lock() {
            failure.get_or_insert(error);
        }
        told
    }
}

/// A table of one date.
struct Scan {
    store: Store,
    table: &'static Table,
    files: TableFiles,
    /// The date, where the rows say it.
    date: Option<Day>,
    failures: Failures,
}

/// The files of a table of one date as a lazy frame; with `date`, under a first column that says it.
pub fn lazy(
    store: &Store,
    table: &'static Table,
    files: TableFiles,
    date: Option<Day>,
    failures: &Failures,
) -> PolarsResult<LazyFrame> {
    let mut schema = Schema::default();
    if date.is_some() {
        schema.with_column(DATE_COLUMN.into(), DataType::Date);
    }
    schema.merge(frames::schema(table));
    let scan = Scan {
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

impl Scan {
    /// The columns in the order asked for.
    fn read(&self, wanted: &[&str]) -> clout_base::error::Result<DataFrame> {
        let is_stored = |name: &&&str| self.date.is_none() || **name != DATE_COLUMN;
        let stored: Vec<&str> = wanted.iter().filter(is_stored).copied().collect();
        let batches = snapshots::read_files(&self.store, &self.files, Some(&stored))?;
        let rows = frames::frame(self.table, &stored, &batches)?;
        let Some(date) = self.date.filter(|_| stored.len() < wanted.len()) else {
            return Ok(rows);
        };
        let height = usize::try_from(self.files.rows).unwrap_or(usize::MAX);
        let mut columns = rows.into_columns();
        let place = wanted.iter().position(|name| *name == DATE_COLUMN).unwrap_or(0);
        columns.insert(place, frames::one_day(DATE_COLUMN, date.0, height));
        DataFrame::new(height, columns)
            .map_err(|error| Error::internal(format!("'{}' is no frame", self.table.name)).with_source(error))
    }
}

/// Tables of the same columns as one, in order.
pub fn union(parts: Vec<LazyFrame>) -> PolarsResult<LazyFrame> {
    let all = concat(parts, UnionArgs::default())?;
    // Between a union and the count of its rows Polars wants 128-bit integers, which it was built without; this
    // step does nothing but stand between them. Filters and choices of columns pass it.
    Ok(all.map(Ok, AllowedOptimizations::default(), None, Some("ALL DATES")))
}

// Filters are left to Polars: it can say them only for display here.
impl AnonymousScan for Scan {
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
