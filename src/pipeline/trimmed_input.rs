//! Refuses a rebuild from input that no longer reaches back to the published history.
//!
//! A run without a usable state reads all of the input. If old load dates were deleted there, the rebuilt scores would
//! lose the reactions that the published ones contain.

use super::check_log::names;
use super::run_facts::{CheckResult, CheckSeverity, CheckStatus};
use crate::job::Job;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::account_activity::{RETENTION_DAYS, TOPIC_RETENTION_DAYS};
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Judges the input of a run without a usable state against the newest snapshot; returns nothing without a snapshot.
///
/// # Errors
/// Returns an error if the store fails or the manifest is damaged.
pub(super) fn judge_history(
    job: &Job,
    output: &Store,
    inventory: &InputInventory,
    published: &[Day],
    as_of: Day,
) -> Result<Vec<CheckResult>> {
    let Some(newest) = published.last() else {
        return Ok(Vec::new());
    };
    let manifest = snapshots::read_manifest(output, *newest)?;
    Ok(manifest.map_or_else(Vec::new, |manifest| {
        judge_first_load_dates(job, inventory, &manifest, as_of)
    }))
}

/// Judges the first load date of each network in the input against that of the newest manifest.
fn judge_first_load_dates(job: &Job, inventory: &InputInventory, newest: &Manifest, as_of: Day) -> Vec<CheckResult> {
    let severity = job.checks.trimmed_input;
    let has_topics = !inventory.undated_files("topics").is_empty();
    let retention_days = if has_topics {
        TOPIC_RETENTION_DAYS
    } else {
        RETENTION_DAYS
    };
    let needed_from = as_of.days_before(retention_days);
    let results = newest.first_load_dates.iter().map(|(network, published)| {
        let delivered = inventory.first_load_date(network);
        let is_trimmed = delivered.is_none_or(|first| first > *published && first > needed_from);
        let begins = delivered.map_or("is missing".to_owned(), |first| format!("begins on {first}"));
        let status = match (is_trimmed, severity) {
            (false, _) => CheckStatus::Pass,
            (true, CheckSeverity::Off) => CheckStatus::Skipped,
            (true, CheckSeverity::Error) => CheckStatus::Fail,
            (true, CheckSeverity::Warn) => CheckStatus::Warn,
        };
        let message = match is_trimmed {
            false => format!("activities of {network} reach back to {published}"),
            true => format!(
                "no state can be used, and the input of {network} {begins}, but the snapshots contain it from \
                 {published} on: a rebuild would lose these reactions. Restore the older load dates of \
                 activities/network={network}/ or the state, or accept the loss with --rebuild"
            ),
        };
        CheckResult {
            name: names::TRIMMED_INPUT,
            severity,
            status,
            network: Some(network.clone()),
            value: delivered.map(|first| f64::from(first.0 - published.0)),
            threshold: None,
            message,
        }
    });
    results.collect()
}
