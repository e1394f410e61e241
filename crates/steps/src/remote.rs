//! Shards of a step that other processes run.
//!
//! A shard that another process runs finds its inputs in blocks: those of earlier steps, and the *context* of its own
//! step, which has what a shard in the same process takes from memory. Its output is a receipt, as that of any shard.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::block::StoredBlock;
use super::run_step::StepCall;
use clout_base::error::{Error, Result};

/// What another process needs to run a shard, besides the number of the shard and the stores. Small and without a
/// secret, so that a scheduler can send it to every process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteCall {
    /// Path of the work folder below the output root.
    pub work: String,
    /// Step.
    pub step: StepCall,
    /// Context of the step.
    pub context: StoredBlock,
}

/// Runs shards in other processes.
pub trait StepRunner: Send + Sync {
    /// Returns the name of the program that runs the shards. Programs with other names share no blocks.
    fn program(&self) -> &str;

    /// Runs shards of a step. Afterwards each has a receipt in the work folder.
    ///
    /// # Errors
    /// Returns the error of a shard, or an error of storage if the other processes cannot be reached.
    fn run_shards(&self, call: &RemoteCall, shards: &[usize]) -> Result<()>;
}

/// Encodes a context.
///
/// # Errors
/// Returns an internal error if a part of the context is in memory only.
pub fn encode_context<T: Serialize>(context: &T) -> Result<Bytes> {
    let bytes = postcard::to_stdvec(context);
    let bytes = bytes.map_err(|error| Error::internal("the context of a step cannot be encoded").with_source(error))?;
    Ok(bytes.into())
}

/// Decodes a context.
///
/// # Errors
/// Returns an internal error if the bytes are not those of [`encode_context`].
pub fn decode_context<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes)
        .map_err(|error| Error::internal("the context of a step cannot be decoded").with_source(error))
}
