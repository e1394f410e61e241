//! Job files: the settings as written ([`JobSpec`]), then the validated job ([`Job`]).
//!
//! Settings come from a TOML file, then from `--set key=value`, then from flags; later sources override
//! earlier ones. An impossible value is a usage error that names the key, the value, the allowed range, and
//! the source (file and line, or flag). Every [`Job`] can run.

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
