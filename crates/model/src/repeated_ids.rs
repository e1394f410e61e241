//! Finds rows with an id that was delivered before, or that comes several times on one load date.
//!
//! An id is a copy if it was delivered on an earlier load date at most `max_lateness_days` before. Equal ids have equal
//! upper bits, so the ids are decided in 256 parts that fit into the cache. The ids of earlier load dates are
//! only read past those of the new ones; no list of all ids exists.

use std::ops::Range;

use rayon::prelude::*;

use crate::buckets::Buckets;
use crate::delivered::{DeliveredIds, ID_BITS, IdList, truncate_id};
use clout_base::day::Day;

/// Number of parts, by the upper bits of an id.
const PARTITIONS: usize = 1 << PARTITION_BITS;
const PARTITION_BITS: u32 = 8;
/// Bits of a row below the id in an [`IdRow`].
const ROW_BITS: u32 = 32;

/// Rows that repeat ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RepeatedIds {
    /// Rows with an id of an earlier load date, in no particular order.
    pub copies: Vec<u32>,
    /// Groups of rows with one id on the load date that counts.
    pub groups: Vec<RepeatGroup>,
    /// Rows of all groups.
    rows: Vec<u32>,
}

/// Several rows with one id on one load date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatGroup {
    /// Load date of the rows.
    pub load_date: Day,
    /// Their id.
    pub id: u128,
    rows: Range<usize>,
}

impl RepeatedIds {
    /// Returns the rows of a group, ascending.
    pub fn rows(&self, group: &RepeatGroup) -> &[u32] {
        &self.rows[group.rows.clone()]
    }

    fn append(&mut self, mut other: RepeatedIds) {
        let before = self.rows.len();
        self.copies.append(&mut other.copies);
        self.rows.append(&mut other.rows);
        self.groups.extend(other.groups.into_iter().map(|group| RepeatGroup {
            rows: group.rows.start + before..group.rows.end + before,
            ..group
        }));
    }
}

/// Id and row as one number that sorts by id, then row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct IdRow(u128);

impl IdRow {
    fn new(id: u128, row: usize) -> IdRow {
        IdRow(truncate_id(id) << ROW_BITS | row as u128)
    }

    fn id(self) -> u128 {
        self.0 >> ROW_BITS
    }

    fn row(self) -> u32 {
        self.0 as u32
    }

    fn partition(self) -> usize {
        (self.0 >> (ID_BITS + ROW_BITS - PARTITION_BITS)) as usize
    }
}

/// Ids of one load date, sorted, in partitions.
struct DateIds {
    load_date: Day,
    ids: Buckets<IdRow>,
}

/// Finds the repeated ids among `ids`, which belong to the rows of the load dates `dates`, ascending and all after those
/// of `delivered`. Adds the ids to `delivered`.
pub fn find_repeated_ids(
    ids: Vec<u128>,
    dates: &[(Day, Range<usize>)],
    delivered: &mut DeliveredIds,
    max_lateness_days: i32,
) -> RepeatedIds {
    let dates: Vec<DateIds> = dates.par_iter().map(|(day, rows)| sort_ids(*day, rows, &ids)).collect();
    drop(ids);
    let walk = |partition| {
        let walk = PartitionWalk {
            partition,
            dates: &dates,
            delivered,
            max_lateness_days,
        };
        walk.find_repeats()
    };
    let parts: Vec<RepeatedIds> = (0..PARTITIONS).into_par_iter().map(walk).collect();
    let mut repeated = RepeatedIds::default();
    parts.into_iter().for_each(|part| repeated.append(part));
    let list = |date: DateIds| {
        (
            date.load_date,
            IdList::from_sorted(date.ids.values.iter().map(|id| id.id())),
        )
    };
    let lists: Vec<(Day, IdList)> = dates.into_par_iter().map(list).collect();
    lists
        .into_iter()
        .for_each(|(load_date, ids)| delivered.push(load_date, ids));
    repeated
}

fn sort_ids(load_date: Day, rows: &Range<usize>, ids: &[u128]) -> DateIds {
    let place = |row: usize| {
        let id = IdRow::new(ids[row], row);
        Some((id.partition(), id))
    };
    let mut ids = Buckets::fill(rows.clone(), PARTITIONS, place);
    let partitions = Buckets::<IdRow>::split_mut(&ids.starts, &mut ids.values);
    partitions.into_par_iter().for_each(|ids| ids.sort_unstable());
    DateIds { load_date, ids }
}

/// The walk over one partition, load date by load date.
struct PartitionWalk<'a> {
    partition: usize,
    dates: &'a [DateIds],
    delivered: &'a DeliveredIds,
    max_lateness_days: i32,
}

impl PartitionWalk<'_> {
    fn find_repeats(&self) -> RepeatedIds {
        let rows = self
            .dates
            .iter()
            .map(|date| date.ids.bucket(self.partition).len())
            .sum();
        let mut last_dates = LastDates::with_capacity(rows);
        self.add_earlier(&mut last_dates);
        let mut repeated = RepeatedIds::default();
        for date in self.dates {
            let is_recent = |last: Day| date.load_date.0 - last.0 <= self.max_lateness_days;
            for same in date.ids.bucket(self.partition).chunk_by(|a, b| a.id() == b.id()) {
                let id = same[0].id();
                let rows = same.iter().map(|id| id.row());
                if last_dates.replace(id, date.load_date).is_some_and(is_recent) {
                    repeated.copies.extend(rows);
                } else if same.len() > 1 {
                    let start = repeated.rows.len();
                    repeated.rows.extend(rows);
                    repeated.groups.push(RepeatGroup {
                        load_date: date.load_date,
                        id,
                        rows: start..repeated.rows.len(),
                    });
                }
            }
        }
        repeated
    }

    /// Adds the last delivery before the new load dates of each new id.
    fn add_earlier(&self, last_dates: &mut LastDates) {
        let Some(first) = self.dates.first().map(|date| date.load_date) else {
            return;
        };
        let shift = u32::BITS - PARTITION_BITS;
        let upper = (self.partition as u32) << shift;
        let earlier = self.delivered.dates().iter();
        let mut earlier = earlier
            .filter(|(load_date, _)| first.0 - load_date.0 <= self.max_lateness_days)
            .peekable();
        if earlier.peek().is_some() {
            let new = self.dates.iter().flat_map(|date| date.ids.bucket(self.partition));
            new.for_each(|id| last_dates.insert(id.id()));
        }
        for (load_date, ids) in earlier {
            for id in ids.with_upper_bits(upper, upper | ((1 << shift) - 1)) {
                last_dates.set_if_known(id, *load_date);
            }
        }
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
        while self.slots[slot] != 0 && self.slots[slot] >> ROW_BITS != id {
            slot = (slot + 1) & self.mask;
        }
        slot
    }

    fn insert(&mut self, id: u128) {
        let slot = self.find(id);
        self.slots[slot] = id << ROW_BITS | u128::from(NO_DATE);
    }

    fn set_if_known(&mut self, id: u128, load_date: Day) {
        let slot = self.find(id);
        if self.slots[slot] != 0 {
            self.slots[slot] = id << ROW_BITS | u128::from(encode(load_date));
        }
    }

    /// Sets the last load date of an id and returns the one before.
    fn replace(&mut self, id: u128, load_date: Day) -> Option<Day> {
        let slot = self.find(id);
        let before = self.slots[slot] as u32;
        self.slots[slot] = id << ROW_BITS | u128::from(encode(load_date));
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
