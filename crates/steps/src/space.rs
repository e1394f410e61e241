//! Where a run keeps its blocks, and how it runs a step.

use bytes::Bytes;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::block::{Block, BlockData};
use super::remote::{RemoteCall, StepRunner};
use super::work_folder::WorkFolder;
use clout_base::error::{Error, Result};
use clout_warehouse::request_pool::run_requests;

/// Name of a step, and its number of shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCall {
    /// Name of the step, a folder below the work folder.
    pub step: String,
    /// Number of shards.
    pub shards: usize,
}

/// Place of the blocks of a run.
#[derive(Clone)]
pub enum BlockSpace {
    /// In memory, for a run that fits.
    Memory,
    /// In files, with a receipt of each finished shard.
    Folder(WorkFolder),
}

/// Content of a receipt.
#[derive(Serialize, Deserialize)]
struct Receipt<O> {
    call: StepCall,
    shard: usize,
    output: O,
}

impl BlockSpace {
    /// Returns true if blocks are files.
    pub fn is_folder(&self) -> bool {
        matches!(self, BlockSpace::Folder(_))
    }

    /// Returns true if other processes run the shards of steps.
    pub fn is_remote(&self) -> bool {
        matches!(self, BlockSpace::Folder(folder) if folder.runner().is_some())
    }

    /// Returns the key of runs that share the work folder; none in memory.
    pub fn run_key(&self) -> Option<&str> {
        match self {
            BlockSpace::Folder(folder) => Some(folder.run_key()),
            BlockSpace::Memory => None,
        }
    }

    /// Creates a block. `name` is its path below the work folder: step, shard and part.
    ///
    /// # Errors
    /// Returns an error if the data cannot be encoded, or if the store fails.
    pub fn put<T: BlockData>(&self, name: &str, data: T) -> Result<Block<T>> {
        match self {
            BlockSpace::Memory => Ok(Block::Memory(data)),
            BlockSpace::Folder(folder) => Ok(Block::Stored(folder.create(name, data.encode()?)?)),
        }
    }

    /// Creates a block that only this run reads; it can differ between runs with the same run key. It cannot be in a
    /// receipt.
    ///
    /// # Errors
    /// Returns an error if the data cannot be encoded, or if the store fails.
    pub fn put_own<T: BlockData>(&self, name: &str, data: T) -> Result<Block<T>> {
        match self {
            BlockSpace::Memory => Ok(Block::Memory(data)),
            BlockSpace::Folder(folder) => Ok(Block::Stored(folder.create_own(name, data.encode()?)?)),
        }
    }

    /// Returns the data of a block that no other step needs, and deletes its file if it is an
    /// [own](BlockSpace::put_own) block of this run.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged, or if the store fails.
    pub fn take_own<T: BlockData>(&self, block: Block<T>) -> Result<T> {
        match block {
            Block::Memory(data) => Ok(data),
            Block::Stored(stored) => {
                let folder = self.folder()?;
                let data = T::decode(folder.read(&stored)?)?;
                folder.delete_own(&stored)?;
                Ok(data)
            }
        }
    }

    /// Calls `read` with the data of a block.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged, or if the store fails.
    pub fn with<T: BlockData, R>(&self, block: &Block<T>, read: impl FnOnce(&T) -> R) -> Result<R> {
        match block {
            Block::Memory(data) => Ok(read(data)),
            Block::Stored(stored) => Ok(read(&T::decode(self.folder()?.read(stored)?)?)),
        }
    }

    /// Returns the data of a block that no other step needs.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged, or if the store fails.
    pub fn take<T: BlockData>(&self, block: Block<T>) -> Result<T> {
        match block {
            Block::Memory(data) => Ok(data),
            Block::Stored(stored) => T::decode(self.folder()?.read(&stored)?),
        }
    }

    pub(super) fn folder(&self) -> Result<&WorkFolder> {
        match self {
            BlockSpace::Folder(folder) => Ok(folder),
            BlockSpace::Memory => Err(Error::internal("a stored block is read without a work folder")),
        }
    }

    /// Runs a step: calls `run` for each shard, in parallel, and returns the outputs in order of shards. In a work
    /// folder, a shard with a receipt of this call is not run again. With a [`StepRunner`](super::StepRunner), other
    /// processes run the shards: they find what `run` captures in the block of `context`.
    ///
    /// # Errors
    /// Returns an error of a shard, of the store or of the runner.
    pub fn run_step<O>(
        &self,
        call: &StepCall,
        context: impl FnOnce() -> Result<Bytes>,
        run: impl Fn(usize) -> Result<O> + Sync,
    ) -> Result<Vec<O>>
    where
        O: Serialize + DeserializeOwned + Send,
    {
        if let BlockSpace::Folder(folder) = self
            && let Some(runner) = folder.runner()
        {
            return run_remotely(folder, runner, call, context);
        }
        let shards = (0..call.shards).into_par_iter().with_max_len(1);
        shards.map(|shard| self.run_shard(call, shard, &run)).collect()
    }

    /// Runs one shard of a step, unless a work folder has a receipt of it. Returns its output.
    ///
    /// # Errors
    /// Returns an error of the shard or of the store.
    pub fn run_shard<O>(&self, call: &StepCall, shard: usize, run: impl Fn(usize) -> Result<O>) -> Result<O>
    where
        O: Serialize + DeserializeOwned,
    {
        match self {
            BlockSpace::Memory => run(shard),
            BlockSpace::Folder(folder) => run_once(folder, call, shard, run),
        }
    }
}

/// Runs the shards without a receipt in other processes, and returns the outputs in all receipts.
fn run_remotely<O>(
    folder: &WorkFolder,
    runner: &dyn StepRunner,
    call: &StepCall,
    context: impl FnOnce() -> Result<Bytes>,
) -> Result<Vec<O>>
where
    O: Serialize + DeserializeOwned + Send,
{
    let missing = folder.list_missing(call)?;
    if !missing.is_empty() {
        let context = context()?;
        let name = format!("{}/context-{}", call.step, super::work_folder::checksum(&context));
        let remote = RemoteCall {
            work: folder.prefix().to_owned(),
            step: call.clone(),
            context: folder.create(&name, context)?,
        };
        runner.run_shards(&remote, &missing)?;
    }
    let shards = (0..call.shards).into_par_iter().with_max_len(1);
    let read = |shard| match find_receipt(folder, call, shard)? {
        Some(output) => Ok(output),
        None => {
            let name = receipt_name(call, shard);
            Err(Error::internal(format!(
                "{}/{name} is missing after its step",
                folder.prefix()
            )))
        }
    };
    run_requests(call.shards, || shards.map(read).collect())
}

/// Returns the path of a receipt below the work folder.
pub(super) fn receipt_name(call: &StepCall, shard: usize) -> String {
    format!("{}/{shard:05}.json", call.step)
}

/// Returns the output in the receipt of a shard, if there is a receipt of this call.
fn find_receipt<O: DeserializeOwned>(folder: &WorkFolder, call: &StepCall, shard: usize) -> Result<Option<O>> {
    let Some(bytes) = folder.find(&receipt_name(call, shard))? else {
        return Ok(None);
    };
    let receipt = serde_json::from_slice::<Receipt<O>>(&bytes).ok();
    let receipt = receipt.filter(|receipt| (&receipt.call, receipt.shard) == (call, shard));
    Ok(receipt.map(|receipt| receipt.output))
}

fn run_once<O>(folder: &WorkFolder, call: &StepCall, shard: usize, run: impl Fn(usize) -> Result<O>) -> Result<O>
where
    O: Serialize + DeserializeOwned,
{
    if let Some(output) = find_receipt(folder, call, shard)? {
        return Ok(output);
    }
    let name = receipt_name(call, shard);
    let receipt = Receipt {
        call: call.clone(),
        shard,
        output: run(shard)?,
    };
    let bytes = serde_json::to_vec(&receipt)
        .map_err(|error| Error::internal(format!("receipt {name} cannot be written")).with_source(error))?;
    folder.create(&name, bytes.into())?;
    Ok(receipt.output)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use clout_base::day::Day;
    use clout_warehouse::store::Store;

    use super::*;
    use crate::slices::Slices;
    use crate::work_folder::sweep_work;

    const DATE: Day = Day(20_000);

    fn folder() -> (tempfile::TempDir, Store, BlockSpace) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().to_str().unwrap(), &Default::default()).unwrap();
        let space = BlockSpace::Folder(WorkFolder::new(&store, DATE, "key"));
        (folder, store, space)
    }

    fn call(shards: usize) -> StepCall {
        StepCall {
            step: "double".to_owned(),
            shards,
        }
    }

    /// Runs a step of blocks with twice the number of their shard; returns the numbers and how often a shard ran.
    fn run(space: &BlockSpace, shards: usize) -> (Vec<u8>, usize) {
        let runs = AtomicUsize::new(0);
        let double = |shard: usize| {
            runs.fetch_add(1, Ordering::Relaxed);
            space.put(&format!("double/{shard}"), Bytes::from(vec![2 * shard as u8]))
        };
        let blocks: Vec<Block<Bytes>> = space.run_step(&call(shards), || Ok(Bytes::new()), double).unwrap();
        let numbers = blocks.into_iter().map(|block| space.take(block).unwrap()[0]).collect();
        (numbers, runs.into_inner())
    }

    #[test]
    fn a_shard_with_a_receipt_does_not_run_again_and_another_call_has_no_receipt() {
        let (_kept, store, space) = folder();
        assert_eq!(run(&BlockSpace::Memory, 3), (vec![0, 2, 4], 3));
        assert_eq!(run(&space, 3), (vec![0, 2, 4], 3));
        assert_eq!(run(&space, 3), (vec![0, 2, 4], 0));
        let key = format!("work/{DATE}/key/double/00001.json");
        store.delete(&key).unwrap();
        assert_eq!(run(&space, 3), (vec![0, 2, 4], 1));
        let other = BlockSpace::Folder(WorkFolder::new(&store, DATE, "other"));
        assert_eq!(run(&other, 2), (vec![0, 2], 2));
        sweep_work(&store, Day(DATE.0 - 1)).unwrap();
        assert_eq!(run(&space, 3).1, 0);
        sweep_work(&store, DATE).unwrap();
        assert_eq!(store.list("work").unwrap().objects.len(), 0);
    }

    #[test]
    fn slices_are_read_one_by_one_and_damage_is_named() {
        let (kept, _, space) = folder();
        for space in [&BlockSpace::Memory, &space] {
            let slices = [&b"one"[..], b"", b"three"].map(Bytes::from_static).to_vec();
            let slices: Slices<Bytes> = space.put_slices("slices", slices).unwrap();
            let read = |index| space.with_slice(&slices, index, Bytes::clone).unwrap();
            assert_eq!(
                (slices.len(), read(2), read(1), read(0)),
                (3, "three".into(), "".into(), "one".into())
            );
            assert_eq!(space.take_slice(&slices, 2).unwrap(), "three");
        }
        let slices: Slices<Bytes> = space
            .put_slices("slices", vec!["one".into(), "".into(), "three".into()])
            .unwrap();
        let path = kept.path().join(format!("work/{DATE}/key/slices"));
        std::fs::write(&path, "onethre3").unwrap();
        assert_eq!(space.take_slice(&slices, 0).unwrap(), "one");
        let error = space.take_slice(&slices, 2).unwrap_err().to_string();
        assert!(error.contains("key/slices is missing or damaged"), "{error}");
        std::fs::remove_file(&path).unwrap();
        let error = space.take_slice(&slices, 0).unwrap_err().to_string();
        assert!(error.contains("key/slices is missing or damaged"), "{error}");
    }

    #[test]
    fn a_block_of_another_size_under_the_same_name_is_refused() {
        let (_kept, _, space) = folder();
        space.put("name", Bytes::from_static(b"12")).unwrap();
        space.put("name", Bytes::from_static(b"12")).unwrap();
        assert!(space.put("name", Bytes::from_static(b"123")).is_err());
    }
}
