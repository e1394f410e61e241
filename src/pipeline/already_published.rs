//! Describes a date that is already published: differing parameters, and deliveries that the snapshot does not contain.

use super::RunOutcome;
use super::closed_files::{find_late_deliveries, find_unread_deliveries, find_unread_opt_outs, report_late_deliveries};
use super::input_listing::list_input;
use super::observer::RunObserver;
use super::run_facts::RunFact;
use crate::job::{Job, list_differences};
use crate::state::closed_files::load_closed_files;
use crate::state::state_files::state_folder;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::publish::delete_leftovers;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Returns the outcome of a date that needs no run, or none if the date is not published. Lists the input itself if
/// `inventory` is none. Deliveries since then that cannot be found out are only a warning.
///
/// # Errors
/// Returns an error if the manifest cannot be read.
pub fn find_published(
    job: &Job,
    input: &Store,
    output: &Store,
    as_of: Day,
    inventory: Option<&InputInventory>,
    watch: &dyn RunObserver,
) -> Result<Option<RunOutcome>> {
    let Some(manifest) = snapshots::read_manifest(output, as_of)? else {
        return Ok(None);
    };
    watch.record(RunFact::SnapshotDate(as_of));
    delete_leftovers(output, &manifest);
    let report = |inventory: &InputInventory| report_deliveries(input, output, &manifest, inventory, watch);
    let reported = match inventory {
        Some(inventory) => report(inventory),
        None => list_input(job, input, watch).and_then(|inventory| report(&inventory)),
    };
    if let Err(error) = reported {
        watch.warn(&format!("deliveries since {as_of} are unknown: {error}"));
    }
    let differing = list_differing_parameters(job, &manifest)?;
    Ok(Some(RunOutcome::AlreadyPublished {
        manifest: Box::new(manifest),
        differing,
    }))
}

fn report_deliveries(
    input: &Store,
    output: &Store,
    manifest: &Manifest,
    inventory: &InputInventory,
    watch: &dyn RunObserver,
) -> Result<()> {
    let as_of = manifest.snapshot_date;
    let mut unread = find_unread_deliveries(inventory, as_of);
    let mut closed = load_closed_files(output, &state_folder(as_of, &manifest.commit_id))?;
    if !closed.is_empty() {
        unread.extend(find_unread_opt_outs(inventory, as_of, &closed));
    }
    if !unread.is_empty() {
        watch.record(RunFact::UnreadDeliveries(unread));
    }
    if !closed.is_empty() {
        let late = find_late_deliveries(input, inventory, as_of, &mut closed)?;
        report_late_deliveries(late, as_of, watch);
    }
    Ok(())
}

/// Returns the names of parameters that differ between a job and a published snapshot.
fn list_differing_parameters(job: &Job, manifest: &Manifest) -> Result<Vec<String>> {
    let before = serde_json::Value::Object(manifest.parameters.clone().into_iter().collect());
    // Published parameters went through JSON text, which may change the last bit of a number; these must, too.
    let now = serde_json::from_str(&job.to_manifest_parameters().to_string())
        .map_err(|error| Error::internal("cannot read the parameters back from JSON").with_source(error))?;
    Ok(list_differences(&before, &now))
}
