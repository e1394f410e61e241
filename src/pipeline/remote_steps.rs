//! Runs shards of the steps of another process, with stores of this one.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use super::pair_context::LoadedPairs;
use super::spread_graph::{KeptParts, LoadedPropagation, PROPAGATION_STEPS};
use crate::ingest::read_step::{self, LoadedReading};
use clout_base::error::{Error, Result};
use clout_steps::{BlockSpace, RemoteCall, StoredBlock, WorkFolder, decode_context};
use clout_warehouse::store::Store;

/// Names of the steps over pairs.
pub(super) const PAIR_STEPS: [&str; 2] = ["pairs", "pairs-before"];

/// Context of a step, ready for its shards.
enum StepContext {
    Read(Box<LoadedReading>),
    Pairs(Box<LoadedPairs>),
    Propagation(LoadedPropagation),
}

/// Stores of a job, and the context of the step that is at work.
pub struct StepStores {
    input: Store,
    output: Store,
    /// Context with the key of its block. One step is at work at a time.
    context: Mutex<Option<(StoredBlock, Arc<StepContext>)>>,
    kept: Arc<KeptParts>,
}

impl StepStores {
    /// Creates the context of shards that read from `input`, and keep blocks and state in `output`. Edges of the
    /// propagation up to `edge_bytes` stay in memory between iterations.
    pub fn new(input: Store, output: Store, edge_bytes: u64) -> StepStores {
        StepStores {
            input,
            output,
            context: Mutex::new(None),
            kept: Arc::new(KeptParts::new(edge_bytes)),
        }
    }

    /// Runs a shard, unless it has a receipt. It ends soon with an error once `stop` is true.
    ///
    /// # Errors
    /// Returns the error that the same shard has in a run of one process, or an internal error for an unknown step.
    pub fn run_shard(&self, call: &RemoteCall, shard: usize, stop: &Arc<AtomicBool>) -> Result<()> {
        let folder = WorkFolder::at(&self.output, &call.work).with_stop(stop);
        let space = BlockSpace::Folder(folder.clone());
        let context = self.find_context(call, &folder, &space)?;
        match &*context {
            StepContext::Read(reading) => reading.run_shard(&call.step, shard, &self.input, &space),
            StepContext::Propagation(iteration) => iteration.run_shard(&call.step, shard, &space),
            StepContext::Pairs(pairs) => pairs.run_shard(&call.step, shard, &self.output, &space),
        }
    }

    /// Returns the context of a step; reads it if it is not that of the last shard.
    fn find_context(&self, call: &RemoteCall, folder: &WorkFolder, space: &BlockSpace) -> Result<Arc<StepContext>> {
        let mut last = self.context.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((block, context)) = &*last
            && *block == call.context
        {
            return Ok(Arc::clone(context));
        }
        *last = None;
        let bytes = folder.read(&call.context)?;
        let context = Arc::new(StepContext::decode(&call.step.step, &bytes, space, &self.kept)?);
        *last = Some((call.context.clone(), Arc::clone(&context)));
        Ok(context)
    }
}

impl StepContext {
    fn decode(step: &str, bytes: &[u8], space: &BlockSpace, kept: &Arc<KeptParts>) -> Result<StepContext> {
        match step {
            step if PAIR_STEPS.contains(&step) => {
                let context = decode_context(bytes)?;
                Ok(StepContext::Pairs(Box::new(LoadedPairs::new(context))))
            }
            step if step.starts_with(read_step::STEP) => {
                let context = decode_context(bytes)?;
                Ok(StepContext::Read(Box::new(LoadedReading::new(context)?)))
            }
            step if step.starts_with(PROPAGATION_STEPS[0]) => {
                let context = decode_context(bytes)?;
                Ok(StepContext::Propagation(LoadedPropagation::new(context, space, kept)?))
            }
            _ => Err(Error::internal(format!("this program has no step {step}"))),
        }
    }
}
