//! Checks the input without scoring it: reads it as a run does, and judges it as the run would.

use super::RunMode;
use super::check_log::CheckLog;
use super::delivery::{DeliveredInput, TopicsWanted};
use super::delivery_checks::{JudgedDates, judge_claims, judge_volumes, kind_of_failure};
use super::input_listing::{check_listing, list_input, resolve_snapshot_date};
use super::observer::RunObserver;
use super::plan::{BaseWanted, load_base_state};
use super::run_facts::CheckResult;
use super::sources::MergeSources;
use super::stops::Stops;
use super::trimmed_input::judge_history;
use crate::ingest::activities::{IntakeParams, KeptRejects};
use crate::ingest::rejects::RejectedRow;
use crate::job::Job;
use crate::state::{RunState, VOLUME_DAYS};
use clout_base::day::Day;
use clout_base::error::{ErrorKind, Result};
use clout_warehouse::admission::count_announced_rows;
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory};
use clout_warehouse::snapshots;
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

/// Input to check, and the results with which a run would begin.
pub struct CheckRequest<'a> {
    /// Job of the run.
    pub job: &'a Job,
    /// Input store.
    pub input: &'a Store,
    /// Output store; its newest state decides what the run would read. Without one, a run without a state is checked.
    pub output: Option<&'a Store>,
    /// First load date to read; that of the run by default.
    pub first: Option<Day>,
    /// Last load date to read; the newest by default.
    pub as_of: Option<Day>,
}

/// Reads the load dates that a run would read, and judges them as the run would.
///
/// # Errors
/// Returns an error if there is nothing to read or a store fails. Faults of the input are in the findings.
pub fn check_input(request: &CheckRequest, watch: &dyn RunObserver) -> Result<CheckFindings> {
    let CheckRequest { job, input, .. } = *request;
    let log = CheckLog::default();
    watch.begin_stage("listing the input");
    let inventory = list_input(job, input, watch)?;
    let mut stops = check_listing(&inventory, job, &log);
    let as_of = match resolve_snapshot_date(&inventory, request.as_of, input.url(), watch) {
        Err(error) => return stops.into_result().and(Err(error)),
        Ok(as_of) => as_of,
    };
    let (mut state, published) = load_state(request, as_of, watch)?;
    if let (Some(output), None) = (request.output, state.as_of) {
        let judged = judge_history(job, output, &inventory, &published, as_of)?;
        stops.append(log.add_judged(judged, |_| ErrorKind::Refused, watch));
    }
    let params = intake_params(request, &inventory, &state, as_of);
    watch.begin_stage("reading activities");
    let delivery = DeliveredInput::read(input, &inventory, &params, TopicsWanted::Tables, watch)?;
    stops.append(delivery.find_stops(job, as_of, &log));
    stops.append(delivery.find_missing_networks(&inventory, job, as_of, &log));
    if state.as_of.is_none() {
        state.add_volumes(count_volumes_before(request, &inventory, params.first)?);
    }
    state.add_volumes(delivery.list_volumes(job));
    let first = state.first_volume_date().max(params.first);
    let dates = JudgedDates::of_appended_tables(&published, as_of, RunMode::Nightly);
    let unreadable = delivery.list_unreadable(job);
    let volumes = judge_volumes(job, &state.volumes, &unreadable, (first, as_of), dates);
    stops.append(log.add_judged(volumes, kind_of_failure, watch));
    let changes = delivery.reference.claim_changes.list_from(|| state.hash_claims());
    let dates = JudgedDates::of_full_snapshots(&published, as_of, RunMode::Nightly);
    stops.append(log.add_judged(judge_claims(job, &changes, dates), kind_of_failure, watch));
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

/// Returns the state from which a run would start, and the published dates.
fn load_state(request: &CheckRequest, as_of: Day, watch: &dyn RunObserver) -> Result<(RunState, Vec<Day>)> {
    let job = request.job;
    let Some(output) = request.output else {
        return Ok((RunState::empty(&job.networks), Vec::new()));
    };
    let published = snapshots::list_dates(output)?;
    let state = load_base_state(job, output, &published, as_of, BaseWanted::InMemory, watch)?;
    Ok((state, published))
}

fn intake_params<'a>(
    request: &CheckRequest<'a>,
    inventory: &'a InputInventory,
    state: &RunState,
    as_of: Day,
) -> IntakeParams<'a> {
    let sources = MergeSources::dates_after(state, request.job, request.input, inventory, as_of);
    let params = IntakeParams {
        kept_rejects: KeptRejects::All,
        ..sources.intake_params(state)
    };
    let Some(first) = request.first else {
        return params;
    };
    let networks = request.job.networks.iter();
    let oldest = networks.map(|network| inventory.first_load_date(&network.name));
    IntakeParams {
        first,
        first_load_dates: oldest.map(|oldest| oldest.filter(|oldest| *oldest < first)).collect(),
        ..params
    }
}

/// Counts the rows of the load dates with which the volume of `first` is compared, from footers.
fn count_volumes_before(
    request: &CheckRequest,
    inventory: &InputInventory,
    first: Day,
) -> Result<Vec<(usize, Day, u64)>> {
    let mut volumes = Vec::new();
    if first == EARLIEST_DAY {
        return Ok(volumes);
    }
    let before = (first.days_before(VOLUME_DAYS), first.days_before(1));
    for (partition, files) in inventory.partitions_between("activities", before.0, before.1) {
        let files: Vec<&StoredObject> = files.iter().collect();
        let mut networks = request.job.networks.iter();
        if let Some(network) = networks.position(|network| network.name == partition.network) {
            volumes.push((
                network,
                partition.load_date,
                count_announced_rows(request.input, &files)?,
            ));
        }
    }
    Ok(volumes)
}
