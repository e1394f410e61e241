//! Keeps sums with exponential decay by key, each as of its own last load date.
//!
//! A sum is stored as of the end of the last load date that added to it; the next addition decays it first. So a sum
//! depends on the load dates with rows only, not on the dates of the runs: merging date by date does the same
//! operations as merging all dates at once.

use rayon::prelude::*;

use clout_base::day::{DAY_MICROS, Day};
use clout_model::account_activity::RETENTION_DAYS;

/// Sums of one key.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerEntry<K, const N: usize> {
    /// Key of the sums.
    pub key: K,
    /// Last load date that added to the sums, which are as of its end.
    pub last_load: Day,
    /// Number of rows added.
    pub count: u32,
    /// Decayed sums.
    pub sums: [f64; N],
}

/// Entries sorted by distinct keys.
#[derive(Clone, Debug, PartialEq)]
pub struct DecayedLedger<K, const N: usize> {
    /// Entries in key order.
    pub entries: Vec<LedgerEntry<K, N>>,
}

impl<K, const N: usize> Default for DecayedLedger<K, N> {
    fn default() -> Self {
        DecayedLedger { entries: Vec::new() }
    }
}

impl<K: Ord + Clone + Send + Sync, const N: usize> DecayedLedger<K, N> {
    /// Merges new entries, at most one per key and load date, in any order; drops entries past retention at `as_of`.
    pub fn merge(&mut self, mut new_entries: Vec<LedgerEntry<K, N>>, half_lives_days: [f64; N], as_of: Day) {
        new_entries.par_sort_unstable_by(|a, b| (&a.key, a.last_load).cmp(&(&b.key, b.last_load)));
        let before = std::mem::take(&mut self.entries);
        let mut merged: Vec<LedgerEntry<K, N>> = Vec::with_capacity(before.len() + new_entries.len());
        let mut old = before.into_iter().peekable();
        for new in new_entries {
            while let Some(entry) = old.next_if(|entry| entry.key <= new.key) {
                merged.push(entry);
            }
            match merged.last_mut().filter(|entry| entry.key == new.key) {
                Some(entry) => entry.add(&new, &half_lives_days),
                None => merged.push(new),
            }
        }
        merged.extend(old);
        merged.retain(|entry| as_of.0 - entry.last_load.0 < RETENTION_DAYS);
        self.entries = merged;
    }

    /// Maps every key to a new one in the same order.
    pub fn map_keys(&mut self, name: impl Fn(&K) -> K) {
        self.entries.iter_mut().for_each(|entry| entry.key = name(&entry.key));
    }

    /// Keeps the entries with a key that `is_kept` accepts.
    pub fn retain(&mut self, is_kept: impl Fn(&K) -> bool) {
        self.entries.retain(|entry| is_kept(&entry.key));
    }
}

impl<K, const N: usize> LedgerEntry<K, N> {
    fn add(&mut self, new: &LedgerEntry<K, N>, half_lives_days: &[f64; N]) {
        let days = new.last_load.0 - self.last_load.0;
        if days >= RETENTION_DAYS {
            (self.count, self.sums) = (0, [0.0; N]);
        }
        for ((sum, more), half_life) in self.sums.iter_mut().zip(new.sums).zip(half_lives_days) {
            *sum = *sum * fading(days, *half_life) + more;
        }
        self.count += new.count;
        self.last_load = new.last_load;
    }

    /// Returns sum `index` decayed to the end of `as_of`.
    pub fn read(&self, index: usize, half_life_days: f64, as_of: Day) -> f64 {
        self.sums[index] * fading(as_of.0 - self.last_load.0, half_life_days)
    }
}

/// Combines entries to one per key and load date; entries are added in their order.
pub fn combine_by_load_date<K: Ord + Clone, const N: usize>(
    mut sums: Vec<LedgerEntry<K, N>>,
) -> Vec<LedgerEntry<K, N>> {
    // Stable sort: floating-point sums depend on the order.
    sums.sort_by(|a, b| (&a.key, a.last_load).cmp(&(&b.key, b.last_load)));
    sums.dedup_by(|next, first| {
        let is_same = (&next.key, next.last_load) == (&first.key, first.last_load);
        if is_same {
            first.count += next.count;
            first
                .sums
                .iter_mut()
                .zip(next.sums)
                .for_each(|(sum, more)| *sum += more);
        }
        is_same
    });
    sums
}

/// Returns the decay factor from the instant `at` (microseconds since 1970) to the end of `day`.
pub fn decay_to(at: i64, day: Day, half_life_days: f64) -> f64 {
    let age_days = (day.end_micros() - at) as f64 / DAY_MICROS as f64;
    (-age_days / half_life_days).exp2()
}

/// Returns the decay factor after `days`.
fn fading(days: i32, half_life_days: f64) -> f64 {
    (-f64::from(days) / half_life_days).exp2()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(key: u32, load_date: i32, sum: f64) -> LedgerEntry<u32, 1> {
        LedgerEntry {
            key,
            last_load: Day(load_date),
            count: 1,
            sums: [sum],
        }
    }

    #[test]
    fn a_sum_halves_in_its_half_life_and_is_dropped_after_retention() {
        let mut ledger = DecayedLedger::default();
        ledger.merge(vec![entry(7, 100, 4.0)], [30.0], Day(100));
        ledger.merge(vec![entry(7, 130, 1.0)], [30.0], Day(130));
        assert_eq!(ledger.entries[0].sums, [3.0]);
        assert_eq!(ledger.entries[0].read(0, 30.0, Day(160)), 1.5);
        ledger.merge(Vec::new(), [30.0], Day(130 + RETENTION_DAYS));
        assert!(ledger.entries.is_empty());
    }

    #[test]
    fn a_gap_as_long_as_retention_starts_from_zero() {
        let late = 100 + RETENTION_DAYS;
        let mut ledger = DecayedLedger::default();
        ledger.merge(vec![entry(7, 100, 4.0), entry(7, late, 1.0)], [1e9], Day(late));
        assert_eq!((ledger.entries[0].count, ledger.entries[0].sums), (1, [1.0]));
    }

    proptest! {
        #[test]
        fn nightly_equals_at_once(rows in prop::collection::btree_map((0u32..5, 0i32..9), 0.1f64..9.0, 0..30)) {
            let rows: Vec<LedgerEntry<u32, 1>> = rows.iter().map(|((key, day), sum)| entry(*key, *day, *sum)).collect();
            let (mut nightly, mut at_once) = (DecayedLedger::default(), DecayedLedger::default());
            for day in 0..9 {
                let today = rows.iter().filter(|row| row.last_load.0 == day).cloned().collect();
                nightly.merge(today, [3.0], Day(day));
            }
            at_once.merge(rows.into_iter().rev().collect(), [3.0], Day(8));
            prop_assert_eq!(nightly, at_once);
        }
    }
}
