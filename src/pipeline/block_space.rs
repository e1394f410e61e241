//! Chooses where a run keeps its blocks: in memory if it fits, else in a work folder.

use super::RunRequest;
use super::plan::estimate_run;
use super::spread_graph::edge_memory;
use crate::job::Job;
use crate::state::RunState;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_steps::{BlockSpace, StepRunner, WorkFolder};
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory};
use clout_warehouse::store::Store;

/// What a run starts from.
pub struct SpaceInputs<'a> {
    /// Input store.
    pub input: &'a Store,
    /// Output store.
    pub output: &'a Store,
    /// Listing of the input.
    pub inventory: &'a InputInventory,
    /// Dates with a snapshot.
    pub published: &'a [Day],
    /// State.
    pub state: &'a RunState,
    /// Snapshot date.
    pub as_of: Day,
}

/// Chooses the place of the blocks of a run. Blocks that other processes read are files.
///
/// # Errors
/// [`ErrorKind::Memory`](clout_base::error::ErrorKind::Memory) if the run exceeds its memory limit even with blocks in
/// files, or an error of the input store.
pub fn choose_space(job: &Job, inputs: &SpaceInputs, request: &RunRequest) -> Result<BlockSpace> {
    if let Some(limit) = job.run.memory_limit {
        let estimate = estimate_run(inputs.input, inputs.inventory, inputs.state, inputs.as_of)?;
        estimate.expect_within(limit)?;
        if estimate.memory_bytes <= limit && request.runner.is_none() {
            return Ok(BlockSpace::Memory);
        }
    } else if request.runner.is_none() {
        return Ok(BlockSpace::Memory);
    }
    let key = compute_run_key(job, inputs, request);
    let folder = WorkFolder::new(inputs.output, inputs.as_of, &key).with_owner(&request.commit_id);
    Ok(BlockSpace::Folder(folder.with_runner(request.runner.clone())))
}

/// Computes the key of everything that blocks depend on: program, parameters, input and state. Times of changes are part
/// of it through the etags.
fn compute_run_key(job: &Job, inputs: &SpaceInputs, request: &RunRequest) -> String {
    let (state, inventory, as_of) = (inputs.state, inputs.inventory, inputs.as_of);
    let is_compared = inputs.published.contains(&as_of.days_before(1));
    let runner = request.runner.as_deref();
    let first = state.as_of.map_or(EARLIEST_DAY, Day::next);
    let mut parts: Vec<String> = vec![
        env!("CARGO_PKG_VERSION").to_owned(),
        runner.map(StepRunner::program).unwrap_or_default().to_owned(),
        format!("{:?}", edge_memory(job, runner.is_some())),
        job.compute_model_version(),
        job.compute_state_version(),
        format!("{:?} {is_compared} {}", job.run.shards, job.state.hash_key),
        job.to_manifest_parameters().to_string(),
        state
            .stored
            .as_ref()
            .map(|index| index.folder.clone())
            .unwrap_or_default(),
    ];
    // Opt-outs of closed load dates are read, too.
    let opt_outs = inventory.partitions_between("opt_outs", EARLIEST_DAY, as_of);
    let files = opt_outs
        .flat_map(|(_, files)| files)
        .chain(inventory.files_between(first, as_of));
    for file in files {
        let etag = file.etag.as_deref().unwrap_or_default();
        parts.push(format!("{} {} {etag}", file.key, file.size));
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    format!("{:032x}", HashKey::from_text("work").hash(&parts))
}
