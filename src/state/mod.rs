//! Holds the state between runs, so that a run reads only new load dates.
//!
//! The state contains sums and counts by account, linear and without scores; the ids and check-ins of the lateness
//! window; and the current reference tables as delivered, so that a later change of a file of a closed load date has no
//! effect. Deleting the state causes a rebuild and no other change.

pub mod changes;
pub mod closed_files;
pub mod covisit_tables;
pub mod delivered;
mod delivered_files;
mod ipc;
mod kept_score_files;
mod meta;
pub mod old_states;
pub mod opt_outs;
mod profile_table;
pub mod reaction_shards;
mod reference_tables;
pub mod segment_files;
pub mod state_files;
pub mod stored_pairs;
pub mod tables;
#[cfg(test)]
mod testing;
mod topic_files;
mod topic_tables;

use std::collections::{BTreeMap, HashMap};

use crate::ingest::claim_changes::ClaimKeys;
use crate::ingest::profiles::AccountProfile;
use crate::state::changes::StateChanges;
use crate::state::closed_files::ClosedFile;
use crate::state::delivered::DeliveredWindow;
use crate::state::opt_outs::{OptOuts, hash_account};
use crate::state::stored_pairs::StoredPairs;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_model::account_activity::AccountActivity;
use clout_model::accounts::AccountIndex;
use clout_model::accounts::NO_NODE;
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::kept_scores::KeptScores;
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::scoring::AccountState;
use clout_model::networks::Network;
use clout_model::networks::co_visit::CoVisitState;
use clout_model::people::persons::PersonMap;
use clout_model::people::presence::PresenceSources;
use clout_state::index::StateIndex;
use clout_topics::topic_state::TopicState;

/// First dates of one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NetworkHistory {
    /// First load date with a row.
    pub first_load_date: Day,
    /// Oldest day of a counted row of that load date.
    pub oldest_day: Day,
}

impl NetworkHistory {
    /// Returns the days from the first load date, or from its oldest row if earlier, to the end of `as_of`.
    pub fn days(&self, as_of: Day) -> i32 {
        as_of.next().0 - self.first_load_date.min(self.oldest_day).0
    }
}

/// Returns the lengths of the known history at a date; at least one day.
pub fn find_moment(histories: &[Option<NetworkHistory>], as_of: Day) -> ScoringMoment {
    let first_load_date = histories.iter().flatten().map(|history| history.first_load_date).min();
    let days = |history: &Option<NetworkHistory>| history.map_or(1, |history| history.days(as_of));
    ScoringMoment {
        as_of,
        early_days: 0.0,
        history_days: histories
            .iter()
            .map(|history| f64::from(days(history).max(1)))
            .collect(),
        warehouse_days: first_load_date.map_or(1.0, |first| f64::from(as_of.next().0 - first.0)),
    }
}

/// Number of load dates with which the volume of a new one is compared.
pub const VOLUME_DAYS: i32 = 7;

/// State between runs.
#[derive(Clone, Debug)]
pub struct RunState {
    /// Last merged load date; none before the first run.
    pub as_of: Option<Day>,
    /// Accounts that the other fields refer to.
    pub accounts: AccountIndex,
    /// By node: activity record of the account.
    pub activity: Vec<AccountActivity>,
    /// By node: true if the newest accounts table lists it.
    pub is_listed: Vec<bool>,
    /// By node: what the newest accounts table says about the account; none if it says nothing.
    pub profiles: Vec<Option<Box<AccountProfile>>>,
    /// By node: owner by the newest identities.
    pub owners: Vec<Option<Box<str>>>,
    /// Nodes of erased accounts, by the hash of (network, account id).
    pub erased: HashMap<u128, u32>,
    /// Pairs of accounts.
    pub pairs: StoredPairs,
    /// By network: ids that a later load date may repeat.
    pub delivered: Vec<DeliveredWindow>,
    /// By network: check-ins, credits and follows, if co-visits are derived.
    pub co_visits: Vec<CoVisitState>,
    /// Topic state.
    pub topics: TopicState,
    /// By network: first dates, once it has delivered.
    pub histories: Vec<Option<NetworkHistory>>,
    /// Opt-outs, as hashes only.
    pub opt_outs: OptOuts,
    /// Hashes of the persons in any snapshot under this root, ascending.
    pub published: Vec<u128>,
    /// Dates of the snapshots that `published` covers.
    pub published_dates: Vec<Day>,
    /// Scores of the last merged load date under the model version of the job; none if the state was made under another
    /// one, or was changed since.
    pub kept_scores: Option<KeptScores>,
    /// By network and verb: counted reactions between different persons, as of the last scoring.
    pub reaction_counts: Vec<Vec<u64>>,
    /// Files of the state as it was loaded; none before the first run and in a rebuild.
    pub stored: Option<StateIndex>,
    /// Rows that `stored` lacks.
    pub changes: StateChanges,
    /// Input files of closed load dates, as read.
    pub closed: Vec<ClosedFile>,
    /// By network: rows of activities that were read, by load date; only of the newest [`VOLUME_DAYS`] dates.
    pub volumes: Vec<BTreeMap<Day, u64>>,
}

impl RunState {
    /// Returns the parts from which presence is computed.
    pub fn presence_sources(&self) -> PresenceSources<'_> {
        PresenceSources {
            accounts: &self.accounts,
            facts: &self.activity,
            is_listed: &self.is_listed,
            owners: &self.owners,
        }
    }

    /// Returns the parts from which the scores of people with these pairs are computed.
    pub fn account_state<'a>(&'a self, pairs: &'a PairTable, persons: &'a PersonMap) -> AccountState<'a> {
        AccountState {
            pairs,
            facts: &self.activity,
            persons,
            network_of: Box::new(|node| self.accounts.network_of(node)),
        }
    }

    /// Creates the state before the first run.
    pub fn empty(networks: &[Network]) -> RunState {
        let names = networks.iter().map(|network| network.name.clone()).collect();
        RunState {
            as_of: None,
            accounts: AccountIndex::empty(names),
            activity: Vec::new(),
            is_listed: Vec::new(),
            profiles: Vec::new(),
            owners: Vec::new(),
            erased: HashMap::new(),
            pairs: StoredPairs::default(),
            delivered: vec![DeliveredWindow::default(); networks.len()],
            co_visits: vec![CoVisitState::default(); networks.len()],
            topics: TopicState::empty(networks.len()),
            histories: vec![None; networks.len()],
            opt_outs: OptOuts::default(),
            published: Vec::new(),
            published_dates: Vec::new(),
            kept_scores: None,
            reaction_counts: Vec::new(),
            stored: None,
            changes: StateChanges::default(),
            closed: Vec::new(),
            volumes: vec![BTreeMap::new(); networks.len()],
        }
    }

    /// Takes over merged accounts; `to` maps each old node to its new node, and permanent numbers to themselves.
    pub fn take_accounts(&mut self, accounts: AccountIndex, to: &[u32]) {
        let count = accounts.len();
        // Temporary accounts have no activity.
        self.activity.truncate(self.accounts.numbered() as usize);
        self.activity.resize(count, AccountActivity::default());
        self.is_listed = spread(&self.is_listed, to, count);
        self.profiles = spread(&self.profiles, to, count);
        self.owners = spread(&self.owners, to, count);
        for memory in &mut self.co_visits {
            memory.renumber(to);
        }
        self.accounts = accounts;
    }

    /// Adds files that were read, and replaces those with the same keys.
    pub fn close_files(&mut self, read: impl Iterator<Item = ClosedFile>) {
        let mut files: BTreeMap<String, ClosedFile> = std::mem::take(&mut self.closed)
            .into_iter()
            .map(|file| (file.object.key.clone(), file))
            .collect();
        files.extend(read.map(|file| (file.object.key.clone(), file)));
        self.closed = files.into_values().collect();
    }

    /// Adds the rows of activities that were read, given as (network index, load date, rows).
    pub fn add_volumes(&mut self, read: impl IntoIterator<Item = (usize, Day, u64)>) {
        for (network, load_date, rows) in read {
            *self.volumes[network].entry(load_date).or_default() += rows;
        }
    }

    /// Returns the first load date in `volumes`.
    pub fn first_volume_date(&self) -> Day {
        let dates = self.volumes.iter().filter_map(|volumes| volumes.keys().next());
        dates.min().copied().unwrap_or(Day(i32::MAX))
    }

    /// Hashes the claims of the identities in force.
    pub fn hash_claims(&self) -> ClaimKeys {
        let claims = self.owners.iter().zip(0..).filter_map(|(owner, node): (_, u32)| {
            let person_id = owner.as_deref()?;
            let network = &self.accounts.network_names()[self.accounts.network_of(node)];
            Some([network.as_str(), self.accounts.id(node), person_id])
        });
        ClaimKeys::from_claims(claims)
    }

    /// Drops the rows of load dates with which no later date is compared.
    pub fn drop_old_volumes(&mut self, as_of: Day) {
        for volumes in &mut self.volumes {
            volumes.retain(|load_date, _| load_date.0 > as_of.0 - VOLUME_DAYS);
        }
    }

    /// Erases the accounts that are opted out, with all that refers to them, and the temporary accounts to which nothing
    /// refers any more. Readers of pairs leave out those of erased accounts. `key` is the hash key of the job.
    ///
    /// # Errors
    /// Returns an internal error if a table of topics lacks a column.
    pub fn erase_accounts(&mut self, is_opted_out: &[bool], key: HashKey) -> Result<()> {
        let is_present = |node: u32| !is_opted_out[node as usize];
        if is_opted_out.contains(&true) {
            self.topics.retain_accounts(is_present)?;
        }
        let mut is_used: Vec<bool> = (0..self.accounts.len())
            .map(|node| {
                let is_permanent = node < self.accounts.numbered() as usize;
                is_permanent || self.is_listed[node] || self.owners[node].is_some()
            })
            .collect();
        for memory in &mut self.co_visits {
            memory.retain_accounts(&is_present);
            memory.for_each_account(|node| is_used[node as usize] = true);
        }
        let is_kept = |node: u32| is_used[node as usize] && is_present(node);
        let erased: Vec<u32> = (0..self.accounts.len() as u32)
            .filter(|node| !is_kept(*node) && !self.accounts.is_erased(*node))
            .collect();
        for node in erased.iter().copied() {
            if node < self.accounts.numbered() {
                let network = &self.accounts.network_names()[self.accounts.network_of(node)];
                let hash = hash_account(key, network, self.accounts.id(node));
                self.changes.has_erased |= self.erased.insert(hash, node).is_none();
            }
            let node = node as usize;
            self.activity[node] = AccountActivity::default();
            self.is_listed[node] = false;
            self.profiles[node] = None;
            self.owners[node] = None;
        }
        if !erased.is_empty() {
            let id = |node: u32| if is_kept(node) { self.accounts.id(node) } else { "" };
            self.accounts = self.accounts.with_ids(id);
        }
        Ok(())
    }
}

fn spread<T: Clone + Default>(values: &[T], to: &[u32], count: usize) -> Vec<T> {
    let mut moved = vec![T::default(); count];
    for (value, node) in values.iter().zip(to).filter(|(_, node)| **node != NO_NODE) {
        moved[*node as usize] = value.clone();
    }
    moved
}
