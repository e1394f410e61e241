//! Lists the input, names every file and partition that is not read, and resolves the snapshot date.

use std::collections::BTreeSet;

use super::check_log::{CheckLog, names};
use super::observer::RunObserver;
use super::run_facts::{CheckResult, CheckSeverity, CheckStatus};
use super::stops::Stops;
use crate::job::Job;
use crate::state::closed_files::is_opt_out;
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};
use clout_model::networks::Network;
use clout_warehouse::inventory::{InputInventory, InventoryRules, TablePartition};
use clout_warehouse::store::Store;

/// Number of partitions that a warning names.
const NAMED_PARTITIONS: usize = 5;

/// Lists the input, and warns of everything that is not read.
///
/// # Errors
/// Returns an error if the store fails. [`check_listing`] judges the listing.
pub fn list_input(job: &Job, input: &Store, watch: &dyn RunObserver) -> Result<InputInventory> {
    let networks: Vec<&str> = job.networks.iter().map(|network| network.name.as_str()).collect();
    let rules = InventoryRules {
        networks: &networks,
        today: watch.today(),
        ready_marker: job.input.ready_marker.as_deref(),
    };
    let inventory = InputInventory::list_root(input, &rules)?;
    warn_of_unknown_networks(&inventory.unknown_networks, &job.networks, watch);
    for (file, reason) in &inventory.misplaced {
        watch.warn(&format!("{file} is not in a partition and is not read: {reason}"));
    }
    for (folder, table) in &inventory.similar_folders {
        watch.warn(&format!(
            "{folder}/ is not an input table and is not read: did you mean {table}/?"
        ));
    }
    if !inventory.future.is_empty() {
        watch.warn(&format!(
            "load dates after today ({} UTC) are ignored: {}",
            watch.today(),
            name_partitions(&inventory.future)
        ));
    }
    if let (false, Some(marker)) = (inventory.unready.is_empty(), &job.input.ready_marker) {
        watch.warn(&format!(
            "partitions without {marker} (input.ready_marker) are not delivered yet and are ignored: {}",
            name_partitions(&inventory.unready)
        ));
    }
    Ok(inventory)
}

/// Returns the reasons in a listing that stop a run, and adds the results of the checks to `log`.
pub fn check_listing(inventory: &InputInventory, job: &Job, log: &CheckLog) -> Stops {
    let mut stops = find_table_formats(inventory);
    log.add_stops(
        names::TABLE_FORMATS,
        "no table has the metadata of a table format",
        &stops,
    );
    let opt_outs = find_misplaced_opt_outs(inventory);
    if !opt_outs.reasons().is_empty() {
        log.add_stops(names::OPT_OUTS, "", &opt_outs);
        stops.append(opt_outs);
    }
    let places = find_unknown_places(inventory);
    if job.input.is_strict {
        log.add_stops(names::FILE_PLACES, "every file is in a known place", &places);
        stops.append(places);
        return stops;
    }
    let status = match places.reasons().is_empty() {
        true => CheckStatus::Pass,
        false => CheckStatus::Warn,
    };
    log.add(CheckResult {
        name: names::FILE_PLACES,
        severity: CheckSeverity::Warn,
        status,
        network: None,
        value: None,
        threshold: None,
        message: format!("{} files or folders are in no known place", places.reasons().len()),
    });
    stops
}

fn find_table_formats(inventory: &InputInventory) -> Stops {
    let mut stops = Stops::default();
    for (table, (format, file)) in &inventory.table_formats {
        let format = format.name();
        stops.add(
            ErrorKind::Refused,
            format!(
                "{table}/ is a table of the format {format} ({file}), and its folder can hold files that are deleted or \
                 replaced there. Export its live rows to plain Parquet below {table}/, or declare it under \
                 [sources.{table}] (delta = true reads the live files of a Delta table), and remove the metadata from \
                 the input"
            ),
        );
    }
    stops
}

/// Returns the files of opt-outs that cannot be read because of their place: the persons in them would be published.
fn find_misplaced_opt_outs(inventory: &InputInventory) -> Stops {
    let mut stops = Stops::default();
    for (file, reason) in inventory.misplaced.iter().filter(|(file, _)| is_opt_out(file)) {
        stops.add(
            ErrorKind::Refused,
            format!(
                "{file} cannot be read: {reason}. Nothing is published past an opt-out that cannot be read: move the \
                 file to opt_outs/date=YYYY-MM-DD/"
            ),
        );
    }
    stops
}

fn find_unknown_places(inventory: &InputInventory) -> Stops {
    let mut stops = Stops::default();
    let others = inventory.misplaced.iter().filter(|(file, _)| !is_opt_out(file));
    for (file, reason) in others {
        stops.add(
            ErrorKind::Refused,
            format!("{file} is not in a partition: {reason} (input.strict refuses the run)"),
        );
    }
    for (folder, table) in &inventory.similar_folders {
        stops.add(
            ErrorKind::Refused,
            format!("{folder}/ is not an input table: did you mean {table}/? (input.strict refuses the run)"),
        );
    }
    stops
}

/// Returns the snapshot date: the requested one, or the newest load date of a known network up to today.
///
/// # Errors
/// [`ErrorKind::Usage`] for a date after today, and for input of undeclared networks only; [`ErrorKind::NotReady`] if
/// nothing was delivered on or before the date.
pub fn resolve_snapshot_date(
    inventory: &InputInventory,
    asked: Option<Day>,
    root: &str,
    watch: &dyn RunObserver,
) -> Result<Day> {
    expect_not_after_today(asked, watch.today())?;
    let Some((oldest, newest)) = inventory.activity_date_range() else {
        return Err(nothing_to_read(inventory, root));
    };
    match asked {
        Some(date) if date < oldest => Err(Error::new(
            ErrorKind::NotReady,
            format!("nothing was delivered on or before {date}: the first load date is {oldest}"),
        )),
        Some(date) => Ok(date),
        None => Ok(newest),
    }
}

/// Refuses a requested date after today.
///
/// # Errors
/// [`ErrorKind::Usage`].
pub fn expect_not_after_today(asked: Option<Day>, today: Day) -> Result<()> {
    match asked.filter(|date| *date > today) {
        None => Ok(()),
        Some(date) => Err(Error::usage(format!(
            "the date {date} is later than today, {today} (UTC): expected today or an earlier date"
        ))),
    }
}

fn nothing_to_read(inventory: &InputInventory, root: &str) -> Error {
    let unknown: Vec<&str> = inventory.unknown_networks.iter().map(String::as_str).collect();
    if !unknown.is_empty() {
        return Error::usage(format!(
            "{root} has activities of unknown networks only ({}): declare the verbs of each under \
             [networks.NAME.verbs]",
            unknown.join(", ")
        ));
    }
    let ignored = match (inventory.future.is_empty(), inventory.unready.is_empty()) {
        (true, true) => String::new(),
        (false, _) => format!("; after today: {}", name_partitions(&inventory.future)),
        (true, false) => format!("; without input.ready_marker: {}", name_partitions(&inventory.unready)),
    };
    let similar: Vec<String> = inventory
        .similar_folders
        .iter()
        .map(|(folder, _)| format!("{folder}/"))
        .collect();
    let similar = match similar.is_empty() {
        true => String::new(),
        false => format!("; found {}", similar.join(", ")),
    };
    Error::new(
        ErrorKind::NotReady,
        format!(
            "{root} has no activities of a known network: expected \
             activities/network=NAME/date=YYYY-MM-DD/*.parquet{ignored}{similar}"
        ),
    )
}

/// Warns if nothing was delivered on the snapshot date. This is allowed, but may be a typing error in the date.
pub fn warn_of_empty_date(inventory: &InputInventory, as_of: Day, watch: &dyn RunObserver) {
    if inventory.dated_files_between(as_of, as_of).next().is_some() {
        return;
    }
    let newest = inventory.activity_date_range().map(|(_, newest)| newest);
    let newest = newest
        .map(|day| format!("; the newest load date is {day}"))
        .unwrap_or_default();
    watch.warn(&format!("nothing was delivered on {as_of}{newest}"));
}

/// Warns of networks that are skipped, with the most similar known name.
pub fn warn_of_unknown_networks(unknown: &BTreeSet<String>, networks: &[Network], watch: &dyn RunObserver) {
    for network in unknown {
        let lower = network.to_lowercase();
        let known = networks.iter().map(|known| known.name.as_str());
        let similar = known.filter(|known| strsim::damerau_levenshtein(&lower, known) <= 2);
        let similar = similar.min_by_key(|known| strsim::damerau_levenshtein(&lower, known));
        let advice = match similar {
            Some(known) => format!("Did you mean {known}? If not, declare its verbs"),
            None => "To read it, declare its verbs".to_owned(),
        };
        watch.warn(&format!(
            "network {network} is unknown and was skipped. {advice} under [networks.{network}.verbs]"
        ));
    }
}

/// Names partitions, newest load date first, with the number of those left out.
pub(super) fn name_partitions(partitions: &[TablePartition]) -> String {
    let mut sorted: Vec<&TablePartition> = partitions.iter().collect();
    sorted.sort_by_key(|(table, partition)| (std::cmp::Reverse(partition.load_date), *table));
    let mut names: Vec<String> = sorted
        .iter()
        .take(NAMED_PARTITIONS)
        .map(|partition| name_partition(partition))
        .collect();
    if sorted.len() > NAMED_PARTITIONS {
        names.push(format!("and {} more", sorted.len() - NAMED_PARTITIONS));
    }
    names.join(", ")
}

/// Names a partition as its folder.
pub(super) fn name_partition((table, partition): &TablePartition) -> String {
    match partition.network.as_str() {
        "" => format!("{table}/date={}", partition.load_date),
        network => format!("{table}/network={network}/date={}", partition.load_date),
    }
}
