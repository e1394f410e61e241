//! Who is there tonight: on which networks, with how many posts, and last active when.

use super::persons::Persons;
use crate::accounts::Accounts;
use crate::facts::Facts;
use crate::influence::pairs::Pairs;

/// A person's presence on one network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Presence {
    /// The person.
    pub person: u32,
    /// Place of the network.
    pub network: u8,
    /// Counted posts that are not forgotten.
    pub posts: u64,
}

/// The parts of the state that say where a person is present; all by account node but `pairs`.
pub struct PresenceSources<'a> {
    /// The accounts.
    pub accounts: &'a Accounts,
    /// Each account's own record.
    pub facts: &'a [Facts],
    /// True if the accounts in force list it.
    pub is_listed: &'a [bool],
    /// The owner that the identities in force name.
    pub owners: &'a [Option<Box<str>>],
    /// Pairs of accounts.
    pub pairs: &'a Pairs,
}

/// Everybody's presence, by person and network, and when they were last active.
#[derive(Clone, Debug, Default)]
pub struct Presences {
    /// Sorted by person and network.
    pub rows: Vec<Presence>,
    /// By person: time of the latest counted row as actor, microseconds since 1970.
    pub last_active_at: Vec<Option<i64>>,
}

impl Presences {
    /// An account is there if it has a post or a pair with another person that is not forgotten, or stands
    /// in the accounts or identities in force.
    pub fn of(state: &PresenceSources, persons: &Persons) -> Presences {
        let mut is_there: Vec<bool> = (0..state.accounts.len())
            .map(|node| state.facts[node].posts > 0 || state.is_listed[node] || state.owners[node].is_some())
            .collect();
        let mut last_active_at: Vec<Option<i64>> = vec![None; persons.len()];
        for (node, facts) in state.facts.iter().enumerate().filter(|(_, facts)| facts.posts > 0) {
            let last = &mut last_active_at[persons.of_account[node] as usize];
            *last = (*last).max(Some(facts.last_post_at));
        }
        for row in between(state.pairs, persons) {
            let (actor, target) = (state.pairs.actors[row] as usize, state.pairs.targets[row] as usize);
            (is_there[actor], is_there[target]) = (true, true);
            let last = &mut last_active_at[persons.of_account[actor] as usize];
            *last = (*last).max(Some(state.pairs.last_at[row]));
        }
        let mut rows: Vec<Presence> = (0..state.accounts.len())
            .filter(|node| is_there[*node])
            .map(|node| Presence {
                person: persons.of_account[node],
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
        Presences { rows, last_active_at }
    }

    /// By person, of so many: whether they are there.
    pub fn are_there(&self, persons: usize) -> Vec<bool> {
        let mut are_there = vec![false; persons];
        for row in &self.rows {
            are_there[row.person as usize] = true;
        }
        are_there
    }

    /// The presences grouped by person, ascending; persons who are not there have no group.
    pub fn by_person(&self) -> impl Iterator<Item = &[Presence]> {
        self.rows.chunk_by(|a, b| a.person == b.person)
    }
}

/// Rows of the memory between two different persons.
pub fn between<'a>(pairs: &'a Pairs, persons: &'a Persons) -> impl Iterator<Item = usize> + 'a {
    let person = |node: u32| persons.of_account[node as usize];
    (0..pairs.len()).filter(move |row| person(pairs.actors[*row]) != person(pairs.targets[*row]))
}
