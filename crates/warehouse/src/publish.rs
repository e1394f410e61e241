//! Publishing as a commit: parts, then the manifest, and nothing is ever written twice.
//!
//! 1. Is the date published already? Then nothing is written at all.
//! 2. Parts go in under names made of their content, create-only. A part that is there
//!    already, from a killed run or a racing one, is the same part.
//! 3. The manifest goes in by a conditional create: that is the moment at which the snapshot
//!    exists. The answer is not believed when it is anything but "new": a lost answer makes
//!    the client try again and find its own write ("exists"), a 409 can mean that nothing
//!    landed, an error can follow a write that did. So the manifest is read back, and the
//!    random commit id in it says who won.
//! 4. The winner sweeps parts of the date that its manifest does not name; the loser deletes
//!    those of its own that the winner's manifest does not name, and its state folder.
//!
//! While nobody is known to have won, nothing is deleted, own parts included: another run may
//! have found them in place and be about to name them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bytes::Bytes;
use tracing::warn;

use super::encode::EncodedPart;
use super::manifest::{Manifest, TableFile, TableFiles, manifest_key, part_folder};
use super::snapshots;
use super::store::{Created, Store};
use clout_base::error::{Context, Error, Kind, Result};
use clout_base::schema::{TABLES, Table};

/// Tries of one write, each of which the store's client already repeats on its own. Only
/// conflicts and lost answers come back here.
const TRIES: u32 = 5;

/// Wait before the second try; doubled before each further one.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// A night's work, ready to be published.
pub struct Publication {
    /// The manifest, with a commit id of its own. Its tables are filled in from `parts`.
    pub manifest: Manifest,
    /// The tables' files.
    pub parts: Vec<(&'static Table, EncodedPart)>,
    /// This run's own state folder (a key prefix that no other run writes to), deleted if
    /// another run wins.
    pub state_prefix: Option<String>,
}

/// How it ended.
#[derive(Debug)]
pub enum Published {
    /// The snapshot is this run's.
    Done(Manifest),
    /// Another run had published, or won.
    Lost {
        /// What stands.
        winner: Manifest,
        /// Whether its tables have the same rows in the same bytes as ours.
        is_same_bytes: bool,
    },
}

/// Publishes a night. An error of `Kind::Storage` leaves open whether it was published:
/// running again finds out.
pub fn publish(store: &Store, publication: Publication) -> Result<Published> {
    let Publication {
        mut manifest,
        parts,
        state_prefix,
    } = publication;
    let day = manifest.snapshot_date;
    manifest.tables = tables_of(&manifest, &parts);
    let winner = match snapshots::find(store, day)? {
        Some(winner) => winner,
        None => {
            put_parts(store, &manifest, &parts).context(|| format!("publishing {day}"))?;
            commit(store, &manifest).context(|| format!("publishing {day}"))?
        }
    };
    if winner.commit_id == manifest.commit_id {
        tidy(day, sweep(store, &winner));
        return Ok(Published::Done(winner));
    }
    tidy(day, withdraw(store, &manifest, &winner, state_prefix.as_deref()));
    let is_same_bytes = winner.tables == manifest.tables;
    Ok(Published::Lost { winner, is_same_bytes })
}

fn tables_of(manifest: &Manifest, parts: &[(&'static Table, EncodedPart)]) -> BTreeMap<String, TableFiles> {
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

fn part_key(manifest: &Manifest, table: &Table, part: &EncodedPart) -> String {
    format!("{}/{}", part_folder(table.name, manifest.snapshot_date), part.name)
}

fn put_parts(store: &Store, manifest: &Manifest, parts: &[(&'static Table, EncodedPart)]) -> Result<()> {
    for (table, part) in parts {
        put_part(store, &part_key(manifest, table, part), part)?;
    }
    Ok(())
}

/// Puts one part in place. What stands there with the right size is the part; with another
/// size it is damaged (a disk that lost power), and since its name promises this content, it
/// is written over.
pub(super) fn put_part(store: &Store, key: &str, part: &EncodedPart) -> Result<()> {
    let mut last = None;
    for wait in waits() {
        std::thread::sleep(wait);
        match store.create(key, part.bytes.clone()) {
            Ok(Created::New) => return Ok(()),
            Ok(Created::Exists) => {}
            Err(error) => last = Some(error),
        }
        match store.head(key) {
            Ok(Some(object)) if object.size == part.bytes.len() as u64 => return Ok(()),
            Ok(Some(_)) => return store.put(key, part.bytes.clone()),
            Ok(None) => {}
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| conflict_without_end(store, key)))
}

/// Writes the manifest and returns the one that stands: ours, or another's.
fn commit(store: &Store, manifest: &Manifest) -> Result<Manifest> {
    let key = manifest_key(manifest.snapshot_date);
    let stands = || snapshots::find(store, manifest.snapshot_date);
    let standing = land(store, &key, &manifest.to_bytes()?, stands)?;
    Ok(standing.unwrap_or_else(|| manifest.clone()))
}

/// Writes a record that may exist once. None if it is surely this one that landed, else the one that `stands`,
/// which may be this one, too.
pub(super) fn land<T>(
    store: &Store,
    key: &str,
    bytes: &Bytes,
    stands: impl Fn() -> Result<Option<T>>,
) -> Result<Option<T>> {
    let mut last = None;
    for wait in waits() {
        std::thread::sleep(wait);
        match store.create(key, bytes.clone()) {
            Ok(Created::New) => return Ok(None),
            Ok(Created::Exists) => {}
            Err(error) => last = Some(error),
        }
        match stands() {
            Ok(Some(standing)) => return Ok(Some(standing)),
            Ok(None) => {}
            Err(error) if error.kind() == Kind::Storage => last = Some(error),
            Err(error) => return Err(error),
        }
    }
    Err(last.unwrap_or_else(|| conflict_without_end(store, key)))
}

/// Waits before each try: none, then doubling.
fn waits() -> impl Iterator<Item = Duration> {
    (0..TRIES).map(|nth| {
        if nth == 0 {
            Duration::ZERO
        } else {
            FIRST_WAIT * 2u32.pow(nth - 1)
        }
    })
}

fn conflict_without_end(store: &Store, key: &str) -> Error {
    let message = format!(
        "could not create '{key}' in {}: {TRIES} times the store said that it exists, and it does not. \
         Check with `clout doctor` that create-only puts work, then run again",
        store.url()
    );
    Error::new(Kind::Storage, message)
}

/// Deletes parts of the winner's date that its manifest does not name: left by killed runs.
/// A table that is not published today may still have such parts.
fn sweep(store: &Store, winner: &Manifest) -> Result<()> {
    let known = TABLES.iter().map(|table| table.name);
    let tables: BTreeSet<&str> = known.chain(winner.tables.keys().map(String::as_str)).collect();
    for table in tables {
        let folder = part_folder(table, winner.snapshot_date);
        for object in store.list(&folder)?.objects {
            let is_part = object.key.starts_with(&format!("{folder}/part-")) && object.key.ends_with(".parquet");
            if is_part && !winner.names(&object.key) {
                store.delete(&object.key)?;
            }
        }
    }
    Ok(())
}

/// Deletes what the loser wrote and the winner does not name.
fn withdraw(store: &Store, ours: &Manifest, winner: &Manifest, state_prefix: Option<&str>) -> Result<()> {
    let files = ours.tables.values().flat_map(|table| &table.files);
    for file in files.filter(|file| !winner.names(&file.path)) {
        store.delete(&file.path)?;
    }
    // A prefix that is empty would be the whole root.
    if let Some(prefix) = state_prefix.filter(|prefix| !prefix.trim_matches('/').is_empty()) {
        for object in store.list(prefix)?.objects {
            store.delete(&object.key)?;
        }
    }
    Ok(())
}

/// What is left behind costs space and no more: the date is published whatever comes of it.
fn tidy(day: clout_base::day::Day, outcome: Result<()>) {
    if let Err(error) = outcome {
        warn!("{day} is published, but files that no manifest names could not be deleted: {error}");
    }
}

#[cfg(test)]
#[path = "publish_tests.rs"]
mod tests;
