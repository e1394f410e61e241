//! Merges the accounts of new rows into the state's, in canonical order.

use arrow::array::{Array, LargeStringArray, LargeStringBuilder};
use clout_model::accounts::{AccountIndex, NO_NODE};
use rayon::prelude::*;

use super::interner::IdInterner;

/// Merged accounts, and the new nodes of the earlier numbers.
pub struct MergedAccounts {
    /// Accounts of the state and of the new rows.
    pub accounts: AccountIndex,
    /// New node of each node of the state, ascending.
    pub from_state: Vec<u32>,
    /// By network: node of each provisional number.
    pub from_interner: Vec<Vec<u32>>,
}

/// Merges new accounts into those of the state. `is_used` returns, by network and provisional number, if a counted row
/// refers to the account.
pub fn merge_accounts(
    state: &AccountIndex,
    interners: &[IdInterner],
    is_used: &(dyn Fn(usize, u32) -> bool + Sync),
) -> MergedAccounts {
    let parts: Vec<(LargeStringArray, Vec<u32>, Vec<u32>)> = interners
        .par_iter()
        .enumerate()
        .map(|(network, interner)| merge_network(state.ids(network), interner, &|number| is_used(network, number)))
        .collect();
    let mut ids = Vec::new();
    let mut from_state = Vec::with_capacity(state.len());
    let mut from_interner = Vec::new();
    let mut base = 0_u32;
    for (merged, old, mut new) in parts {
        from_state.extend(old.iter().map(|position| base + position));
        new.iter_mut()
            .filter(|node| **node != NO_NODE)
            .for_each(|node| *node += base);
        from_interner.push(new);
        base += merged.len() as u32;
        ids.push(merged);
    }
    MergedAccounts {
        accounts: AccountIndex::new(state.network_names().to_vec(), ids),
        from_state,
        from_interner,
    }
}

fn merge_network(
    state: &LargeStringArray,
    interner: &IdInterner,
    is_used: &dyn Fn(u32) -> bool,
) -> (LargeStringArray, Vec<u32>, Vec<u32>) {
    let mut new: Vec<(Box<str>, u32)> = Vec::new();
    interner.for_each(|number, id| {
        if is_used(number) {
            new.push((id.into(), number));
        }
    });
    new.par_sort_unstable_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
    let mut merged = LargeStringBuilder::with_capacity(state.len() + new.len(), 16 * (state.len() + new.len()));
    let mut from_state = Vec::with_capacity(state.len());
    let mut from_interner = vec![NO_NODE; interner.number_bound()];
    let mut position = 0_u32;
    let mut incoming = new.iter().peekable();
    for index in 0..state.len() {
        let known = state.value(index);
        while let Some((id, number)) = incoming.next_if(|(id, _)| id.as_bytes() < known.as_bytes()) {
            merged.append_value(id);
            from_interner[*number as usize] = position;
            position += 1;
        }
        if let Some((_, number)) = incoming.next_if(|(id, _)| id.as_bytes() == known.as_bytes()) {
            from_interner[*number as usize] = position;
        }
        merged.append_value(known);
        from_state.push(position);
        position += 1;
    }
    for (id, number) in incoming {
        merged.append_value(id);
        from_interner[*number as usize] = position;
        position += 1;
    }
    (merged.finish(), from_state, from_interner)
}

#[cfg(test)]
#[path = "merge_accounts_tests.rs"]
mod tests;
