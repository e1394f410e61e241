//! Reactions that are not yet merged into pairs, in shards by target account.

use std::sync::Arc;

use bytes::Bytes;

use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::buckets::Buckets;
use clout_model::compact_reactions::CompactReaction;
use clout_model::reactions::WeighedReaction;
use clout_steps::{BlockData, BlockSpace, Slices, decode_records, encode_records};

/// First targets of all shards but the first one. All rows of a target are in one shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetCuts(Vec<u32>);

/// Most shards of a new base.
const MAX_SHARDS: usize = 1 << 8;
/// Least accounts of a shard.
const LEAST_ACCOUNTS: usize = 1 << 12;

impl TargetCuts {
    /// Cuts `accounts` accounts into shards of equal ranges: into this number of shards, if it is given.
    pub fn of_accounts(accounts: usize, shards: Option<usize>) -> TargetCuts {
        let width = match shards {
            Some(shards) => accounts.div_ceil(shards.max(1)).max(1),
            None => accounts.div_ceil(MAX_SHARDS).max(LEAST_ACCOUNTS),
        };
        TargetCuts((width..accounts).step_by(width).map(|first| first as u32).collect())
    }

    /// Creates cuts from the first targets of shards, ascending.
    pub fn from_first_targets(first_targets: impl Iterator<Item = u32>) -> TargetCuts {
        TargetCuts(first_targets.skip(1).collect())
    }

    /// Returns the number of shards.
    pub fn shards(&self) -> usize {
        self.0.len() + 1
    }

    /// Returns the shard of a target.
    pub fn find(&self, target: u32) -> usize {
        self.0.partition_point(|first| *first <= target)
    }
}

/// Reactions of one shard.
#[derive(Clone, Debug, Default)]
pub struct ReactionBlock(Vec<CompactReaction>);

impl BlockData for ReactionBlock {
    fn encode(&self) -> Result<Bytes> {
        Ok(encode_records(&self.0, CompactReaction::to_bytes))
    }

    fn decode(bytes: Bytes) -> Result<ReactionBlock> {
        decode_records(&bytes, CompactReaction::from_bytes).map(ReactionBlock)
    }
}

/// Reactions of some load dates.
#[derive(Clone, Debug)]
struct ReactionPart {
    slices: Arc<Slices<ReactionBlock>>,
    /// True if the files of the state have these reactions.
    is_stored: bool,
}

/// Reactions of all load dates after a base.
#[derive(Clone, Debug, Default)]
pub struct ReactionShards {
    cuts: TargetCuts,
    parts: Vec<ReactionPart>,
    new_rows: u64,
}

impl ReactionShards {
    /// Creates shards without reactions.
    pub fn new(cuts: TargetCuts) -> ReactionShards {
        ReactionShards {
            cuts,
            ..ReactionShards::default()
        }
    }

    /// Returns the number of shards.
    pub fn shards(&self) -> usize {
        self.cuts.shards()
    }

    /// Returns the number of reactions that the files of the state lack.
    pub fn new_rows(&self) -> u64 {
        self.new_rows
    }

    /// Returns true if there is no reaction.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Adds reactions from the files of the state.
    ///
    /// # Errors
    /// None of its own.
    pub fn add_stored(&mut self, reactions: &[WeighedReaction]) -> Result<()> {
        self.add(&BlockSpace::Memory, "", reactions, true)
    }

    /// Adds reactions that the files of the state lack. `name` is the path of their block below the work folder.
    ///
    /// # Errors
    /// Returns an error if a block cannot be written.
    pub fn add_new(&mut self, space: &BlockSpace, name: &str, reactions: &[WeighedReaction]) -> Result<()> {
        self.new_rows += reactions.len() as u64;
        self.add(space, name, reactions, false)
    }

    fn add(&mut self, space: &BlockSpace, name: &str, reactions: &[WeighedReaction], is_stored: bool) -> Result<()> {
        if reactions.is_empty() {
            return Ok(());
        }
        let place = |row: usize| {
            let reaction = &reactions[row];
            Some((self.cuts.find(reaction.target), CompactReaction::new(reaction)))
        };
        let buckets = Buckets::fill(0..reactions.len(), self.shards(), place);
        let blocks = (0..self.shards()).map(|shard| ReactionBlock(buckets.bucket(shard).to_vec()));
        self.parts.push(ReactionPart {
            slices: Arc::new(space.put_slices(name, blocks.collect())?),
            is_stored,
        });
        Ok(())
    }

    /// Adds reactions by shard.
    pub fn add_slices(&mut self, slices: Vec<Slices<ReactionBlock>>) {
        let parts = slices.into_iter().map(|slices| ReactionPart {
            slices: Arc::new(slices),
            is_stored: true,
        });
        self.parts.extend(parts);
    }

    /// Returns all reactions in blocks of `space`, which must have files: writes those that are in memory.
    ///
    /// # Errors
    /// Returns an error if a block cannot be written.
    pub fn store(&self, space: &BlockSpace) -> Result<Vec<Slices<ReactionBlock>>> {
        let store = |(index, part): (usize, &ReactionPart)| match &*part.slices {
            Slices::Stored(stored) => Ok(Slices::Stored(stored.clone())),
            memory => {
                let copy = |shard| space.with_slice(memory, shard, ReactionBlock::clone);
                let blocks = (0..memory.len()).map(copy).collect::<Result<_>>()?;
                space.put_slices(&format!("segments/{index:05}"), blocks)
            }
        };
        self.parts.iter().enumerate().map(store).collect()
    }

    /// Returns the reactions of a shard. With `takes`, they leave memory.
    ///
    /// # Errors
    /// Returns an error if a block cannot be read, or if the shard was taken before.
    pub fn read(&self, space: &BlockSpace, shard: usize, takes: bool) -> Result<Vec<WeighedReaction>> {
        let mut reactions = Vec::new();
        for part in &self.parts {
            match takes {
                true => extend(&mut reactions, &space.take_slice(&part.slices, shard)?),
                false => space.with_slice(&part.slices, shard, |block| extend(&mut reactions, block))?,
            }
        }
        Ok(reactions)
    }

    /// Returns the reactions that the files of the state lack, by load date, in the
    /// [order](WeighedReaction::order) of a segment.
    ///
    /// # Errors
    /// Returns an error if a block cannot be read.
    pub fn sort_new(&self, space: &BlockSpace) -> Result<Vec<(Day, Vec<WeighedReaction>)>> {
        let mut all = Vec::new();
        for part in self.parts.iter().filter(|part| !part.is_stored) {
            for shard in 0..part.slices.len() {
                space.with_slice(&part.slices, shard, |block| extend(&mut all, block))?;
            }
        }
        all.sort_unstable_by_key(|reaction: &WeighedReaction| (reaction.load_date, reaction.order()));
        let dates = all.chunk_by(|a, b| a.load_date == b.load_date);
        Ok(dates.map(|same| (same[0].load_date, same.to_vec())).collect())
    }
}

fn extend(reactions: &mut Vec<WeighedReaction>, block: &ReactionBlock) {
    reactions.extend(block.0.iter().map(CompactReaction::weighed));
}
