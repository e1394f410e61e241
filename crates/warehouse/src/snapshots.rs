//! What is published under a root: dates, manifests and the rows behind them. A table is read
//! through its manifest alone; folders are never listed for it.

use arrow::array::RecordBatch;

use super::decode::{Batches, Part};
use super::manifest::{Manifest, TableFile, TableFiles, manifest_key};
use super::store::Store;
use clout_base::day::Day;
use clout_base::error::{Error, Kind, Result};

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

/// The manifest of a date, or of the newest snapshot.
pub fn find_or_newest(store: &Store, as_of: Option<Day>) -> Result<Manifest> {
    let published = list(store)?;
    let none = |what: String| Error::new(Kind::NotReady, what);
    let day = match as_of {
        Some(day) => day,
        None => *published
            .last()
            .ok_or_else(|| none(format!("no snapshot below {}: run `clout run` first", store.url())))?,
    };
    find(store, day)?.ok_or_else(|| {
        let near = published.iter().min_by_key(|other| (other.0 - day.0).abs());
        let near = near
            .map(|other| format!("; the nearest is {other}"))
            .unwrap_or_default();
        none(format!("no snapshot of {day} below {}{near}", store.url()))
    })
}

/// Rows of a published table, in the order of its grain: some columns in the order asked for,
/// or all. The columns' types are those of the schema.
pub fn read_table(
    store: &Store,
    manifest: &Manifest,
    table: &str,
    columns: Option<&[&str]>,
) -> Result<Vec<RecordBatch>> {
    stream_table(store, manifest, table, columns)?.collect()
}

/// The rows of a published table that have the text in a column, in the order of its grain. Of a column that the
/// table is sorted by, little more than these rows is fetched.
pub fn read_rows(
    store: &Store,
    manifest: &Manifest,
    table: &str,
    (column, text): (&str, &str),
) -> Result<Vec<RecordBatch>> {
    let files = files_of(manifest, table)?;
    stream(store, files, move |part| part.batches_where(column, text)).collect()
}

/// The same rows as [`read_table`], a batch at a time: of a table no more than one row group is in memory.
pub fn stream_table<'a>(
    store: &'a Store,
    manifest: &'a Manifest,
    table: &str,
    columns: Option<&'a [&'a str]>,
) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'a>> {
    let files = files_of(manifest, table)?;
    Ok(stream(store, files, move |part| part.batches(columns)))
}

/// The same as [`read_table`] of files that another list than a manifest names.
pub fn read_files(store: &Store, files: &TableFiles, columns: Option<&[&str]>) -> Result<Vec<RecordBatch>> {
    stream(store, files, move |part| part.batches(columns)).collect()
}

fn files_of<'a>(manifest: &'a Manifest, table: &str) -> Result<&'a TableFiles> {
    let day = manifest.snapshot_date;
    manifest
        .tables
        .get(table)
        .ok_or_else(|| Error::usage(format!("the snapshot of {day} has no table '{table}'")))
}

/// The batches of every file, in order. A file that cannot be opened is one item, its error.
fn stream<'a, F>(
    store: &'a Store,
    files: &'a TableFiles,
    open: F,
) -> impl Iterator<Item = Result<RecordBatch>> + use<'a, F>
where
    F: Fn(Part<'a>) -> Result<Batches<'a>> + 'a,
{
    let of_file = move |file: &'a TableFile| {
        let part = Part {
            store,
            key: &file.path,
            size: file.size,
        };
        match open(part) {
            Ok(batches) => Box::new(batches) as Box<dyn Iterator<Item = Result<RecordBatch>> + 'a>,
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    };
    files.files.iter().flat_map(of_file)
}

#[cfg(test)]
#[path = "snapshots_tests.rs"]
mod tests;
