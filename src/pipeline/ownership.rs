//! Tracks owners of accounts and opt-outs by load date.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ingest::reference::Claim;
use crate::state::State;
use clout_base::day::Day;
use clout_base::ids::HashKey;
use clout_model::accounts::Accounts;

/// Opt-out date of accounts without an opt-out.
pub const NEVER: Day = Day(i32::MAX);

/// Opt-outs as of the run's load dates.
pub struct Ownership {
    /// First load date on which the account is opted out, by node; [`NEVER`] without an opt-out.
    pub gone_since: Arc<[Day]>,
}

/// Identities and opt-outs by load date. Accounts are nodes.
pub struct Changes<'a> {
    /// Complete lists of owned accounts, by load date.
    pub identities: Vec<(Day, Vec<Claim>)>,
    /// Ids of opted-out persons, by load date.
    pub opt_outs: Vec<(Day, &'a [String])>,
}

/// Applies the changes to the state in order of load date. `state` must already have the accounts of the run.
pub fn follow(state: &mut State, changes: &Changes, key: HashKey) -> Ownership {
    let mut is_gone = vec![false; state.accounts.len()];
    let mut gone_since = vec![NEVER; state.accounts.len()];
    state.gone.claim(key, &state.accounts, &state.owners, &mut is_gone);
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
            state.gone.add_persons(key, person_ids, &state.accounts, &state.owners);
        }
        state.gone.claim(key, &state.accounts, &state.owners, &mut is_gone);
        mark(&mut gone_since, &is_gone, date);
    }
    Ownership {
        gone_since: gone_since.into(),
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

fn owners(accounts: &Accounts, claims: &[Claim]) -> Vec<Option<Box<str>>> {
    let mut owners = vec![None; accounts.len()];
    for claim in claims {
        owners[claim.account as usize] = Some(claim.person_id.clone());
    }
    owners
}

/// Returns true if two accounts belong to the same person according to the current identities.
pub fn is_one_person(state: &State, a: u32, b: u32) -> bool {
    let owner = |node: u32| state.owners[node as usize].as_deref();
    match (owner(a), owner(b)) {
        _ if a == b => true,
        (Some(x), Some(y)) => x == y,
        (Some(x), None) => x == state.accounts.own_person_id(b),
        (None, Some(y)) => y == state.accounts.own_person_id(a),
        (None, None) => false,
    }
}
