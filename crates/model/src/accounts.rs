//! Numbers all known accounts (nodes).
//!
//! A number never moves: accounts of valid activity rows are numbered in order of (first load date, network, account
//! id), and later ones follow. So sums by account need no renumbering when a load date adds accounts, and load dates
//! merged one by one give the same numbers as all at once. Accounts that only reference tables name follow the numbered
//! ones, and are numbered again in each run. No published value depends on a number.

use foldhash::fast::FixedState;
use hashbrown::hash_table::HashTable;
use rayon::prelude::*;
use std::hash::BuildHasher;

/// Marks no account, as in the target of a post.
pub const NO_NODE: u32 = u32::MAX;

/// Number of tables, by bits of the hash, so that they grow in parallel.
const SHARD_COUNT: usize = 16;

/// Number of accounts that are appended together; each takes 32 bytes meanwhile.
const BATCH: usize = 1 << 18;

/// Accounts by number. An erased account has a number and no id.
#[derive(Clone, Debug, Default)]
pub struct AccountIndex {
    names: Vec<String>,
    networks: Vec<u8>,
    text: String,
    ends: Vec<usize>,
    by_id: [HashTable<u32>; SHARD_COUNT],
    hasher: FixedState,
    numbered: u32,
}

impl AccountIndex {
    /// Creates an index without accounts for the networks `names`, in their order.
    pub fn empty(names: Vec<String>) -> AccountIndex {
        AccountIndex {
            names,
            ..AccountIndex::default()
        }
    }

    /// Creates an index of numbered accounts, given as (network index, account id) in the order of their numbers.
    pub fn from_accounts<'a>(names: Vec<String>, accounts: impl IntoIterator<Item = (usize, &'a str)>) -> AccountIndex {
        let mut index = AccountIndex::empty(names);
        index.append(accounts);
        index.number_all();
        index
    }

    /// Appends an account that the index lacks, and returns its node. An empty id appends an erased account.
    pub fn push(&mut self, network: usize, id: &str) -> u32 {
        let node = self.networks.len() as u32;
        self.networks.push(network as u8);
        self.text.push_str(id);
        self.ends.push(self.text.len());
        if !id.is_empty() {
            let (networks, text, ends, hasher) = (&self.networks, &self.text, &self.ends, &self.hasher);
            let hash = |node: &u32| hash_account(hasher, networks[*node as usize], id_at(text, ends, *node));
            let own = hash(&node);
            self.by_id[shard_of(own)].insert_unique(own, node, hash);
        }
        node
    }

    /// Appends accounts that the index lacks, given as (network index, account id). An empty id appends an erased
    /// account.
    pub fn append<'a>(&mut self, accounts: impl IntoIterator<Item = (usize, &'a str)>) {
        let mut accounts = accounts.into_iter();
        let mut batch = Vec::new();
        loop {
            batch.extend(accounts.by_ref().take(BATCH));
            if batch.is_empty() {
                break;
            }
            self.append_batch(&batch);
            batch.clear();
        }
    }

    fn append_batch(&mut self, accounts: &[(usize, &str)]) {
        let first = self.networks.len() as u32;
        for (network, id) in accounts {
            self.networks.push(*network as u8);
            self.text.push_str(id);
            self.ends.push(self.text.len());
        }
        let (networks, text, ends, hasher) = (&self.networks, &self.text, &self.ends, &self.hasher);
        let hash = |node: &u32| hash_account(hasher, networks[*node as usize], id_at(text, ends, *node));
        let nodes = first..networks.len() as u32;
        let hashes: Vec<(u64, u32)> = nodes
            .into_par_iter()
            .filter(|node| !id_at(text, ends, *node).is_empty())
            .map(|node| (hash(&node), node))
            .collect();
        self.by_id.par_iter_mut().enumerate().for_each(|(shard, table)| {
            let own = || hashes.iter().filter(|(hash, _)| shard_of(*hash) == shard);
            table.reserve(own().count(), hash);
            for (hash_of_node, node) in own() {
                table.insert_unique(*hash_of_node, *node, hash);
            }
        });
    }

    /// Makes the numbers of all accounts permanent.
    pub fn number_all(&mut self) {
        self.numbered = self.len() as u32;
    }

    /// Returns the number of accounts with a permanent number; their nodes are the first ones.
    pub fn numbered(&self) -> u32 {
        self.numbered
    }

    /// Returns the number of accounts.
    pub fn len(&self) -> usize {
        self.networks.len()
    }

    /// Returns true if there is no account.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    /// Returns the network names, in the order of their indices.
    pub fn network_names(&self) -> &[String] {
        &self.names
    }

    /// Returns the network index of each node.
    pub fn networks(&self) -> &[u8] {
        &self.networks
    }

    /// Returns the network of a node.
    pub fn network_of(&self, node: u32) -> usize {
        usize::from(self.networks[node as usize])
    }

    /// Returns the account id of a node; empty if the account is erased.
    pub fn id(&self, node: u32) -> &str {
        id_at(&self.text, &self.ends, node)
    }

    /// Returns true if the account has no id any more.
    pub fn is_erased(&self, node: u32) -> bool {
        self.id(node).is_empty()
    }

    /// Returns the number of accounts that are not erased.
    pub fn count_present(&self) -> usize {
        (0..self.len() as u32).filter(|node| !self.is_erased(*node)).count()
    }

    /// Returns the node of an account, if it is known and not erased.
    pub fn find(&self, network: usize, account_id: &str) -> Option<u32> {
        let hash = hash_account(&self.hasher, network as u8, account_id);
        let is_same = |node: &u32| self.network_of(*node) == network && self.id(*node) == account_id;
        self.by_id[shard_of(hash)].find(hash, is_same).copied()
    }

    /// Returns the accounts in order: those with permanent numbers (up to `numbered`) and the others, with `id(node)` as
    /// the id of each; an empty id erases the account.
    pub fn with_ids<'a>(&'a self, id: impl Fn(u32) -> &'a str) -> AccountIndex {
        let mut index = AccountIndex::empty(self.names.clone());
        index.append((0..self.len() as u32).map(|node| (self.network_of(node), id(node))));
        index.numbered = self.numbered;
        index
    }

    /// Returns only the accounts with permanent numbers.
    pub fn without_temporary(&self) -> AccountIndex {
        if self.len() == self.numbered as usize {
            return self.clone();
        }
        let nodes = 0..self.numbered;
        AccountIndex::from_accounts(
            self.names.clone(),
            nodes.map(|node| (self.network_of(node), self.id(node))),
        )
    }

    /// Returns the person id of an account without an identity row: `<network>:<account_id>`.
    pub fn own_person_id(&self, node: u32) -> String {
        format!("{}:{}", self.names[self.network_of(node)], self.id(node))
    }
}

fn id_at<'a>(text: &'a str, ends: &[usize], node: u32) -> &'a str {
    let node = node as usize;
    let start = if node == 0 { 0 } else { ends[node - 1] };
    &text[start..ends[node]]
}

fn hash_account(hasher: &FixedState, network: u8, id: &str) -> u64 {
    hasher.hash_one((network, id))
}

/// Returns the table of a hash, by bits that the table itself does not use.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARD_COUNT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> AccountIndex {
        let names = vec!["facebook".to_owned(), "twitter".to_owned()];
        AccountIndex::from_accounts(names, [(1, "b"), (0, "b"), (1, "a")])
    }

    #[test]
    fn accounts_are_found_by_network_and_id() {
        let mut index = index();
        assert_eq!(
            (index.find(0, "b"), index.find(1, "b"), index.find(0, "a")),
            (Some(1), Some(0), None)
        );
        assert_eq!(index.own_person_id(2), "twitter:a");
        assert_eq!((index.push(0, "z"), index.numbered(), index.len()), (3, 3, 4));
        assert_eq!(index.without_temporary().len(), 3);
    }

    #[test]
    fn an_erased_account_keeps_its_number_and_is_not_found() {
        let index = index();
        let erased = index.with_ids(|node| if node == 0 { "" } else { index.id(node) });
        assert!(erased.is_erased(0) && !erased.is_erased(1));
        assert_eq!(
            (erased.find(1, "b"), erased.find(0, "b"), erased.numbered()),
            (None, Some(1), 3)
        );
    }

    #[test]
    fn accounts_appended_in_batches_are_found() {
        let ids: Vec<String> = (0..BATCH + 300)
            .map(|i| {
                if i % 1_000 == 7 {
                    String::new()
                } else {
                    format!("account-{i}")
                }
            })
            .collect();
        let accounts = ids.iter().enumerate().map(|(i, id)| (i % 2, id.as_str()));
        let mut index = index();
        index.append(accounts.clone());
        assert_eq!(index.len(), 3 + ids.len());
        for (node, (network, id)) in (3..).zip(accounts) {
            assert_eq!((index.network_of(node), index.id(node)), (network, id));
            assert_eq!(index.find(network, id), (!id.is_empty()).then_some(node));
        }
        assert_eq!(index.find(1, "b"), Some(0));
    }
}
