//! Presence of persons on networks at a snapshot date: posts by network, and the last activity.

use rayon::prelude::*;

use super::persons::{NO_PERSON, PersonMap};
use crate::account_activity::AccountActivity;
use crate::accounts::AccountIndex;
use crate::influence::pair_table::PairTable;
use crate::influence::pairs::PairSums;

/// A person's presence on one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NetworkPresence {
    /// Index of the person.
    pub person: u32,
    /// Index of the network.
    pub network: u8,
    /// Number of counted posts that are not forgotten.
    pub posts: u64,
}

/// Parts of the state from which presence is computed; all by account node, except `pairs`.
pub struct PresenceSources<'a> {
    /// Accounts.
    pub accounts: &'a AccountIndex,
    /// Activity of each account.
    pub facts: &'a [AccountActivity],
    /// True if the accounts in force list the account.
    pub is_listed: &'a [bool],
    /// Owner by the identities in force.
    pub owners: &'a [Option<Box<str>>],
    /// Pairs of accounts.
    pub pairs: &'a PairTable,
}

/// The presence of all persons, and their last activity.
#[derive(Clone, Debug, Default)]
pub struct PresenceTable {
    /// Rows sorted by person and network.
    pub rows: Vec<NetworkPresence>,
    /// Time of each person's latest counted row as actor, microseconds since 1970.
    pub last_active_at: Vec<Option<i64>>,
}

impl PresenceTable {
    /// Computes the presence of persons. An account is present if it has a post or a pair with another person that is
    /// not forgotten, or is listed in the accounts or identities in force.
    pub fn compute(state: &PresenceSources, persons: &PersonMap) -> PresenceTable {
        let mut acts = PairActs::collect(state.pairs, persons);
        for (node, facts) in state.facts.iter().enumerate() {
            if facts.posts > 0 {
                acts.see(persons.by_account[node], facts.last_post_at);
            }
            acts.is_present[node] |= facts.posts > 0 || state.is_listed[node] || state.owners[node].is_some();
        }
        let (is_present, last_active_at) = (acts.is_present, acts.last_active_at);
        let mut rows: Vec<NetworkPresence> = (0..state.accounts.len())
            .filter(|node| is_present[*node] && persons.by_account[*node] != NO_PERSON)
            .map(|node| NetworkPresence {
                person: persons.by_account[node],
                network: state.accounts.network_of(node as u32) as u8,
                posts: u64::from(state.facts[node].posts),
            })
            .collect();
        rows.sort_unstable();
        rows.dedup_by(|next, first| {
            let is_same = (next.person, next.network) == (first.person, first.network);
            if is_same {
                first.posts += next.posts;
            }
            is_same
        });
        PresenceTable { rows, last_active_at }
    }

    /// Returns, for each of `persons` persons, true if the person is present.
    pub fn present_persons(&self, persons: usize) -> Vec<bool> {
        let mut are_there = vec![false; persons];
        for row in &self.rows {
            are_there[row.person as usize] = true;
        }
        are_there
    }

    /// Groups the rows by person, ascending; persons without presence have no group.
    pub fn group_by_person(&self) -> impl Iterator<Item = &[NetworkPresence]> {
        self.rows.chunk_by(|a, b| a.person == b.person)
    }
}

/// What the pairs between two different persons say about presence.
struct PairActs {
    /// By account: true if it has such a pair.
    is_present: Vec<bool>,
    /// By person: latest reaction.
    last_active_at: Vec<Option<i64>>,
}

impl PairActs {
    fn collect(pairs: &PairTable, persons: &PersonMap) -> PairActs {
        let shards = pairs.shards();
        let piece = shards.len().div_ceil(rayon::current_num_threads()).max(1);
        let parts = shards
            .par_chunks(piece)
            .map(|shards| PairActs::of_shards(shards, persons));
        let none = || PairActs {
            is_present: vec![false; persons.by_account.len()],
            last_active_at: vec![None; persons.len()],
        };
        // Both merges are exact in any order.
        parts.reduce_with(PairActs::merge).unwrap_or_else(none)
    }

    fn of_shards(shards: &[PairSums], persons: &PersonMap) -> PairActs {
        let mut acts = PairActs {
            is_present: vec![false; persons.by_account.len()],
            last_active_at: vec![None; persons.len()],
        };
        for shard in shards {
            for row in rows_between_persons(shard, persons) {
                let (actor, target) = (shard.actors[row] as usize, shard.targets[row] as usize);
                (acts.is_present[actor], acts.is_present[target]) = (true, true);
                acts.see(persons.by_account[actor], shard.last_at[row]);
            }
        }
        acts
    }

    fn merge(mut self, other: PairActs) -> PairActs {
        self.is_present
            .iter_mut()
            .zip(other.is_present)
            .for_each(|(own, other)| *own |= other);
        let latest = self.last_active_at.iter_mut().zip(other.last_active_at);
        latest.for_each(|(own, other)| *own = (*own).max(other));
        self
    }

    fn see(&mut self, person: u32, at: i64) {
        if let Some(last) = self.last_active_at.get_mut(person as usize) {
            *last = (*last).max(Some(at));
        }
    }
}

/// Returns the rows of a shard that are between two different persons.
pub fn rows_between_persons<'a>(shard: &'a PairSums, persons: &'a PersonMap) -> impl Iterator<Item = usize> + 'a {
    let person = |node: u32| persons.by_account[node as usize];
    (0..shard.len()).filter(move |row| person(shard.actors[*row]) != person(shard.targets[*row]))
}
