//! Numbers the accounts of a run, and applies its reference tables to the state.

use super::ownership::{Changes, Ownership, follow};
use super::settle::FollowsByDate;
use crate::ingest::activities::Intake;
use crate::ingest::interner::Interner;
use crate::ingest::merge_accounts::{Merged, merge};
use crate::ingest::reference::{Claim, Reference};
use crate::job::Job;
use crate::state::State;
use clout_base::ids::HashKey;
use clout_model::accounts::NO_NODE;

/// Replaces the rows' provisional account numbers by nodes, and frees the interned ids.
pub(super) fn number_rows(intake: &mut Intake, nodes: &[Vec<u32>]) {
    intake.interners.clear();
    for (rows, to) in intake.rows.iter_mut().zip(nodes) {
        rows.actors.iter_mut().for_each(|actor| *actor = to[*actor as usize]);
        let targets = rows.targets.iter_mut().filter(|target| **target != NO_NODE);
        targets.for_each(|target| *target = to[*target as usize]);
    }
}

/// Merges the accounts of the state with those of the delivered rows and reference tables.
pub(super) fn merge_accounts(state: &State, intake: &Intake, reference: &Reference) -> Merged {
    let mut is_used: Vec<Vec<bool>> = intake
        .interners
        .iter()
        .map(|interner: &Interner| vec![false; interner.number_bound()])
        .collect();
    for (network, rows) in intake.rows.iter().enumerate() {
        for number in rows
            .actors
            .iter()
            .chain(&rows.targets)
            .filter(|number| **number != NO_NODE)
        {
            is_used[network][*number as usize] = true;
        }
    }
    for (network, numbers) in &reference.listed {
        numbers
            .iter()
            .for_each(|number| is_used[*network][*number as usize] = true);
    }
    for (network, by_date) in &reference.follows {
        by_date.values().flatten().for_each(|(from, to)| {
            is_used[*network][*from as usize] = true;
            is_used[*network][*to as usize] = true;
        });
    }
    for claim in reference.identities.values().flatten() {
        is_used[claim.network][claim.account as usize] = true;
    }
    merge(&state.accounts, &intake.interners, &|network, number| {
        is_used[network][number as usize]
    })
}

/// Applies listed accounts, identities and opt-outs to the state.
pub(super) fn apply_reference(
    state: &mut State,
    reference: &mut Reference,
    nodes: &[Vec<u32>],
    job: &Job,
) -> Ownership {
    for (network, numbers) in &reference.listed {
        for node in state.accounts.nodes(*network) {
            state.is_listed[node as usize] = false;
        }
        for number in numbers {
            state.is_listed[nodes[*network][*number as usize] as usize] = true;
        }
    }
    let as_nodes = |claims: Vec<Claim>| {
        claims
            .into_iter()
            .map(|claim| Claim {
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
    follow(
        state,
        &Changes { identities, opt_outs },
        HashKey::of_text(&job.state.hash_key),
    )
}

/// Returns a network's follows by load date, as sorted pairs of nodes.
pub(super) fn follows_by_date(reference: &mut Reference, network: usize, nodes: &[u32]) -> FollowsByDate {
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
