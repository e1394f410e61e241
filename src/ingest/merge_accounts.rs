//! Numbers the accounts of new rows after those of the state.
//!
//! Accounts of valid activity rows get permanent numbers, in order of (first load date, network, account id).
//! Accounts that only reference tables name follow them, in order of (network, account id), and are numbered again in
//! each run.

use std::collections::HashMap;

use clout_base::day::Day;
use clout_model::accounts::{AccountIndex, NO_NODE};
use rayon::prelude::*;

use super::interner::{IdInterner, IdShard};

/// Merged accounts, and the nodes of the earlier numbers.
pub struct MergedAccounts {
    /// Accounts of the state and of the new rows.
    pub accounts: AccountIndex,
    /// Node of each node of the state: the same for permanent numbers.
    pub from_state: Vec<u32>,
    /// By network: node of each provisional number; [`NO_NODE`] if nothing refers to it.
    pub from_interner: Vec<Vec<u32>>,
}

/// Uses of the provisional numbers of one network.
#[derive(Clone, Debug, Default)]
pub struct AccountUses {
    /// By number: first load date with a valid row of the account.
    pub first_load_dates: Vec<Option<Day>>,
    /// By number: true if a reference table names the account.
    pub is_referenced: Vec<bool>,
}

/// An account that the state lacks.
struct NewAccount<'a> {
    first_load_date: Option<Day>,
    network: u8,
    number: u32,
    /// The first bytes of the id, in their order, padded with zeros: most comparisons read no other.
    prefix: u64,
    id: &'a str,
}

impl<'a> NewAccount<'a> {
    /// Returns network index and account id.
    fn key(&self) -> (usize, &'a str) {
        (usize::from(self.network), self.id)
    }
}

/// Merges the accounts of new rows into those of the state. `find_erased` returns the node of an erased account of the
/// state; such an account has its id again until the end of the run.
pub fn merge_accounts(
    state: &AccountIndex,
    interners: &[IdInterner],
    uses: &[AccountUses],
    find_erased: &(dyn Fn(usize, &str) -> Option<u32> + Sync),
) -> MergedAccounts {
    let networks = interners.par_iter().zip(uses).enumerate();
    let found: Vec<Vec<FoundAccounts>> = networks
        .map(|(network, (interner, uses))| {
            interner.map_shards(|shard| FoundAccounts::find(state, network, shard, uses, find_erased))
        })
        .collect();
    let from_interner = interners.iter().zip(&found).map(|(interner, shards)| {
        let mut nodes = vec![NO_NODE; interner.number_bound()];
        let known = shards.iter().flat_map(|shard| &shard.known);
        known.for_each(|(number, node)| nodes[*number as usize] = *node);
        nodes
    });
    let shards: Vec<&FoundAccounts> = found.iter().flatten().collect();
    let mut new: Vec<NewAccount> = shards.par_iter().flat_map_iter(|shard| shard.new_accounts()).collect();
    new.par_sort_unstable_by(|a, b| order(a).cmp(&order(b)));
    let restored = shards.iter().flat_map(|shard| &shard.restored);
    let restored = restored.map(|(node, id)| (*node, &**id)).collect();
    let mut merged = MergedAccounts {
        accounts: with_restored(state.without_temporary(), &restored),
        from_state: (0..state.numbered()).collect(),
        from_interner: from_interner.collect(),
    };
    merged.append(state, &new);
    merged
}

/// Permanent accounts first, by load date; then the others.
fn order<'a>(account: &'a NewAccount) -> (bool, Option<Day>, u8, u64, &'a str) {
    let load_date = account.first_load_date;
    (
        load_date.is_none(),
        load_date,
        account.network,
        account.prefix,
        account.id,
    )
}

/// Returns the first bytes of an id as a number, padded with zeros. Numbers are in the order of the ids, or equal.
fn prefix_of(id: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(id.bytes()).for_each(|(slot, byte)| *slot = byte);
    u64::from_be_bytes(bytes)
}

fn with_restored(accounts: AccountIndex, restored: &HashMap<u32, &str>) -> AccountIndex {
    match restored.is_empty() {
        true => accounts,
        false => accounts.with_ids(|node| restored.get(&node).copied().unwrap_or(accounts.id(node))),
    }
}

/// Accounts of one shard of a network, as found in the state.
#[derive(Default)]
struct FoundAccounts {
    network: u8,
    /// Provisional number and permanent node of each known account.
    known: Vec<(u32, u32)>,
    /// First load date, provisional number and end of the id in `new_ids` of each new account.
    new: Vec<(Option<Day>, u32, usize)>,
    new_ids: String,
    /// Erased accounts with their ids.
    restored: Vec<(u32, Box<str>)>,
}

impl FoundAccounts {
    fn find(
        state: &AccountIndex,
        network: usize,
        shard: IdShard<'_>,
        uses: &AccountUses,
        find_erased: &dyn Fn(usize, &str) -> Option<u32>,
    ) -> FoundAccounts {
        let mut found = FoundAccounts {
            network: network as u8,
            ..FoundAccounts::default()
        };
        shard.for_each(|number, id| {
            let index = number as usize;
            let first_load_date = uses.first_load_dates[index];
            if first_load_date.is_none() && !uses.is_referenced[index] {
                return;
            }
            let known = state.find(network, id).filter(|node| *node < state.numbered());
            if let Some(node) = known {
                found.known.push((number, node));
            } else if let Some(node) = find_erased(network, id) {
                found.known.push((number, node));
                found.restored.push((node, id.into()));
            } else {
                found.new_ids.push_str(id);
                found.new.push((first_load_date, number, found.new_ids.len()));
            }
        });
        found
    }

    fn new_accounts(&self) -> impl Iterator<Item = NewAccount<'_>> {
        let mut start = 0;
        self.new.iter().map(move |(first_load_date, number, end)| {
            let id = &self.new_ids[std::mem::replace(&mut start, *end)..*end];
            NewAccount {
                first_load_date: *first_load_date,
                network: self.network,
                number: *number,
                prefix: prefix_of(id),
                id,
            }
        })
    }
}

impl MergedAccounts {
    /// Appends new accounts, sorted, and the temporary ones of the state.
    fn append(&mut self, state: &AccountIndex, new: &[NewAccount]) {
        let permanent = new.partition_point(|account| account.first_load_date.is_some());
        let first = self.accounts.len() as u32;
        self.accounts.append(new[..permanent].iter().map(NewAccount::key));
        for (node, account) in (first..).zip(&new[..permanent]) {
            self.from_interner[usize::from(account.network)][account.number as usize] = node;
        }
        self.accounts.number_all();
        let mut rest = new[permanent..].iter().peekable();
        for node in state.numbered()..state.len() as u32 {
            let own = (state.network_of(node), state.id(node));
            while let Some(account) = rest.next_if(|account| account.key() < own && !own.1.is_empty()) {
                self.push(account);
            }
            if own.1.is_empty() {
                self.from_state.push(NO_NODE);
                continue;
            }
            let node = match self.accounts.find(own.0, own.1) {
                Some(node) => node,
                None => self.accounts.push(own.0, own.1),
            };
            self.from_state.push(node);
            if let Some(account) = rest.next_if(|account| account.key() == own) {
                self.from_interner[own.0][account.number as usize] = node;
            }
        }
        for account in rest {
            self.push(account);
        }
    }

    fn push(&mut self, account: &NewAccount) {
        let (network, id) = account.key();
        let node = self.accounts.push(network, id);
        self.from_interner[network][account.number as usize] = node;
    }
}

#[cfg(test)]
#[path = "merge_accounts_tests.rs"]
mod tests;
