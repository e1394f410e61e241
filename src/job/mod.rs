//! Job files: what was written ([`JobSpec`]), then what it means ([`Job`]).
//!
//! A night's settings come from a TOML file, then `--set key=value`, then flags, the later winning
//! over the earlier. Whatever cannot be is a usage error that names the key, the value, what is
//! allowed, and the file and line (or the flag) that said so. A [`Job`] that exists can run.

mod checks;
mod origins;
mod overrides;
mod parameters;
mod read_back;
mod resolve;
mod rules;
mod size;
mod spec;
mod unknown;

#[cfg(test)]
mod job_files;

pub use parameters::{MODEL, differing};
pub use read_back::that_made;
pub use resolve::Job;
pub use rules::{InfluenceRules, InputRules, OutputRules, RunRules, StateRules, StorageRules};
pub use spec::{Flags, InputSpec, JobSpec, OutputSpec, RunSpec};
pub(crate) use unknown::nearest_of;
