//! Settings of a job outside the model: roots, strictness, resources, retention and selection of rows.

use serde::{Deserialize, Serialize};

/// Input root, and conditions for refusing input.
#[derive(Clone, Debug, PartialEq)]
pub struct InputRules {
    /// URL or path of the dumps. A relative path starts at the working directory.
    pub root: String,
    /// Maximum days between a row's day and its load date, from 0 to 120; a network's first load date is
    /// exempt. The state remembers ids for as long.
    pub max_lateness_days: i32,
    /// Share of refused rows of a table, network and load date, from 0 to 1, above which the run ends.
    pub max_refused_share: f64,
    /// True if an unreadable file ends the run (`strict` in the file).
    pub is_strict: bool,
    /// Networks that must have a partition with a readable file before a date is ready; sorted and distinct.
    pub expect: Vec<String>,
    /// Name of the file that completes a partition; every partition is complete without one.
    pub ready_marker: Option<String>,
}

/// Output root.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputRules {
    /// URL or path of snapshots and state. A relative path starts at the working directory.
    pub root: String,
}

/// Resources and tolerances of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunRules {
    /// Number of threads, from 1 to 1024; all cores if absent. No result depends on it.
    pub threads: Option<usize>,
    /// Memory limit of the run, in bytes; unlimited if absent.
    pub memory_limit: Option<u64>,
    /// Memory for the edges of the propagation, in bytes, in a run that keeps intermediate data in files. A larger graph
    /// is in parts in files; unlimited if absent. No result depends on it.
    pub edge_memory: Option<u64>,
    /// Number of shards of accounts and of persons, from 1 to 4096; chosen by their number if absent. No result depends
    /// on it.
    pub shards: Option<usize>,
    /// True if a snapshot is published although the propagation did not converge.
    pub allow_unconverged: bool,
}

/// Retention of the state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateRules {
    /// Number of newest snapshots that keep their state, at least 1. A run reads one day of input if the
    /// state of the previous snapshot exists.
    pub keep: usize,
    /// Key of the hashes that represent opted-out ids in the state. With the default, an attacker can guess
    /// ids and find their hashes; a secret key prevents that.
    pub hash_key: String,
}

impl Default for StateRules {
    fn default() -> Self {
        StateRules {
            keep: 3,
            hash_key: "clout".to_owned(),
        }
    }
}

/// Retries and time limits of the object store. Afterwards, the scheduler must retry the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageRules {
    /// Maximum retries of one request, from 0 to 100.
    pub max_retries: usize,
    /// Seconds after the first try of a request in which a retry may begin.
    pub retry_timeout_seconds: f64,
    /// Time limit of one try including its body, in seconds.
    pub request_timeout_seconds: f64,
}

impl Default for StorageRules {
    fn default() -> Self {
        StorageRules {
            max_retries: 8,
            retry_timeout_seconds: 120.0,
            request_timeout_seconds: 60.0,
        }
    }
}

/// Selection of people and number of rows for the table `influences`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InfluenceRules {
    /// Minimum percentile of a person in the table, from 0 to 100.
    pub min_percentile: f64,
    /// Maximum rows per person and direction, from 1 to 20 (the contract's maximum).
    pub max_per_direction: usize,
}

impl Default for InfluenceRules {
    fn default() -> Self {
        InfluenceRules {
            min_percentile: 95.0,
            max_per_direction: 20,
        }
    }
}
