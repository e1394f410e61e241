//! Pairs of accounts of a state: the shards of a base, and the reactions after it. No table of all pairs is in memory; a
//! shard is read when a step needs it.

use rayon::prelude::*;

use super::reaction_shards::{ReactionBlock, ReactionShards, TargetCuts};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::influence::merge_pairs::{MergeParams, merge_rows};
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::pairs::PairSums;
use clout_model::influence::recency::HalfLifeMixture;
use clout_state::column_file::{ColumnFile, FileSelection, read_table};
use clout_state::damage::StateError;
use clout_state::index::{FileEntry, StateIndex};
use clout_state::pairs::decode_pairs;
use clout_state::reactions::decode_reactions;
use clout_steps::{BlockSpace, Slices};
use clout_warehouse::store::Store;

/// Shard of a base.
#[derive(Clone, Debug)]
struct BaseShard {
    entry: FileEntry,
    /// The file, if it is kept in memory.
    file: Option<ColumnFile>,
}

/// Pairs of a state.
#[derive(Clone, Debug, Default)]
pub struct StoredPairs {
    base: Vec<BaseShard>,
    /// Reactions after the base.
    pub reactions: ReactionShards,
}

/// What is needed to read a shard of pairs.
#[derive(Clone, Copy)]
pub struct PairReading<'a> {
    /// Store of the files of the base.
    pub store: &'a Store,
    /// Place of the blocks of reactions.
    pub space: &'a BlockSpace,
    /// Mixture of half-lives.
    pub mixture: &'a HalfLifeMixture,
    /// Number of accounts of the state.
    pub accounts: usize,
    /// True if no later step needs the reactions.
    pub takes: bool,
}

/// Rows of one shard.
#[derive(Debug, Default)]
pub struct PairRows {
    /// As of the date.
    pub now: PairSums,
    /// As of the day before; empty if it is not asked for.
    pub before: PairSums,
}

impl StoredPairs {
    /// Reads the reactions of the segments, and verifies the files of the base; `keeps_base` keeps them in memory.
    ///
    /// # Errors
    /// Returns an error that names a damaged file, or an error of the store.
    pub(super) fn load(
        store: &Store,
        index: &StateIndex,
        keeps_base: bool,
    ) -> std::result::Result<StoredPairs, StateError> {
        let files = index.base.iter().flat_map(|base| &base.pairs);
        let mut pairs = StoredPairs::from_base(files.cloned());
        pairs.base.par_iter_mut().try_for_each(|shard| {
            let file = ColumnFile::read(store, &shard.entry)?;
            file.verify()
                .map_err(|damage| StateError::damaged(&shard.entry.path, damage))?;
            shard.file = keeps_base.then_some(file);
            Ok::<(), StateError>(())
        })?;
        for file in index.segments.iter().flat_map(|segment| &segment.reactions) {
            let reactions = read_table(store, file, FileSelection::default(), decode_reactions)?;
            pairs.reactions.add_stored(&reactions)?;
        }
        Ok(pairs)
    }

    /// Creates pairs from the files of a base.
    pub fn from_base(files: impl Iterator<Item = FileEntry>) -> StoredPairs {
        let base: Vec<BaseShard> = files
            .filter(|entry| entry.rows > 0)
            .map(|entry| BaseShard { entry, file: None })
            .collect();
        let cuts = TargetCuts::from_first_targets(base.iter().map(|shard| shard.entry.first_key));
        StoredPairs {
            base,
            reactions: ReactionShards::new(cuts),
        }
    }

    /// Creates pairs from the files of a base and blocks of reactions, for reading one shard.
    pub fn from_blocks(base: Vec<FileEntry>, reactions: Vec<Slices<ReactionBlock>>) -> StoredPairs {
        let mut pairs = StoredPairs::from_base(base.into_iter());
        pairs.reactions.add_slices(reactions);
        pairs
    }

    /// Lists the files of the base, by shard.
    pub fn base_files(&self) -> Vec<FileEntry> {
        self.base.iter().map(|shard| shard.entry.clone()).collect()
    }

    /// Returns the number of shards.
    pub fn shards(&self) -> usize {
        self.reactions.shards()
    }

    /// Returns the number of rows of the base.
    pub fn base_rows(&self) -> u64 {
        self.base.iter().map(|shard| shard.entry.rows).sum()
    }

    /// Sets the shards, if there is no base and no reaction yet.
    pub fn cut_shards(&mut self, cuts: impl FnOnce() -> TargetCuts) {
        if self.base.is_empty() && self.reactions.is_empty() {
            self.reactions = ReactionShards::new(cuts());
        }
    }

    /// Reads a shard as of `as_of`, and as of `day_before` if it is given.
    ///
    /// # Errors
    /// Returns an error if a file or block cannot be read, or if it has a pair of an unknown account.
    pub fn read_shard(
        &self,
        shard: usize,
        as_of: Day,
        day_before: Option<Day>,
        reading: &PairReading,
    ) -> Result<PairRows> {
        let base = match self.base.get(shard) {
            Some(base) => base.read(reading)?,
            None => PairSums::default(),
        };
        let mut reactions = self.reactions.read(reading.space, shard, reading.takes)?;
        let merge = |rows: PairSums, reactions, as_of: Day| {
            let mixture = reading.mixture;
            merge_rows(rows, reactions, &MergeParams { mixture, as_of })
        };
        let mut rows = PairRows::default();
        match day_before {
            Some(day) => {
                let new = reactions.extract_if(.., |reaction| reaction.load_date > day).collect();
                rows.before = merge(base, reactions, day);
                rows.now = merge(rows.before.clone(), new, as_of);
            }
            None => rows.now = merge(base, reactions, as_of),
        }
        let count = reading.accounts as u32;
        let now = rows.now.targets.iter().chain(&rows.now.actors);
        let before = rows.before.targets.iter().chain(&rows.before.actors);
        match now.chain(before).any(|node| *node >= count) {
            true => Err(Error::internal("the state has pairs of unknown accounts")),
            false => Ok(rows),
        }
    }

    /// Reads the rows that `is_wanted` accepts by (target, actor), as of `as_of`.
    ///
    /// # Errors
    /// As [`StoredPairs::read_shard`].
    pub fn select_rows(
        &self,
        as_of: Day,
        reading: &PairReading,
        is_wanted: impl Fn(u32, u32) -> bool + Sync,
    ) -> Result<PairTable> {
        let read = |shard: usize| {
            let rows = self.read_shard(shard, as_of, None, reading)?;
            Ok(rows.now.filter_rows(reading.mixture, &is_wanted))
        };
        let shards = (0..self.shards()).into_par_iter().with_max_len(1);
        Ok(PairTable::from_shards(shards.map(read).collect::<Result<Vec<_>>>()?))
    }
}

impl BaseShard {
    fn read(&self, reading: &PairReading) -> Result<PairSums> {
        let stride = reading.mixture.len();
        let read = match &self.file {
            Some(file) => decode_pairs(file, stride).map_err(|damage| StateError::damaged(&self.entry.path, damage)),
            None => read_table(reading.store, &self.entry, FileSelection::default(), |file| {
                decode_pairs(file, stride)
            }),
        };
        Ok(read?)
    }
}
