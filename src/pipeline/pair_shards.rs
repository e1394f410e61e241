//! One shard of pairs: merges the new reactions into its rows, writes the shard of a new base, and reads the attention
//! of its rows. A shard is in memory while it is at work, and no longer.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::entry_bytes::{entry_from_bytes, entry_to_bytes};
use crate::state::segment_files::save_base_shard;
use crate::state::stored_pairs::{PairReading, PairRows, StoredPairs};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::influence::attention_entries::{AttentionEntry, AttentionReading, PersonRanges, distribute};
use clout_model::influence::changes::strength_moves::{AccountStrengths, StateReading};
use clout_model::influence::pairs::PairSums;
use clout_state::index::FileEntry;
use clout_steps::{Block, BlockData, Slices, decode_records, encode_records, return_free_memory};

/// Shards, or ranges of persons, after which the memory of what they read is returned to the system, because what they
/// make, which grows meanwhile, cannot use it.
pub(super) const SHARDS_BETWEEN_RETURNS: usize = 32;

/// Inputs of all shards.
pub struct PairShards<'a> {
    /// Name of the step.
    pub name: &'a str,
    /// Pairs of the state.
    pub pairs: &'a StoredPairs,
    /// How they are read.
    pub reading: PairReading<'a>,
    /// Snapshot date.
    pub as_of: Day,
    /// The day before, if both dates are compared.
    pub day_before: Option<Day>,
    /// Assignment of accounts to persons on these dates.
    pub attention: &'a AttentionReading<'a>,
    /// Ranges of the persons, with those of the day before only.
    pub ranges: PersonRanges,
    /// Rows to list.
    pub listed: Option<&'a ListedRows<'a>>,
    /// New base to write.
    pub base: Option<NewBaseRows<'a>>,
}

/// Rows of a new base.
#[derive(Clone, Copy)]
pub struct NewBaseRows<'a> {
    /// Folder of the state for its files.
    pub folder: &'a str,
    /// By account: true if it is erased, so that its rows are dropped; empty if none is.
    pub is_erased: &'a [bool],
}

/// Rows of which the earlier strength is needed beside the graph.
pub struct ListedRows<'a> {
    /// Reading of strengths at the snapshot date.
    pub reading: StateReading<'a>,
    /// Strength of the last load date.
    pub added: &'a AccountStrengths,
    /// By account: true if its owner has opted out.
    pub is_opted_out: &'a [bool],
    /// By account: true if it has another owner than on the day before.
    pub has_moved: &'a [bool],
}

/// Earlier strengths of rows by opted-out reactors, of rows to other opted-out accounts, and of rows of accounts with
/// another owner.
pub type ListedStrengths = [AccountStrengths; 3];

impl ListedRows<'_> {
    fn list(&self, rows: &PairSums) -> ListedStrengths {
        let is_out = |account: u32| self.is_opted_out[account as usize];
        let has_moved = |account: u32| self.has_moved[account as usize];
        let lists: [&(dyn Fn(u32, u32) -> bool + Sync); 3] = [
            &|actor, _| is_out(actor),
            &|actor, target| is_out(target) && !is_out(actor),
            &|actor, target| !is_out(actor) && !is_out(target) && (has_moved(actor) || has_moved(target)),
        ];
        lists.map(|is_listed| self.reading.sum_earlier_strengths(rows, self.added, is_listed))
    }
}

/// Entries of one shard of pairs for one range of persons.
pub(super) struct EntryBlock(pub(super) Vec<AttentionEntry>);

impl BlockData for EntryBlock {
    fn encode(&self) -> Result<Bytes> {
        Ok(encode_records(&self.0, entry_to_bytes))
    }

    fn decode(bytes: Bytes) -> Result<EntryBlock> {
        decode_records(&bytes, entry_from_bytes).map(EntryBlock)
    }
}

/// Strengths by account, as a block.
pub(super) struct StrengthBlock(pub(super) AccountStrengths);

impl BlockData for StrengthBlock {
    fn encode(&self) -> Result<Bytes> {
        let pack = |((actor, target), strength): &((u32, u32), f64)| {
            let accounts = u128::from(*actor) | u128::from(*target) << 32;
            (accounts | u128::from(strength.to_bits()) << 64).to_le_bytes()
        };
        Ok(encode_records(&self.0, pack))
    }

    fn decode(bytes: Bytes) -> Result<StrengthBlock> {
        let unpack = |bytes: &[u8; 16]| {
            let all = u128::from_le_bytes(*bytes);
            ((all as u32, (all >> 32) as u32), f64::from_bits((all >> 64) as u64))
        };
        decode_records(&bytes, unpack).map(StrengthBlock)
    }
}

/// Output of one shard.
#[derive(Serialize, Deserialize)]
pub struct ShardOutput {
    pub(super) entries: Slices<EntryBlock>,
    pub(super) counts: Vec<usize>,
    pub(super) listed: [Block<StrengthBlock>; 3],
    pub(super) base: Option<FileEntry>,
}

impl PairShards<'_> {
    /// Runs one shard.
    ///
    /// # Errors
    /// Returns an error if a file or block cannot be read or written.
    pub fn run(&self, shard: usize) -> Result<ShardOutput> {
        if shard.is_multiple_of(SHARDS_BETWEEN_RETURNS) {
            return_free_memory();
        }
        let space = self.reading.space;
        let rows = self
            .pairs
            .read_shard(shard, self.as_of, self.day_before, &self.reading)?;
        let entries = distribute(&self.attention.read_shard(&rows.now, &rows.before), self.ranges);
        let name = |part: &str| format!("{}/{shard:05}-{part}", self.name);
        let lists = self.listed.map(|listed| listed.list(&rows.now)).unwrap_or_default();
        let mut listed = Vec::with_capacity(lists.len());
        for (number, list) in lists.into_iter().enumerate() {
            listed.push(space.put(&name(&format!("listed{number}")), StrengthBlock(list))?);
        }
        let listed = listed.try_into();
        Ok(ShardOutput {
            counts: entries.iter().map(Vec::len).collect(),
            entries: space.put_slices(&name("entries"), entries.into_iter().map(EntryBlock).collect())?,
            listed: listed.map_err(|_| Error::internal("a list of rows is missing"))?,
            base: self.save_base(shard, rows)?,
        })
    }

    /// Writes the rows of accounts that are not erased, if there is a new base.
    fn save_base(&self, shard: usize, rows: PairRows) -> Result<Option<FileEntry>> {
        let Some(base) = self.base else {
            return Ok(None);
        };
        let mixture = self.reading.mixture;
        let kept = match base.is_erased {
            [] => rows.now,
            is_erased => rows.now.filter_rows(mixture, |target, actor| {
                !is_erased[target as usize] && !is_erased[actor as usize]
            }),
        };
        if kept.is_empty() {
            return Ok(None);
        }
        save_base_shard(self.reading.store, base.folder, shard, &kept, mixture.len(), self.as_of).map(Some)
    }
}
