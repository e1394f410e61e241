//! Steps over shards.
//!
//! A run is a list of steps; a step is a pure function of its inputs, called once for each of its shards. What a shard
//! makes is in *blocks*: in memory, or as files of a *work folder* below `work/` of the output root, if the run has a
//! memory limit. A finished shard leaves a *receipt* in the work folder, which names its blocks. So a run that was killed
//! takes up the shards that have one. A [`StepRunner`] lets other processes run the shards of a work folder. No result
//! depends on the number of shards, or on the place of the blocks.

pub mod block;
pub mod free_memory;
pub mod remote;
pub mod run_step;
pub mod slices;
pub mod space;
#[cfg(test)]
mod testing;
pub mod work_folder;

pub use block::{Block, BlockData, Encoded, StoredBlock, decode_records, encode_records};
pub use free_memory::return_free_memory;
pub use remote::{RemoteCall, StepRunner, decode_context, encode_context};
pub use run_step::StepCall;
pub use slices::Slices;
pub use space::BlockSpace;
pub use work_folder::WorkFolder;
