//! What a run adds to the stored state: the rows of its segment.

use std::collections::BTreeMap;

use rayon::prelude::*;

use clout_base::day::Day;
use clout_model::reactions::WeighedReaction;

/// Rows that are in the state and not yet in its files. Without a stored state nothing is collected, because the run
/// writes all of the state.
#[derive(Clone, Debug, Default)]
pub struct StateChanges {
    /// Reactions by load date.
    reactions: BTreeMap<Day, Vec<WeighedReaction>>,
    /// Accounts that acted, in any order and with repeats.
    actors: Vec<u32>,
    /// Hashes of the persons that were in no snapshot before.
    pub published: Vec<u128>,
    /// True if an account was erased.
    pub has_erased: bool,
}

impl StateChanges {
    /// Adds reactions of any load dates.
    pub fn add_reactions(&mut self, reactions: &[WeighedReaction]) {
        self.add_actors(reactions.iter().map(|reaction| reaction.actor));
        for same_date in reactions.chunk_by(|a, b| a.load_date == b.load_date) {
            let of_date = self.reactions.entry(same_date[0].load_date).or_default();
            of_date.extend_from_slice(same_date);
        }
    }

    /// Adds accounts that acted.
    pub fn add_actors(&mut self, actors: impl Iterator<Item = u32>) {
        self.actors.extend(actors);
    }

    /// Returns the number of reactions.
    pub fn reaction_rows(&self) -> u64 {
        self.reactions.values().map(|rows| rows.len() as u64).sum()
    }

    /// Returns the reactions of each load date, in the [order](WeighedReaction::order) of a segment.
    pub fn sort_reactions(&self) -> Vec<(Day, Vec<WeighedReaction>)> {
        let sorted = |(day, rows): (&Day, &Vec<WeighedReaction>)| {
            let mut rows = rows.clone();
            rows.par_sort_unstable_by_key(WeighedReaction::order);
            (*day, rows)
        };
        self.reactions.iter().map(sorted).collect()
    }

    /// Returns the accounts that acted, ascending.
    pub fn list_actors(&self) -> Vec<u32> {
        let mut actors = self.actors.clone();
        actors.par_sort_unstable();
        actors.dedup();
        actors
    }
}
