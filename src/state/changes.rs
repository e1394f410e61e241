//! What a run adds to the stored state, besides reactions.

use rayon::prelude::*;

use clout_state::index::FileEntry;

/// Rows that are in the state and not yet in its files.
#[derive(Clone, Debug, Default)]
pub struct StateChanges {
    /// Accounts that acted, in any order and with repeats. Without a stored state none are collected, because the run
    /// writes all records.
    actors: Vec<u32>,
    /// Hashes of the persons that were in no snapshot before.
    pub published: Vec<u128>,
    /// True if an account was erased.
    pub has_erased: bool,
    /// Files of a new base; none if the run writes a segment.
    pub new_base: Option<NewBase>,
}

/// Files of a new base, written before the rest of the state.
#[derive(Clone, Debug, Default)]
pub struct NewBase {
    /// Pairs.
    pub pairs: Vec<FileEntry>,
    /// Activity records.
    pub activity: Vec<FileEntry>,
}

impl StateChanges {
    /// Adds accounts that acted.
    pub fn add_actors(&mut self, actors: impl Iterator<Item = u32>) {
        self.actors.extend(actors);
    }

    /// Returns the accounts that acted, ascending.
    pub fn list_actors(&self) -> Vec<u32> {
        let mut actors = self.actors.clone();
        actors.par_sort_unstable();
        actors.dedup();
        actors
    }
}
