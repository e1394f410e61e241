//! Numbers the accounts of a run, and applies its reference tables to the state.

use super::count::FollowsByDate;
use super::ownership::{AccountOptOuts, OwnershipChanges, apply_changes};
use crate::ingest::activities::ActivityIntake;
use crate::ingest::interner::IdInterner;
use crate::ingest::merge_accounts::{AccountUses, MergedAccounts, merge_accounts};
use crate::ingest::profiles::AccountProfile;
use crate::ingest::reference::{AccountOwner, ReferenceTables};
use crate::job::Job;
use crate::state::RunState;
use crate::state::opt_outs::hash_account;
use clout_base::day::Day;
use clout_base::ids::HashKey;

/// Merges the accounts of the state with those of the delivered rows and reference tables. Takes the first load dates
/// out of `intake`.
pub(super) fn merge_used_accounts(
    state: &RunState,
    intake: &mut ActivityIntake,
    reference: &ReferenceTables,
    key: HashKey,
) -> MergedAccounts {
    let dates = intake.interners.iter().zip(std::mem::take(&mut intake.first_dates));
    let mut uses: Vec<AccountUses> = dates.map(|(interner, dates)| list_uses(interner, dates)).collect();
    let mut refer = |network: usize, number: u32| uses[network].is_referenced[number as usize] = true;
    for (network, numbers) in &reference.listed {
        numbers.iter().for_each(|(number, _)| refer(*network, *number));
    }
    for (network, by_date) in &reference.follows {
        for (from, to) in by_date.values().flatten() {
            refer(*network, *from);
            refer(*network, *to);
        }
    }
    for claim in reference.identities.values().flatten() {
        refer(claim.network, claim.account);
    }
    let names = state.accounts.network_names();
    let find_erased = |network: usize, id: &str| {
        let hash = || hash_account(key, &names[network], id);
        (!state.erased.is_empty())
            .then(|| state.erased.get(&hash()).copied())
            .flatten()
    };
    merge_accounts(&state.accounts, &intake.interners, &uses, &find_erased)
}

/// Returns the uses of the numbers of one network: the reference tables may have added some to those of the rows.
fn list_uses(interner: &IdInterner, mut first_load_dates: Vec<Option<Day>>) -> AccountUses {
    let bound = interner.number_bound();
    first_load_dates.resize(bound, None);
    AccountUses {
        first_load_dates,
        is_referenced: vec![false; bound],
    }
}

/// Applies listed accounts, identities and opt-outs to the state.
pub(super) fn apply_reference(
    state: &mut RunState,
    reference: &mut ReferenceTables,
    nodes: &[Vec<u32>],
    job: &Job,
) -> AccountOptOuts {
    for (network, listed) in std::mem::take(&mut reference.listed) {
        for node in (0..state.accounts.len()).filter(|node| state.accounts.network_of(*node as u32) == network) {
            state.is_listed[node] = false;
            state.profiles[node] = None;
        }
        for (number, profile) in listed {
            let node = nodes[network][number as usize] as usize;
            let is_repeated = std::mem::replace(&mut state.is_listed[node], true);
            keep_profile(&mut state.profiles[node], profile, is_repeated);
        }
    }
    let as_nodes = |claims: Vec<AccountOwner>| {
        claims
            .into_iter()
            .map(|claim| AccountOwner {
                account: nodes[claim.network][claim.account as usize],
                ..claim
            })
            .collect()
    };
    let identities = std::mem::take(&mut reference.identities)
        .into_iter()
        .map(|(day, claims)| (day, as_nodes(claims)))
        .collect();
    let opt_outs = reference
        .opt_outs
        .iter()
        .map(|(day, persons)| (*day, persons.as_slice()))
        .collect();
    apply_changes(
        state,
        &OwnershipChanges { identities, opt_outs },
        HashKey::from_text(&job.state.hash_key),
    )
}

/// Keeps the profile of an account; of several, the least one. A profile that says nothing is none.
fn keep_profile(slot: &mut Option<Box<AccountProfile>>, profile: AccountProfile, is_repeated: bool) {
    let kept = match slot.take() {
        Some(other) if is_repeated => profile.min(*other),
        None if is_repeated => AccountProfile::default(),
        _ => profile,
    };
    *slot = (kept != AccountProfile::default()).then(|| Box::new(kept));
}

/// Returns a network's follows by load date, as sorted pairs of nodes.
pub(super) fn number_follows(reference: &mut ReferenceTables, network: usize, nodes: &[u32]) -> FollowsByDate {
    let by_date = reference.follows.remove(&network).unwrap_or_default();
    let as_nodes = |pairs: Vec<(u32, u32)>| {
        let mut pairs: Vec<(u32, u32)> = pairs
            .into_iter()
            .map(|(from, to)| (nodes[from as usize], nodes[to as usize]))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    };
    by_date.into_iter().map(|(day, pairs)| (day, as_nodes(pairs))).collect()
}
