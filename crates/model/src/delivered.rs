//! Delivered ids, kept so that a redelivery counts once.
//!
//! An id is listed under each load date on which it was delivered, so the list of a load date never changes afterwards.
//! A load date is dropped as a whole once no later row can repeat its ids.

use clout_base::day::Day;

/// Number of bits of an id that are kept. Two of a billion ids collide with a chance below 10^-10.
pub const ID_BITS: u32 = 96;

/// Returns the kept bits of the hash of an id.
pub fn truncate_id(hash: u128) -> u128 {
    hash & ((1 << ID_BITS) - 1)
}

/// Returns true if a row of a load date after `as_of` can repeat an id of `load_date`.
pub fn can_be_repeated(load_date: Day, as_of: Day, max_lateness_days: i32) -> bool {
    as_of.next().0 - load_date.0 <= max_lateness_days
}

/// Distinct ids that were delivered on one load date, ascending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdList {
    /// Bits of the ids above the lower 64.
    high: Vec<u32>,
    /// Lower 64 bits of the ids.
    low: Vec<u64>,
}

impl IdList {
    /// Creates the list from ids of [`ID_BITS`] bits in ascending order; repeated ids are listed once.
    pub fn from_sorted(ids: impl IntoIterator<Item = u128>) -> IdList {
        let mut list = IdList::default();
        let mut last = None;
        for id in ids.into_iter().filter(|id| last.replace(*id) != Some(*id)) {
            list.high.push((id >> 64) as u32);
            list.low.push(id as u64);
        }
        list.high.shrink_to_fit();
        list.low.shrink_to_fit();
        list
    }

    /// Returns the number of ids.
    pub fn len(&self) -> usize {
        self.high.len()
    }

    /// Returns true if no id is listed.
    pub fn is_empty(&self) -> bool {
        self.high.is_empty()
    }

    /// Iterates over all ids.
    pub fn iter(&self) -> impl Iterator<Item = u128> + '_ {
        let halves = self.high.iter().zip(&self.low);
        halves.map(|(high, low)| u128::from(*high) << 64 | u128::from(*low))
    }
}

/// Ids of one network by load date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveredIds {
    dates: Vec<(Day, IdList)>,
}

impl DeliveredIds {
    /// Appends the ids of a load date after all others. A load date without ids is not listed.
    pub fn push(&mut self, load_date: Day, ids: IdList) {
        if !ids.is_empty() {
            self.dates.push((load_date, ids));
        }
    }

    /// Returns the load dates with their ids, ascending.
    pub fn dates(&self) -> &[(Day, IdList)] {
        &self.dates
    }

    /// Returns the number of ids, each counted once per load date.
    pub fn len(&self) -> usize {
        self.dates.iter().map(|(_, ids)| ids.len()).sum()
    }

    /// Returns true if no id is listed.
    pub fn is_empty(&self) -> bool {
        self.dates.is_empty()
    }

    /// Drops the load dates with ids that no row of a load date after `as_of` can repeat.
    pub fn drop_expired(&mut self, as_of: Day, max_lateness_days: i32) {
        self.dates
            .retain(|(load_date, _)| can_be_repeated(*load_date, as_of, max_lateness_days));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_listed_once_in_order() {
        let ids = [5, 5, 7 << 64, (7 << 64) + 1, truncate_id(u128::MAX)];
        let list = IdList::from_sorted(ids);
        assert_eq!(list.iter().collect::<Vec<_>>(), ids[1..]);
    }

    #[test]
    fn a_load_date_is_kept_while_a_later_row_can_repeat_its_ids() {
        let mut delivered = DeliveredIds::default();
        for day in [10, 11, 12] {
            delivered.push(Day(day), IdList::from_sorted([1]));
        }
        delivered.push(Day(13), IdList::default());
        delivered.drop_expired(Day(40), 30);
        let dates: Vec<Day> = delivered.dates().iter().map(|(day, _)| *day).collect();
        assert_eq!(dates, [Day(11), Day(12)]);
    }
}
