//! Checks the input without scoring it: counts the rows that a run would read and refuse.

use super::delivery::{DeliveredInput, TopicsWanted};
use super::observer::RunObserver;
use super::plan::{expect_delivery, list_input, resolve_snapshot_date};
use crate::ingest::activities::IntakeParams;
use crate::ingest::rejects::RejectedRow;
use crate::job::Job;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::inventory::EARLIEST_DAY;
use clout_warehouse::store::Store;

/// Result of a check.
#[derive(Debug)]
pub struct CheckFindings {
    /// Last load date read.
    pub as_of: Day,
    /// Number of rows of activities in readable files.
    pub rows_read: u64,
    /// Number of refused rows of activities.
    pub rows_refused: u64,
    /// Refused rows and files of all tables, sorted.
    pub rejects: Vec<RejectedRow>,
    /// `Ok` if a run would accept this input, otherwise the error of the run.
    pub verdict: Result<()>,
}

/// Reads the load dates from `first` (default: the oldest) to `as_of` as a run without a state does.
pub fn check_input(
    job: &Job,
    input: &Store,
    first: Option<Day>,
    as_of: Option<Day>,
    watch: &dyn RunObserver,
) -> Result<CheckFindings> {
    watch.stage("listing the input");
    let inventory = list_input(job, input, watch)?;
    let as_of = resolve_snapshot_date(&inventory, as_of, input.url())?;
    let first = first.unwrap_or(EARLIEST_DAY);
    let first_load_dates = job
        .networks
        .iter()
        .map(|network| {
            inventory
                .partitions("activities")
                .find(|(p, _)| p.network == network.name)
                .map(|(p, _)| p.load_date)
        })
        .map(|oldest| oldest.filter(|oldest| *oldest < first))
        .collect();
    let params = IntakeParams {
        networks: &job.networks,
        first,
        last: as_of,
        max_lateness_days: job.input.max_lateness_days,
        max_refused_share: job.input.max_refused_share,
        has_opt_outs: false,
        first_load_dates,
        lexicon: None,
    };
    watch.stage("reading activities");
    let delivery = DeliveredInput::read(input, &inventory, &params, TopicsWanted::Tables, watch)?;
    let verdict = delivery
        .expect_good(job)
        .and_then(|()| expect_delivery(&inventory, job, as_of));
    let totals = delivery.intake.count_rows_by_network();
    Ok(CheckFindings {
        as_of,
        rows_read: totals.values().map(|(rows, _)| rows).sum(),
        rows_refused: totals.values().map(|(_, refused)| refused).sum(),
        rejects: delivery.rejects,
        verdict,
    })
}
