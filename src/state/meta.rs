//! `state.json`: the properties of a state, and the index of its files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::NetworkHistory;
use super::closed_files::ClosedEntry;
use super::state_files::StateRequirements;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_state::index::StateIndex;
use clout_warehouse::store::Store;

/// Version of the layout; a state with another version is not used.
pub(super) const LAYOUT: u32 = 11;

/// Content of `state.json`.
#[derive(Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) layout: u32,
    pub(super) state_version: String,
    pub(super) model_version: String,
    pub(super) hash_key: String,
    pub(super) as_of: Day,
    pub(super) networks: Vec<String>,
    pub(super) histories: Vec<Option<NetworkHistory>>,
    pub(super) published_dates: Vec<Day>,
    pub(super) index: StateIndex,
    pub(super) tables: Vec<TableFile>,
    pub(super) closed: Vec<ClosedEntry>,
    pub(super) volumes: Vec<BTreeMap<Day, u64>>,
    pub(super) reaction_counts: Vec<Vec<u64>>,
}

/// Table in an Arrow IPC file beside `state.json`.
#[derive(Serialize, Deserialize)]
pub(super) struct TableFile {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) checksum: String,
}

/// The part of a `state.json` that every layout has.
#[derive(Deserialize)]
struct Layout {
    layout: u32,
}

/// Returns the reason that the state cannot be used for `wanted`, if any.
pub(super) fn find_misfit(meta: &Meta, wanted: &StateRequirements) -> Option<String> {
    let names = || wanted.networks.iter().map(|n| &n.name);
    if meta.state_version != wanted.state_version {
        Some(format!(
            "it has state version {}, this run needs {}",
            meta.state_version, wanted.state_version
        ))
    } else if wanted.hash_key.as_ref().is_some_and(|key| *key != meta.hash_key) {
        Some("it was written with another state.hash_key".to_owned())
    } else if !meta.networks.iter().eq(names()) {
        Some("it was written for other networks".to_owned())
    } else if meta.histories.len() != wanted.networks.len() || meta.volumes.len() != wanted.networks.len() {
        Some("its state.json is damaged (another number of networks)".to_owned())
    } else {
        meta.index.find_fault()
    }
}

/// Parses a `state.json` of this layout; the error is the reason that it cannot be used.
pub(super) fn parse_meta(json: &[u8]) -> std::result::Result<Meta, String> {
    let damaged = |error: serde_json::Error| format!("its state.json is damaged ({error})");
    let Layout { layout } = serde_json::from_slice(json).map_err(damaged)?;
    match layout == LAYOUT {
        true => serde_json::from_slice(json).map_err(damaged),
        false => Err(format!("it has layout {layout}, this version needs layout {LAYOUT}")),
    }
}

/// Reads the index of the state below `prefix`; none if the state is missing or damaged. A state of another layout names
/// no files of other folders.
///
/// # Errors
/// Returns an error if the store fails.
pub(super) fn load_index(store: &Store, prefix: &str) -> Result<Option<StateIndex>> {
    let Some(json) = store.get(&format!("{prefix}/state.json"))? else {
        return Ok(None);
    };
    let is_other = serde_json::from_slice::<Layout>(&json).is_ok_and(|found| found.layout != LAYOUT);
    Ok(match is_other {
        true => Some(StateIndex::new(prefix.to_owned())),
        false => parse_meta(&json).ok().map(|meta| meta.index),
    })
}
