//! The edges of the propagation in parts, as blocks: for a graph that exceeds the memory of one process.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::job::Job;
use clout_base::error::{Error, Result};
use clout_graph::{EdgeStore, GraphPart};
use clout_model::influence::trust::SpreadEdges;
use clout_steps::{Block, BlockData, BlockSpace, StepCall, decode_records, encode_context, encode_records};

/// Names of the steps, before the number of the iteration.
pub const PROPAGATION_STEPS: [&str; 2] = ["propagate", "propagate-before"];

/// Bytes of an edge in a part.
pub const EDGE_BYTES: u64 = 8;
/// Parts into which the memory for edges is divided.
pub const PARTS_IN_MEMORY: u64 = 4;
/// Memory for edges without `run.edge_memory`, if other processes run shards.
const REMOTE_EDGE_MEMORY: u64 = 8 << 30;

/// Returns the memory for edges, in bytes; none if it is unlimited.
pub fn edge_memory(job: &Job, is_remote: bool) -> Option<u64> {
    job.run.edge_memory.or(is_remote.then_some(REMOTE_EDGE_MEMORY))
}

/// Part of a graph as a block.
#[derive(Clone, Debug)]
pub struct PartBlock(GraphPart);

impl BlockData for PartBlock {
    fn encode(&self) -> Result<Bytes> {
        Ok(self.0.to_bytes().into())
    }

    fn decode(bytes: Bytes) -> Result<PartBlock> {
        let part = GraphPart::from_bytes(&bytes);
        part.map(PartBlock)
            .ok_or_else(|| Error::internal("a block of edges is incomplete"))
    }
}

/// Numbers as a block.
#[derive(Clone, Debug)]
pub struct NumberBlock(Vec<f64>);

impl BlockData for NumberBlock {
    fn encode(&self) -> Result<Bytes> {
        Ok(encode_records(&self.0, |number| number.to_le_bytes()))
    }

    fn decode(bytes: Bytes) -> Result<NumberBlock> {
        decode_records(&bytes, |bytes| f64::from_le_bytes(*bytes)).map(NumberBlock)
    }
}

/// Graph with its edges in blocks.
pub struct SpreadGraph<'a> {
    space: &'a BlockSpace,
    name: &'static str,
    part_edges: usize,
    parts: Vec<Block<PartBlock>>,
}

impl<'a> SpreadGraph<'a> {
    /// Returns the store for a graph with `edges` edges; `None` if the graph fits into the memory for edges, or if
    /// blocks are in memory. `name` is that of the step.
    pub fn choose(job: &Job, space: &'a BlockSpace, name: &'static str, edges: usize) -> Option<SpreadGraph<'a>> {
        let memory = edge_memory(job, space.is_remote())?;
        let is_spread = space.is_folder() && edges as u64 * EDGE_BYTES > memory;
        let part_edges = memory / EDGE_BYTES / PARTS_IN_MEMORY;
        let graph = SpreadGraph {
            space,
            name,
            part_edges: part_edges.max(1) as usize,
            parts: Vec::new(),
        };
        is_spread.then_some(graph)
    }

    /// Returns the edges for the propagation.
    pub fn edges(&mut self) -> SpreadEdges<'_> {
        SpreadEdges {
            part_edges: self.part_edges,
            store: self,
        }
    }

    fn context(&self, call: &StepCall, shares: &[f64]) -> Result<Bytes> {
        let shares = self
            .space
            .put(&format!("{}/shares", call.step), NumberBlock(shares.to_vec()))?;
        encode_context(&PropagationContext {
            parts: Cow::Borrowed(&self.parts),
            shares,
        })
    }
}

impl EdgeStore for SpreadGraph<'_> {
    type Error = Error;

    fn keep(&mut self, part: GraphPart) -> Result<()> {
        let name = format!("{}/part-{:05}", self.name, self.parts.len());
        self.parts.push(self.space.put(&name, PartBlock(part))?);
        Ok(())
    }

    fn sum_shares(&mut self, step: u32, shares: &[f64]) -> Result<Vec<f64>> {
        let call = StepCall {
            step: format!("{}-{step:03}", self.name),
            shards: self.parts.len(),
        };
        let run = |shard: usize| {
            let sums = self.space.with(&self.parts[shard], |part| part.0.sum_shares(shares))?;
            self.space.put(&sums_name(&call, shard), NumberBlock(sums))
        };
        let outputs = self.space.run_step(&call, || self.context(&call, shares), run)?;
        let mut sums = Vec::new();
        for output in outputs {
            sums.extend(self.space.take(output)?.0);
        }
        Ok(sums)
    }
}

fn sums_name(call: &StepCall, shard: usize) -> String {
    format!("{}/{shard:05}-sums", call.step)
}

/// Context of one iteration.
#[derive(Serialize, Deserialize)]
pub struct PropagationContext<'a> {
    parts: Cow<'a, [Block<PartBlock>]>,
    shares: Block<NumberBlock>,
}

/// Iteration in another process.
pub struct LoadedPropagation {
    parts: Vec<Block<PartBlock>>,
    shares: Vec<f64>,
    kept: Arc<KeptParts>,
}

/// Parts that a process keeps from one iteration to the next.
#[derive(Default)]
pub struct KeptParts {
    most_bytes: u64,
    /// By key and checksum.
    parts: Mutex<HashMap<String, Arc<PartBlock>>>,
}

impl KeptParts {
    /// Creates an empty store of at most this many bytes.
    pub fn new(most_bytes: u64) -> KeptParts {
        KeptParts {
            most_bytes,
            parts: Mutex::default(),
        }
    }

    /// Returns a part; reads and keeps it if it is new and there is space.
    fn find(&self, block: &Block<PartBlock>, space: &BlockSpace) -> Result<Arc<PartBlock>> {
        let Block::Stored(stored) = block else {
            return Err(Error::internal("a part of another process is in memory"));
        };
        let lock = || self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{} {}", stored.key, stored.checksum);
        if let Some(part) = lock().get(&name) {
            return Ok(Arc::clone(part));
        }
        let part = Arc::new(space.take(Block::<PartBlock>::Stored(stored.clone()))?);
        let mut kept = lock();
        let most = self.most_bytes / stored.size.max(1);
        if kept.len() as u64 >= most {
            kept.clear();
        }
        if most > 0 {
            kept.insert(name, Arc::clone(&part));
        }
        Ok(part)
    }
}

impl LoadedPropagation {
    /// Reads the shares of an iteration.
    ///
    /// # Errors
    /// Returns an error if a block cannot be read.
    pub fn new(context: PropagationContext, space: &BlockSpace, kept: &Arc<KeptParts>) -> Result<LoadedPropagation> {
        Ok(LoadedPropagation {
            parts: context.parts.into_owned(),
            shares: space.take(context.shares)?.0,
            kept: Arc::clone(kept),
        })
    }

    /// Runs a shard of the iteration, unless it has a receipt.
    ///
    /// # Errors
    /// Returns an error if a block cannot be read or written.
    pub fn run_shard(&self, call: &StepCall, shard: usize, space: &BlockSpace) -> Result<()> {
        let run = |shard: usize| {
            let part = self.kept.find(&self.parts[shard], space)?;
            space.put(&sums_name(call, shard), NumberBlock(part.0.sum_shares(&self.shares)))
        };
        space.run_shard::<Block<NumberBlock>>(call, shard, run).map(|_| ())
    }
}
