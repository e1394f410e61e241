//! Writes delivered ids and published persons as files of the state's index, and reads them back.
//!
//! The ids of a load date never change, so a run writes those of its own load dates and drops the expired ones.

use rayon::prelude::*;

use super::RunState;
use super::delivered::{DeliveredFile, DeliveredWindow};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_state::column_file::{ColumnFile, FileSelection, read_table};
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
    let wanted = (0_u8..).zip(&state.delivered).flat_map(|(network, delivered)| {
        let dates = delivered.dates().iter();
        dates.map(move |(load_date, ids)| (network, *load_date, ids))
    });
    let wanted: Vec<(u8, Day, &DeliveredFile)> = wanted.collect();
    let folder = &index.folder;
    let save = |(network, load_date, ids): &(u8, Day, &DeliveredFile)| {
        Ok(IdFile {
            network: *network,
            load_date: *load_date,
            file: ids.save(store, &format!("{folder}/ids-{network:03}-{load_date}.seg"))?,
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

/// Verifies the files of ids of `index`, and reads the published persons into `state`.
///
/// # Errors
/// Returns an error that names a damaged file, or an error of the store.
pub(super) fn load(store: &Store, index: &StateIndex, state: &mut RunState) -> std::result::Result<(), StateError> {
    let verify = |file: &FileEntry| read_table(store, file, FileSelection::default(), ColumnFile::verify);
    // Small files, of which there are many: their requests take longer than their bytes.
    let verified: std::result::Result<(), StateError> = run_requests(index.ids.len(), || {
        Ok(index.ids.par_iter().map(|ids| verify(&ids.file)).collect())
    })?;
    verified?;
    state.delivered = vec![DeliveredWindow::default(); state.delivered.len()];
    for ids in &index.ids {
        if let Some(delivered) = state.delivered.get_mut(usize::from(ids.network)) {
            delivered.push(ids.load_date, DeliveredFile::Stored(store.clone(), ids.file.clone()));
        }
    }
    for file in &index.published {
        let hashes = read_table(store, file, FileSelection::default(), decode_ids)?;
        state.published.extend(hashes);
    }
    // One sorted run per file.
    state.published.par_sort();
    Ok(())
}
