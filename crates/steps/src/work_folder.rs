//! The work folder of a run: create-only files below `work/<date>/<run key>/`.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use super::block::StoredBlock;
use super::remote::StepRunner;
use super::run_step::{StepCall, receipt_name};
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::request_pool::run_requests;
use clout_warehouse::store::{CreateOutcome, Store};

/// Folder of all work folders below the output root.
pub const WORK: &str = "work";

/// Folder for the blocks and receipts of one run. Runs with equal input, state and parameters have equal run keys, so a
/// run after a killed one has the same folder.
#[derive(Clone)]
pub struct WorkFolder {
    store: Store,
    prefix: String,
    owner: Option<String>,
    runner: Option<Arc<dyn StepRunner>>,
    stop: Option<Arc<AtomicBool>>,
}

impl WorkFolder {
    /// Returns the folder of a run for the snapshot of `date`. `run_key` names everything that the blocks depend on.
    pub fn new(store: &Store, date: Day, run_key: &str) -> WorkFolder {
        WorkFolder {
            store: store.clone(),
            prefix: format!("{WORK}/{date}/{run_key}"),
            owner: Some("run".to_owned()),
            runner: None,
            stop: None,
        }
    }

    /// Returns the folder at `prefix` below the root of a store, for a process that runs shards of another one. All of
    /// its blocks can be in receipts.
    pub fn at(store: &Store, prefix: &str) -> WorkFolder {
        WorkFolder {
            store: store.clone(),
            prefix: prefix.to_owned(),
            owner: None,
            runner: None,
            stop: None,
        }
    }

    /// Sets what runs the shards of steps in other processes.
    pub fn with_runner(mut self, runner: Option<Arc<dyn StepRunner>>) -> WorkFolder {
        self.runner = runner;
        self
    }

    /// Sets a flag that ends all work in the folder with an error.
    pub fn with_stop(mut self, stop: &Arc<AtomicBool>) -> WorkFolder {
        self.stop = Some(Arc::clone(stop));
        self
    }

    fn expect_not_stopped(&self) -> Result<()> {
        match &self.stop {
            Some(stop) if stop.load(Ordering::Relaxed) => Err(Error::internal("the step was cancelled")),
            _ => Ok(()),
        }
    }

    /// Returns what runs shards in other processes; none if this process runs them.
    pub fn runner(&self) -> Option<&dyn StepRunner> {
        self.runner.as_deref()
    }

    /// Returns the path of the folder below the output root.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Sets the name of this run, different from all others, below which its [own](WorkFolder::create_own) blocks are.
    pub fn with_owner(mut self, owner: &str) -> WorkFolder {
        self.owner = Some(owner.to_owned());
        self
    }

    /// Returns the run key.
    pub fn run_key(&self) -> &str {
        self.prefix.rsplit('/').next().unwrap_or_default()
    }

    /// Writes a file. An existing file of the same size is the same block, because blocks depend on the run key only.
    ///
    /// # Errors
    /// Returns an internal error if a file of another size exists, or an error of the store.
    pub fn create(&self, name: &str, bytes: Bytes) -> Result<StoredBlock> {
        self.create_block(format!("{}/{name}", self.prefix), checksum(&bytes), bytes)
    }

    /// Writes a file that no other run reads. For blocks that can differ between runs with the same run key. A process
    /// that runs shards of another one has no such blocks, and creates one like any other.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn create_own(&self, name: &str, bytes: Bytes) -> Result<StoredBlock> {
        match self.own_prefix() {
            Some(own) => self.create_block(format!("{own}{name}"), checksum(&bytes), bytes),
            None => self.create(name, bytes),
        }
    }

    /// Deletes a block that no step needs any more, if it is one of this run's own.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn delete_own(&self, block: &StoredBlock) -> Result<()> {
        match self.own_prefix() {
            Some(own) if block.key.starts_with(&own) => self.store.delete(&block.key),
            _ => Ok(()),
        }
    }

    fn own_prefix(&self) -> Option<String> {
        let owner = self.owner.as_deref()?;
        Some(format!("{}/own-{owner}/", self.prefix))
    }

    fn create_block(&self, key: String, checksum: String, bytes: Bytes) -> Result<StoredBlock> {
        self.expect_not_stopped()?;
        let block = StoredBlock {
            size: bytes.len() as u64,
            checksum,
            key,
        };
        if self.store.create(&block.key, bytes)? == CreateOutcome::Exists {
            let found = self.store.head(&block.key)?.map(|object| object.size);
            if found != Some(block.size) {
                let message = format!(
                    "block {} exists with {found:?} bytes, expected {}",
                    block.key, block.size
                );
                return Err(Error::internal(message));
            }
        }
        Ok(block)
    }

    /// Lists the shards of a step without a receipt.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn list_missing(&self, step: &StepCall) -> Result<Vec<usize>> {
        let listing = self.store.list(&format!("{}/{}", self.prefix, step.step))?;
        let found: BTreeSet<&str> = listing.objects.iter().map(|object| object.key.as_str()).collect();
        let has_receipt =
            |shard: usize| found.contains(format!("{}/{}", self.prefix, receipt_name(step, shard)).as_str());
        Ok((0..step.shards).filter(|shard| !has_receipt(*shard)).collect())
    }

    /// Reads a file, or `None` if it does not exist.
    ///
    /// # Errors
    /// Returns an error if the store fails.
    pub fn find(&self, name: &str) -> Result<Option<Bytes>> {
        self.store.get(&format!("{}/{name}", self.prefix))
    }

    /// Reads a block.
    ///
    /// # Errors
    /// Returns an internal error that names the block if it is missing or damaged, or an error of the store.
    pub fn read(&self, block: &StoredBlock) -> Result<Bytes> {
        self.expect_not_stopped()?;
        let bytes = self.store.get(&block.key)?;
        bytes
            .filter(|bytes| bytes.len() as u64 == block.size && checksum(bytes) == block.checksum)
            .ok_or_else(|| self.damaged(block))
    }

    fn damaged(&self, block: &StoredBlock) -> Error {
        let message = format!(
            "{} is missing or damaged; delete {} and run again",
            block.key, self.prefix
        );
        Error::internal(message)
    }

    /// Reads a range of a block; `expected` is its checksum.
    ///
    /// # Errors
    /// As [`WorkFolder::read`].
    pub fn read_range(&self, block: &StoredBlock, range: Range<u64>, expected: &str) -> Result<Bytes> {
        self.expect_not_stopped()?;
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let read = match self.store.get_ranges(&block.key, &[range]) {
            Ok(read) => read,
            Err(error) => {
                let found = self.store.head(&block.key)?;
                let is_whole = found.is_some_and(|object| object.size == block.size);
                return Err(if is_whole { error } else { self.damaged(block) });
            }
        };
        let bytes = read.into_iter().next().filter(|bytes| checksum(bytes) == expected);
        bytes.ok_or_else(|| self.damaged(block))
    }
}

/// Deletes the work folders of all dates up to `date`: once that date is published, no run needs them.
///
/// # Errors
/// Returns an error if the store fails.
pub fn sweep_work(store: &Store, date: Day) -> Result<()> {
    for folder in store.list_folders(WORK)? {
        if folder.parse::<Day>().is_ok_and(|day| day <= date) {
            let objects = store.list(&format!("{WORK}/{folder}"))?.objects;
            let delete = || objects.par_iter().try_for_each(|object| store.delete(&object.key));
            run_requests(objects.len(), delete)?;
        }
    }
    Ok(())
}

pub(super) fn checksum(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}
