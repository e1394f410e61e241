//! What one night leaves to the next, so that a night reads one day.
//!
//! Sums and counts by account, linear and without any person's score; the ids and check-ins of the
//! lateness window; and the reference tables in force, as delivered, so that a file of a closed load
//! date that changes later changes nothing. Deleting the state costs a rebuild and nothing else.

pub mod covisit_tables;
pub mod files;
pub mod gone;
mod ledger_tables;
pub mod tables;
pub mod topic_tables;

use std::collections::HashSet;

use crate::state::gone::Gone;
use clout_base::day::Day;
use clout_model::accounts::Accounts;
use clout_model::delivered::Delivered;
use clout_model::facts::Facts;
use clout_model::influence::attention::Moment;
use clout_model::influence::pairs::Pairs;
use clout_model::influence::recency::Mixture;
use clout_model::networks::Network;
use clout_model::networks::covisit::CoVisits;
use clout_model::people::presence::PresenceSources;
use clout_topics::memory::{NOBODY, TopicMemory};
use clout_warehouse::store::Object;

/// One network's beginnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct History {
    /// Its first load date with a row.
    pub first_load_date: Day,
    /// The oldest day of a counted row of that load date.
    pub oldest_day: Day,
}

impl History {
    /// Days from its first load date, or from the oldest row that this brought, to the end of `as_of`.
    pub fn days(&self, as_of: Day) -> i32 {
        as_of.next().0 - self.first_load_date.min(self.oldest_day).0
    }
}

/// What is known of the past at a date: one day where nothing is known at all.
pub fn moment(histories: &[Option<History>], as_of: Day) -> Moment {
    let first_load_date = histories.iter().flatten().map(|history| history.first_load_date).min();
    let days = |history: &Option<History>| history.map_or(1, |history| history.days(as_of));
    Moment {
        as_of,
        early_days: 0.0,
        history_days: histories
            .iter()
            .map(|history| f64::from(days(history).max(1)))
            .collect(),
        warehouse_days: first_load_date.map_or(1.0, |first| f64::from(as_of.next().0 - first.0)),
    }
}

/// Everything that a night hands to the next.
#[derive(Clone, Debug)]
pub struct State {
    /// The last date that was folded; none before the first night.
    pub as_of: Option<Day>,
    /// The accounts that anything below refers to.
    pub accounts: Accounts,
    /// By node: the account's own record.
    pub facts: Vec<Facts>,
    /// By node: whether the newest accounts table lists it.
    pub is_listed: Vec<bool>,
    /// By node: the person that the newest identities give it to.
    pub owners: Vec<Option<Box<str>>>,
    /// Who reacted to whom.
    pub pairs: Pairs,
    /// By network: ids that a later load date may repeat, sorted.
    pub delivered: Vec<Vec<Delivered>>,
    /// By network: check-ins, credits and follows, where co-visits are derived.
    pub co_visits: Vec<CoVisits>,
    /// What is remembered of topics.
    pub topics: TopicMemory,
    /// By network: its beginnings, once it delivered.
    pub histories: Vec<Option<History>>,
    /// Who opted out, known by hashes alone.
    pub gone: Gone,
    /// Hashes of the persons that a snapshot under this root has had.
    pub published: HashSet<u128>,
    /// The snapshots that `published` covers.
    pub published_dates: Vec<Day>,
    /// Input files of closed load dates, as they were.
    pub closed: Vec<Object>,
}

impl State {
    /// The parts that say where a person is present.
    pub fn presence_sources(&self) -> PresenceSources<'_> {
        PresenceSources {
            accounts: &self.accounts,
            facts: &self.facts,
            is_listed: &self.is_listed,
            owners: &self.owners,
            pairs: &self.pairs,
        }
    }

    /// The state before the first night.
    pub fn empty(networks: &[Network]) -> State {
        let names = networks.iter().map(|network| network.name.clone()).collect();
        State {
            as_of: None,
            accounts: Accounts::empty(names),
            facts: Vec::new(),
            is_listed: Vec::new(),
            owners: Vec::new(),
            pairs: Pairs::default(),
            delivered: vec![Vec::new(); networks.len()],
            co_visits: vec![CoVisits::default(); networks.len()],
            topics: TopicMemory::empty(networks.len()),
            histories: vec![None; networks.len()],
            gone: Gone::default(),
            published: HashSet::new(),
            published_dates: Vec::new(),
            closed: Vec::new(),
        }
    }

    /// Moves everything to the accounts of tonight. `to` gives the node of each node of before.
    pub fn renumber(&mut self, accounts: Accounts, to: &[u32]) {
        let count = accounts.len();
        self.facts = spread(&self.facts, to, count);
        self.is_listed = spread(&self.is_listed, to, count);
        self.owners = spread(&self.owners, to, count);
        self.pairs.renumber(to);
        for memory in &mut self.co_visits {
            memory.renumber(to);
        }
        self.topics.renumber(to);
        self.accounts = accounts;
    }

    /// Drops the accounts that nothing refers to, and whoever has opted out. Returns the nodes that are kept, where
    /// any went.
    pub fn prune(&mut self, is_gone: &[bool], mixture: &Mixture) -> Option<Vec<u32>> {
        let is_here = |node: u32| !is_gone[node as usize];
        if is_gone.contains(&true) {
            self.pairs
                .retain(mixture, |actor, target| is_here(actor) && is_here(target));
        }
        let mut is_used: Vec<bool> = (0..self.accounts.len())
            .map(|node| !self.facts[node].is_empty() || self.is_listed[node] || self.owners[node].is_some())
            .collect();
        for node in self.pairs.actors.iter().chain(&self.pairs.targets) {
            is_used[*node as usize] = true;
        }
        for memory in &mut self.co_visits {
            memory.retain_accounts(&is_here);
            memory.for_each_account(|node| is_used[node as usize] = true);
        }
        self.topics
            .for_each_account(is_here, |node| is_used[node as usize] = true);
        let kept: Vec<u32> = (0..self.accounts.len() as u32)
            .filter(|node| is_used[*node as usize] && is_here(*node))
            .collect();
        if kept.len() == self.accounts.len() {
            return None;
        }
        self.keep_accounts(&kept);
        Some(kept)
    }

    fn keep_accounts(&mut self, kept: &[u32]) {
        let mut to = vec![NOBODY; self.accounts.len()];
        for (place, node) in kept.iter().enumerate() {
            to[*node as usize] = place as u32;
        }
        self.facts = kept.iter().map(|node| self.facts[*node as usize]).collect();
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
