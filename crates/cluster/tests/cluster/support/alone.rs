//! Runs of one process: what a cluster must equal.

use std::collections::BTreeMap;
use std::path::Path;

pub use super::library_run::run_here;
use super::tables::Snapshot;

/// Hashes of the files of each table of a snapshot.
pub type Hashes = BTreeMap<String, String>;

/// Runs dates one after the other in this process, and returns their hashes.
pub fn run_alone(input: &Path, dates: &[&str], set: &[&str]) -> Vec<Hashes> {
    let output = tempfile::tempdir().expect("a temporary folder");
    let night = |date: &&str| {
        run_here(input, output.path(), date, set, None).expect("a published date");
        Snapshot::read(output.path(), date).hashes(&[])
    };
    dates.iter().map(night).collect()
}
