//! Reads admitted files of activities in parallel: each thread takes one file after another, with tables of its own.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::activities::{IntakeParams, KeptRejects};
use super::file_rows::{FileRows, RowReader, read_file};
use super::interner::{IdInterner, IdTables, MergedNumbers};
use super::refused_share::find_fatal_rejects;
use super::row_buffers::{RowBuffer, RowPiece, RowSlices, allocate, next_buffer};
use super::validate::RowRules;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_topics::rows::ActivityRows;
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

/// Rows and ids of all files, before the rows are assembled.
pub struct ReadFiles {
    /// By network: columns with the rows of all files and gaps between them.
    pub rows: Vec<ActivityRows>,
    /// By network: ids of the numbers in `rows`.
    pub interners: Vec<IdInterner>,
    /// By file, in the order of the partitions: its rows in the columns of its network, and its rejects.
    pub files: Vec<FileRows<RowPiece>>,
}

/// Files that one thread read, by their index, and the ids in them by network.
struct ThreadOutput<'a> {
    files: Vec<(usize, FileRows<RowBuffer<'a>>)>,
    accounts: Vec<IdTables>,
}

/// File to read, with the memory for its rows.
struct FileTask<'a> {
    index: usize,
    found: &'a PartitionFiles<'a>,
    file: &'a AdmittedFile,
    buffer: RowBuffer<'a>,
}

impl FileReading<'_> {
    /// Reads all files; calls `tick` with the size of each in bytes.
    ///
    /// # Errors
    /// Returns an error only if the store fails.
    pub fn read_files(&self, tick: &(dyn Fn(u64) + Sync)) -> Result<ReadFiles> {
        let mut rows = self.allocate_rows();
        let tasks = Mutex::new(self.list_tasks(&mut rows).into_iter());
        let threads = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
        let read = threads
            .map(|_| self.read_tasks(&tasks, tick))
            .collect::<Result<Vec<_>>>()?;
        let (mut files, mut accounts) = (Vec::new(), Vec::new());
        for (thread, output) in read.into_iter().enumerate() {
            let with_thread = output.files.into_iter().map(|(index, file)| (index, thread, file));
            files.extend(with_thread);
            accounts.push(output.accounts);
        }
        files.sort_by_key(|(index, ..)| *index);
        let (interners, numbers) = merge_accounts(accounts, self.params.networks.len());
        let networks = self.partitions.iter().flat_map(PartitionFiles::with_files);
        let networks: Vec<usize> = networks.map(|(found, _)| found.network).collect();
        files.par_iter_mut().for_each(|(index, thread, file)| {
            if let Some(numbers) = &numbers[networks[*index]][*thread] {
                file.rows
                    .accounts_mut()
                    .into_iter()
                    .for_each(|accounts| numbers.renumber(accounts));
            }
        });
        let files = files.into_iter().map(|(.., file)| file.into_piece()).collect();
        Ok(ReadFiles { rows, interners, files })
    }

    fn allocate_rows(&self) -> Vec<ActivityRows> {
        let networks = self.params.networks.iter().enumerate();
        let rows = networks.map(|(index, network)| {
            let files = self.partitions.iter().filter(|found| found.network == index);
            allocate(files.flat_map(|found| &found.files), network.co_visit.is_some())
        });
        rows.collect()
    }

    /// Gives each file its part of the columns. The largest files come first, so that no thread gets one at the end.
    fn list_tasks<'a>(&'a self, rows: &'a mut [ActivityRows]) -> Vec<FileTask<'a>> {
        let mut remaining: Vec<RowSlices> = rows.iter_mut().map(|rows| RowSlices::from_rows(rows, 0)).collect();
        let files = self.partitions.iter().flat_map(PartitionFiles::with_files);
        let tasks = files.enumerate().map(|(index, (found, file))| FileTask {
            index,
            found,
            file,
            buffer: next_buffer(&mut remaining[found.network], file),
        });
        let mut tasks: Vec<FileTask> = tasks.collect();
        tasks.sort_by_key(|task| std::cmp::Reverse(task.file.rows));
        tasks
    }

    /// Reads tasks until none is left.
    fn read_tasks<'a>(
        &self,
        tasks: &Mutex<std::vec::IntoIter<FileTask<'a>>>,
        tick: &(dyn Fn(u64) + Sync),
    ) -> Result<ThreadOutput<'a>> {
        let next = || tasks.lock().unwrap_or_else(PoisonError::into_inner).next();
        let mut output = ThreadOutput {
            files: Vec::new(),
            accounts: Vec::new(),
        };
        output
            .accounts
            .resize_with(self.params.networks.len(), IdTables::default);
        while let Some(task) = next() {
            let reader = self.reader(task.found);
            let accounts = &mut output.accounts[task.found.network];
            match read_file(self.store, task.file, &reader, accounts, task.buffer) {
                Ok(rows) => output.files.push((task.index, rows)),
                Err(error) => {
                    // The run fails, so the other threads need not go on.
                    while next().is_some() {}
                    return Err(error);
                }
            }
            tick(task.file.object.size);
        }
        Ok(output)
    }

    /// Returns the context of a partition's files; a network's first load date may bring a backlog.
    fn reader(&self, found: &PartitionFiles) -> RowReader<'_> {
        let network = &self.params.networks[found.network];
        let load_date = found.partition.load_date;
        let is_first = self.first_load_dates[found.network] == Some(load_date);
        let rows: u64 = found.files.iter().map(|file| file.rows).sum();
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

/// Merges the tables of all threads. Returns by network the ids, and for each thread its numbers after the merge.
fn merge_accounts(threads: Vec<Vec<IdTables>>, networks: usize) -> (Vec<IdInterner>, Vec<Vec<Option<MergedNumbers>>>) {
    let mut by_network: Vec<Vec<IdTables>> = Vec::new();
    by_network.resize_with(networks, Vec::new);
    for tables in threads {
        by_network
            .iter_mut()
            .zip(tables)
            .for_each(|(all, tables)| all.push(tables));
    }
    by_network.into_iter().map(IdInterner::merge).unzip()
}
