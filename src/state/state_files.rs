//! Saves, loads and deletes state files: Arrow IPC tables and a `state.json` in `state/<date>/<commit id>/`.
//!
//! `state.json` is written last and lists every file with size and checksum, so an incomplete state is never used. The
//! commit id is that of the snapshot's manifest, so no search for the newest state is needed.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::closed_files::ClosedEntry;
use super::ipc::{checksum, from_ipc, to_ipc};
use super::opt_outs::OptOuts;
use super::{NetworkHistory, RunState, covisit_tables, tables, topic_tables};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorContext, Result};
use clout_model::networks::Network;
use clout_warehouse::store::Store;

/// Version of the layout; a state with another version is not used.
const LAYOUT: u32 = 8;
/// Pairs per file: about 30 MB, and 40 MB of sums if all pairs have several reactions.
const PAIR_ROWS: usize = 1 << 20;

#[derive(Serialize, Deserialize)]
struct Meta {
    layout: u32,
    model_version: String,
    hash_key: String,
    as_of: Day,
    networks: Vec<String>,
    histories: Vec<Option<NetworkHistory>>,
    published_dates: Vec<Day>,
    pair_files: usize,
    files: Vec<FileEntry>,
    closed: Vec<ClosedEntry>,
    volumes: Vec<BTreeMap<Day, u64>>,
}

#[derive(Serialize, Deserialize)]
struct FileEntry {
    name: String,
    size: u64,
    checksum: String,
}

/// Properties that a state must match to be used.
pub struct StateRequirements<'a> {
    /// Model version of the job.
    pub model_version: &'a str,
    /// Fingerprint of the job's `state.hash_key`; none for readers that need no hashes.
    pub hash_key: Option<String>,
    /// Networks of the job.
    pub networks: &'a [Network],
    /// Number of half-lives.
    pub stride: usize,
}

/// Returns the folder of one snapshot's state.
pub fn state_folder(date: Day, commit_id: &str) -> String {
    format!("state/{date}/{commit_id}")
}

/// Builds one table of the state; many are built and written in parallel.
type Make<'a> = Box<dyn Fn() -> Result<RecordBatch> + Send + Sync + 'a>;

/// Writes the state below `prefix`, `state.json` last.
///
/// # Errors
/// Returns an error if the store fails, or if the state has no date or no hash key.
pub fn save_state(store: &Store, prefix: &str, state: &RunState, wanted: &StateRequirements) -> Result<()> {
    let as_of = state
        .as_of
        .ok_or_else(|| Error::internal("the state has no date and cannot be saved"))?;
    let hash_key = wanted.hash_key.clone();
    let hash_key = hash_key.ok_or_else(|| Error::internal("the state has no hash key and cannot be saved"))?;
    let files = pieces(state, wanted)
        .par_iter()
        .map(|(name, make)| {
            let bytes = to_ipc(&make()?)?;
            let (size, checksum) = (bytes.len() as u64, checksum(&bytes));
            store.put(&format!("{prefix}/{name}"), bytes)?;
            Ok(FileEntry {
                name: name.clone(),
                size,
                checksum,
            })
        })
        .collect::<Result<Vec<FileEntry>>>()?;
    let meta = Meta {
        layout: LAYOUT,
        model_version: wanted.model_version.to_owned(),
        hash_key,
        as_of,
        networks: wanted.networks.iter().map(|n| n.name.clone()).collect(),
        histories: state.histories.clone(),
        published_dates: state.published_dates.clone(),
        pair_files: state.pairs.len().div_ceil(PAIR_ROWS),
        files,
        closed: state.closed.iter().map(ClosedEntry::from_file).collect(),
        volumes: state.volumes.clone(),
    };
    let json = serde_json::to_vec_pretty(&meta)
        .map_err(|error| Error::internal("state.json cannot be written").with_source(error))?;
    store.put(&format!("{prefix}/state.json"), json.into())
}

/// Returns a builder for every table of the state, with its file name.
fn pieces<'a>(state: &'a RunState, wanted: &'a StateRequirements) -> Vec<(String, Make<'a>)> {
    let accounts = || tables::from_accounts(&state.accounts, &state.activity, &state.is_listed, &state.owners);
    let mut pieces: Vec<(String, Make)> = vec![("accounts.arrow".to_owned(), Box::new(accounts))];
    for (index, first) in (0..state.pairs.len()).step_by(PAIR_ROWS).enumerate() {
        let rows = first..(first + PAIR_ROWS).min(state.pairs.len());
        let (same, stride) = (rows.clone(), wanted.stride);
        let pairs = move || tables::from_pairs(&state.pairs, rows.clone());
        pieces.push((format!("pairs-{index:05}.arrow"), Box::new(pairs)));
        let sums = move || tables::from_sums(&state.pairs, same.clone(), stride);
        pieces.push((format!("sums-{index:05}.arrow"), Box::new(sums)));
    }
    for (network, delivered) in state.delivered.iter().enumerate() {
        let name = format!("delivered-{network:03}.arrow");
        pieces.push((name, Box::new(|| tables::from_delivered(delivered))));
        if wanted.networks[network].co_visit.is_some() {
            for (position, name) in CO_VISIT_TABLES.iter().enumerate() {
                let table = move || Ok(covisit_tables::from_co_visits(&state.co_visits[network])?[position].clone());
                pieces.push((format!("{name}-{network:03}.arrow"), Box::new(table)));
            }
        }
    }
    for (name, make) in topic_tables::TABLE_BUILDERS {
        pieces.push((format!("topic_{name}.arrow"), Box::new(move || make(&state.topics))));
    }
    let sets: [(&str, Vec<u128>); 3] = [
        ("published", state.published.iter().copied().collect()),
        ("gone_persons", state.opt_outs.persons.iter().copied().collect()),
        ("gone_accounts", state.opt_outs.accounts.iter().copied().collect()),
    ];
    for (name, mut set) in sets {
        set.sort_unstable();
        let table = move || tables::build_batch(vec![("hash", tables::hash_column(set.iter().copied())?)]);
        pieces.push((format!("{name}.arrow"), Box::new(table)));
    }
    pieces
}

const CO_VISIT_TABLES: [&str; 3] = ["check_ins", "credits", "follows"];

/// Reads the state below `prefix`. Returns `Ok(Err(reason))` if it is missing, damaged or does not match `wanted`.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn load_state(
    store: &Store,
    prefix: &str,
    wanted: &StateRequirements,
) -> Result<std::result::Result<RunState, String>> {
    let Some(json) = store.get(&format!("{prefix}/state.json"))? else {
        return Ok(Err("it does not exist".to_owned()));
    };
    let meta: Meta = match serde_json::from_slice(&json) {
        Ok(meta) => meta,
        Err(error) => return Ok(Err(format!("its state.json is damaged ({error})"))),
    };
    if let Some(why) = unfit(&meta, wanted) {
        return Ok(Err(why));
    }
    let get = |name: String| -> Result<RecordBatch> {
        let entry = meta.files.iter().find(|file| file.name == name);
        let bytes = store.get(&format!("{prefix}/{name}"))?;
        match (entry, bytes) {
            (Some(entry), Some(bytes)) if entry.checksum == checksum(&bytes) => from_ipc(bytes).context(|| name),
            _ => Err(Error::internal(format!("{name} is missing or damaged"))),
        }
    };
    match assemble(&meta, wanted, &get) {
        Ok(state) => Ok(Ok(state)),
        Err(error) if error.kind() == clout_base::error::ErrorKind::Internal => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

fn unfit(meta: &Meta, wanted: &StateRequirements) -> Option<String> {
    let names = || wanted.networks.iter().map(|n| &n.name);
    if meta.layout != LAYOUT {
        Some(format!(
            "it has layout {}, this version needs layout {LAYOUT}",
            meta.layout
        ))
    } else if meta.model_version != wanted.model_version {
        Some(format!(
            "it belongs to model {}, this run uses model {}",
            meta.model_version, wanted.model_version
        ))
    } else if wanted.hash_key.as_ref().is_some_and(|key| *key != meta.hash_key) {
        Some("it was written with another state.hash_key".to_owned())
    } else if !meta.networks.iter().eq(names()) {
        Some("it was written for other networks".to_owned())
    } else {
        None
    }
}

fn assemble(meta: &Meta, wanted: &StateRequirements, get: &dyn Fn(String) -> Result<RecordBatch>) -> Result<RunState> {
    let mut state = RunState::empty(wanted.networks);
    state.as_of = Some(meta.as_of);
    state.histories = meta.histories.clone();
    state.published_dates = meta.published_dates.clone();
    let accounts = get("accounts.arrow".to_owned())?;
    (state.accounts, state.activity, state.is_listed, state.owners) =
        tables::to_accounts(&accounts, meta.networks.clone())?;
    for index in 0..meta.pair_files {
        let (rows, sums) = (
            get(format!("pairs-{index:05}.arrow"))?,
            get(format!("sums-{index:05}.arrow"))?,
        );
        state
            .pairs
            .append(tables::to_pairs(&rows, &sums, wanted.stride)?, wanted.stride);
    }
    for network in 0..wanted.networks.len() {
        state.delivered[network] = tables::to_delivered(&get(format!("delivered-{network:03}.arrow"))?)?;
        if wanted.networks[network].co_visit.is_some() {
            let [check_ins, credits, follows] = CO_VISIT_TABLES.map(|name| get(format!("{name}-{network:03}.arrow")));
            state.co_visits[network] = covisit_tables::to_co_visits(&[check_ins?, credits?, follows?])?;
        }
    }
    state.topics = topic_tables::to_topic_state(wanted.networks.len(), &|name| get(format!("topic_{name}.arrow")))?;
    state.published = tables::read_hashes(&get("published.arrow".to_owned())?, "hash")?
        .into_iter()
        .collect();
    state.opt_outs = OptOuts {
        persons: tables::read_hashes(&get("gone_persons.arrow".to_owned())?, "hash")?
            .into_iter()
            .collect(),
        accounts: tables::read_hashes(&get("gone_accounts.arrow".to_owned())?, "hash")?
            .into_iter()
            .collect(),
    };
    state.closed = meta.closed.iter().cloned().map(ClosedEntry::into_file).collect();
    state.volumes = meta.volumes.clone();
    Ok(state)
}

/// Deletes old states, and states of abandoned runs of `date`. Returns the number of deleted files.
///
/// Keeps the `keep` newest dates of `published` (sorted), and the `keep` newest up to `date`, from which a backfill
/// continues.
pub fn delete_old_states(store: &Store, published: &[Day], keep: usize, date: Day, commit_id: &str) -> Result<u64> {
    let until_date = &published[..published.partition_point(|day| *day <= date)];
    let newest = |dates: &[Day]| dates[dates.len().saturating_sub(keep)..].to_vec();
    let kept = [newest(published), newest(until_date)].concat();
    let mut deleted = 0;
    for folder in store.list_folders("state")? {
        let Ok(day) = folder.parse::<Day>() else {
            continue;
        };
        let is_kept = kept.contains(&day) || !published.contains(&day);
        for object in store.list(&format!("state/{folder}"))?.objects {
            let is_abandoned = day == date && !object.key.starts_with(&state_folder(date, commit_id));
            if !is_kept || is_abandoned {
                store.delete(&object.key)?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}
