//! Reads admitted files of activities in parallel: each reader takes one file after another, with tables of its own.
//! Readers are the threads of this process, or shards of a step in other processes.

use rayon::prelude::*;

use super::activities::IntakeParams;
use super::file_rows::FileReport;
use super::first_dates::join_first_dates;
use super::interner::{IdInterner, MergedNumbers};
use super::reader_tasks::{SharedTasks, count_rows};
use super::row_blocks::{DateBlock, count_id_ranges};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::admission::AdmittedFile;
use clout_warehouse::inventory::InputPartition;
use clout_warehouse::store::Store;

/// Files of a partition.
pub struct PartitionFiles<'a> {
    /// Index of the network.
    pub network: usize,
    /// Partition of the files.
    pub partition: &'a InputPartition,
    /// Admitted files.
    pub files: Vec<AdmittedFile>,
    /// Sizes of the other files in bytes.
    pub refused_bytes: Vec<u64>,
}

impl PartitionFiles<'_> {
    /// Iterates over the admitted files.
    pub fn with_files(&self) -> impl Iterator<Item = (&Self, &AdmittedFile)> {
        self.files.iter().map(move |file| (self, file))
    }
}

/// Context for reading the files of all partitions.
pub struct FileReading<'a> {
    /// Input store.
    pub store: &'a Store,
    /// Parameters of the intake.
    pub params: &'a IntakeParams<'a>,
    /// Partitions with their files.
    pub partitions: &'a [PartitionFiles<'a>],
    /// By network: first load date, which may contain a backlog.
    pub first_load_dates: Vec<Option<Day>>,
    /// How often the files were read before, with other first load dates.
    pub round: usize,
}

/// Rows and ids of all files.
pub struct ReadFiles {
    /// By network: blocks of its load dates, in the order of the partitions.
    pub blocks: Vec<Vec<DateBlock>>,
    /// By network: ids of the provisional numbers.
    pub interners: Vec<IdInterner>,
    /// By network and reader: provisional numbers of the numbers in the blocks; none if they are the same.
    pub numbers: Vec<Vec<Option<MergedNumbers>>>,
    /// By network and provisional number: first load date with a valid row.
    pub first_dates: Vec<Vec<Option<Day>>>,
    /// By file, in the order of the partitions.
    pub reports: Vec<FileReport>,
}

impl FileReading<'_> {
    /// Reads all files; calls `tick` with the size of each in bytes.
    ///
    /// # Errors
    /// Returns an error only if the store fails.
    pub fn read_files(&self, tick: &(dyn Fn(u64) + Sync)) -> Result<ReadFiles> {
        let networks = self.params.networks.len();
        let id_ranges = (0..networks).map(|network| self.count_id_ranges(network)).collect();
        let shared = SharedTasks::new(self.list_tasks(), self.partitions.len(), id_ranges);
        let read = match self.params.space.is_remote() {
            true => self.read_remotely(&shared.id_ranges, tick)?,
            false => {
                let threads = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
                let read = threads.map(|reader| self.read_tasks(reader, &shared, tick));
                read.collect::<Result<Vec<_>>>()?
            }
        };
        let (mut blocks, mut reports) = (self.create_empty_blocks(&shared)?, Vec::new());
        let (mut accounts, mut first_dates) = (Vec::new(), Vec::new());
        for output in read {
            blocks.extend(output.blocks);
            reports.extend(output.reports);
            accounts.push(output.accounts);
            first_dates.push(output.first_dates);
        }
        blocks.sort_by_key(|(partition, _)| *partition);
        reports.sort_by_key(|(file, _)| *file);
        let merged: Vec<(IdInterner, Vec<Option<MergedNumbers>>)> = by_network(accounts, networks)
            .into_iter()
            .map(IdInterner::merge)
            .collect();
        let first_dates = by_network(first_dates, networks).into_par_iter().zip(&merged);
        let first_dates = first_dates
            .map(|(dates, (interner, numbers))| join_first_dates(&dates, numbers, interner.number_bound()))
            .collect();
        let (interners, numbers) = merged.into_iter().unzip();
        let mut read = ReadFiles {
            blocks: Vec::new(),
            interners,
            numbers,
            first_dates,
            reports: reports.into_iter().map(|(_, report)| report).collect(),
        };
        read.blocks.resize_with(networks, Vec::new);
        for (partition, block) in blocks {
            read.blocks[self.partitions[partition].network].push(block);
        }
        Ok(read)
    }

    /// Creates the blocks of the partitions without a file that can be read, by the index of the partition.
    fn create_empty_blocks(&self, shared: &SharedTasks) -> Result<Vec<(usize, DateBlock)>> {
        let partitions = self.partitions.iter().enumerate();
        let empty = partitions.filter(|(_, found)| found.files.is_empty());
        empty
            .map(|(index, found)| Ok((index, self.create_empty_block(found, shared)?)))
            .collect()
    }

    fn count_id_ranges(&self, network: usize) -> usize {
        let own = self.partitions.iter().filter(|found| found.network == network);
        count_id_ranges(&self.params.space, own.map(count_rows).fold(0, u64::saturating_add))
    }
}

/// Groups the values of all readers by network.
fn by_network<T>(readers: Vec<Vec<T>>, networks: usize) -> Vec<Vec<T>> {
    let mut all: Vec<Vec<T>> = Vec::new();
    all.resize_with(networks, Vec::new);
    for values in readers {
        all.iter_mut().zip(values).for_each(|(all, value)| all.push(value));
    }
    all
}
