//! Provides the tests with the real processes, an S3 server that is watched, and the bytes of one process.

#![allow(dead_code, reason = "the support of the suite has more than these tests use")]

#[path = "../../../../../tests/suite/support/columns.rs"]
pub mod columns;
#[path = "../../../../../tests/suite/support/command_output.rs"]
pub mod command_output;
#[path = "../../../../../tests/suite/support/days.rs"]
pub mod days;
#[path = "../../../../../tests/suite/support/faults.rs"]
pub mod faults;
#[path = "../../../../../tests/suite/support/library_run.rs"]
pub mod library_run;
#[path = "../../../../../tests/suite/support/s3.rs"]
pub mod s3;
#[path = "../../../../../tests/suite/support/tables.rs"]
pub mod tables;
#[path = "../../../../../tests/suite/support/topics.rs"]
pub mod topics;
#[path = "../../../../../tests/suite/support/warehouse.rs"]
pub mod warehouse;

pub mod alone;
pub mod clout;
pub mod cluster;
pub mod eventful;
pub mod gate;
pub mod process;
pub mod program;
pub mod shard_log;
pub mod watched_s3;

use std::path::PathBuf;

/// Returns the folder of the repository.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the folder of real data, beside the repository or named by `CLOUT_SHARED_DATA` or `CLOUT_DATA`; none if it
/// is missing.
pub fn shared_data() -> Option<PathBuf> {
    let named = ["CLOUT_SHARED_DATA", "CLOUT_DATA"].iter().find_map(std::env::var_os);
    let folder = named.map_or_else(|| repository().join("../shared/data"), Into::into);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no ../shared/data");
    None
}
