//! The step that reads files in other processes. A shard reads whole partitions.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::activities::{IntakeParams, KeptRejects, TopicMatching};
use super::file_reading::{FileReading, PartitionFiles};
use super::file_rows::wanted_columns;
use super::reader_tasks::{ReaderOutput, SharedTasks};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};
use clout_model::networks::Network;
use clout_steps::{Block, BlockSpace, Encoded, StepCall, encode_context};
use clout_topics::ontology::Ontology;
use clout_topics::ontology::lexicon::Lexicon;
use clout_warehouse::admission::admit_files;
use clout_warehouse::input_columns;
use clout_warehouse::inventory::InputPartition;
use clout_warehouse::store::{Store, StoredObject};

/// Name of the step, before the number of the round.
pub const STEP: &str = "read";

/// Number of shards to aim at.
const LEAST_SHARDS: u64 = 16;
/// Most bytes of files in a shard of several partitions.
const SHARD_BYTES: u64 = 256 << 20;

/// Returns the most bytes of files in a shard of several partitions, of `total` bytes in all.
fn shard_bytes(total: u64) -> u64 {
    (total / LEAST_SHARDS).clamp(1, SHARD_BYTES)
}

/// Returns about the number of shards for files of `total` bytes. A partition is in one shard, so there may be fewer.
pub fn count_shards(total: u64) -> u64 {
    total.div_ceil(shard_bytes(total))
}

/// Partition with its admitted files.
#[derive(Clone, Serialize, Deserialize)]
struct PartitionContext<'a> {
    network: usize,
    partition: Cow<'a, InputPartition>,
    files: Vec<Cow<'a, StoredObject>>,
}

/// Context of the step: everything that a [`FileReading`] needs besides stores.
#[derive(Serialize, Deserialize)]
pub struct ReadContext<'a> {
    networks: Cow<'a, [Network]>,
    max_lateness_days: i32,
    max_refused_share: f64,
    kept_rejects: KeptRejects,
    first_load_dates: Cow<'a, [Option<Day>]>,
    round: usize,
    id_ranges: Cow<'a, [usize]>,
    ontology: Option<Cow<'a, Ontology>>,
    partitions: Vec<PartitionContext<'a>>,
    /// Partitions of each shard.
    shards: Vec<Vec<usize>>,
}

/// Context that was read, with the aliases of its topics.
pub struct LoadedReading {
    context: ReadContext<'static>,
    lexicon: Option<Lexicon>,
}

impl FileReading<'_> {
    /// Reads all files in other processes; calls `tick` with the size of each in bytes.
    ///
    /// # Errors
    /// Returns an error of a store or of the other processes.
    pub(super) fn read_remotely(&self, id_ranges: &[usize], tick: &dyn Fn(u64)) -> Result<Vec<ReaderOutput>> {
        let shards = self.group_partitions();
        let call = StepCall {
            step: format!("{STEP}-{}", self.round),
            shards: shards.len(),
        };
        let context = || encode_context(&self.context(id_ranges, shards));
        let space = &self.params.space;
        let local = |_| {
            Err(Error::internal(
                "files are read in this process although others read them",
            ))
        };
        let outputs: Vec<Block<Encoded<ReaderOutput>>> = space.run_step(&call, context, local)?;
        let files = self.partitions.iter().flat_map(PartitionFiles::with_files);
        files.for_each(|(_, file)| tick(file.object.size));
        outputs.into_iter().map(|block| Ok(space.take(block)?.0)).collect()
    }

    /// Groups the partitions with files, in their order, into shards.
    fn group_partitions(&self) -> Vec<Vec<usize>> {
        let bytes = |found: &PartitionFiles| found.files.iter().map(|file| file.object.size).sum::<u64>();
        let sizes: Vec<u64> = self.partitions.iter().map(bytes).collect();
        let limit = shard_bytes(sizes.iter().sum());
        let mut shards: Vec<Vec<usize>> = Vec::new();
        let mut filled = u64::MAX;
        for (partition, size) in sizes.into_iter().enumerate().filter(|(_, size)| *size > 0) {
            if filled.saturating_add(size) > limit {
                shards.push(Vec::new());
                filled = 0;
            }
            filled += size;
            shards.last_mut().into_iter().for_each(|shard| shard.push(partition));
        }
        shards
    }

    fn context<'a>(&'a self, id_ranges: &'a [usize], shards: Vec<Vec<usize>>) -> ReadContext<'a> {
        let partition = |found: &'a PartitionFiles| PartitionContext {
            network: found.network,
            partition: Cow::Borrowed(found.partition),
            files: found.files.iter().map(|file| Cow::Borrowed(&file.object)).collect(),
        };
        ReadContext {
            networks: Cow::Borrowed(self.params.networks),
            max_lateness_days: self.params.max_lateness_days,
            max_refused_share: self.params.max_refused_share,
            kept_rejects: self.params.kept_rejects,
            first_load_dates: Cow::Borrowed(&self.first_load_dates),
            round: self.round,
            id_ranges: Cow::Borrowed(id_ranges),
            ontology: self.params.topics.map(|topics| Cow::Borrowed(topics.ontology)),
            partitions: self.partitions.iter().map(partition).collect(),
            shards,
        }
    }
}

impl LoadedReading {
    /// Prepares a context.
    ///
    /// # Errors
    /// Returns an error if the topics have too many aliases.
    pub fn new(context: ReadContext<'static>) -> Result<LoadedReading> {
        let lexicon = match &context.ontology {
            None => None,
            Some(ontology) => Some(Lexicon::new(ontology).map_err(|error| {
                Error::new(ErrorKind::Refused, "the topics have too many aliases").with_source(error)
            })?),
        };
        Ok(LoadedReading { context, lexicon })
    }

    /// Runs a shard of the step, unless it has a receipt.
    ///
    /// # Errors
    /// Returns an error of a store, or if a file changed since it was admitted.
    pub fn run_shard(&self, call: &StepCall, shard: usize, input: &Store, space: &BlockSpace) -> Result<()> {
        let read = |shard| {
            let output = Encoded(self.read(shard, input, space)?);
            space.put(&format!("{}/{shard:05}", call.step), output)
        };
        space
            .run_shard::<Block<Encoded<ReaderOutput>>>(call, shard, read)
            .map(|_| ())
    }

    fn read(&self, shard: usize, input: &Store, space: &BlockSpace) -> Result<ReaderOutput> {
        let context = &self.context;
        let partitions = self.admit(shard, input)?;
        let params = IntakeParams {
            networks: &context.networks,
            // The files are listed, so dates and opt-outs have no effect.
            first: Day(0),
            last: Day(0),
            read_opt_outs: HashSet::new(),
            has_opt_outs: false,
            max_lateness_days: context.max_lateness_days,
            max_refused_share: context.max_refused_share,
            kept_rejects: context.kept_rejects,
            first_load_dates: context.first_load_dates.to_vec(),
            topics: self.topics(),
            space: space.clone(),
        };
        let reading = FileReading {
            store: input,
            params: &params,
            partitions: &partitions,
            first_load_dates: context.first_load_dates.to_vec(),
            round: context.round,
        };
        let tasks = SharedTasks::new(reading.list_tasks(), partitions.len(), context.id_ranges.to_vec());
        reading.read_tasks(shard, &tasks, &|_| ())
    }

    fn topics(&self) -> Option<TopicMatching<'_>> {
        let ontology = self.context.ontology.as_deref()?;
        let lexicon = self.lexicon.as_ref()?;
        Some(TopicMatching { ontology, lexicon })
    }

    /// Returns all partitions, with the files of those of a shard.
    fn admit(&self, shard: usize, input: &Store) -> Result<Vec<PartitionFiles<'_>>> {
        let context = &self.context;
        let mut partitions: Vec<PartitionFiles> = Vec::with_capacity(context.partitions.len());
        for found in &context.partitions {
            partitions.push(PartitionFiles {
                network: found.network,
                partition: &found.partition,
                files: Vec::new(),
                refused_bytes: Vec::new(),
            });
        }
        for index in &context.shards[shard] {
            let objects: Vec<&StoredObject> = context.partitions[*index].files.iter().map(|file| &**file).collect();
            let columns = input_columns::columns_of_table("activities");
            let wanted = wanted_columns(context.ontology.is_some());
            for (admitted, object) in admit_files(input, &objects, wanted, columns)?.into_iter().zip(objects) {
                let file = admitted.map_err(|_| {
                    let message = format!("{} changed during the read; run again", object.key);
                    Error::new(ErrorKind::Storage, message)
                })?;
                partitions[*index].files.push(file);
            }
        }
        Ok(partitions)
    }
}
