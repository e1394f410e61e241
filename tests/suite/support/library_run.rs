//! Runs of the library in this process, with a runner for the shards or without one.

use std::path::Path;
use std::sync::Arc;

use clout::job::{Job, JobFlags, JobSpec};
use clout::pipeline::observer::SilentObserver;
use clout::pipeline::{RunMode, RunOutcome, RunRequest, run_snapshot};
use clout_base::error::Result;
use clout_steps::StepRunner;
use clout_warehouse::store::{Store, StoreOptions};

use super::days::day;

/// Creates what runs the shards of a job.
pub type NewRunner = dyn Fn(&Job) -> Arc<dyn StepRunner>;

/// Opens a folder, and creates it if it is missing.
pub fn open(root: &Path) -> Store {
    std::fs::create_dir_all(root).expect("a writable folder");
    Store::open(root.to_str().expect("a path of UTF-8"), &StoreOptions::default()).expect("a folder")
}

fn resolve(input: &Path, output: &Path, set: &[&str]) -> Job {
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let flags = JobFlags {
        input: text(input),
        output: text(output),
        ..JobFlags::default()
    };
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    let spec = JobSpec::new()
        .with_overrides(&set)
        .expect("known keys")
        .with_flags(flags);
    spec.resolve().expect("a job")
}

/// Runs a date in this process, with a runner for the shards or without one.
///
/// # Errors
/// Those of a run.
pub fn run_here(
    input: &Path,
    output: &Path,
    date: &str,
    set: &[&str],
    runner: Option<&NewRunner>,
) -> Result<RunOutcome> {
    let job = resolve(input, output, set);
    let request = RunRequest {
        as_of: Some(day(date)),
        is_rebuild: false,
        mode: RunMode::Nightly,
        run_id: "run".to_owned(),
        commit_id: format!("{date}-commit"),
        runner: runner.map(|runner| runner(&job)),
    };
    run_snapshot(&job, &open(input), &open(output), &request, &SilentObserver)
}
