//! The step over shards of pairs: merges the new reactions into the rows of one shard, writes the shard of a new base,
//! and reads the attention of its rows. A shard is in memory while it is at work, and no longer.

use std::sync::Arc;

use bytes::Bytes;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::entry_bytes::{entry_from_bytes, entry_to_bytes};
use crate::job::Job;
use crate::state::RunState;
use crate::state::segment_files::save_base_shard;
use crate::state::stored_pairs::{PairReading, PairRows};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::influence::attention_build::{self, AttentionParts, BuildPlan, RangeEntries};
use clout_model::influence::attention_entries::{AttentionEntry, AttentionReading, PersonRanges, distribute};
use clout_model::influence::changes::strength_moves::{AccountStrengths, StateReading};
use clout_state::index::FileEntry;
use clout_steps::{Block, BlockData, BlockSpace, Slices, StepCall, decode_records, encode_records, return_free_memory};

/// Shards, or ranges of persons, after which the memory of what they read is returned to the system, because what they
/// make, which grows meanwhile, cannot use it.
const SHARDS_BETWEEN_RETURNS: usize = 32;

/// Inputs of the step.
pub struct PairStep<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// State, with the accounts of the snapshot date.
    pub state: &'a RunState,
    /// How shards of pairs are read.
    pub pairs: PairReading<'a>,
    /// Name of the step.
    pub name: &'static str,
    /// Snapshot date.
    pub as_of: Day,
    /// The day before, if both dates are compared.
    pub day_before: Option<Day>,
    /// Assignment of accounts to persons on these dates.
    pub reading: &'a AttentionReading<'a>,
    /// Number of persons, with those of the day before only.
    pub persons: usize,
    /// Folder of the state for the files of a new base; none without one.
    pub base_folder: Option<&'a str>,
}

/// Returns true if a row (actor, target) is to be listed.
pub type IsListed<'a> = &'a (dyn Fn(u32, u32) -> bool + Sync);

/// Rows of which the earlier strength is needed beside the graph.
pub struct ListedRows<'a> {
    /// Reading of strengths at the snapshot date.
    pub reading: StateReading<'a>,
    /// Strength of the last load date.
    pub added: &'a AccountStrengths,
    /// Lists to make.
    pub lists: [IsListed<'a>; 3],
}

/// Result of the step.
pub struct PairStepResult {
    /// Graph, and what else the entries say.
    pub parts: AttentionParts,
    /// Earlier strengths of each list of [`ListedRows`].
    pub listed: [AccountStrengths; 3],
    /// Files of a new base.
    pub base: Option<Vec<FileEntry>>,
}

/// Entries of one shard of pairs for one range of persons.
struct EntryBlock(Vec<AttentionEntry>);

impl BlockData for EntryBlock {
    fn encode(&self) -> Result<Bytes> {
        Ok(encode_records(&self.0, entry_to_bytes))
    }

    fn decode(bytes: Bytes) -> Result<EntryBlock> {
        decode_records(&bytes, entry_from_bytes).map(EntryBlock)
    }
}

/// Strengths by account, as a block.
struct StrengthBlock(AccountStrengths);

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
struct ShardOutput {
    entries: Slices<EntryBlock>,
    counts: Vec<usize>,
    listed: [Block<StrengthBlock>; 3],
    base: Option<FileEntry>,
}

impl PairStep<'_> {
    /// Runs the step, and builds the graph from its entries. `wanted` are rows to be listed.
    ///
    /// # Errors
    /// Returns an error if a file or block cannot be read or written.
    pub fn run(&self, wanted: Option<&ListedRows>) -> Result<PairStepResult> {
        let call = StepCall {
            step: self.name.to_owned(),
            shards: self.state.pairs.shards(),
        };
        let outputs = self
            .pairs
            .space
            .run_step(&call, |shard| self.run_shard(shard, wanted))?;
        let mut listed: [AccountStrengths; 3] = Default::default();
        let (mut base, mut entries) = (Vec::new(), Vec::with_capacity(outputs.len()));
        for output in outputs {
            for (list, block) in listed.iter_mut().zip(output.listed) {
                list.extend(self.pairs.space.take(block)?.0);
            }
            base.extend(output.base);
            entries.push((output.entries, output.counts));
        }
        Ok(PairStepResult {
            parts: self.build_graph(entries)?,
            listed,
            base: self.base_folder.map(|_| base),
        })
    }

    fn run_shard(&self, shard: usize, wanted: Option<&ListedRows>) -> Result<ShardOutput> {
        if shard.is_multiple_of(SHARDS_BETWEEN_RETURNS) {
            return_free_memory();
        }
        let pairs = &self.state.pairs;
        let rows = pairs.read_shard(shard, self.as_of, self.day_before, &self.pairs)?;
        let entries = distribute(&self.reading.read_shard(&rows.now, &rows.before), self.ranges());
        let name = |part: &str| format!("{}/{shard:05}-{part}", self.name);
        let mut listed = Vec::with_capacity(3);
        for (number, list) in list_rows(&rows, wanted).into_iter().enumerate() {
            listed.push(
                self.pairs
                    .space
                    .put(&name(&format!("listed{number}")), StrengthBlock(list))?,
            );
        }
        let listed = listed.try_into();
        Ok(ShardOutput {
            counts: entries.iter().map(Vec::len).collect(),
            entries: self
                .pairs
                .space
                .put_slices(&name("entries"), entries.into_iter().map(EntryBlock).collect())?,
            listed: listed.map_err(|_| Error::internal("a list of rows is missing"))?,
            base: self.save_base(shard, rows)?,
        })
    }

    /// Writes the rows of accounts that are not erased, if there is a new base.
    fn save_base(&self, shard: usize, rows: PairRows) -> Result<Option<FileEntry>> {
        let Some(folder) = self.base_folder else {
            return Ok(None);
        };
        let (accounts, mixture) = (self.pairs.accounts, self.pairs.mixture);
        let kept = match self.state.erased.is_empty() {
            true => rows.now,
            false => rows.now.filter_rows(mixture, |target, actor| {
                !accounts.is_erased(target) && !accounts.is_erased(actor)
            }),
        };
        if kept.is_empty() {
            return Ok(None);
        }
        save_base_shard(self.pairs.store, folder, shard, &kept, mixture.len(), self.as_of).map(Some)
    }

    fn ranges(&self) -> PersonRanges {
        PersonRanges::new(self.persons, self.job.run.shards)
    }

    fn build_graph(&self, entries: Vec<(Slices<EntryBlock>, Vec<usize>)>) -> Result<AttentionParts> {
        let plan = BuildPlan {
            ranges: self.ranges(),
            networks: self.job.networks.len(),
            beta: self.job.model.params().repeats.beta,
            keeps_strengths: false,
            has_before: self.day_before.is_some(),
        };
        let entries = Arc::new(entries);
        let ranges = (0..self.ranges().len()).map(|range| EntriesOfRange {
            space: self.pairs.space,
            shards: Arc::clone(&entries),
            range,
        });
        attention_build::build(&plan, ranges.collect())
    }
}

fn list_rows(rows: &PairRows, wanted: Option<&ListedRows>) -> [AccountStrengths; 3] {
    match wanted {
        Some(wanted) => wanted
            .lists
            .map(|is_listed| wanted.reading.sum_earlier_strengths(&rows.now, wanted.added, is_listed)),
        None => Default::default(),
    }
}

/// Entries of one range of persons in all shards.
struct EntriesOfRange<'a> {
    space: &'a BlockSpace,
    shards: Arc<Vec<(Slices<EntryBlock>, Vec<usize>)>>,
    range: usize,
}

impl RangeEntries for EntriesOfRange<'_> {
    type Error = Error;

    fn count(&self) -> usize {
        self.shards.iter().map(|(_, counts)| counts[self.range]).sum()
    }

    fn take(self) -> Result<Vec<Vec<AttentionEntry>>> {
        if self.range.is_multiple_of(SHARDS_BETWEEN_RETURNS) {
            return_free_memory();
        }
        let take = |(slices, _): &(Slices<EntryBlock>, _)| Ok(self.space.take_slice(slices, self.range)?.0);
        match self.space.is_folder() {
            // Many small reads, which wait for the store.
            true => self.shards.par_iter().map(take).collect(),
            false => self.shards.iter().map(take).collect(),
        }
    }
}
