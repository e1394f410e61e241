//! Tracks owners of accounts and opt-outs by load date.

use std::collections::BTreeSet;
use std::sync::Arc;

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
}

/// Identities and opt-outs by load date. Accounts are nodes.
pub struct OwnershipChanges<'a> {
    /// Complete lists of owned accounts, by load date.
    pub identities: Vec<(Day, Vec<AccountOwner>)>,
    /// Ids of opted-out persons, by load date.
    pub opt_outs: Vec<(Day, &'a [String])>,
}

/// Applies the changes to the state in order of load date. `state` must already have the accounts of the run.
pub fn apply_changes(state: &mut RunState, changes: &OwnershipChanges, key: HashKey) -> AccountOptOuts {
    let mut is_gone = vec![false; state.accounts.len()];
    let mut gone_since = vec![NEVER; state.accounts.len()];
    state
        .opt_outs
        .mark_accounts(key, &state.accounts, &state.owners, &mut is_gone);
    mark(&mut gone_since, &is_gone, Day(i32::MIN));
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
        if let Some((_, person_ids)) = changes.opt_outs.iter().find(|(day, _)| *day == date) {
            state
                .opt_outs
                .add_persons(key, person_ids, &state.accounts, &state.owners);
        }
        state
            .opt_outs
            .mark_accounts(key, &state.accounts, &state.owners, &mut is_gone);
        mark(&mut gone_since, &is_gone, date);
    }
    AccountOptOuts {
        opted_out_on: gone_since.into(),
    }
}

fn mark(gone_since: &mut [Day], is_gone: &[bool], date: Day) {
    for (since, _) in gone_since
        .iter_mut()
        .zip(is_gone)
        .filter(|(since, gone)| **gone && **since == NEVER)
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

/// Returns true if two accounts belong to the same person according to the current identities.
pub fn is_same_person(state: &RunState, a: u32, b: u32) -> bool {
    let owner = |node: u32| state.owners[node as usize].as_deref();
    match (owner(a), owner(b)) {
        _ if a == b => true,
        (Some(x), Some(y)) => x == y,
        (Some(x), None) => x == state.accounts.own_person_id(b),
        (None, Some(y)) => y == state.accounts.own_person_id(a),
        (None, None) => false,
    }
}
