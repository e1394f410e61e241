//! Saves and loads states: a `state.json` in `state/<date>/<commit id>/`, written last, that names all files.
//!
//! Accounts, activity records, pairs and delivered ids are in files of an index ([`clout_state::index`]), which stay
//! where the run that wrote them put them. The other tables are Arrow IPC files beside `state.json`. `state.json` has
//! a checksum of every file, so an incomplete or damaged state is never used. The commit id is that of the snapshot's manifest, so no
//! search for the newest state is needed.

use bytes::Bytes;
use rayon::prelude::*;

use super::closed_files::ClosedEntry;
use super::ipc::{checksum, from_ipc, to_ipc};
use super::meta::{LAYOUT, Meta, TableFile, find_misfit, parse_meta};
use super::opt_outs::OptOuts;
use super::stored_pairs::StoredPairs;
use super::{
    RunState, covisit_tables, delivered_files, kept_score_files, profile_table, reference_tables, segment_files,
    tables, topic_files, topic_tables,
};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorContext, ErrorKind, Result};
use clout_model::influence::merge_pairs::MergeParams;
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::recency::HalfLifeMixture;
use clout_model::networks::Network;
use clout_state::damage::StateError;
use clout_steps::BlockSpace;
use clout_topics::topic_state::TopicState;
use clout_warehouse::store::Store;

/// Properties that a state must match to be used.
pub struct StateRequirements<'a> {
    /// State version of the job.
    pub state_version: String,
    /// Model version of the job. A state of another model is used without its kept scores.
    pub model_version: String,
    /// Fingerprint of the job's `state.hash_key`; none for readers that need no hashes.
    pub hash_key: Option<String>,
    /// Networks of the job.
    pub networks: &'a [Network],
    /// Mixture of half-lives.
    pub mixture: &'a HalfLifeMixture,
}

/// Returns the folder of one snapshot's state.
pub fn state_folder(date: Day, commit_id: &str) -> String {
    format!("state/{date}/{commit_id}")
}

/// Builds one table of the state; many are built and written in parallel.
type Make<'a> = Box<dyn Fn() -> Result<Bytes> + Send + Sync + 'a>;

/// Writes the state below `prefix`, `state.json` last.
///
/// # Errors
/// Returns an error if the store fails, or if the state has no date or no hash key.
pub fn save_state(
    store: &Store,
    prefix: &str,
    state: &RunState,
    wanted: &StateRequirements,
    space: &BlockSpace,
) -> Result<()> {
    let as_of = state
        .as_of
        .ok_or_else(|| Error::internal("the state has no date and cannot be saved"))?;
    let hash_key = wanted.hash_key.clone();
    let hash_key = hash_key.ok_or_else(|| Error::internal("the state has no hash key and cannot be saved"))?;
    let mut index = segment_files::save(store, prefix, state, as_of, space)?;
    delivered_files::save(store, &mut index, state, as_of)?;
    topic_files::save(store, &mut index, state, as_of)?;
    kept_score_files::save(store, &mut index, state, as_of)?;
    let tables = table_builders(state, wanted)?
        .par_iter()
        .map(|(name, make)| {
            let bytes = make()?;
            let (size, checksum) = (bytes.len() as u64, checksum(&bytes));
            store.put(&format!("{prefix}/{name}"), bytes)?;
            Ok(TableFile {
                name: name.clone(),
                size,
                checksum,
            })
        })
        .collect::<Result<Vec<TableFile>>>()?;
    let meta = Meta {
        layout: LAYOUT,
        state_version: wanted.state_version.clone(),
        model_version: wanted.model_version.clone(),
        hash_key,
        as_of,
        networks: wanted.networks.iter().map(|n| n.name.clone()).collect(),
        histories: state.histories.clone(),
        published_dates: state.published_dates.clone(),
        index,
        tables,
        closed: state.closed.iter().map(ClosedEntry::from_file).collect(),
        volumes: state.volumes.clone(),
        reaction_counts: state.reaction_counts.clone(),
    };
    let json = serde_json::to_vec_pretty(&meta)
        .map_err(|error| Error::internal("state.json cannot be written").with_source(error))?;
    store.put(&format!("{prefix}/state.json"), json.into())
}

/// Returns a builder for every Arrow table of the state, with its file name.
fn table_builders<'a>(state: &'a RunState, wanted: &'a StateRequirements) -> Result<Vec<(String, Make<'a>)>> {
    let mut builders: Vec<(String, Make)> = vec![
        (
            "temporary.arrow".to_owned(),
            Box::new(|| to_ipc(&reference_tables::from_temporary(state)?)),
        ),
        (
            "owners.arrow".to_owned(),
            Box::new(|| to_ipc(&reference_tables::from_owners(state)?)),
        ),
        (
            "listed.arrow".to_owned(),
            Box::new(|| to_ipc(&reference_tables::from_listed(state)?)),
        ),
        (
            "profiles.arrow".to_owned(),
            Box::new(|| to_ipc(&profile_table::from_profiles(state)?)),
        ),
    ];
    for (network, memory) in state.co_visits.iter().enumerate() {
        if wanted.networks[network].co_visit.is_some() {
            for (position, name) in CO_VISIT_TABLES.iter().enumerate() {
                let table = move || to_ipc(&covisit_tables::from_co_visits(memory)?[position]);
                builders.push((format!("{name}-{network:03}.arrow"), Box::new(table)));
            }
        }
    }
    for (name, table) in state.topics.to_tables()? {
        let encode = move || topic_tables::encode_table(table.clone());
        builders.push((format!("topic_{name}.parquet"), Box::new(encode)));
    }
    let delivered = || to_ipc(&tables::from_delivered(&state.topics.endorsements.delivered)?);
    builders.push((ENDORSED.to_owned(), Box::new(delivered)));
    let sets: [(&str, Vec<u128>); 2] = [
        ("gone_persons", state.opt_outs.persons.iter().copied().collect()),
        ("gone_accounts", state.opt_outs.accounts.iter().copied().collect()),
    ];
    for (name, set) in sets {
        let table = move || {
            to_ipc(&tables::build_batch(vec![(
                "hash",
                tables::hash_column(set.iter().copied())?,
            )])?)
        };
        builders.push((format!("{name}.arrow"), Box::new(table)));
    }
    Ok(builders)
}

/// File of the ids of delivered endorsements.
const ENDORSED: &str = "topic_endorsed.arrow";

const CO_VISIT_TABLES: [&str; 3] = ["check_ins", "credits", "follows"];

/// Chooses accounts of a state before its pairs are read; returns a flag for each node.
pub type ChooseAccounts<'a> = &'a dyn Fn(&RunState) -> Vec<bool>;

/// Part of a state to read.
pub enum StatePart<'a> {
    /// All of it, for the next run. `keeps_base` keeps the files of the base in memory.
    All {
        /// True to keep the files.
        keeps_base: bool,
    },
    /// The pairs of the chosen accounts, and all that only the next run does not need. For questions about people.
    PairsOf(ChooseAccounts<'a>),
}

/// State that was read.
#[derive(Debug)]
pub struct LoadedState {
    /// State.
    pub state: RunState,
    /// Pairs of the chosen accounts; empty if the state is for the next run, which reads them shard by shard.
    pub pairs: PairTable,
}

/// Reads the state below `prefix`. Returns `Ok(Err(reason))` if it is missing, damaged or does not match `wanted`.
///
/// # Errors
/// Returns an error only if the store fails.
pub fn load_state(
    store: &Store,
    prefix: &str,
    wanted: &StateRequirements,
    part: &StatePart,
) -> Result<std::result::Result<LoadedState, String>> {
    let Some(json) = store.get(&format!("{prefix}/state.json"))? else {
        return Ok(Err("it does not exist".to_owned()));
    };
    let meta = match parse_meta(&json) {
        Ok(meta) => meta,
        Err(why) => return Ok(Err(why)),
    };
    if let Some(why) = find_misfit(&meta, wanted) {
        return Ok(Err(why));
    }
    match assemble(store, prefix, &meta, wanted, part) {
        Ok(loaded) => Ok(Ok(loaded)),
        Err(StateError::Store(error)) if error.kind() != ErrorKind::Internal => Err(error),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn assemble(
    store: &Store,
    prefix: &str,
    meta: &Meta,
    wanted: &StateRequirements,
    part: &StatePart,
) -> std::result::Result<LoadedState, StateError> {
    let get_bytes = |name: &str| -> Result<Bytes> {
        let entry = meta.tables.iter().find(|file| file.name == name);
        let bytes = store.get(&format!("{prefix}/{name}"))?;
        match (entry, bytes) {
            (Some(entry), Some(bytes)) if entry.checksum == checksum(&bytes) => Ok(bytes),
            _ => Err(Error::internal(format!("{name} is missing or damaged"))),
        }
    };
    let get = |name: &str| from_ipc(get_bytes(name)?).context(|| name.to_owned());
    let mut state = RunState::empty(wanted.networks);
    state.as_of = Some(meta.as_of);
    state.histories = meta.histories.clone();
    state.published_dates = meta.published_dates.clone();
    state.reaction_counts = meta.reaction_counts.clone();
    segment_files::load_accounts(store, &meta.index, &mut state, meta.as_of)?;
    if meta.model_version == wanted.model_version {
        state.kept_scores = kept_score_files::load(store, &meta.index)?;
    }
    reference_tables::add_temporary(&get("temporary.arrow")?, &mut state)?;
    reference_tables::add_owners(&get("owners.arrow")?, &mut state)?;
    reference_tables::add_listed(&get("listed.arrow")?, &mut state)?;
    profile_table::add_profiles(&get("profiles.arrow")?, &mut state)?;
    let params = MergeParams {
        mixture: wanted.mixture,
        as_of: meta.as_of,
    };
    let topic_table = |name: &str| {
        let file = format!("topic_{name}.parquet");
        topic_tables::decode_table(get_bytes(&file)?).context(|| file)
    };
    state.topics = TopicState::from_tables(wanted.networks.len(), &topic_table)?;
    topic_files::load(store, &meta.index, &mut state.topics)?;
    state.topics.endorsements.delivered = tables::to_delivered(&get(ENDORSED)?)?;
    let keeps_base = match part {
        StatePart::PairsOf(choose) => {
            let pairs = segment_files::load_pairs(store, &meta.index, &state, &choose(&state), &params)?;
            return Ok(LoadedState { state, pairs });
        }
        StatePart::All { keeps_base } => *keeps_base,
    };
    state.pairs = StoredPairs::load(store, &meta.index, keeps_base)?;
    delivered_files::load(store, &meta.index, &mut state)?;
    for network in 0..wanted.networks.len() {
        if wanted.networks[network].co_visit.is_some() {
            let [check_ins, credits, follows] = CO_VISIT_TABLES.map(|name| get(&format!("{name}-{network:03}.arrow")));
            state.co_visits[network] = covisit_tables::to_co_visits(&[check_ins?, credits?, follows?])?;
        }
    }
    let hashes = |name: &str| tables::read_hashes(&get(name)?, "hash");
    state.opt_outs = OptOuts {
        persons: hashes("gone_persons.arrow")?.into_iter().collect(),
        accounts: hashes("gone_accounts.arrow")?.into_iter().collect(),
    };
    state.closed = meta.closed.iter().cloned().map(ClosedEntry::into_file).collect();
    state.volumes = meta.volumes.clone();
    state.stored = Some(meta.index.clone());
    Ok(LoadedState {
        state,
        pairs: PairTable::default(),
    })
}

#[cfg(test)]
#[path = "state_files_tests.rs"]
mod tests;
