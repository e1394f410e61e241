//! Assigns a provisional number to every account id of a network while files are read in parallel.
//!
//! The numbers depend on the order of reading, so they never leave the intake:
//! [`accounts`](super::merge_accounts) maps them to canonical nodes, in byte order of the ids.

use std::hash::BuildHasher;
use std::sync::{Mutex, MutexGuard, PoisonError};

use arrow::array::{Array, StringViewArray};
use clout_model::accounts::NO_NODE;
use hashbrown::hash_table::{Entry, HashTable};

/// Number of shards. Each is locked once per batch of ids, so readers seldom wait for each other.
const SHARD_COUNT: usize = 64;
const SHARD_BITS: u32 = SHARD_COUNT.trailing_zeros();

/// Account ids of one network with their provisional numbers.
pub struct IdInterner {
    shards: Vec<Mutex<Shard>>,
    hasher: foldhash::fast::FixedState,
}

#[derive(Default)]
struct Shard {
    table: HashTable<u32>,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Shard {
    fn id(&self, index: u32) -> &[u8] {
        let index = index as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..self.ends[index]]
    }

    fn number(&mut self, hash: u64, id: &[u8], hasher: &foldhash::fast::FixedState) -> u32 {
        let Shard { table, text, ends } = self;
        let stored = |index: u32| {
            let index = index as usize;
            let start = if index == 0 { 0 } else { ends[index - 1] };
            &text[start..ends[index]]
        };
        match table.entry(
            hash,
            |index| stored(*index) == id,
            |index| hasher.hash_one(stored(*index)),
        ) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let index = ends.len() as u32;
                entry.insert(index);
                text.extend_from_slice(id);
                ends.push(text.len());
                index
            }
        }
    }
}

impl Default for IdInterner {
    fn default() -> Self {
        IdInterner {
            shards: (0..SHARD_COUNT).map(|_| Mutex::default()).collect(),
            hasher: foldhash::fast::FixedState::default(),
        }
    }
}

impl IdInterner {
    /// Appends the numbers of `ids` at `rows` to `numbers`; a null id is [`NO_NODE`].
    pub fn intern(&self, ids: &StringViewArray, rows: &[u32], numbers: &mut Vec<u32>) {
        let first = numbers.len();
        numbers.resize(first + rows.len(), NO_NODE);
        let mut by_shard: Vec<Vec<(u32, u64)>> = vec![Vec::new(); SHARD_COUNT];
        for (position, row) in rows.iter().enumerate() {
            if ids.is_valid(*row as usize) {
                let hash = self.hasher.hash_one(ids.value(*row as usize).as_bytes());
                by_shard[shard_of(hash)].push((position as u32, hash));
            }
        }
        for (shard_index, wanted) in by_shard.iter().enumerate().filter(|(_, wanted)| !wanted.is_empty()) {
            let mut shard = lock(&self.shards[shard_index]);
            for (position, hash) in wanted {
                let id = ids.value(rows[*position as usize] as usize).as_bytes();
                let index = shard.number(*hash, id, &self.hasher);
                numbers[first + *position as usize] = (index << SHARD_BITS) | shard_index as u32;
            }
        }
    }

    /// Returns the numbers of all `ids`.
    pub fn intern_all(&self, ids: &StringViewArray) -> Vec<u32> {
        let rows: Vec<u32> = (0..ids.len() as u32).collect();
        let mut numbers = Vec::with_capacity(ids.len());
        self.intern(ids, &rows, &mut numbers);
        numbers
    }

    /// Returns the number of one id.
    pub fn intern_one(&self, id: &str) -> u32 {
        let hash = self.hasher.hash_one(id.as_bytes());
        let shard_index = shard_of(hash);
        let index = lock(&self.shards[shard_index]).number(hash, id.as_bytes(), &self.hasher);
        (index << SHARD_BITS) | shard_index as u32
    }

    /// Returns one more than the greatest number assigned so far.
    pub fn number_bound(&self) -> usize {
        let longest = self
            .shards
            .iter()
            .map(|shard| lock(shard).ends.len())
            .max()
            .unwrap_or(0);
        longest << SHARD_BITS
    }

    /// Calls `see` with every number and its id.
    pub fn for_each(&self, mut see: impl FnMut(u32, &str)) {
        for (shard_index, shard) in self.shards.iter().enumerate() {
            let shard = lock(shard);
            for index in 0..shard.ends.len() as u32 {
                // Only whole texts are stored, so decoding cannot fail.
                if let Ok(id) = std::str::from_utf8(shard.id(index)) {
                    see((index << SHARD_BITS) | shard_index as u32, id);
                }
            }
        }
    }
}

/// Returns the shard of a hash. The hash table uses the low and the top bits, so the shard uses bits in between.
fn shard_of(hash: u64) -> usize {
    (hash >> 40) as usize % SHARD_COUNT
}

/// Locks a shard, even if poisoned: a reader that panicked on a bad file left no incomplete entry.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ids_share_a_number_and_others_do_not() {
        let interner = IdInterner::default();
        let ids = StringViewArray::from(vec![Some("ada"), None, Some("bob"), Some("ada")]);
        let mut numbers = vec![7];
        interner.intern(&ids, &[0, 1, 2, 3], &mut numbers);
        assert_eq!(numbers[0], 7);
        assert_eq!(numbers[1], numbers[4]);
        assert_eq!(numbers[2], NO_NODE);
        assert_ne!(numbers[1], numbers[3]);
        assert!((numbers[3] as usize) < interner.number_bound());
    }

    #[test]
    fn every_id_is_seen_with_its_number() {
        let interner = IdInterner::default();
        let texts: Vec<String> = (0..1_000).map(|i| format!("account-{i}")).collect();
        let ids = StringViewArray::from_iter_values(&texts);
        let rows: Vec<u32> = (0..1_000).collect();
        let mut numbers = Vec::new();
        interner.intern(&ids, &rows, &mut numbers);
        let mut seen = 0;
        interner.for_each(|number, id| {
            let position: usize = id["account-".len()..].parse().unwrap();
            assert_eq!(numbers[position], number);
            seen += 1;
        });
        assert_eq!(seen, 1_000);
    }
}
