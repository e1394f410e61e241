//! What is published under a root: dates, manifests and the rows behind them. A table is read
//! through its manifest alone; folders are never listed for it.

use arrow::array::RecordBatch;

use super::decode::Part;
use super::manifest::{Manifest, TableFiles, manifest_key};
use super::store::Store;
use crate::day::Day;
use crate::error::{Error, Result};

pub use super::verify::{Problem, Verification, verify};

/// The dates that are published, in order. A date without a manifest is not.
pub fn list(store: &Store) -> Result<Vec<Day>> {
    // One listing: the folder holds one object a date.
    let listing = store.list("snapshots")?;
    let day_of = |key: &str| {
        let day: Day = key.split('/').nth(1)?.parse().ok()?;
        (key == manifest_key(day)).then_some(day)
    };
    let mut days: Vec<Day> = listing
        .objects
        .iter()
        .filter_map(|object| day_of(&object.key))
        .collect();
    days.sort();
    Ok(days)
}

/// The manifest of a date, if it is published.
pub fn find(store: &Store, day: Day) -> Result<Option<Manifest>> {
    let bytes = store.get(&manifest_key(day))?;
    bytes.map(|bytes| Manifest::from_bytes(day, &bytes)).transpose()
}

/// Rows of a published table, in the order of its grain: some columns in the order asked for,
/// or all. The columns' types are those of the schema.
pub fn read_table(
    store: &Store,
    manifest: &Manifest,
    table: &str,
    columns: Option<&[&str]>,
) -> Result<Vec<RecordBatch>> {
    read_parts(store, manifest, table, |part| part.read(columns))
}

/// The rows of a published table that have the text in a column, in the order of its grain. Of a column that the
/// table is sorted by, little more than these rows is fetched.
pub fn read_rows(
    store: &Store,
    manifest: &Manifest,
    table: &str,
    (column, text): (&str, &str),
) -> Result<Vec<RecordBatch>> {
    read_parts(store, manifest, table, |part| part.read_where(column, text))
}

fn read_parts(
    store: &Store,
    manifest: &Manifest,
    table: &str,
    read: impl Fn(Part) -> Result<Vec<RecordBatch>>,
) -> Result<Vec<RecordBatch>> {
    let day = manifest.snapshot_date;
    let files = manifest
        .tables
        .get(table)
        .ok_or_else(|| Error::usage(format!("the snapshot of {day} has no table '{table}'")))?;
    read_each(store, files, read)
}

/// The same as [`read_table`] of files that another list than a manifest names.
pub fn read_files(store: &Store, files: &TableFiles, columns: Option<&[&str]>) -> Result<Vec<RecordBatch>> {
    read_each(store, files, |part| part.read(columns))
}

fn read_each(
    store: &Store,
    files: &TableFiles,
    read: impl Fn(Part) -> Result<Vec<RecordBatch>>,
) -> Result<Vec<RecordBatch>> {
    let mut batches = Vec::new();
    for file in &files.files {
        batches.extend(read(Part {
            store,
            key: &file.path,
            size: file.size,
        })?);
    }
    Ok(batches)
}

#[cfg(test)]
#[path = "snapshots_tests.rs"]
mod tests;
