//! Published snapshots of a root: dates, manifests and rows. Tables are read through their manifest only;
//! folders are never listed.

use arrow::array::RecordBatch;

use super::manifest::{Manifest, TableFile, TableFiles, manifest_key};
use super::part_reader::{PartBatches, PartReader};
use super::store::Store;
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};

pub use super::verify::{FileProblem, SnapshotVerification, verify_snapshot};

/// Lists the published dates, in order. A date without a manifest is not published.
///
/// # Errors
/// Returns an error if the store fails.
pub fn list_dates(store: &Store) -> Result<Vec<Day>> {
    // One listing is enough: the folder has one object per date.
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

/// Reads the manifest of a date, or `None` if the date is not published.
///
/// # Errors
/// Returns an error if the store fails or the manifest is damaged.
pub fn read_manifest(store: &Store, day: Day) -> Result<Option<Manifest>> {
    let bytes = store.get(&manifest_key(day))?;
    bytes.map(|bytes| Manifest::from_bytes(day, &bytes)).transpose()
}

/// Reads the manifest of a date, or of the newest snapshot.
///
/// # Errors
///
/// `NotReady` if there is no such snapshot; the message names the nearest date.
pub fn find_or_newest(store: &Store, as_of: Option<Day>) -> Result<Manifest> {
    let published = list_dates(store)?;
    let not_ready = |message: String| Error::new(ErrorKind::NotReady, message);
    let day = match as_of {
        Some(day) => day,
        None => *published
            .last()
            .ok_or_else(|| not_ready(format!("no snapshot in {}: run `clout run` first", store.url())))?,
    };
    read_manifest(store, day)?.ok_or_else(|| {
        let nearest = published.iter().min_by_key(|other| (other.0 - day.0).abs());
        let nearest = nearest
            .map(|other| format!("; the nearest is {other}"))
            .unwrap_or_default();
        not_ready(format!("no snapshot of {day} in {}{nearest}", store.url()))
    })
}

/// Reads the rows of a published table, in the order of its grain: the given columns in the given order, or
/// all. Column types are those of the schema.
///
/// # Errors
/// Returns an error if the table or a column does not exist, the store fails or a file is damaged.
pub fn read_table(
    store: &Store,
    manifest: &Manifest,
    table: &str,
    columns: Option<&[&str]>,
) -> Result<Vec<RecordBatch>> {
    stream_table(store, manifest, table, columns)?.collect()
}

/// Reads the rows of a published table with `text` in `column`, in the order of the grain. From a table
/// sorted by that column, little more than these rows is fetched.
///
/// # Errors
/// Returns the same errors as [`read_table`].
pub fn read_matching_rows(
    store: &Store,
    manifest: &Manifest,
    table: &str,
    (column, text): (&str, &str),
) -> Result<Vec<RecordBatch>> {
    let files = files_of(manifest, table)?;
    stream(store, files, move |part| part.read_matching_batches(column, text)).collect()
}

/// Reads the same rows as [`read_table`] one batch at a time. At most one row group is in memory.
///
/// # Errors
/// Returns an error if the table does not exist. Other errors are items of the iterator.
pub fn stream_table<'a>(
    store: &'a Store,
    manifest: &'a Manifest,
    table: &str,
    columns: Option<&'a [&'a str]>,
) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<'a>> {
    let files = files_of(manifest, table)?;
    Ok(stream(store, files, move |part| part.read_batches(columns)))
}

/// Reads rows like [`read_table`], from files of another list than a manifest.
///
/// # Errors
/// Returns an error if a column does not exist, the store fails or a file is damaged.
pub fn read_table_files(store: &Store, files: &TableFiles, columns: Option<&[&str]>) -> Result<Vec<RecordBatch>> {
    stream(store, files, move |part| part.read_batches(columns)).collect()
}

fn files_of<'a>(manifest: &'a Manifest, table: &str) -> Result<&'a TableFiles> {
    let day = manifest.snapshot_date;
    manifest
        .tables
        .get(table)
        .ok_or_else(|| Error::usage(format!("the snapshot of {day} has no table '{table}'")))
}

/// Iterates over the batches of all files, in order. A file that cannot be opened gives one item: its error.
fn stream<'a, F>(
    store: &'a Store,
    files: &'a TableFiles,
    open: F,
) -> impl Iterator<Item = Result<RecordBatch>> + use<'a, F>
where
    F: Fn(PartReader<'a>) -> Result<PartBatches<'a>> + 'a,
{
    let of_file = move |file: &'a TableFile| {
        let part = PartReader {
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
