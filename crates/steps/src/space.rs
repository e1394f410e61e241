//! Where a run keeps its blocks, and how it runs a step.

use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::block::{Block, BlockData};
use super::work_folder::WorkFolder;
use clout_base::error::{Error, Result};

/// Call of a step: everything that names the step and its inputs, besides the number of a shard. Small, and without a
/// secret, so that a scheduler can send it to another process.
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

    /// Creates a block that can differ between runs with the same run key, for example by numbers that depend on
    /// threads. The name of its file ends with a checksum, so such runs do not meet. It must not be in a receipt.
    ///
    /// # Errors
    /// Returns an error if the data cannot be encoded, or if the store fails.
    pub fn put_by_content<T: BlockData>(&self, name: &str, data: T) -> Result<Block<T>> {
        match self {
            BlockSpace::Memory => Ok(Block::Memory(data)),
            BlockSpace::Folder(folder) => Ok(Block::Stored(folder.create_by_content(name, data.encode()?)?)),
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

    fn folder(&self) -> Result<&WorkFolder> {
        match self {
            BlockSpace::Folder(folder) => Ok(folder),
            BlockSpace::Memory => Err(Error::internal("a stored block is read without a work folder")),
        }
    }

    /// Runs a step: calls `run` for each shard, in parallel, and returns the outputs in order of shards. In a work
    /// folder, a shard with a receipt of this call is not run again.
    ///
    /// # Errors
    /// Returns an error of a shard, or an internal error if two runs of a shard had different outputs.
    pub fn run_step<O>(&self, call: &StepCall, run: impl Fn(usize) -> Result<O> + Sync) -> Result<Vec<O>>
    where
        O: Serialize + DeserializeOwned + Send,
    {
        let shards = (0..call.shards).into_par_iter().with_max_len(1);
        let outputs = shards.map(|shard| match self {
            BlockSpace::Memory => run(shard),
            BlockSpace::Folder(folder) => run_once(folder, call, shard, &run),
        });
        outputs.collect()
    }
}

fn run_once<O>(folder: &WorkFolder, call: &StepCall, shard: usize, run: impl Fn(usize) -> Result<O>) -> Result<O>
where
    O: Serialize + DeserializeOwned,
{
    let name = format!("{}/{shard:05}.json", call.step);
    if let Some(receipt) = folder.find(&name)?
        && let Ok(receipt) = serde_json::from_slice::<Receipt<O>>(&receipt)
        && (&receipt.call, receipt.shard) == (call, shard)
    {
        return Ok(receipt.output);
    }
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
