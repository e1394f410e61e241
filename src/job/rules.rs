//! The settings of a job that are not the model's: where, how strictly, with what resources.

use serde::{Deserialize, Serialize};

/// What is read, and when it is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct InputRules {
    /// URL or path of the dumps; a relative path starts at the working directory.
    pub root: String,
    /// The most days between a row's day and its load date, 0 to 120, but for a network's first
    /// load date. Ids are remembered that long.
    pub max_lateness_days: i32,
    /// The share of refused rows of a network and load date, 0 to 1, above which the run ends.
    pub max_refused_share: f64,
    /// Whether a file that cannot be read ends the run (`strict` in the file).
    pub is_strict: bool,
    /// Networks without whose partition a date is not ready: sorted, each once.
    pub expect: Vec<String>,
}

/// Where the snapshots and the state are written.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputRules {
    /// URL or path of the results; a relative path starts at the working directory.
    pub root: String,
}

/// What a run is given, and what it may let pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunRules {
    /// Threads to compute with, 1 to 1024; all cores if absent. No result depends on it.
    pub threads: Option<usize>,
    /// Bytes of memory that the run may not exceed; no limit if absent.
    pub memory_limit: Option<u64>,
    /// Whether a snapshot is published although the propagation has not settled.
    pub allow_unconverged: bool,
}

/// What of the state is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateRules {
    /// Snapshots whose state is kept, the newest first, >= 1. A night reads one day as long as the
    /// state of the snapshot before it is there.
    pub keep: usize,
    /// Keys the hashes by which opted-out ids are known in the state. With the default anybody
    /// who can guess an id can find its hash; a secret of the job's own prevents that.
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

/// How patiently the object store is asked. What still fails then is the scheduler's to retry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StorageRules {
    /// Further tries of one request, 0 to 100.
    pub max_retries: usize,
    /// Seconds from the first try of a request until no further one begins.
    pub retry_timeout_seconds: f64,
    /// Seconds that one try may take, its body included.
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

/// Which people the table `influences` is written for, and how much of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InfluenceRules {
    /// The percentile, 0 to 100, from which on a person is listed.
    pub min_percentile: f64,
    /// Rows for a person and direction, 1 to 20 (the contract's most).
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
