//! The call that travels from the driver to the executors, with every task of a step.

use clout::job::StorageRules;
use clout_base::error::{Error, Result};
use clout_steps::RemoteCall;
use serde::{Deserialize, Serialize};

/// Call of a step by a program, with the stores of its job. It contains no credentials: every process has its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterCall {
    /// [Name](super::program::program_name) of the driver's program.
    pub program: String,
    /// Input root.
    pub input: String,
    /// Output root, with the work folder.
    pub output: String,
    /// Retries and time limits of the stores.
    pub storage: StorageRules,
    /// Step.
    pub step: RemoteCall,
}

impl ClusterCall {
    /// Encodes the call.
    ///
    /// # Errors
    /// Returns an internal error if the call cannot be encoded.
    pub fn encode(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::internal("a call cannot be encoded").with_source(error))
    }

    /// Decodes a call.
    ///
    /// # Errors
    /// Returns a usage error if the bytes are of another version of the program.
    pub fn decode(bytes: &[u8]) -> Result<ClusterCall> {
        serde_json::from_slice(bytes)
            .map_err(|error| Error::usage("the call is of another version of clout-cluster").with_source(error))
    }
}
