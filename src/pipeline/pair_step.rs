//! The step over shards of pairs, and the graph that its entries make.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use rayon::prelude::*;

use super::pair_context::{DateContext, ListedContext, PairContext};
use super::pair_shards::{
    EntryBlock, ListedRows, ListedStrengths, NewBaseRows, PairShards, SHARDS_BETWEEN_RETURNS, ShardOutput,
};
use crate::job::Job;
use crate::state::RunState;
use crate::state::stored_pairs::PairReading;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::influence::attention_build::{self, AttentionParts, BuildPlan, RangeEntries};
use clout_model::influence::attention_entries::{AttentionEntry, AttentionReading, DateReading, PersonRanges};
use clout_state::index::FileEntry;
use clout_steps::{BlockSpace, Slices, StepCall, encode_context, return_free_memory};

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
    /// Persons at the snapshot date.
    pub now: DateReading<'a>,
    /// The day before with its persons, if both dates are compared.
    pub before: Option<(Day, DateReading<'a>)>,
    /// Number of persons, with those of the day before only.
    pub persons: usize,
    /// Folder of the state for the files of a new base; none without one.
    pub base_folder: Option<&'a str>,
}

/// Result of the step.
pub struct PairStepResult {
    /// Graph, and what else the entries say.
    pub parts: AttentionParts,
    /// Earlier strengths of the [`ListedRows`].
    pub listed: ListedStrengths,
    /// Files of a new base.
    pub base: Option<Vec<FileEntry>>,
}

impl PairStep<'_> {
    /// Runs the step, and builds the graph from its entries. `listed` are rows of which the strength is needed.
    ///
    /// # Errors
    /// Returns an error if a file or block cannot be read or written.
    pub fn run(&self, listed: Option<&ListedRows>) -> Result<PairStepResult> {
        let call = StepCall {
            step: self.name.to_owned(),
            shards: self.state.pairs.shards(),
        };
        let network_of = |account: u32| self.state.accounts.network_of(account);
        let before = self.before.as_ref().map(|(_, date)| *date);
        let attention = AttentionReading::new(self.pairs.mixture, &network_of, self.now, before);
        let is_erased = self.list_erased();
        let base = self.base_folder.map(|folder| NewBaseRows {
            folder,
            is_erased: &is_erased,
        });
        let shards = PairShards {
            name: self.name,
            pairs: &self.state.pairs,
            reading: self.pairs,
            as_of: self.now.moment.as_of,
            day_before: self.before.as_ref().map(|(day, _)| *day),
            attention: &attention,
            ranges: self.ranges(),
            listed,
            base,
        };
        let outputs = self
            .pairs
            .space
            .run_step(&call, || self.encode_context(&shards), |shard| shards.run(shard))?;
        self.collect(outputs)
    }

    fn collect(&self, outputs: Vec<ShardOutput>) -> Result<PairStepResult> {
        let mut listed: ListedStrengths = Default::default();
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

    fn encode_context(&self, shards: &PairShards) -> Result<Bytes> {
        encode_context(&PairContext {
            mixture: Cow::Borrowed(self.pairs.mixture),
            networks: Cow::Borrowed(self.state.accounts.networks()),
            now: DateContext::of(self.now),
            before: self
                .before
                .as_ref()
                .map(|(day, reading)| (*day, DateContext::of(*reading))),
            ranges: shards.ranges,
            base: self.state.pairs.base_files(),
            reactions: self.state.pairs.reactions.store(self.pairs.space)?,
            listed: shards.listed.map(|listed| ListedContext {
                added: Cow::Borrowed(listed.added),
                is_opted_out: Cow::Borrowed(listed.is_opted_out),
                has_moved: Cow::Borrowed(listed.has_moved),
            }),
            new_base: shards
                .base
                .map(|base| (Cow::Borrowed(base.folder), Cow::Borrowed(base.is_erased))),
        })
    }

    /// Returns the erased accounts if a new base drops their rows; empty if there is none.
    fn list_erased(&self) -> Vec<bool> {
        if self.base_folder.is_none() || self.state.erased.is_empty() {
            return Vec::new();
        }
        let accounts = 0..self.state.accounts.len() as u32;
        accounts.map(|account| self.state.accounts.is_erased(account)).collect()
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
            has_before: self.before.is_some(),
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
