//! Assigns a provisional number to every account id of a network while files are read in parallel.
//!
//! Each reader of files has tables of its own and waits for no other. [`IdInterner::merge`] joins them at the end. The
//! numbers depend on the order of reading, so they never leave the intake: [`merge_accounts`](super::merge_accounts)
//! maps them to account numbers.

use serde::{Deserialize, Serialize};
use std::hint::black_box;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow::array::{Array, StringViewArray};
use clout_model::accounts::NO_NODE;
use rayon::prelude::*;

use super::id_table::{IdKey, IdTable};

/// Number of tables, by the upper bits of the hash, so that merging is parallel.
const SHARD_COUNT: usize = 16;
const SHARD_BITS: u32 = SHARD_COUNT.trailing_zeros();
/// Texts that are looked up together: about as many reads as a processor keeps in flight.
const BLOCK: usize = 32;
/// Longest text in bytes that a view holds.
const INLINE_VIEW_BYTES: u32 = 12;

/// Number of an empty id, which no row may have.
pub const EMPTY_ID: u32 = NO_NODE - 1;

/// Account ids of one network with their numbers, for one reader.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct IdTables([IdTable; SHARD_COUNT]);

impl IdTables {
    /// Appends the numbers of `ids` to `numbers`: [`NO_NODE`] for null, [`EMPTY_ID`] for an empty text.
    pub fn intern_texts(&mut self, ids: &StringViewArray, numbers: &mut Vec<u32>) {
        let mut keys = [IdKey::from_inline_view(0); BLOCK];
        numbers.reserve(ids.len());
        for (block, views) in ids.views().chunks(BLOCK).enumerate() {
            let mut touched = 0;
            for (index, (key, view)) in keys.iter_mut().zip(views).enumerate() {
                *key = match *view as u32 <= INLINE_VIEW_BYTES {
                    true => IdKey::from_inline_view(*view),
                    false => IdKey::from_text(ids.value(block * BLOCK + index).as_bytes()),
                };
                touched |= self.0[shard_of(key.hash())].touch(key.hash());
            }
            black_box(touched);
            for (index, (key, view)) in keys.iter().zip(views).enumerate() {
                let is_null = ids.null_count() > 0 && ids.is_null(block * BLOCK + index);
                numbers.push(match *view as u32 {
                    _ if is_null => NO_NODE,
                    0 => EMPTY_ID,
                    _ => self.number(key),
                });
            }
        }
    }

    fn number(&mut self, key: &IdKey) -> u32 {
        let shard = shard_of(key.hash());
        (self.0[shard].number(key) << SHARD_BITS) | shard as u32
    }

    /// Returns one more than the greatest number assigned so far.
    pub fn number_bound(&self) -> usize {
        self.0.iter().map(IdTable::len).max().unwrap_or(0) << SHARD_BITS
    }
}

/// The ids of one network in one shard.
#[derive(Clone, Copy, Debug)]
pub struct IdShard<'a> {
    table: &'a IdTable,
    index: u32,
}

impl IdShard<'_> {
    /// Calls `see` with every number and its id, in an order without a meaning.
    pub fn for_each(self, mut see: impl FnMut(u32, &str)) {
        self.table.for_each(|index, id| {
            // Only whole texts are stored, so decoding cannot fail.
            if let Ok(id) = std::str::from_utf8(id) {
                see((index << SHARD_BITS) | self.index, id);
            }
        });
    }
}

/// Returns the shard of a hash. The tables use the low bits.
fn shard_of(hash: u64) -> usize {
    (hash >> (u64::BITS - SHARD_BITS)) as usize
}

/// Numbers after a merge, by the number that a reader assigned.
#[derive(Debug)]
pub struct MergedNumbers([Vec<u32>; SHARD_COUNT]);

impl MergedNumbers {
    /// Returns the number after the merge of a number that the reader assigned.
    pub fn get(&self, number: u32) -> u32 {
        self.0[number as usize % SHARD_COUNT][(number >> SHARD_BITS) as usize]
    }

    /// Returns, by the number that the reader assigned, the node of the number after the merge.
    pub fn map_to(&self, nodes: &[u32]) -> Vec<u32> {
        let bound = self.0.iter().map(Vec::len).max().unwrap_or(0) << SHARD_BITS;
        let mut mapped = vec![NO_NODE; bound];
        for (shard, numbers) in self.0.iter().enumerate() {
            for (index, number) in numbers.iter().enumerate() {
                mapped[index << SHARD_BITS | shard] = nodes[*number as usize];
            }
        }
        mapped
    }
}

/// Account ids of one network with their provisional numbers.
#[derive(Debug, Default)]
pub struct IdInterner(Mutex<IdTables>);

impl IdInterner {
    /// Merges the ids of all readers. Returns for each reader its numbers after the merge; none if they are the same.
    pub fn merge(readers: Vec<IdTables>) -> (IdInterner, Vec<Option<MergedNumbers>>) {
        let mut by_shard: [Vec<IdTable>; SHARD_COUNT] = Default::default();
        let reader_count = readers.len();
        for reader in readers {
            by_shard
                .iter_mut()
                .zip(reader.0)
                .for_each(|(tables, table)| tables.push(table));
        }
        let merged = by_shard
            .into_par_iter()
            .enumerate()
            .map(|(shard, tables)| merge_shard(shard, tables));
        let mut all = IdTables::default();
        let mut numbers: Vec<MergedNumbers> = Vec::new();
        numbers.resize_with(reader_count, || MergedNumbers(Default::default()));
        for (shard, (table, new)) in merged.collect::<Vec<_>>().into_iter().enumerate() {
            all.0[shard] = table;
            for (reader, new) in numbers.iter_mut().skip(1).zip(new) {
                reader.0[shard] = new;
            }
        }
        let numbers = numbers.into_iter().enumerate();
        let numbers = numbers
            .map(|(reader, numbers)| (reader > 0).then_some(numbers))
            .collect();
        (IdInterner(Mutex::new(all)), numbers)
    }

    /// Appends the numbers of `ids` at `rows` to `numbers`; a null id is [`NO_NODE`].
    pub fn intern(&self, ids: &StringViewArray, rows: &[u32], numbers: &mut Vec<u32>) {
        let all = self.intern_all(ids);
        numbers.extend(rows.iter().map(|row| all[*row as usize]));
    }

    /// Returns the numbers of all `ids`.
    pub fn intern_all(&self, ids: &StringViewArray) -> Vec<u32> {
        let mut numbers = Vec::new();
        self.lock().intern_texts(ids, &mut numbers);
        numbers
    }

    /// Returns the number of one id.
    pub fn intern_one(&self, id: &str) -> u32 {
        self.lock().number(&IdKey::from_text(id.as_bytes()))
    }

    /// Returns one more than the greatest number assigned so far.
    pub fn number_bound(&self) -> usize {
        self.lock().number_bound()
    }

    /// Computes a value of each shard, in parallel.
    pub fn map_shards<T: Send>(&self, value: impl Fn(IdShard<'_>) -> T + Sync) -> Vec<T> {
        let tables = self.lock();
        let shards = tables.0.par_iter().zip(0..SHARD_COUNT as u32);
        shards.map(|(table, index)| value(IdShard { table, index })).collect()
    }

    /// Calls `see` with every number and its id.
    #[cfg(test)]
    pub fn for_each(&self, mut see: impl FnMut(u32, &str)) {
        let tables = self.lock();
        let shards = tables.0.iter().zip(0..);
        shards.for_each(|(table, index)| IdShard { table, index }.for_each(&mut see));
    }

    /// Locks the tables, even if poisoned: no call leaves an incomplete entry.
    fn lock(&self) -> MutexGuard<'_, IdTables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Merges one shard of all readers into that of the first. Returns it with the new numbers of the other readers.
fn merge_shard(shard: usize, tables: Vec<IdTable>) -> (IdTable, Vec<Vec<u32>>) {
    let mut tables = tables.into_iter();
    let mut merged = tables.next().unwrap_or_default();
    let renumber = |table: IdTable| {
        let mut new = vec![0; table.len()];
        table.for_each(|number, id| {
            new[number as usize] = (merged.number(&IdKey::from_text(id)) << SHARD_BITS) | shard as u32;
        });
        new
    };
    let new = tables.map(renumber).collect();
    (merged, new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ids_share_a_number_and_others_do_not() {
        let interner = IdInterner::default();
        let ids = StringViewArray::from(vec![Some("ada"), None, Some("bob"), Some("ada"), Some("")]);
        let mut numbers = vec![7];
        interner.intern(&ids, &[0, 1, 2, 3, 4], &mut numbers);
        assert_eq!(numbers[0], 7);
        assert_eq!(numbers[1], numbers[4]);
        assert_eq!(numbers[2], NO_NODE);
        assert_ne!(numbers[1], numbers[3]);
        assert_eq!(numbers[5], EMPTY_ID);
        assert!((numbers[3] as usize) < interner.number_bound());
        assert_eq!(interner.intern_one("bob"), numbers[3]);
    }

    #[test]
    fn every_id_is_seen_with_its_number() {
        let interner = IdInterner::default();
        let texts: Vec<String> = (0..1_000).map(|i| format!("account-{i}")).collect();
        let numbers = interner.intern_all(&StringViewArray::from_iter_values(&texts));
        let seen = interner.map_shards(|shard| {
            let mut seen = 0;
            shard.for_each(|number, id| {
                let position: usize = id["account-".len()..].parse().unwrap();
                assert_eq!(numbers[position], number);
                seen += 1;
            });
            seen
        });
        assert_eq!(seen.iter().sum::<usize>(), 1_000);
    }

    #[test]
    fn readers_agree_after_the_merge() {
        // Ids of 1 to 60 bytes; the readers share every second one, and one reader has none.
        let text = |id: usize| format!("{id}{}", "x".repeat(id % 57));
        let ranges = [0..3_000, 0..0, 1_500..4_000, 2_000..2_001];
        let mut readers: Vec<IdTables> = Vec::new();
        let mut numbers: Vec<Vec<u32>> = Vec::new();
        for range in &ranges {
            let (mut tables, mut found) = (IdTables::default(), Vec::new());
            let ids: StringViewArray = range.clone().map(|id| Some(text(id))).chain([None]).collect();
            tables.intern_texts(&ids, &mut found);
            readers.push(tables);
            numbers.push(found);
        }
        let (interner, merged) = IdInterner::merge(readers);
        for ((range, mut numbers), merged) in ranges.into_iter().zip(numbers).zip(merged) {
            if let Some(merged) = merged {
                let same: Vec<u32> = (0..interner.number_bound() as u32).collect();
                let mapped = merged.map_to(&same);
                for number in numbers.iter_mut().filter(|number| **number < EMPTY_ID) {
                    assert_eq!(merged.get(*number), mapped[*number as usize]);
                    *number = mapped[*number as usize];
                }
            }
            let ids: StringViewArray = range.map(|id| Some(text(id))).chain([None]).collect();
            assert_eq!(interner.intern_all(&ids), numbers);
        }
        let mut count = 0;
        interner.for_each(|_, _| count += 1);
        assert_eq!(count, 4_000);
    }
}
