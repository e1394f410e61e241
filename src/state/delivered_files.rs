//! Writes delivered ids and published persons as files of the state's index, and reads them back.
//!
//! The ids of a load date never change, so a run writes those of its own load dates and drops the expired ones.

use rayon::prelude::*;

use super::RunState;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::delivered::{DeliveredIds, IdList};
use clout_state::column_file::{FileSelection, read_table};
use clout_state::damage::StateError;
use clout_state::ids::{decode_ids, encode_ids};
use clout_state::index::{FileEntry, IdFile, StateIndex};
use clout_warehouse::request_pool::run_requests;
use clout_warehouse::store::Store;

/// Writes the ids that the stored files lack below the folder of `index`, and drops expired ones from `index`.
///
/// # Errors
/// Returns an error if the store fails.
pub(super) fn save(store: &Store, index: &mut StateIndex, state: &RunState, as_of: Day) -> Result<()> {
    let stored = std::mem::take(&mut index.ids);
    let wanted = (0_u8..).zip(&state.delivered).flat_map(|(network, delivered)| {
        let dates = delivered.dates().iter();
        dates.map(move |(load_date, ids)| (network, *load_date, ids))
    });
    let wanted: Vec<(u8, Day, &IdList)> = wanted.collect();
    let folder = &index.folder;
    let save = |(network, load_date, ids): &(u8, Day, &IdList)| {
        let is_same = |file: &&IdFile| (file.network, file.load_date) == (*network, *load_date);
        if let Some(file) = stored.iter().find(is_same) {
            return Ok(file.clone());
        }
        let ids: Vec<u128> = ids.iter().collect();
        let path = format!("{folder}/ids-{network:03}-{load_date}.seg");
        Ok(IdFile {
            network: *network,
            load_date: *load_date,
            file: encode_ids(&ids, *load_date)?.save(store, &path)?,
        })
    };
    index.ids = run_requests(wanted.len(), || wanted.par_iter().map(save).collect())?;
    save_published(store, index, state, as_of)
}

/// Writes the persons that were published for the first time; with a new base, all in one file.
fn save_published(store: &Store, index: &mut StateIndex, state: &RunState, as_of: Day) -> Result<()> {
    let is_base = index.segments.is_empty();
    let mut hashes: Vec<u128> = match is_base {
        true => state.published.clone(),
        false => state.changes.published.clone(),
    };
    if is_base {
        index.published.clear();
    }
    if hashes.is_empty() {
        return Ok(());
    }
    hashes.par_sort_unstable();
    let path = format!("{}/published.seg", index.folder);
    index.published.push(encode_ids(&hashes, as_of)?.save(store, &path)?);
    Ok(())
}

/// Reads the ids and published persons of `index` into `state`.
///
/// # Errors
/// Returns an error that names a damaged file, or an error of the store.
pub(super) fn load(store: &Store, index: &StateIndex, state: &mut RunState) -> std::result::Result<(), StateError> {
    let read = |file: &FileEntry| read_table(store, file, FileSelection::default(), decode_ids);
    // Small files, of which there are many: their requests take longer than their bytes.
    let lists: std::result::Result<Vec<Vec<u128>>, StateError> = run_requests(index.ids.len(), || {
        Ok(index.ids.par_iter().map(|ids| read(&ids.file)).collect())
    })?;
    state.delivered = vec![DeliveredIds::default(); state.delivered.len()];
    for (ids, list) in index.ids.iter().zip(lists?) {
        if let Some(delivered) = state.delivered.get_mut(usize::from(ids.network)) {
            delivered.push(ids.load_date, IdList::from_sorted(list));
        }
    }
    for file in &index.published {
        state.published.extend(read(file)?);
    }
    // One sorted run per file.
    state.published.par_sort();
    Ok(())
}
