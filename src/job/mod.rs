//! Job files: the settings as written ([`JobSpec`]), then the validated job ([`Job`]).
//!
//! Settings come from a TOML file, then from `--set key=value`, then from flags; later sources override
//! earlier ones. An impossible value is a usage error that names the key, the value, the allowed range, and
//! the source (file and line, or flag). Every [`Job`] can run.

mod byte_size;
mod check_rules;
mod key_origins;
mod overrides;
mod parameters;
mod resolve;
mod restore_job;
mod rules;
mod spec;
mod unknown_keys;
mod validate;

#[cfg(test)]
mod job_file_tests;

pub use check_rules::{CheckRules, CheckSeverity, CheckSpec, ThresholdRule};
pub use parameters::{MODEL_NUMBER, list_differences};
pub use resolve::Job;
pub use restore_job::restore_job;
pub use rules::{InfluenceRules, InputRules, OutputRules, RunRules, StateRules, StorageRules};
pub use spec::{InputSpec, JobFlags, JobSpec, OutputSpec, RunSpec};
pub(crate) use unknown_keys::find_most_similar;
