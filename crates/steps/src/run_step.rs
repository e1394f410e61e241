//! Runs a step shard by shard, here or in other processes, with a receipt of each finished shard.

use bytes::Bytes;
use clout_base::error::{Error, Result};
use clout_warehouse::request_pool::run_requests;
use rayon::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::remote::{RemoteCall, StepRunner};
use super::space::BlockSpace;
use super::work_folder::WorkFolder;

/// Name of a step, and its number of shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCall {
    /// Name of the step, a folder below the work folder.
    pub step: String,
    /// Number of shards.
    pub shards: usize,
}

/// Content of a receipt.
#[derive(Serialize, Deserialize)]
struct Receipt<O> {
    call: StepCall,
    shard: usize,
    output: O,
}

impl BlockSpace {
    /// Runs a step: calls `run` for each shard, in parallel, and returns the outputs in order of shards. In a work
    /// folder, a shard with a receipt of this call is not run again. With a [`StepRunner`], other processes run
    /// the shards: they find what `run` captures in the block of `context`.
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

    use super::*;
    use crate::block::Block;
    use crate::testing::{DATE, folder};
    use crate::work_folder::sweep_work;

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
        sweep_work(&store, DATE.days_before(1)).unwrap();
        assert_eq!(run(&space, 3).1, 0);
        sweep_work(&store, DATE).unwrap();
        assert_eq!(store.list("work").unwrap().objects.len(), 0);
    }
}
