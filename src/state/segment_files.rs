//! Writes the accounts, activity records and pairs of a state as files of its index, and reads them back.
//!
//! A run appends a segment to the files of the stored state, or replaces them by a new base.

use std::collections::HashMap;

use rayon::prelude::*;

use super::RunState;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::account_activity::AccountActivity;
use clout_model::accounts::AccountIndex;
use clout_model::influence::merge_pairs::{MergeParams, merge_reactions};
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::pairs::PairSums;
use clout_model::influence::recency::HalfLifeMixture;
use clout_model::reactions::WeighedReaction;
use clout_state::accounts::{AccountName, AccountRows, decode_accounts, encode_accounts};
use clout_state::activity::{decode_activity, encode_activity};
use clout_state::column_file::{FileSelection, read_table};
use clout_state::compaction::needs_new_base;
use clout_state::damage::StateError;
use clout_state::encoded_file::{EncodedFile, FILE_ROWS};
use clout_state::index::{BaseFiles, FileEntry, SegmentFiles, StateIndex};
use clout_state::pairs::{ACTOR, TARGET, decode_pair_accounts, decode_pairs, encode_pairs};
use clout_state::reactions::{decode_reactions, encode_reactions};
use clout_steps::BlockSpace;
use clout_warehouse::store::Store;

/// Writes what the stored files of the state lack, and returns the index of all files. New files are below `folder`.
///
/// # Errors
/// Returns an error if the store fails.
pub(super) fn save(
    store: &Store,
    folder: &str,
    state: &RunState,
    as_of: Day,
    space: &BlockSpace,
) -> Result<StateIndex> {
    let mut index = state.stored.clone().unwrap_or_else(|| StateIndex::new(String::new()));
    index.folder = folder.to_owned();
    let writer = FileWriter { store, folder };
    let is_base = state.changes.new_base.is_some();
    let stored_accounts = index.account_rows() as u32;
    if is_base || state.changes.has_erased {
        index.accounts = writer.save("accounts", encode_accounts(&account_rows(state, 0), as_of)?)?;
    } else if stored_accounts < state.accounts.numbered() {
        let added = account_rows(state, stored_accounts);
        let files = writer.save("accounts", encode_accounts(&added, as_of)?)?;
        index.accounts.extend(files);
    }
    if let Some(base) = &state.changes.new_base {
        index.base = Some(BaseFiles {
            as_of,
            activity: base.activity.clone(),
            pairs: base.pairs.clone(),
        });
        index.segments.clear();
    } else {
        let mut reactions = Vec::new();
        for (load_date, rows) in state.pairs.reactions.sort_new(space)? {
            reactions.extend(encode_reactions(&rows, load_date)?);
        }
        index.segments.push(SegmentFiles {
            as_of,
            reactions: writer.save("reactions", reactions)?,
            activity: save_activity(&writer, state, state.changes.list_actors(), as_of)?,
        });
    }
    Ok(index)
}

/// Returns true if the run must write a new base: without a stored one, or if the segments are too large beside it.
pub fn is_base_due(state: &RunState) -> bool {
    let Some(index) = state.stored.as_ref().filter(|index| index.base.is_some()) else {
        return true;
    };
    let segments = index.segments.iter().map(SegmentFiles::reaction_rows);
    let rows: Vec<u64> = segments.chain([state.pairs.reactions.new_rows()]).collect();
    needs_new_base(state.pairs.base_rows(), &rows)
}

/// Writes all activity records of the state as files of a new base below `folder`, one after the other.
///
/// # Errors
/// Returns an error if the store fails.
pub fn save_base_activity(store: &Store, folder: &str, state: &RunState, as_of: Day) -> Result<Vec<FileEntry>> {
    let count = state.accounts.numbered();
    let mut entries = Vec::new();
    for first in (0..count).step_by(FILE_ROWS) {
        let nodes = first..count.min(first + FILE_ROWS as u32);
        let records: Vec<(u32, AccountActivity)> = nodes.map(|node| (node, state.activity[node as usize])).collect();
        for file in encode_activity(&records, as_of)? {
            entries.push(file.save(store, &format!("{folder}/activity-{:05}.seg", entries.len()))?);
        }
    }
    Ok(entries)
}

/// Writes a shard of pairs as a file of a new base below `folder`.
///
/// # Errors
/// Returns an error if the store fails.
pub fn save_base_shard(
    store: &Store,
    folder: &str,
    shard: usize,
    rows: &PairSums,
    stride: usize,
    as_of: Day,
) -> Result<FileEntry> {
    encode_pairs(rows, stride, as_of)?.save(store, &format!("{folder}/pairs-{shard:05}.seg"))
}

fn account_rows(state: &RunState, first: u32) -> AccountRows {
    let erased: HashMap<u32, u128> = state.erased.iter().map(|(hash, node)| (*node, *hash)).collect();
    let mut rows = AccountRows::new(first);
    for node in first..state.accounts.numbered() {
        let name = match erased.get(&node) {
            Some(hash) => AccountName::Erased(*hash),
            None => AccountName::Id(state.accounts.id(node)),
        };
        rows.push(state.accounts.network_of(node) as u8, name);
    }
    rows
}

fn save_activity(writer: &FileWriter, state: &RunState, nodes: Vec<u32>, as_of: Day) -> Result<Vec<FileEntry>> {
    let records: Vec<(u32, AccountActivity)> = nodes
        .into_iter()
        .map(|node| (node, state.activity[node as usize]))
        .collect();
    writer.save("activity", encode_activity(&records, as_of)?)
}

/// Writer of numbered files below a folder.
struct FileWriter<'a> {
    store: &'a Store,
    folder: &'a str,
}

impl FileWriter<'_> {
    fn save(&self, name: &str, files: Vec<EncodedFile>) -> Result<Vec<FileEntry>> {
        let save = |(number, file): (usize, &EncodedFile)| {
            let path = format!("{}/{name}-{number:05}.seg", self.folder);
            file.save(self.store, &path)
        };
        files.par_iter().enumerate().map(save).collect()
    }
}

/// Reads accounts and activity records into `state`, as of `as_of`. `state.erased` is set, too.
///
/// # Errors
/// Returns an error that names a damaged file, or an error of the store.
pub(super) fn load_accounts(
    store: &Store,
    index: &StateIndex,
    state: &mut RunState,
    as_of: Day,
) -> std::result::Result<(), StateError> {
    read_accounts(store, index, state)?;
    state.activity = vec![AccountActivity::default(); state.accounts.len()];
    let of_base = index.base.iter().flat_map(|base| &base.activity);
    for file in of_base.chain(index.segments.iter().flat_map(|segment| &segment.activity)) {
        for (node, record) in read_table(store, file, FileSelection::default(), decode_activity)? {
            state.activity[node as usize] = record;
        }
    }
    state.activity.iter_mut().for_each(|record| record.drop_expired(as_of));
    for node in state.erased.values() {
        state.activity[*node as usize] = AccountActivity::default();
    }
    Ok(())
}

/// Reads the pairs with an account that `is_wanted` marks, by node, as of `params.as_of`. The accounts of `state` must be
/// read before.
///
/// # Errors
/// Returns an error that names a damaged file, or an error of the store.
pub(super) fn load_pairs(
    store: &Store,
    index: &StateIndex,
    state: &RunState,
    is_wanted: &[bool],
    params: &MergeParams,
) -> std::result::Result<PairTable, StateError> {
    if !is_wanted.contains(&true) {
        return Ok(PairTable::default());
    }
    let is_wanted_node = |node: u32| is_wanted.get(node as usize).copied().unwrap_or(false);
    let is_kept = |target: u32, actor: u32| is_wanted_node(target) || is_wanted_node(actor);
    let files: Vec<&FileEntry> = index.base.iter().flat_map(|base| &base.pairs).collect();
    let read = |file: &&FileEntry| read_some_pairs(store, file, &is_kept, params.mixture);
    let shards: Vec<PairSums> = files.par_iter().map(read).collect::<std::result::Result<_, _>>()?;
    let files: Vec<&FileEntry> = index.segments.iter().flat_map(|segment| &segment.reactions).collect();
    let read = |file: &&FileEntry| -> std::result::Result<Vec<WeighedReaction>, StateError> {
        let mut reactions = read_table(store, file, FileSelection::default(), decode_reactions)?;
        reactions.retain(|reaction| is_kept(reaction.target, reaction.actor));
        Ok(reactions)
    };
    let reactions: Vec<_> = files.par_iter().map(read).collect::<std::result::Result<_, _>>()?;
    let pairs = merge_reactions(PairTable::from_shards(shards), reactions, params);
    let accounts = &state.accounts;
    let is_unknown = |shard: &PairSums| {
        shard
            .targets
            .iter()
            .chain(&shard.actors)
            .any(|node| *node >= accounts.numbered())
    };
    if pairs.shards().par_iter().any(is_unknown) {
        return Err(Error::internal("the state has pairs of unknown accounts").into());
    }
    // Accounts may have been erased after the rows were written.
    Ok(pairs.filter_rows(params.mixture, |target, actor| {
        !accounts.is_erased(target) && !accounts.is_erased(actor)
    }))
}

/// Reads the rows of a file that `is_kept` accepts. The accounts of the rows are read first, because a person with few
/// reactions is in few files.
fn read_some_pairs(
    store: &Store,
    file: &FileEntry,
    is_kept: &(dyn Fn(u32, u32) -> bool + Sync),
    mixture: &HalfLifeMixture,
) -> std::result::Result<PairSums, StateError> {
    let accounts = FileSelection {
        columns: Some(&[TARGET, ACTOR]),
        keys: None,
    };
    let accounts = read_table(store, file, accounts, decode_pair_accounts)?;
    let mut rows = accounts.targets.iter().zip(&accounts.actors);
    if !rows.any(|(target, actor)| is_kept(*target, *actor)) {
        return Ok(PairSums::default());
    }
    let pairs = read_table(store, file, FileSelection::default(), |file| {
        decode_pairs(file, mixture.len())
    })?;
    Ok(pairs.filter_rows(mixture, is_kept))
}

fn read_accounts(store: &Store, index: &StateIndex, state: &mut RunState) -> std::result::Result<(), StateError> {
    let read = |file: &FileEntry| read_table(store, file, FileSelection::default(), decode_accounts);
    let parts: Vec<AccountRows> = index
        .accounts
        .par_iter()
        .map(read)
        .collect::<std::result::Result<_, _>>()?;
    let names = state.accounts.network_names().to_vec();
    let rows = || parts.iter().flat_map(AccountRows::iter);
    if rows().any(|(network, _)| usize::from(network) >= names.len()) {
        return Err(Error::internal("an account of the state has an unknown network").into());
    }
    let account = |(network, name)| match name {
        AccountName::Id(id) => (usize::from(network), id),
        AccountName::Erased(_) => (usize::from(network), ""),
    };
    state.accounts = AccountIndex::from_accounts(names, rows().map(account));
    state.erased = (0..)
        .zip(rows())
        .filter_map(|(node, (_, name))| match name {
            AccountName::Erased(hash) => Some((hash, node)),
            AccountName::Id(_) => None,
        })
        .collect();
    Ok(())
}
