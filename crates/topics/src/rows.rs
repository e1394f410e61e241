//! Defines activity rows as columns of numbers, the output of the intake.

use crate::mentions::TopicMentions;
use clout_base::day::Day;
use clout_model::accounts::NO_NODE;

/// Rows of one network in order of load date, column by column. Actors and targets are provisional numbers until
/// [`accounts`](clout_model::accounts) maps them to nodes.
#[derive(Clone, Debug, Default)]
pub struct ActivityRows {
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

    /// Appends the rows of another file or load date, without their load dates.
    pub fn append(&mut self, other: ActivityRows) {
        if self.is_empty() {
            let date_ends = std::mem::take(&mut self.date_ends);
            *self = ActivityRows { date_ends, ..other };
            return;
        }
        self.occurred_at.extend_from_slice(&other.occurred_at);
        self.actors.extend_from_slice(&other.actors);
        self.targets.extend_from_slice(&other.targets);
        self.verbs.extend_from_slice(&other.verbs);
        self.venues.extend_from_slice(&other.venues);
        self.mentions.extend(other.mentions);
    }

    /// Appends the rows of a later load date.
    pub fn append_date(&mut self, load_date: Day, rows: ActivityRows) {
        self.append(rows);
        self.date_ends.push((load_date, self.len()));
    }

    /// Reserves memory for `rows` more rows.
    pub fn reserve(&mut self, rows: usize, has_venues: bool) {
        self.occurred_at.reserve_exact(rows);
        self.actors.reserve_exact(rows);
        self.targets.reserve_exact(rows);
        self.verbs.reserve_exact(rows);
        self.venues.reserve_exact(if has_venues { rows } else { 0 });
    }
}
