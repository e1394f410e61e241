//! Publication of a snapshot as a commit: first the parts, then the manifest. Existing files are never
//! overwritten, except damaged parts.
//!
//! 1. If the date is already published, nothing is written.
//! 2. Parts are created under names derived from their content. An existing part with the same name, from a
//!    killed or a concurrent run, has the same content.
//! 3. The manifest is created conditionally; the snapshot exists from that moment. Only a `CreateOutcome::New`
//!    response proves that we won. After any other response the manifest is read back, and its random commit
//!    id names the winner: a lost response makes the client retry and find its own write ("exists"), an HTTP
//!    409 can mean that nothing was written, and an error can follow a successful write.
//! 4. The winner deletes parts of the date that its manifest does not name. The loser deletes its own parts
//!    that the winner's manifest does not name, and its own state folder.
//!
//! Nothing is deleted before the winner is known, not even own parts: another run may have found them and be
//! about to name them in its manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use tracing::warn;

use super::encoded_part::EncodedPart;
use super::manifest::{Manifest, TableFile, TableFiles, manifest_key, part_folder};
use super::snapshots;
use super::store::{CreateOutcome, Store, StoredObject};
use clout_base::error::{Error, ErrorContext, ErrorKind, Result};
use clout_base::schema::{SNAPSHOT_TABLES, TableSchema};

/// Maximum tries of one write. The store's client already retries each of them; only conflicts and lost
/// responses reach this loop.
const TRIES: u32 = 5;

/// Wait before the second try; it doubles before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// Results of a run, ready for publication.
pub struct SnapshotPublication {
    /// Manifest with its own commit id. Publishing fills in its tables from `parts`.
    pub manifest: Manifest,
    /// Encoded files of the tables.
    pub parts: Vec<(&'static TableSchema, EncodedPart)>,
    /// State folder of this run (a key prefix that no other run writes to), deleted if another run wins.
    pub state_prefix: Option<String>,
}

/// Outcome of publishing a snapshot.
#[derive(Debug)]
pub enum PublishOutcome {
    /// This run published the snapshot.
    Done(Manifest),
    /// Another run has published the snapshot.
    Lost {
        /// Manifest of the other run.
        winner: Manifest,
        /// True if its tables have the same rows in the same bytes as ours.
        is_same_bytes: bool,
    },
}

/// Publishes a snapshot.
///
/// # Errors
/// After an error of `ErrorKind::Storage`, the snapshot may or may not be published; a further run finds out.
pub fn publish_snapshot(store: &Store, publication: SnapshotPublication) -> Result<PublishOutcome> {
    let SnapshotPublication {
        mut manifest,
        parts,
        state_prefix,
    } = publication;
    let day = manifest.snapshot_date;
    manifest.tables = tables_of(&manifest, &parts);
    let parts = parts
        .iter()
        .map(|(table, part)| (part_key(&manifest, table, part), part));
    let record = (manifest_key(day), || manifest.to_bytes());
    let existing = commit_record(store, parts, record, || snapshots::read_manifest(store, day));
    let winner = existing
        .context(|| format!("publishing {day}"))?
        .unwrap_or_else(|| manifest.clone());
    if winner.commit_id == manifest.commit_id {
        delete_leftovers(store, &winner);
        return Ok(PublishOutcome::Done(winner));
    }
    warn_if_failed(day, withdraw(store, &manifest, &winner, state_prefix.as_deref()));
    let is_same_bytes = winner.tables == manifest.tables;
    Ok(PublishOutcome::Lost { winner, is_same_bytes })
}

fn tables_of(manifest: &Manifest, parts: &[(&'static TableSchema, EncodedPart)]) -> BTreeMap<String, TableFiles> {
    let mut tables: BTreeMap<String, TableFiles> = BTreeMap::new();
    for (table, part) in parts {
        let files = tables.entry(table.name.to_owned()).or_default();
        files.rows += part.rows;
        files.files.push(TableFile {
            path: part_key(manifest, table, part),
            size: part.bytes.len() as u64,
            rows: part.rows,
            sha256: part.sha256.clone(),
        });
    }
    tables
}

fn part_key(manifest: &Manifest, table: &TableSchema, part: &EncodedPart) -> String {
    format!("{}/{}", part_folder(table.name, manifest.snapshot_date), part.name)
}

/// Creates a record once, after the parts that it names: the commit of snapshots and of draws. Returns `None` if
/// this record was certainly the one written; otherwise returns the result of `find_existing`, which may be this
/// record, too. Writes nothing if a record exists at the start.
///
/// The pair is the key of the record and the encoder of its content; `parts` are the keys and the contents of the parts.
pub(super) fn commit_record<'a, T>(
    store: &Store,
    parts: impl IntoIterator<Item = (String, &'a EncodedPart)>,
    (key, encode): (String, impl FnOnce() -> Result<Bytes>),
    find_existing: impl Fn() -> Result<Option<T>>,
) -> Result<Option<T>> {
    if let Some(existing) = find_existing()? {
        return Ok(Some(existing));
    }
    for (path, part) in parts {
        put_part(store, &path, part)?;
    }
    create_once(store, &key, &encode()?, find_existing)
}

/// Stores one part. An existing object of the right size is the same part. One of another size is damaged
/// (for example by a power failure) and is overwritten, since its name promises this content.
fn put_part(store: &Store, key: &str, part: &EncodedPart) -> Result<()> {
    let find_part = || match store.head(key)? {
        Some(object) if object.size == part.bytes.len() as u64 => Ok(Some(())),
        Some(_) => store.put(key, part.bytes.clone()).map(Some),
        None => Ok(None),
    };
    create_once(store, key, &part.bytes, find_part).map(|_| ())
}

/// Creates an object at most once; returns as [`commit_record`] does. After an error that a repetition cannot mend,
/// `find_existing` decides once more, since an earlier try may have succeeded unseen.
fn create_once<T>(
    store: &Store,
    key: &str,
    bytes: &Bytes,
    find_existing: impl Fn() -> Result<Option<T>>,
) -> Result<Option<T>> {
    let is_for_good = |error: &Error| error.kind() != ErrorKind::Storage;
    let mut last = None;
    for wait in waits() {
        std::thread::sleep(wait);
        let refused = match store.create(key, bytes.clone()) {
            Ok(CreateOutcome::New) => return Ok(None),
            Ok(CreateOutcome::Exists) => None,
            Err(error) => Some(error),
        };
        match find_existing() {
            Ok(Some(existing)) => return Ok(Some(existing)),
            Ok(None) => last = refused.or(last),
            Err(error) => last = refused.filter(is_for_good).or(Some(error)),
        }
        if let Some(error) = last.take_if(|error| is_for_good(error)) {
            return Err(error);
        }
    }
    Err(last.unwrap_or_else(|| persistent_conflict(store, key)))
}

/// Returns the wait before each try: none before the first, then doubling.
fn waits() -> impl Iterator<Item = Duration> {
    (0..TRIES).map(|nth| {
        if nth == 0 {
            Duration::ZERO
        } else {
            FIRST_WAIT * 2u32.pow(nth - 1)
        }
    })
}

fn persistent_conflict(store: &Store, key: &str) -> Error {
    let message = format!(
        "could not create '{key}' in {}: the store reported {TRIES} times that it exists, but it does not. \
         Check with `clout doctor` that create-only puts work, then run again",
        store.url()
    );
    Error::new(ErrorKind::Storage, message)
}

/// Deletes parts of a published date that its manifest does not name, left by killed runs. A reader that lists the
/// folder would take them for rows of the snapshot. A failure is only logged.
pub fn delete_leftovers(store: &Store, manifest: &Manifest) {
    warn_if_failed(manifest.snapshot_date, sweep(store, manifest));
}

/// Deletes parts of the winner's date that its manifest does not name. All known tables are searched: killed runs of
/// another version may have left parts of tables that this run does not publish.
fn sweep(store: &Store, winner: &Manifest) -> Result<()> {
    let known = SNAPSHOT_TABLES.iter().map(|table| table.name);
    let tables: BTreeSet<&str> = known.chain(winner.tables.keys().map(String::as_str)).collect();
    for table in tables {
        let folder = part_folder(table, winner.snapshot_date);
        store.delete_unfinished(&folder)?;
        for part in list_parts(store, &folder)? {
            if !winner.contains_file(&part.key) {
                store.delete(&part.key)?;
            }
        }
    }
    Ok(())
}

/// Lists the parts in a folder of a table.
pub(super) fn list_parts(store: &Store, folder: &str) -> Result<impl Iterator<Item = StoredObject>> {
    let prefix = format!("{folder}/part-");
    let is_part = move |object: &StoredObject| object.key.starts_with(&prefix) && object.key.ends_with(".parquet");
    Ok(store.list(folder)?.objects.into_iter().filter(is_part))
}

/// Deletes files of the losing run that the winner's manifest does not name.
fn withdraw(store: &Store, ours: &Manifest, winner: &Manifest, state_prefix: Option<&str>) -> Result<()> {
    let files = ours.tables.values().flat_map(|table| &table.files);
    for file in files.filter(|file| !winner.contains_file(&file.path)) {
        store.delete(&file.path)?;
    }
    // An empty prefix would delete the whole root.
    if let Some(prefix) = state_prefix.filter(|prefix| !prefix.trim_matches('/').is_empty()) {
        for object in store.list(prefix)?.objects {
            store.delete(&object.key)?;
        }
    }
    Ok(())
}

/// Logs a failed cleanup. Leftover files only cost space, and the date is published in any case.
fn warn_if_failed(day: clout_base::day::Day, outcome: Result<()>) {
    if let Err(error) = outcome {
        warn!("{day} is published, but unused files could not be deleted: {error}");
    }
}

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
