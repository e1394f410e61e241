//! Tracks owners of accounts and opt-outs by load date.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::ingest::opt_out_rows::OptOutRow;
use crate::ingest::reference::AccountOwner;
use crate::state::RunState;
use clout_base::day::Day;
use clout_base::ids::HashKey;
use clout_model::accounts::AccountIndex;

/// Opt-out date of accounts without an opt-out.
pub const NEVER: Day = Day(i32::MAX);

/// Opt-outs as of the run's load dates.
pub struct AccountOptOuts {
    /// First load date on which the account is opted out, by node; [`NEVER`] without an opt-out.
    pub opted_out_on: Arc<[Day]>,
    /// Opt-outs that matched no person and no account on their load date.
    pub unmatched: Vec<OptOutRow>,
    /// Hash of the person by node, by the newest identities.
    person_keys: Vec<u64>,
}

impl AccountOptOuts {
    /// Returns true if two accounts belong to the same person according to the newest identities.
    pub fn is_same_person(&self, state: &RunState, a: u32, b: u32) -> bool {
        // Most reactions are between two persons, and their hashes say so without a look at the texts.
        self.person_keys[a as usize] == self.person_keys[b as usize] && is_same_person(state, a, b)
    }
}

/// Identities and opt-outs by load date. Accounts are nodes.
pub struct OwnershipChanges<'a> {
    /// Complete lists of owned accounts, by load date.
    pub identities: Vec<(Day, Vec<AccountOwner>)>,
    /// Opted-out persons, by the load date from which they count.
    pub opt_outs: Vec<(Day, &'a [OptOutRow])>,
}

/// Applies the changes to the state in order of load date. `state` must already have the accounts of the run.
pub fn apply_changes(state: &mut RunState, changes: &OwnershipChanges, key: HashKey) -> AccountOptOuts {
    let mut is_opted_out = vec![false; state.accounts.len()];
    let mut opted_out_on = vec![NEVER; state.accounts.len()];
    state
        .opt_outs
        .mark_accounts(key, &state.accounts, &state.owners, &mut is_opted_out);
    mark(&mut opted_out_on, &is_opted_out, Day(i32::MIN));
    let mut unmatched = Vec::new();
    let dates: BTreeSet<Day> = changes
        .identities
        .iter()
        .map(|(day, _)| *day)
        .chain(changes.opt_outs.iter().map(|(day, _)| *day))
        .collect();
    for date in dates {
        if let Some((_, claims)) = changes.identities.iter().find(|(day, _)| *day == date) {
            state.owners = owners(&state.accounts, claims);
        }
        if let Some((_, rows)) = changes.opt_outs.iter().find(|(day, _)| *day == date) {
            unmatched.extend(find_unmatched(rows, state, key));
            for row in *rows {
                state
                    .opt_outs
                    .add_persons(key, &row.person_ids, &state.accounts, &state.owners);
            }
        }
        state
            .opt_outs
            .mark_accounts(key, &state.accounts, &state.owners, &mut is_opted_out);
        mark(&mut opted_out_on, &is_opted_out, date);
    }
    AccountOptOuts {
        opted_out_on: opted_out_on.into(),
        unmatched,
        person_keys: hash_persons(state),
    }
}

fn hash_persons(state: &RunState) -> Vec<u64> {
    let owners = state.owners.par_iter().enumerate();
    let keys = owners.map(|(node, owner)| match owner {
        Some(owner) => HashKey::PUBLISHED.hash(&[owner]) as u64,
        None => HashKey::PUBLISHED.hash(&[&state.accounts.own_person_id(node as u32)]) as u64,
    });
    keys.collect()
}

/// Returns the opt-outs that match no owner of an account, no account without an owner, and no earlier opt-out.
fn find_unmatched(rows: &[OptOutRow], state: &RunState, key: HashKey) -> Vec<OptOutRow> {
    let owners: HashSet<&str> = state.owners.iter().flatten().map(|owner| owner.as_ref()).collect();
    let names = state.accounts.network_names();
    let is_account = |person_id: &str| {
        person_id.split_once(':').is_some_and(|(name, account_id)| {
            let network = names.iter().position(|network| network == name);
            let node = network.and_then(|network| state.accounts.find(network, account_id));
            // An account with an owner opts out with its owner only.
            node.is_some_and(|node| state.owners[node as usize].is_none())
        })
    };
    let is_known = |person_id: &String| {
        owners.contains(person_id.as_str()) || is_account(person_id) || state.opt_outs.contains_person(key, person_id)
    };
    let unmatched = rows.iter().filter(|row| !row.person_ids.iter().any(is_known));
    unmatched.cloned().collect()
}

fn mark(opted_out_on: &mut [Day], is_opted_out: &[bool], date: Day) {
    for (since, _) in opted_out_on
        .iter_mut()
        .zip(is_opted_out)
        .filter(|(since, opted_out)| **opted_out && **since == NEVER)
    {
        *since = date;
    }
}

fn owners(accounts: &AccountIndex, claims: &[AccountOwner]) -> Vec<Option<Box<str>>> {
    let mut owners = vec![None; accounts.len()];
    for claim in claims {
        owners[claim.account as usize] = Some(claim.person_id.clone());
    }
    owners
}

fn is_same_person(state: &RunState, a: u32, b: u32) -> bool {
    let owner = |node: u32| state.owners[node as usize].as_deref();
    match (owner(a), owner(b)) {
        _ if a == b => true,
        (Some(x), Some(y)) => x == y,
        (Some(x), None) => x == state.accounts.own_person_id(b),
        (None, Some(y)) => y == state.accounts.own_person_id(a),
        (None, None) => false,
    }
}
