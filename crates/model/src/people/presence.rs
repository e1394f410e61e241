//! Presence of persons on networks at a snapshot date: posts by network, and the last activity.

use super::persons::PersonMap;
use crate::account_activity::AccountActivity;
use crate::accounts::AccountIndex;
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
    pub pairs: &'a PairSums,
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
        let mut is_present: Vec<bool> = (0..state.accounts.len())
            .map(|node| state.facts[node].posts > 0 || state.is_listed[node] || state.owners[node].is_some())
            .collect();
        let mut last_active_at: Vec<Option<i64>> = vec![None; persons.len()];
        for (node, facts) in state.facts.iter().enumerate().filter(|(_, facts)| facts.posts > 0) {
            let last = &mut last_active_at[persons.by_account[node] as usize];
            *last = (*last).max(Some(facts.last_post_at));
        }
        for row in rows_between_persons(state.pairs, persons) {
            let (actor, target) = (state.pairs.actors[row] as usize, state.pairs.targets[row] as usize);
            (is_present[actor], is_present[target]) = (true, true);
            let last = &mut last_active_at[persons.by_account[actor] as usize];
            *last = (*last).max(Some(state.pairs.last_at[row]));
        }
        let mut rows: Vec<NetworkPresence> = (0..state.accounts.len())
            .filter(|node| is_present[*node])
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

/// Returns the indices of pair rows between two different persons.
pub fn rows_between_persons<'a>(pairs: &'a PairSums, persons: &'a PersonMap) -> impl Iterator<Item = usize> + 'a {
    let person = |node: u32| persons.by_account[node as usize];
    (0..pairs.len()).filter(move |row| person(pairs.actors[*row]) != person(pairs.targets[*row]))
}
