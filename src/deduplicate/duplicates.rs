//! Resolves duplicates: an activity that was delivered before, or twice on one load date, counts once.
//!
//! The earliest load date counts. An id is kept for `max_lateness_days` load dates after its last delivery, because a
//! later row would be refused as too late anyway.

use rayon::prelude::*;

use clout_base::day::Day;
use clout_model::delivered::DeliveredId;
use clout_topics::rows::ActivityRows;

/// Resolved duplicates of one network.
pub struct ResolvedRows {
    /// By row: true if it is the row of its id that counts.
    pub is_kept: Vec<bool>,
    /// Number of duplicate rows, of an earlier or the same load date.
    pub copies: u64,
    /// Ids to keep for later load dates, sorted.
    pub delivered: Vec<DeliveredId>,
    /// Load dates with rows of one id that the numbers cannot order: see [`super::tie_break`].
    pub contested: Vec<(Day, Vec<usize>)>,
}

#[derive(Clone, Copy)]
struct Entry {
    high: u64,
    low: u64,
    row: u32,
}

impl Entry {
    fn id(self) -> u128 {
        (u128::from(self.high) << 64) | u128::from(self.low)
    }
}

/// Resolves duplicates among `rows` and against the ids in `before` (sorted). `as_of` is the last load date of `rows`;
/// ids that no later row can repeat are dropped.
pub fn resolve_duplicates(
    rows: &ActivityRows,
    before: &[DeliveredId],
    as_of: Day,
    max_lateness_days: i32,
) -> ResolvedRows {
    let mut entries: Vec<Entry> = (0..rows.len())
        .map(|row| Entry {
            high: (rows.ids[row] >> 64) as u64,
            low: rows.ids[row] as u64,
            row: row as u32,
        })
        .collect();
    // Rows are in order of load date, so sorting by id and row puts the earliest delivery of an id first.
    entries.par_sort_unstable_by_key(|entry| (entry.high, entry.low, entry.row));
    let load_dates = load_dates(rows);
    let mut settled = ResolvedRows {
        is_kept: vec![false; rows.len()],
        copies: 0,
        delivered: Vec::new(),
        contested: Vec::new(),
    };
    let mut earlier = before.iter().peekable();
    let still_needed = |delivered: &DeliveredId| as_of.next().0 - delivered.load_date.0 <= max_lateness_days;
    for group in entries.chunk_by(|a, b| a.id() == b.id()) {
        let id = group[0].id();
        while let Some(other) = earlier.next_if(|delivered| delivered.id < id) {
            settled.delivered.extend(Some(*other).filter(still_needed));
        }
        let mut last = earlier
            .next_if(|delivered| delivered.id == id)
            .map(|delivered| delivered.load_date);
        for same_day in group.chunk_by(|a, b| load_dates[a.row as usize] == load_dates[b.row as usize]) {
            let load_date = load_dates[same_day[0].row as usize];
            let is_copy = last.is_some_and(|last| load_date.0 - last.0 <= max_lateness_days);
            settled.copies += same_day.len() as u64;
            if !is_copy {
                settled.copies -= 1;
                settled.keep_least(rows, load_date, same_day);
            }
            last = Some(load_date);
        }
        if let Some(load_date) = last {
            settled
                .delivered
                .extend(Some(DeliveredId { id, load_date }).filter(still_needed));
        }
    }
    settled.delivered.extend(earlier.copied().filter(still_needed));
    settled
}

fn load_dates(rows: &ActivityRows) -> Vec<Day> {
    let mut dates = Vec::with_capacity(rows.len());
    for (day, range) in rows.dates() {
        dates.resize(range.end, day);
    }
    dates
}

impl ResolvedRows {
    /// Keeps the least row, by the contract's columns, of one id on one load date.
    fn keep_least(&mut self, rows: &ActivityRows, load_date: Day, same_day: &[Entry]) {
        if let [only] = same_day {
            self.is_kept[only.row as usize] = true;
            return;
        }
        // Nodes and verb codes are in the order of their texts, so the numbers compare like the texts.
        let prefix = |row: usize| (rows.occurred_at[row], rows.actors[row], rows.verbs[row]);
        let all = || same_day.iter().map(|entry| entry.row as usize);
        let Some(least) = all().map(prefix).min() else {
            return;
        };
        let candidates: Vec<usize> = all().filter(|row| prefix(*row) == least).collect();
        // object_id precedes target_id in the contract, and objects are not kept as numbers.
        let about = |row: usize| {
            (
                rows.mentions.objects.get(row).copied(),
                rows.mentions.contents.get(row).copied(),
            )
        };
        let effect = |row: usize| (rows.targets[row], rows.venues.get(row).copied(), about(row));
        if candidates.iter().any(|row| effect(*row) != effect(candidates[0])) {
            self.contested.push((load_date, candidates));
        } else {
            self.is_kept[candidates[0]] = true;
        }
    }
}

#[cfg(test)]
#[path = "duplicates_tests.rs"]
mod tests;
