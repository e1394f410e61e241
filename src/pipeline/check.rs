//! Checks the input without scoring it: reads it as a run without a state does, and judges it as the run would.

use std::collections::BTreeMap;

use super::RunMode;
use super::check_log::CheckLog;
use super::delivery::{DeliveredInput, TopicsWanted};
use super::delivery_checks::{JudgedDates, judge_claims, judge_volumes, kind_of_failure};
use super::input_listing::{check_listing, list_input, resolve_snapshot_date};
use super::observer::RunObserver;
use super::run_facts::CheckResult;
use super::stops::Stops;
use crate::ingest::activities::{IntakeParams, KeptRejects};
use crate::ingest::claim_changes::ClaimKeys;
use crate::ingest::rejects::RejectedRow;
use crate::job::Job;
use crate::state::VOLUME_DAYS;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_warehouse::admission::count_announced_rows;
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory};
use clout_warehouse::store::{Store, StoredObject};

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
    /// Reasons for which a run would refuse this input.
    pub stops: Stops,
    /// Results of the checks.
    pub checks: Vec<CheckResult>,
}

/// Reads the load dates from `first` (default: the oldest) to `as_of` as a run without a state does.
///
/// # Errors
/// Returns an error if there is nothing to read or the store fails. Faults of the input are in the findings.
pub fn check_input(
    job: &Job,
    input: &Store,
    first: Option<Day>,
    as_of: Option<Day>,
    watch: &dyn RunObserver,
) -> Result<CheckFindings> {
    let log = CheckLog::default();
    watch.begin_stage("listing the input");
    let inventory = list_input(job, input, watch)?;
    let mut stops = check_listing(&inventory, job, &log);
    let as_of = match resolve_snapshot_date(&inventory, as_of, input.url(), watch) {
        Err(error) => return stops.into_result().and(Err(error)),
        Ok(as_of) => as_of,
    };
    let params = intake_params(job, &inventory, first.unwrap_or(EARLIEST_DAY), as_of);
    watch.begin_stage("reading activities");
    let delivery = DeliveredInput::read(input, &inventory, &params, TopicsWanted::Tables, watch)?;
    stops.append(delivery.find_stops(job, as_of, &log));
    stops.append(delivery.find_missing_networks(&inventory, job, as_of, &log));
    stops.append(judge_delivery(job, input, &inventory, &params, &delivery, &log, watch)?);
    let totals = delivery.intake.count_rows_by_network();
    Ok(CheckFindings {
        as_of,
        rows_read: totals.values().map(|(rows, _)| rows).sum(),
        rows_refused: totals.values().map(|(_, refused)| refused).sum(),
        rejects: delivery.rejects,
        stops,
        checks: log.list(),
    })
}

fn intake_params<'a>(job: &'a Job, inventory: &InputInventory, first: Day, as_of: Day) -> IntakeParams<'a> {
    let oldest = job
        .networks
        .iter()
        .map(|network| inventory.first_load_date(&network.name));
    IntakeParams {
        networks: &job.networks,
        first,
        last: as_of,
        max_lateness_days: job.input.max_lateness_days,
        max_refused_share: job.input.max_refused_share,
        read_opt_outs: Vec::new(),
        kept_rejects: KeptRejects::All,
        has_opt_outs: false,
        first_load_dates: oldest.map(|oldest| oldest.filter(|oldest| *oldest < first)).collect(),
        lexicon: None,
    }
}

/// Judges rows and claims beside those of the load dates before. Without an output, every load date is new, and only the
/// last one can be missing.
fn judge_delivery(
    job: &Job,
    input: &Store,
    inventory: &InputInventory,
    params: &IntakeParams,
    delivery: &DeliveredInput,
    log: &CheckLog,
    watch: &dyn RunObserver,
) -> Result<Stops> {
    let mut volumes: Vec<BTreeMap<Day, u64>> = vec![BTreeMap::new(); job.networks.len()];
    for (network, load_date, rows) in delivery.list_volumes(job) {
        *volumes[network].entry(load_date).or_default() += rows;
    }
    if params.first > EARLIEST_DAY {
        let before = (params.first.days_before(VOLUME_DAYS), params.first.days_before(1));
        for (partition, files) in inventory.partitions_between("activities", before.0, before.1) {
            let files: Vec<&StoredObject> = files.iter().collect();
            let rows = count_announced_rows(input, &files)?;
            if let Some(network) = job
                .networks
                .iter()
                .position(|network| network.name == partition.network)
            {
                volumes[network].insert(partition.load_date, rows);
            }
        }
    }
    let oldest = inventory
        .activity_date_range()
        .map_or(params.last, |(oldest, _)| oldest);
    let dates = (params.first.max(oldest), params.last);
    let judged = JudgedDates::of_appended_tables(&[], params.last, RunMode::Nightly);
    let volumes = judge_volumes(job, &volumes, &delivery.list_unreadable(job), dates, judged);
    let mut stops = log.add_judged(volumes, kind_of_failure, watch);
    let changes = delivery.reference.claim_changes.list_from(ClaimKeys::default);
    let judged = JudgedDates::of_full_snapshots(&[], params.last, RunMode::Nightly);
    stops.append(log.add_judged(judge_claims(job, &changes, judged), kind_of_failure, watch));
    Ok(stops)
}
