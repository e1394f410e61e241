//! Deletes the files of old states.

use std::collections::HashSet;

use super::meta::load_index;
use super::state_files::state_folder;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_state::index::StateIndex;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Deletes old states, and states of abandoned runs of `date`. Returns the number of deleted files.
///
/// Keeps the `keep` newest dates of `published` (sorted), and the `keep` newest up to `date`, from which a backfill
/// continues, with all files that their states name. Deletes nothing if one of these states cannot be read.
pub fn delete_old_states(store: &Store, published: &[Day], keep: usize, date: Day, commit_id: &str) -> Result<u64> {
    let until_date = &published[..published.partition_point(|day| *day <= date)];
    let newest = |dates: &[Day]| dates[dates.len().saturating_sub(keep)..].to_vec();
    let kept = [newest(published), newest(until_date)].concat();
    let Some(indexes) = read_indexes(store, &kept, date, commit_id)? else {
        return Ok(0);
    };
    let named: HashSet<&str> = indexes
        .iter()
        .flat_map(StateIndex::files)
        .map(|file| file.path.as_str())
        .collect();
    let mut deleted = 0;
    for folder in store.list_folders("state")? {
        let Ok(day) = folder.parse::<Day>() else {
            continue;
        };
        let is_kept = kept.contains(&day) || !published.contains(&day);
        for object in store.list(&format!("state/{folder}"))?.objects {
            let is_abandoned = day == date && !object.key.starts_with(&state_folder(date, commit_id));
            if (!is_kept || is_abandoned) && !named.contains(object.key.as_str()) {
                store.delete(&object.key)?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}

/// Reads the indexes of the kept states; `None` if one exists and cannot be read, or if the newest is missing: a run of
/// this moment may have replaced it. Another state that is missing names no files.
fn read_indexes(store: &Store, kept: &[Day], date: Day, commit_id: &str) -> Result<Option<Vec<StateIndex>>> {
    let mut indexes = Vec::new();
    let newest = kept.iter().max();
    for day in kept.iter().collect::<HashSet<&Day>>() {
        let commit_id = match *day == date {
            true => Some(commit_id.to_owned()),
            false => snapshots::read_manifest(store, *day)?.map(|manifest| manifest.commit_id),
        };
        let Some(commit_id) = commit_id else {
            continue;
        };
        let prefix = state_folder(*day, &commit_id);
        match load_index(store, &prefix)? {
            Some(index) => indexes.push(index),
            None if Some(day) == newest || store.head(&format!("{prefix}/state.json"))?.is_some() => return Ok(None),
            None => {}
        }
    }
    Ok(Some(indexes))
}

#[cfg(test)]
#[path = "old_states_tests.rs"]
mod tests;
