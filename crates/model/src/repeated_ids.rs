//! Finds rows with an id that was delivered before, or that comes several times on one load date.
//!
//! An id is a copy if it was delivered on an earlier load date at most `max_lateness_days` before. The new load dates are
//! compared part by part, in the cache, and a range of parts at a time if memory is short. The ids of earlier load dates
//! are only read past those of the new ones, one load date after another; no list of all ids exists.

use std::ops::Range;

use rayon::prelude::*;

use crate::delivered::ID_BITS;
use crate::sorted_ids::{ID_PARTS, SortedIds, first_id};
use clout_base::day::Day;

/// Bits of a load date below the id in a slot of [`LastDates`].
const DATE_BITS: u32 = 32;

/// Rows of one load date that repeat ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DateRepeats {
    /// Rows with an id of an earlier load date, in order of their ids.
    pub copies: Vec<u32>,
    /// Groups of rows with one id that no earlier load date has.
    pub groups: Vec<RepeatGroup>,
    /// Rows of all groups.
    rows: Vec<u32>,
}

/// Several rows with one id on one load date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatGroup {
    /// Their id.
    pub id: u128,
    rows: Range<usize>,
}

impl DateRepeats {
    /// Returns the rows of a group, ascending.
    pub fn rows(&self, group: &RepeatGroup) -> &[u32] {
        &self.rows[group.rows.clone()]
    }

    /// Appends the rows with greater ids.
    pub fn append(&mut self, mut other: DateRepeats) {
        let before = self.rows.len();
        self.copies.append(&mut other.copies);
        self.rows.append(&mut other.rows);
        self.groups.extend(other.groups.into_iter().map(|group| RepeatGroup {
            rows: group.rows.start + before..group.rows.end + before,
            ..group
        }));
    }

    fn add_group(&mut self, id: u128, rows: impl Iterator<Item = u32>) {
        let start = self.rows.len();
        self.rows.extend(rows);
        self.groups.push(RepeatGroup {
            id,
            rows: start..self.rows.len(),
        });
    }
}

/// Search for the repeated ids of new load dates in one range of parts.
pub struct RepeatSearch<'a> {
    /// New load dates, ascending.
    dates: Vec<(Day, &'a SortedIds)>,
    parts: Range<usize>,
    max_lateness_days: i32,
    /// By part: last earlier delivery of each new id; empty without an earlier load date.
    earlier: Vec<LastDates>,
}

impl<'a> RepeatSearch<'a> {
    /// Creates the search for the ids of new load dates, ascending, all in the same range of parts.
    pub fn new(dates: Vec<(Day, &'a SortedIds)>, max_lateness_days: i32) -> RepeatSearch<'a> {
        RepeatSearch {
            parts: dates.first().map_or(0..0, |(_, ids)| ids.parts()),
            dates,
            max_lateness_days,
            earlier: Vec::new(),
        }
    }

    /// Returns true if a new row can repeat an id of an earlier load date.
    pub fn can_repeat(&self, earlier: Day) -> bool {
        let first = self.dates.first();
        first.is_some_and(|(first, _)| first.0 - earlier.0 <= self.max_lateness_days)
    }

    /// Returns the least and the greatest upper 32 bits of the ids in the range; `None` if it has all ids.
    pub fn key_range(&self) -> Option<(u32, u32)> {
        let key = |id: u128| (id >> (ID_BITS - u32::BITS)) as u32;
        let last = first_id(self.parts.end).saturating_sub(1);
        (self.parts != (0..ID_PARTS)).then(|| (key(first_id(self.parts.start)), key(last)))
    }

    /// Adds the ids of an earlier load date, ascending; ids of other ranges are ignored. Earlier load dates are added
    /// in ascending order.
    pub fn add_earlier(&mut self, load_date: Day, ids: &[u128]) {
        if self.earlier.is_empty() {
            self.earlier = self
                .parts
                .clone()
                .into_par_iter()
                .map(|part| self.collect_ids(part))
                .collect();
        }
        let parts = self.parts.clone().into_par_iter().zip(&mut self.earlier);
        parts.for_each(|(part, last_dates)| {
            let start = ids.partition_point(|id| *id < first_id(part));
            let end = start + ids[start..].partition_point(|id| *id < first_id(part + 1));
            for id in &ids[start..end] {
                last_dates.set_if_known(*id, load_date);
            }
        });
    }

    fn new_table(&self, part: usize) -> LastDates {
        LastDates::with_capacity(self.dates.iter().map(|(_, ids)| ids.part(part).len()).sum())
    }

    fn collect_ids(&self, part: usize) -> LastDates {
        let mut last_dates = self.new_table(part);
        let ids = self.dates.iter().flat_map(|(_, ids)| ids.part(part));
        ids.for_each(|id| last_dates.insert(id.id()));
        last_dates
    }

    /// Returns the repeats by new load date.
    pub fn find(mut self) -> Vec<DateRepeats> {
        let mut earlier: Vec<Option<LastDates>> = std::mem::take(&mut self.earlier).into_iter().map(Some).collect();
        earlier.resize_with(self.parts.len(), || None);
        let find = |(part, last_dates): (usize, Option<LastDates>)| {
            self.find_in_part(part, last_dates.unwrap_or_else(|| self.new_table(part)))
        };
        let parts = self.parts.clone().into_par_iter().zip(earlier);
        let found: Vec<Vec<DateRepeats>> = parts.map(find).collect();
        let mut repeats = vec![DateRepeats::default(); self.dates.len()];
        for part in found {
            repeats.iter_mut().zip(part).for_each(|(all, part)| all.append(part));
        }
        repeats
    }

    fn find_in_part(&self, part: usize, mut last_dates: LastDates) -> Vec<DateRepeats> {
        let of_date = |(load_date, ids): &(Day, &SortedIds)| {
            let is_recent = |last: Day| load_date.0 - last.0 <= self.max_lateness_days;
            let mut repeats = DateRepeats::default();
            for same in ids.part(part).chunk_by(|a, b| a.id() == b.id()) {
                let id = same[0].id();
                let rows = same.iter().map(|id| id.row());
                if last_dates.replace(id, *load_date).is_some_and(is_recent) {
                    repeats.copies.extend(rows);
                } else if same.len() > 1 {
                    repeats.add_group(id, rows);
                }
            }
            repeats
        };
        self.dates.iter().map(of_date).collect()
    }
}

/// Last load date by id: a hash table with linear probing. The ids are hashes, so their lower bits are the index.
struct LastDates {
    /// Id above the load date; 0 in a free slot.
    slots: Vec<u128>,
    mask: usize,
}

/// Load date of an id without a delivery so far.
const NO_DATE: u32 = 1;

impl LastDates {
    /// Creates a table for up to `ids` ids.
    fn with_capacity(ids: usize) -> LastDates {
        // At most half full, so probes end soon.
        let slots = (2 * ids).next_power_of_two().max(2);
        LastDates {
            slots: vec![0; slots],
            mask: slots - 1,
        }
    }

    /// Returns the slot of an id, or the free slot for it.
    fn find(&self, id: u128) -> usize {
        let mut slot = id as usize & self.mask;
        while self.slots[slot] != 0 && self.slots[slot] >> DATE_BITS != id {
            slot = (slot + 1) & self.mask;
        }
        slot
    }

    fn insert(&mut self, id: u128) {
        let slot = self.find(id);
        self.slots[slot] = id << DATE_BITS | u128::from(NO_DATE);
    }

    fn set_if_known(&mut self, id: u128, load_date: Day) {
        let slot = self.find(id);
        if self.slots[slot] != 0 {
            self.slots[slot] = id << DATE_BITS | u128::from(encode(load_date));
        }
    }

    /// Sets the last load date of an id and returns the one before.
    fn replace(&mut self, id: u128, load_date: Day) -> Option<Day> {
        let slot = self.find(id);
        let before = self.slots[slot] as u32;
        self.slots[slot] = id << DATE_BITS | u128::from(encode(load_date));
        (before > NO_DATE).then(|| decode(before))
    }
}

/// Days become numbers above [`NO_DATE`].
fn encode(load_date: Day) -> u32 {
    load_date.0 as u32 ^ 1 << 31
}

fn decode(number: u32) -> Day {
    Day((number ^ 1 << 31) as i32)
}

#[cfg(test)]
#[path = "repeated_ids_tests.rs"]
mod tests;
