//! Reads admitted files of activities in parallel: each thread takes one file after another, with tables of its own.

use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::activities::{IntakeParams, KeptRejects};
use super::file_rows::{FileReport, RowReader, read_file};
use super::first_dates::{FirstDates, join_first_dates};
use super::interner::{IdInterner, IdTables, MergedNumbers};
use super::refused_share::find_fatal_rejects;
use super::row_blocks::{DateBlock, count_id_ranges};
use super::row_buffers::RowBuffer;
use super::validate::RowRules;
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

/// Output of one thread.
struct ThreadOutput {
    /// Blocks by the index of their partition.
    blocks: Vec<(usize, DateBlock)>,
    /// Reports by the index of their file.
    reports: Vec<(usize, FileReport)>,
    /// By network: ids of the accounts.
    accounts: Vec<IdTables>,
    /// By network: first load dates of the accounts.
    first_dates: Vec<FirstDates>,
}

/// File to read.
struct FileTask<'a> {
    /// Index of the file among all files.
    index: usize,
    /// Index of the partition.
    partition: usize,
    /// Index of the file in its partition.
    position: usize,
    file: &'a AdmittedFile,
}

/// File that is read.
struct ReadFile {
    /// Index of the file in its partition.
    position: usize,
    /// Index of the thread that read it.
    reader: usize,
    accepted: RowBuffer,
}

/// Tasks of all threads, and their progress.
struct SharedTasks<'a> {
    tasks: Mutex<std::vec::IntoIter<FileTask<'a>>>,
    /// By partition: the files that are read, until all are.
    partitions: Vec<Mutex<Vec<ReadFile>>>,
    /// By network: number of ranges of ids.
    id_ranges: Vec<usize>,
}

impl FileReading<'_> {
    /// Reads all files; calls `tick` with the size of each in bytes.
    ///
    /// # Errors
    /// Returns an error only if the store fails.
    pub fn read_files(&self, tick: &(dyn Fn(u64) + Sync)) -> Result<ReadFiles> {
        let networks = self.params.networks.len();
        let shared = SharedTasks {
            tasks: Mutex::new(self.list_tasks().into_iter()),
            partitions: self.partitions.iter().map(|_| Mutex::default()).collect(),
            id_ranges: (0..networks).map(|network| self.count_id_ranges(network)).collect(),
        };
        let threads = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
        let read = threads
            .map(|reader| self.read_tasks(reader, &shared, tick))
            .collect::<Result<Vec<_>>>()?;
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

    /// Lists all files: partitions with many rows first, and within a partition large files first. So partitions are
    /// complete early, and no thread gets a large file at the end.
    fn list_tasks(&self) -> Vec<FileTask<'_>> {
        let mut tasks = Vec::new();
        for (partition, found) in self.partitions.iter().enumerate() {
            let first = tasks.len();
            let files = found.files.iter().enumerate();
            tasks.extend(files.map(|(position, file)| FileTask {
                index: first + position,
                partition,
                position,
                file,
            }));
        }
        let rows: Vec<u64> = self.partitions.iter().map(count_rows).collect();
        tasks.sort_by_key(|task| {
            let rows = Reverse((rows[task.partition], task.partition));
            (rows, Reverse(task.file.rows), task.index)
        });
        tasks
    }

    /// Reads tasks until none is left. `reader` is the index of the thread.
    fn read_tasks(&self, reader: usize, shared: &SharedTasks, tick: &(dyn Fn(u64) + Sync)) -> Result<ThreadOutput> {
        let next = || shared.tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
        let mut output = ThreadOutput {
            blocks: Vec::new(),
            reports: Vec::new(),
            accounts: Vec::new(),
            first_dates: Vec::new(),
        };
        let networks = self.params.networks.len();
        output.accounts.resize_with(networks, IdTables::default);
        output.first_dates.resize_with(networks, FirstDates::default);
        while let Some(task) = next() {
            let read = self.read_task(reader, &task, shared, &mut output);
            if let Err(error) = read {
                // The run fails, so the other threads need not go on.
                while next().is_some() {}
                return Err(error);
            }
            tick(task.file.object.size);
        }
        Ok(output)
    }

    /// Reads one file, and creates the block of its partition if it is the last one of it.
    fn read_task(&self, reader: usize, task: &FileTask, shared: &SharedTasks, output: &mut ThreadOutput) -> Result<()> {
        let found = &self.partitions[task.partition];
        let accounts = &mut output.accounts[found.network];
        let read = read_file(self.store, task.file, &self.reader(found), accounts)?;
        let (rows, load_date) = (&read.accepted.rows, found.partition.load_date);
        output.first_dates[found.network].add_rows(rows, load_date, accounts.number_bound());
        output.reports.push((task.index, read.report));
        let file = ReadFile {
            position: task.position,
            reader,
            accepted: read.accepted,
        };
        let files = {
            let mut files = shared.partitions[task.partition]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            files.push(file);
            (files.len() == found.files.len()).then(|| std::mem::take(&mut *files))
        };
        if let Some(files) = files {
            output
                .blocks
                .push((task.partition, self.create_block(found, files, shared)?));
        }
        Ok(())
    }

    fn create_block(
        &self,
        found: &PartitionFiles,
        mut files: Vec<ReadFile>,
        shared: &SharedTasks,
    ) -> Result<DateBlock> {
        files.sort_by_key(|file| file.position);
        let files = files.into_iter().map(|file| (file.reader, file.accepted)).collect();
        let load_date = found.partition.load_date;
        let name = format!("{:03}-{load_date}", found.network);
        let ranges = shared.id_ranges[found.network];
        DateBlock::create(&self.params.space, &name, load_date, files, ranges)
    }

    /// Creates the blocks of the partitions without a file that can be read, by the index of the partition.
    fn create_empty_blocks(&self, shared: &SharedTasks) -> Result<Vec<(usize, DateBlock)>> {
        let partitions = self.partitions.iter().enumerate();
        let empty = partitions.filter(|(_, found)| found.files.is_empty());
        empty
            .map(|(index, found)| Ok((index, self.create_block(found, Vec::new(), shared)?)))
            .collect()
    }

    fn count_id_ranges(&self, network: usize) -> usize {
        let own = self.partitions.iter().filter(|found| found.network == network);
        count_id_ranges(&self.params.space, own.map(count_rows).fold(0, u64::saturating_add))
    }

    /// Returns the context of a partition's files; a network's first load date may bring a backlog.
    fn reader(&self, found: &PartitionFiles) -> RowReader<'_> {
        let network = &self.params.networks[found.network];
        let load_date = found.partition.load_date;
        let is_first = self.first_load_dates[found.network] == Some(load_date);
        let rows = count_rows(found);
        RowReader {
            network,
            rules: RowRules {
                network: &network.name,
                load_date,
                max_lateness_days: (!is_first).then_some(self.params.max_lateness_days),
            },
            lexicon: self.params.lexicon,
            most_reasons: match self.params.kept_rejects {
                KeptRejects::OfAcceptedInput => find_fatal_rejects(rows, self.params.max_refused_share),
                KeptRejects::All => usize::MAX,
            },
        }
    }
}

/// Returns the number of rows that the files of a partition announce.
fn count_rows(found: &PartitionFiles) -> u64 {
    found.files.iter().fold(0, |sum, file| sum.saturating_add(file.rows))
}

/// Groups the values of all threads by network.
fn by_network<T>(threads: Vec<Vec<T>>, networks: usize) -> Vec<Vec<T>> {
    let mut all: Vec<Vec<T>> = Vec::new();
    all.resize_with(networks, Vec::new);
    for values in threads {
        all.iter_mut().zip(values).for_each(|(all, value)| all.push(value));
    }
    all
}
