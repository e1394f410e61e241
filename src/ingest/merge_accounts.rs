//! Numbers the accounts of new rows after those of the state.
//!
//! Accounts of valid activity rows get permanent numbers, in order of (first load date, network, account id).
//! Accounts that only reference tables name follow them, in order of (network, account id), and are numbered again in
//! each run.

use std::collections::HashMap;

use clout_base::day::Day;
use clout_model::accounts::{AccountIndex, NO_NODE};
use rayon::prelude::*;

use super::interner::IdInterner;

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
struct NewAccount {
    first_load_date: Option<Day>,
    network: usize,
    id: Box<str>,
    number: u32,
}

/// Merges the accounts of new rows into those of the state. `find_erased` returns the node of an erased account of the
/// state; such an account has its id again until the end of the run.
pub fn merge_accounts(
    state: &AccountIndex,
    interners: &[IdInterner],
    uses: &[AccountUses],
    find_erased: &(dyn Fn(usize, &str) -> Option<u32> + Sync),
) -> MergedAccounts {
    let found: Vec<FoundAccounts> = interners
        .par_iter()
        .zip(uses)
        .enumerate()
        .map(|(network, (interner, uses))| FoundAccounts::find(state, network, interner, uses, find_erased))
        .collect();
    let mut new = Vec::new();
    let mut merged = MergedAccounts {
        accounts: AccountIndex::default(),
        from_state: (0..state.numbered()).collect(),
        from_interner: Vec::new(),
    };
    let mut restored = Vec::new();
    for network in found {
        new.extend(network.new);
        restored.extend(network.restored);
        merged.from_interner.push(network.nodes);
    }
    new.par_sort_unstable_by(|a, b| order(a).cmp(&order(b)));
    merged.accounts = with_restored(state.without_temporary(), &restored);
    merged.append(state, &new);
    merged
}

/// Permanent accounts first, by load date; then the others.
fn order(account: &NewAccount) -> (bool, Option<Day>, usize, &str) {
    let load_date = account.first_load_date;
    (load_date.is_none(), load_date, account.network, &account.id)
}

fn with_restored(accounts: AccountIndex, restored: &[(u32, Box<str>)]) -> AccountIndex {
    if restored.is_empty() {
        return accounts;
    }
    let restored: HashMap<u32, &str> = restored.iter().map(|(node, id)| (*node, &**id)).collect();
    accounts.with_ids(|node| restored.get(&node).copied().unwrap_or(accounts.id(node)))
}

/// Accounts of one network, as found in the state.
struct FoundAccounts {
    /// By provisional number: permanent node, or [`NO_NODE`].
    nodes: Vec<u32>,
    new: Vec<NewAccount>,
    /// Erased accounts with their ids.
    restored: Vec<(u32, Box<str>)>,
}

impl FoundAccounts {
    fn find(
        state: &AccountIndex,
        network: usize,
        interner: &IdInterner,
        uses: &AccountUses,
        find_erased: &dyn Fn(usize, &str) -> Option<u32>,
    ) -> FoundAccounts {
        let mut found = FoundAccounts {
            nodes: vec![NO_NODE; interner.number_bound()],
            new: Vec::new(),
            restored: Vec::new(),
        };
        interner.for_each(|number, id| {
            let index = number as usize;
            let first_load_date = uses.first_load_dates[index];
            if first_load_date.is_none() && !uses.is_referenced[index] {
                return;
            }
            let known = state.find(network, id).filter(|node| *node < state.numbered());
            if let Some(node) = known {
                found.nodes[index] = node;
            } else if let Some(node) = find_erased(network, id) {
                found.nodes[index] = node;
                found.restored.push((node, id.into()));
            } else {
                found.new.push(NewAccount {
                    first_load_date,
                    network,
                    id: id.into(),
                    number,
                });
            }
        });
        found
    }
}

impl MergedAccounts {
    /// Appends new accounts, sorted, and the temporary ones of the state.
    fn append(&mut self, state: &AccountIndex, new: &[NewAccount]) {
        let permanent = new.partition_point(|account| account.first_load_date.is_some());
        for account in &new[..permanent] {
            self.push(account);
        }
        self.accounts.number_all();
        let mut rest = new[permanent..].iter().peekable();
        let key = |account: &NewAccount| (account.network, account.id.clone());
        for node in state.numbered()..state.len() as u32 {
            let own = (state.network_of(node), Box::<str>::from(state.id(node)));
            while let Some(account) = rest.next_if(|account| key(account) < own && !own.1.is_empty()) {
                self.push(account);
            }
            if own.1.is_empty() {
                self.from_state.push(NO_NODE);
                continue;
            }
            let node = match self.accounts.find(own.0, &own.1) {
                Some(node) => node,
                None => self.accounts.push(own.0, &own.1),
            };
            self.from_state.push(node);
            if let Some(account) = rest.next_if(|account| key(account) == own) {
                self.from_interner[account.network][account.number as usize] = node;
            }
        }
        for account in rest {
            self.push(account);
        }
    }

    fn push(&mut self, account: &NewAccount) {
        let node = self.accounts.push(account.network, &account.id);
        self.from_interner[account.network][account.number as usize] = node;
    }
}

#[cfg(test)]
#[path = "merge_accounts_tests.rs"]
mod tests;
