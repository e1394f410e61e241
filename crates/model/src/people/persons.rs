//! Assignment of accounts to persons, by the identities in force on the snapshot date.

use std::ops::Range;

use rayon::prelude::*;

use super::person_ids::PersonIds;
use super::person_order::{KeyedNode, OwnedAccounts};
use crate::accounts::AccountIndex;

/// Marks an account without a person: an erased one.
pub const NO_PERSON: u32 = u32::MAX;

/// Number of accounts of a block, which one thread collects.
const BLOCK: usize = 1 << 14;

/// Blocks that are in memory at a time.
const ROUND: usize = 1 << 6;

/// The owners of at least one account, in byte order of their person ids.
#[derive(Clone, Debug, Default)]
pub struct PersonMap {
    /// Person ids, ascending.
    pub ids: PersonIds,
    /// Index into `ids` of each account node's person; [`NO_PERSON`] for erased accounts.
    pub by_account: Vec<u32>,
    /// Rank of each account node in order of (person, network, account id), so that sums over the accounts of a person
    /// have an order that does not depend on account numbers.
    pub account_ranks: Vec<u32>,
}

impl PersonMap {
    /// Assigns each account to its owner, or to a person of its own; erased accounts have none.
    pub fn from_owners(accounts: &AccountIndex, owners: &[Option<Box<str>>]) -> PersonMap {
        let owned = OwnedAccounts::new(accounts, owners);
        let sorted = owned.sort();
        let mut persons = PersonMap {
            ids: PersonIds::default(),
            by_account: vec![NO_PERSON; accounts.len()],
            account_ranks: vec![0; accounts.len()],
        };
        for (rank, account) in sorted.iter().enumerate() {
            persons.account_ranks[account.node as usize] = rank as u32;
        }
        // In rounds, so that the copies of the blocks take little memory.
        let starts: Vec<usize> = (0..sorted.len()).step_by(BLOCK).collect();
        for round in starts.chunks(ROUND) {
            let blocks = round.par_iter().map(|start| {
                let end = sorted.len().min(start + BLOCK);
                PersonBlock::collect(&owned, &sorted, *start..end)
            });
            for (block, start) in blocks.collect::<Vec<PersonBlock>>().iter().zip(round) {
                let before = persons.ids.len() as u32;
                for (account, count) in sorted[*start..].iter().zip(&block.counts) {
                    persons.by_account[account.node as usize] = before + count - 1;
                }
                persons.ids.append(&block.ids);
            }
        }
        persons
    }

    /// Creates the map of persons that each have the account node of the same number.
    pub fn of_single_accounts(ids: PersonIds) -> PersonMap {
        let nodes: Vec<u32> = (0..ids.len() as u32).collect();
        PersonMap {
            ids,
            by_account: nodes.clone(),
            account_ranks: nodes,
        }
    }

    /// Groups the account nodes by person: returns the start of each person's nodes (and the end), and the nodes, in
    /// order of rank.
    pub fn group_accounts(&self) -> (Vec<usize>, Vec<u32>) {
        let mut starts = vec![0_usize; self.ids.len() + 1];
        let owned = || {
            self.by_account
                .iter()
                .enumerate()
                .filter(|(_, person)| **person != NO_PERSON)
        };
        owned().for_each(|(_, person)| starts[*person as usize + 1] += 1);
        for person in 0..self.ids.len() {
            starts[person + 1] += starts[person];
        }
        let mut next = starts.clone();
        let mut nodes = vec![0_u32; starts[self.ids.len()]];
        for (node, person) in owned() {
            nodes[next[*person as usize]] = node as u32;
            next[*person as usize] += 1;
        }
        for own in starts.windows(2).filter(|own| own[1] - own[0] > 1) {
            nodes[own[0]..own[1]].sort_unstable_by_key(|node| self.account_ranks[*node as usize]);
        }
        (starts, nodes)
    }

    /// Returns the number of persons.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Returns true if no person exists.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Returns the index of the person with this id.
    pub fn find_index(&self, person_id: &str) -> Option<u32> {
        self.ids.find_index(person_id)
    }
}

/// Persons of a range of sorted accounts.
struct PersonBlock {
    /// Ids of the persons that begin in the block.
    ids: PersonIds,
    /// Number of these persons up to each account.
    counts: Vec<u32>,
}

impl PersonBlock {
    fn collect(owned: &OwnedAccounts, sorted: &[KeyedNode], range: Range<usize>) -> PersonBlock {
        let mut block = PersonBlock {
            ids: PersonIds::default(),
            counts: Vec::with_capacity(range.len()),
        };
        for rank in range {
            let account = &sorted[rank];
            if rank == 0 || !owned.are_of_one_person(&sorted[rank - 1], account) {
                let (first, second) = owned.person_id(account.node);
                block.ids.push_parts(first, second);
            }
            block.counts.push(block.ids.len() as u32);
        }
        block
    }
}

#[cfg(test)]
#[path = "persons_tests.rs"]
mod tests;
