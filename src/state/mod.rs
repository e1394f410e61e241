//! Holds the state between runs, so that a run reads only new load dates.
//!
//! The state contains sums and counts by account, linear and without scores; the ids and check-ins of the lateness
//! window; and the current reference tables as delivered, so that a later change of a file of a closed load date has no
//! effect. Deleting the state causes a rebuild and no other change.

pub mod closed_files;
pub mod covisit_tables;
mod ipc;
mod ledger_tables;
pub mod opt_outs;
pub mod state_files;
pub mod tables;
pub mod topic_tables;

use std::collections::{BTreeMap, HashSet};

use crate::ingest::claim_changes::ClaimKeys;
use crate::state::closed_files::ClosedFile;
use crate::state::opt_outs::OptOuts;
use clout_base::day::Day;
use clout_model::account_activity::AccountActivity;
use clout_model::accounts::AccountIndex;
use clout_model::accounts::NO_NODE;
use clout_model::delivered::DeliveredIds;
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::pairs::PairSums;
use clout_model::influence::recency::HalfLifeMixture;
use clout_model::influence::scoring::AccountState;
use clout_model::networks::Network;
use clout_model::networks::co_visit::CoVisitState;
use clout_model::people::persons::PersonMap;
use clout_model::people::presence::PresenceSources;
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
    /// By node: owner by the newest identities.
    pub owners: Vec<Option<Box<str>>>,
    /// Sums of reactions by pair of accounts.
    pub pairs: PairSums,
    /// By network: ids that a later load date may repeat.
    pub delivered: Vec<DeliveredIds>,
    /// By network: check-ins, credits and follows, if co-visits are derived.
    pub co_visits: Vec<CoVisitState>,
    /// Topic state.
    pub topics: TopicState,
    /// By network: first dates, once it has delivered.
    pub histories: Vec<Option<NetworkHistory>>,
    /// Opt-outs, as hashes only.
    pub opt_outs: OptOuts,
    /// Hashes of the persons in any snapshot under this root.
    pub published: HashSet<u128>,
    /// Dates of the snapshots that `published` covers.
    pub published_dates: Vec<Day>,
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
            pairs: &self.pairs,
        }
    }

    /// Returns the parts from which scores are computed.
    pub fn account_state<'a>(&'a self, persons: &'a PersonMap) -> AccountState<'a> {
        AccountState {
            pairs: &self.pairs,
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
            owners: Vec::new(),
            pairs: PairSums::default(),
            delivered: vec![DeliveredIds::default(); networks.len()],
            co_visits: vec![CoVisitState::default(); networks.len()],
            topics: TopicState::empty(networks.len()),
            histories: vec![None; networks.len()],
            opt_outs: OptOuts::default(),
            published: HashSet::new(),
            published_dates: Vec::new(),
            closed: Vec::new(),
            volumes: vec![BTreeMap::new(); networks.len()],
        }
    }

    /// Renumbers the state to the new accounts; `to` maps each old node to its new node.
    pub fn renumber(&mut self, accounts: AccountIndex, to: &[u32]) {
        let count = accounts.len();
        self.activity = spread(&self.activity, to, count);
        self.is_listed = spread(&self.is_listed, to, count);
        self.owners = spread(&self.owners, to, count);
        self.pairs.renumber(to);
        for memory in &mut self.co_visits {
            memory.renumber(to);
        }
        self.topics.renumber(to);
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

    /// Drops opted-out accounts and accounts without any reference. Returns the kept nodes if any account was dropped.
    pub fn prune(&mut self, is_opted_out: &[bool], mixture: &HalfLifeMixture) -> Option<Vec<u32>> {
        let is_present = |node: u32| !is_opted_out[node as usize];
        if is_opted_out.contains(&true) {
            self.pairs
                .retain(mixture, |actor, target| is_present(actor) && is_present(target));
        }
        let mut is_used: Vec<bool> = (0..self.accounts.len())
            .map(|node| !self.activity[node].is_empty() || self.is_listed[node] || self.owners[node].is_some())
            .collect();
        for node in self.pairs.actors.iter().chain(&self.pairs.targets) {
            is_used[*node as usize] = true;
        }
        for memory in &mut self.co_visits {
            memory.retain_accounts(&is_present);
            memory.for_each_account(|node| is_used[node as usize] = true);
        }
        self.topics
            .for_each_account(is_present, |node| is_used[node as usize] = true);
        let kept: Vec<u32> = (0..self.accounts.len() as u32)
            .filter(|node| is_used[*node as usize] && is_present(*node))
            .collect();
        if kept.len() == self.accounts.len() {
            return None;
        }
        self.keep_accounts(&kept);
        Some(kept)
    }

    fn keep_accounts(&mut self, kept: &[u32]) {
        let mut to = vec![NO_NODE; self.accounts.len()];
        for (position, node) in kept.iter().enumerate() {
            to[*node as usize] = position as u32;
        }
        self.activity = kept.iter().map(|node| self.activity[*node as usize]).collect();
        self.is_listed = kept.iter().map(|node| self.is_listed[*node as usize]).collect();
        self.owners = kept.iter().map(|node| self.owners[*node as usize].take()).collect();
        self.pairs.renumber(&to);
        for memory in &mut self.co_visits {
            memory.renumber(&to);
        }
        self.topics.renumber(&to);
        self.accounts = self.accounts.subset(kept);
    }
}

fn spread<T: Clone + Default>(values: &[T], to: &[u32], count: usize) -> Vec<T> {
    let mut moved = vec![T::default(); count];
    for (value, node) in values.iter().zip(to) {
        moved[*node as usize] = value.clone();
    }
    moved
}
