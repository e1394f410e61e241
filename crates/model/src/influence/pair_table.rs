//! All pairs, cut into shards of consecutive rows, so that threads work on shards that fit the processor's cache.

use std::ops::Range;

use rayon::prelude::*;

use super::pairs::{PairKey, PairSums};
use super::recency::HalfLifeMixture;

/// Shards of pairs in ascending order. No shard is empty, and all rows of a pair are in one shard. No result depends on
/// the cuts between shards.
#[derive(Clone, Debug, Default)]
pub struct PairTable {
    shards: Vec<PairSums>,
}

impl PairTable {
    /// Creates the table of ascending shards; drops empty ones.
    pub fn from_shards(shards: impl IntoIterator<Item = PairSums>) -> PairTable {
        PairTable {
            shards: shards.into_iter().filter(|shard| !shard.is_empty()).collect(),
        }
    }

    /// Returns the shards.
    pub fn shards(&self) -> &[PairSums] {
        &self.shards
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.shards.iter().map(PairSums::len).sum()
    }

    /// Returns true if no row exists.
    pub fn is_empty(&self) -> bool {
        self.shards.is_empty()
    }

    /// Iterates over all rows in order, as (shard, row of the shard).
    pub fn rows(&self) -> impl Iterator<Item = (&PairSums, usize)> {
        self.shards
            .iter()
            .flat_map(|shard| (0..shard.len()).map(move |row| (shard, row)))
    }

    /// Returns the row ranges with keys in `keys`, in order.
    pub fn key_rows(&self, keys: Range<PairKey>) -> impl Iterator<Item = (&PairSums, Range<usize>)> {
        let first = self
            .shards
            .partition_point(|shard| shard.key(shard.len() - 1) < keys.start);
        let of_range = self.shards[first..]
            .iter()
            .take_while(move |shard| shard.key(0) < keys.end);
        of_range.map(move |shard| (shard, shard.first_row_from(keys.start)..shard.first_row_from(keys.end)))
    }

    /// Returns the rows with a (target, actor) that `is_kept` accepts.
    pub fn filter_rows(&self, mixture: &HalfLifeMixture, is_kept: impl Fn(u32, u32) -> bool + Sync) -> PairTable {
        let kept: Vec<PairSums> = self
            .shards
            .par_iter()
            .map(|shard| shard.filter_rows(mixture, &is_kept))
            .collect();
        PairTable::from_shards(kept)
    }

    /// Joins the shards, for comparisons in tests.
    #[cfg(test)]
    pub(crate) fn join(&self, stride: usize) -> PairSums {
        let mut all = PairSums::default();
        for shard in &self.shards {
            all.append_rows(shard, 0..shard.len(), stride);
        }
        all
    }
}
