//! Defines activity rows as columns of numbers, the output of the intake.

use crate::mentions::TopicMentions;
use clout_base::day::Day;
use clout_model::accounts::NO_NODE;

/// Rows of one network in order of load date, column by column. Actors and targets are provisional numbers until
/// [`accounts`](clout_model::accounts) maps them to nodes.
#[derive(Clone, Debug, Default)]
pub struct ActivityRows {
    /// Hashes of the activity ids, below 2⁹⁶; empty once duplicates are resolved.
    pub ids: Vec<u128>,
    /// Times, microseconds since 1970.
    pub occurred_at: Vec<i64>,
    /// Accounts that acted.
    pub actors: Vec<u32>,
    /// Target accounts, [`NO_NODE`] for a post.
    pub targets: Vec<u32>,
    /// Verb codes of the network.
    pub verbs: Vec<u8>,
    /// Hashes of objects or venues; empty unless the network derives co-visits.
    pub venues: Vec<u64>,
    /// Topic aliases of the rows; empty without an ontology.
    pub mentions: TopicMentions,
    /// Load dates, each with the end of its rows.
    pub date_ends: Vec<(Day, usize)>,
}

impl ActivityRows {
    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.occurred_at.len()
    }

    /// Returns true if there is no row.
    pub fn is_empty(&self) -> bool {
        self.occurred_at.is_empty()
    }

    /// Iterates over the load dates with the range of their rows.
    pub fn dates(&self) -> impl Iterator<Item = (Day, std::ops::Range<usize>)> + '_ {
        let starts = std::iter::once(0).chain(self.date_ends.iter().map(|(_, end)| *end));
        self.date_ends
            .iter()
            .zip(starts)
            .map(|((day, end), start)| (*day, start..*end))
    }

    /// Returns true if the row is a post.
    pub fn is_post(&self, row: usize) -> bool {
        self.targets[row] == NO_NODE
    }
}
