//! Rows as numbers, column by column: what leaves the intake.

use crate::mentions::Mentions;
use clout_base::day::Day;
use clout_model::accounts::NO_NODE;

/// Rows of one network in order of load date, column by column. Actors and targets are provisional
/// numbers until [`accounts`](clout_model::accounts) makes them nodes.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Hashes of the activity ids.
    pub ids: Vec<u128>,
    /// Times, microseconds since 1970.
    pub occurred_at: Vec<i64>,
    /// Actors.
    pub actors: Vec<u32>,
    /// Targets, [`NO_NODE`] on a post.
    pub targets: Vec<u32>,
    /// Verb codes of the network.
    pub verbs: Vec<u8>,
    /// Hashes of what was reacted to or where; empty unless the network derives co-visits.
    pub venues: Vec<u64>,
    /// What the rows are about; empty without an ontology.
    pub mentions: Mentions,
    /// Each load date and the row at which it ends.
    pub date_ends: Vec<(Day, usize)>,
}

impl Rows {
    /// Appends the rows of one file.
    pub fn extend(&mut self, other: Rows) {
        self.ids.extend(other.ids);
        self.occurred_at.extend(other.occurred_at);
        self.actors.extend(other.actors);
        self.targets.extend(other.targets);
        self.verbs.extend(other.verbs);
        self.venues.extend(other.venues);
        self.mentions.extend(other.mentions);
    }

    /// Rows in all.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Each load date with the range of its rows.
    pub fn dates(&self) -> impl Iterator<Item = (Day, std::ops::Range<usize>)> + '_ {
        let starts = std::iter::once(0).chain(self.date_ends.iter().map(|(_, end)| *end));
        self.date_ends
            .iter()
            .zip(starts)
            .map(|((day, end), start)| (*day, start..*end))
    }

    /// Whether the row is a post.
    pub fn is_post(&self, row: usize) -> bool {
        self.targets[row] == NO_NODE
    }
}
