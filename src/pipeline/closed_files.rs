//! Compares the files of closed load dates with those that were read, and finds deliveries that a run leaves unread.

use std::collections::BTreeMap;

use super::input_listing::name_partition;
use super::observer::RunObserver;
use super::run_facts::RunFact;
use crate::state::RunState;
use crate::state::closed_files::{ClosedFile, is_opt_out, list_opt_outs};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::content_hash::hash_objects;
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory, parse_load_date};
use clout_warehouse::manifest::InputFile;
use clout_warehouse::store::{Store, StoredObject};

/// Number of changed files that a warning names.
const NAMED_FILES: usize = 5;

/// Hashes the files that a run from `state` to `as_of` reads, and returns them in the form of the manifest.
///
/// # Errors
/// Returns an error if the store fails.
pub fn hash_input_files(
    input: &Store,
    inventory: &InputInventory,
    state: &RunState,
    as_of: Day,
) -> Result<Vec<InputFile>> {
    let first = state.as_of.map_or(EARLIEST_DAY, Day::next);
    let read = list_opt_outs(&state.closed);
    let late_opt_outs = inventory.unread_opt_outs(first.days_before(1), &read);
    let late_opt_outs: Vec<StoredObject> = late_opt_outs.flat_map(|(_, files)| files).collect();
    let files: Vec<&StoredObject> = inventory.files_between(first, as_of).chain(&late_opt_outs).collect();
    let hashes = hash_objects(input, &files)?;
    let with_hash = |(file, sha256): (&&StoredObject, String)| InputFile {
        path: file.key.clone(),
        size: file.size,
        etag: file.etag.clone(),
        sha256: Some(sha256),
    };
    Ok(files.iter().zip(hashes).map(with_hash).collect())
}

/// Compares the files of load dates up to `closed_until` with `closed`, the files as they were read. Returns the
/// differences as `path (added)`, `path (changed)` or `path (removed)`; opt-outs are left out, because they count.
///
/// A file with the same size and another etag is compared by content: a copy of the input has other etags. Its new
/// etag is then recorded in `closed`, so that the next run need not read it.
///
/// # Errors
/// Returns an error if the store fails.
pub fn find_late_deliveries(
    input: &Store,
    inventory: &InputInventory,
    closed_until: Day,
    closed: &mut [ClosedFile],
) -> Result<Vec<String>> {
    let now: BTreeMap<&str, &StoredObject> = inventory
        .dated_files_between(EARLIEST_DAY, closed_until)
        .filter(|object| !is_opt_out(&object.key))
        .map(|object| (object.key.as_str(), object))
        .collect();
    let is_compared = |file: &&mut ClosedFile| {
        !is_opt_out(&file.object.key) && parse_load_date(&file.object).is_none_or(|load_date| load_date <= closed_until)
    };
    let mut before: BTreeMap<String, &mut ClosedFile> = closed
        .iter_mut()
        .filter(is_compared)
        .map(|file| (file.object.key.clone(), file))
        .collect();
    let mut late = Vec::new();
    let mut copied: Vec<&StoredObject> = Vec::new();
    for (key, object) in &now {
        match before.get(*key) {
            None => late.push(format!("{key} (added)")),
            Some(old) if old.object.size != object.size => late.push(format!("{key} (changed)")),
            Some(old) if old.object.etag.is_some() && old.object.etag == object.etag => {}
            Some(_) => copied.push(object),
        }
    }
    for (object, sha256) in copied.iter().zip(hash_objects(input, &copied)?) {
        let Some(old) = before.get_mut(&object.key) else {
            continue;
        };
        match old.sha256.as_ref() == Some(&sha256) {
            true => old.object.etag = object.etag.clone(),
            false => late.push(format!("{} (changed)", object.key)),
        }
    }
    let is_removed = |key: &&String| !now.contains_key(key.as_str()) && !inventory.is_ignored(key);
    let removed = before.keys().filter(is_removed);
    late.extend(removed.map(|key| format!("{key} (removed)")));
    late.sort();
    Ok(late)
}

/// Warns of files of closed load dates that were changed, added or removed since they were read.
pub fn report_late_deliveries(late: Vec<String>, closed_until: Day, watch: &dyn RunObserver) {
    if late.is_empty() {
        return;
    }
    let named = late[..late.len().min(NAMED_FILES)].join(", ");
    let more = match late.len().saturating_sub(NAMED_FILES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    watch.warn(&format!(
        "load dates up to {closed_until} are closed; these changes are ignored until a rebuild (--rebuild): \
         {named}{more}"
    ));
    watch.record(RunFact::LateDeliveries(late));
}

/// Returns the partitions after a published date, oldest first: a run of that date leaves them unread.
pub fn find_unread_deliveries(inventory: &InputInventory, published: Day) -> Vec<String> {
    let mut partitions: Vec<_> = inventory.partitions_after(published).collect();
    partitions.sort_by_key(|(table, partition)| (partition.load_date, *table, partition.network.clone()));
    partitions.iter().map(name_partition).collect()
}

/// Returns the files of opt-outs up to a published date that were added or changed since: they count from the next run.
pub fn find_unread_opt_outs(inventory: &InputInventory, published: Day, closed: &[ClosedFile]) -> Vec<String> {
    let read = list_opt_outs(closed);
    let unread = inventory.unread_opt_outs(published, &read);
    unread.flat_map(|(_, files)| files).map(|file| file.key).collect()
}
