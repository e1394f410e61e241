//! Files as tasks of readers: each reader takes one file after another, with tables of its own.

use std::cmp::Reverse;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::activities::KeptRejects;
use super::file_reading::{FileReading, PartitionFiles};
use super::file_rows::{FileReport, RowReader, read_file};
use super::first_dates::FirstDates;
use super::interner::IdTables;
use super::refused_share::find_fatal_rejects;
use super::row_blocks::DateBlock;
use super::row_buffers::RowBuffer;
use super::validate::RowRules;
use clout_base::error::Result;
use clout_warehouse::admission::AdmittedFile;

/// Output of one reader: a thread, or a shard of a step.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct ReaderOutput {
    /// Blocks by the index of their partition.
    pub(super) blocks: Vec<(usize, DateBlock)>,
    /// Reports by the indices of partition and file.
    pub(super) reports: Vec<((usize, usize), FileReport)>,
    /// By network: ids of the accounts.
    pub(super) accounts: Vec<IdTables>,
    /// By network: first load dates of the accounts.
    pub(super) first_dates: Vec<FirstDates>,
}

/// File to read.
pub(super) struct FileTask<'a> {
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
    /// Index of its reader.
    reader: usize,
    accepted: RowBuffer,
}

/// Tasks of all readers, and their progress.
pub(super) struct SharedTasks<'a> {
    tasks: Mutex<std::vec::IntoIter<FileTask<'a>>>,
    /// By partition: the files that are read, until all are.
    partitions: Vec<Mutex<Vec<ReadFile>>>,
    /// By network: number of ranges of ids.
    pub(super) id_ranges: Vec<usize>,
}

impl<'a> SharedTasks<'a> {
    /// Creates the tasks of a reading.
    pub(super) fn new(tasks: Vec<FileTask<'a>>, partitions: usize, id_ranges: Vec<usize>) -> SharedTasks<'a> {
        SharedTasks {
            tasks: Mutex::new(tasks.into_iter()),
            partitions: (0..partitions).map(|_| Mutex::default()).collect(),
            id_ranges,
        }
    }

    fn next(&self) -> Option<FileTask<'a>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

impl FileReading<'_> {
    /// Lists all files: partitions with many rows first, and within a partition large files first. So partitions are
    /// complete early, and no thread gets a large file at the end.
    pub(super) fn list_tasks(&self) -> Vec<FileTask<'_>> {
        let mut tasks = Vec::new();
        for (partition, found) in self.partitions.iter().enumerate() {
            let files = found.files.iter().enumerate();
            tasks.extend(files.map(|(position, file)| FileTask {
                partition,
                position,
                file,
            }));
        }
        let rows: Vec<u64> = self.partitions.iter().map(count_rows).collect();
        tasks.sort_by_key(|task| {
            let rows = Reverse((rows[task.partition], task.partition));
            (rows, Reverse(task.file.rows), task.position)
        });
        tasks
    }

    /// Reads tasks until none is left. `reader` is the index of the reader.
    ///
    /// # Errors
    /// Returns an error if a store fails.
    pub(super) fn read_tasks(
        &self,
        reader: usize,
        shared: &SharedTasks,
        tick: &(dyn Fn(u64) + Sync),
    ) -> Result<ReaderOutput> {
        let networks = self.params.networks.len();
        let mut output = ReaderOutput::default();
        output.accounts.resize_with(networks, IdTables::default);
        output.first_dates.resize_with(networks, FirstDates::default);
        while let Some(task) = shared.next() {
            let read = self.read_task(reader, &task, shared, &mut output);
            if let Err(error) = read {
                // The run fails, so the other readers need not go on.
                while shared.next().is_some() {}
                return Err(error);
            }
            tick(task.file.object.size);
        }
        Ok(output)
    }

    /// Reads one file, and creates the block of its partition if it is the last one of it.
    fn read_task(&self, reader: usize, task: &FileTask, shared: &SharedTasks, output: &mut ReaderOutput) -> Result<()> {
        let found = &self.partitions[task.partition];
        let accounts = &mut output.accounts[found.network];
        let read = read_file(self.store, task.file, &self.reader(found), accounts)?;
        let (rows, load_date) = (&read.accepted.rows, found.partition.load_date);
        output.first_dates[found.network].add_rows(rows, load_date, accounts.number_bound());
        output.reports.push(((task.partition, task.position), read.report));
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

    /// Creates the block of a partition without a file that can be read.
    ///
    /// # Errors
    /// Returns an error if the store of the blocks fails.
    pub(super) fn create_empty_block(&self, found: &PartitionFiles, shared: &SharedTasks) -> Result<DateBlock> {
        self.create_block(found, Vec::new(), shared)
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
        let again = match self.round {
            0 => String::new(),
            round => format!("-{round}"),
        };
        let name = format!("{:03}-{load_date}{again}", found.network);
        let ranges = shared.id_ranges[found.network];
        DateBlock::create(&self.params.space, &name, load_date, files, ranges)
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
            lexicon: self.params.topics.map(|topics| topics.lexicon),
            most_reasons: match self.params.kept_rejects {
                KeptRejects::OfAcceptedInput => find_fatal_rejects(rows, self.params.max_refused_share),
                KeptRejects::All => usize::MAX,
            },
        }
    }
}

/// Returns the number of rows that the files of a partition announce.
pub(super) fn count_rows(found: &PartitionFiles) -> u64 {
    found.files.iter().fold(0, |sum, file| sum.saturating_add(file.rows))
}
