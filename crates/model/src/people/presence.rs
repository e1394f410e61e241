//! Presence of persons on networks at a snapshot date: posts by network, and the last activity.

use rayon::prelude::*;

use super::persons::{NO_PERSON, PersonMap};
use crate::account_activity::AccountActivity;
use crate::accounts::AccountIndex;
use crate::influence::reaction_acts::ReactionActs;

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

/// Parts of the state from which presence is computed, by account node.
pub struct PresenceSources<'a> {
    /// Accounts.
    pub accounts: &'a AccountIndex,
    /// Activity of each account.
    pub facts: &'a [AccountActivity],
    /// True if the accounts in force list the account.
    pub is_listed: &'a [bool],
    /// Owner by the identities in force.
    pub owners: &'a [Option<Box<str>>],
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
    /// Computes the presence of persons. A person is present on a network with an account that has a post or a pair with
    /// another person that is not forgotten, or is listed in the accounts or identities in force.
    pub fn compute(state: &PresenceSources, persons: &PersonMap, acts: &ReactionActs) -> PresenceTable {
        let networks = state.accounts.network_names().len();
        let cells = (0..persons.len() * networks).into_par_iter();
        let mut is_present: Vec<bool> = cells
            .map(|cell| acts.is_seen(cell / networks, cell % networks))
            .collect();
        let mut last_active_at: Vec<Option<i64>> = (0..persons.len()).map(|person| acts.latest(person)).collect();
        let owned = || {
            (0..)
                .zip(&persons.by_account)
                .filter(|(_, person)| **person != NO_PERSON)
        };
        let cell = |node: usize, person: u32| person as usize * networks + state.accounts.network_of(node as u32);
        for (node, person) in owned() {
            let facts = &state.facts[node];
            if facts.posts > 0 {
                let last = &mut last_active_at[*person as usize];
                *last = (*last).max(Some(facts.last_post_at));
            }
            is_present[cell(node, *person)] |= facts.posts > 0 || state.is_listed[node] || state.owners[node].is_some();
        }
        let mut table = PresenceTable {
            rows: Vec::with_capacity(is_present.iter().filter(|is| **is).count()),
            last_active_at,
        };
        let mut row_of_cell = vec![u32::MAX; is_present.len()];
        for cell in (0..is_present.len()).filter(|cell| is_present[*cell]) {
            row_of_cell[cell] = table.rows.len() as u32;
            table.rows.push(NetworkPresence {
                person: (cell / networks) as u32,
                network: (cell % networks) as u8,
                posts: 0,
            });
        }
        for (node, person) in owned().filter(|(node, _)| state.facts[*node].posts > 0) {
            let row = row_of_cell[cell(node, *person)];
            table.rows[row as usize].posts += u64::from(state.facts[node].posts);
        }
        table
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
