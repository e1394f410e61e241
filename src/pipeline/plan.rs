//! Plans a run: lists its input, finds the state to start from, and checks its preconditions.

use std::collections::{BTreeMap, BTreeSet};

use super::observer::RunObserver;
use crate::job::Job;
use crate::state::RunState;
use crate::state::state_files::{StateRequirements, load_state, state_folder};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};
use clout_base::ids::HashKey;
use clout_warehouse::admission::count_announced_rows;
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory};
use clout_warehouse::manifest::InputFile;
use clout_warehouse::snapshots;
use clout_warehouse::store::{Store, StoredObject};

/// Number of changed files that a warning names.
const NAMED_FILES: usize = 5;

/// Lists the input, and warns of files that are not read.
pub fn list_input(job: &Job, input: &Store, watch: &dyn RunObserver) -> Result<InputInventory> {
    let inventory = InputInventory::list_root(input, |network| job.networks.iter().any(|n| n.name == network))?;
    warn_of_unknown_networks(&inventory.unknown_networks, watch);
    for (file, reason) in &inventory.misplaced {
        watch.warn(&format!("{file} is not in a partition and is not read: {reason}"));
    }
    Ok(inventory)
}

/// Returns the snapshot date: the requested one, or the newest load date of a known network.
///
/// # Errors
/// [`ErrorKind::NotReady`] if nothing was delivered on or before the date.
pub fn resolve_snapshot_date(inventory: &InputInventory, asked: Option<Day>, root: &str) -> Result<Day> {
    let Some((oldest, newest)) = inventory.activity_date_range() else {
        return Err(Error::new(
            ErrorKind::NotReady,
            format!(
                "{root} has no activities of a known network: expected \
                 activities/network=NAME/date=YYYY-MM-DD/*.parquet"
            ),
        ));
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

/// Checks that every network in `input.expect` has its partition of the snapshot date.
///
/// # Errors
/// [`ErrorKind::NotReady`] with the missing networks.
pub fn expect_delivery(inventory: &InputInventory, job: &Job, as_of: Day) -> Result<()> {
    let missing: Vec<&str> = job
        .input
        .expect
        .iter()
        .map(String::as_str)
        .filter(|network| !inventory.has_activities(network, as_of))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::NotReady,
        format!(
            "{as_of} is not ready: activities of {} are missing (input.expect); run again later",
            missing.join(", ")
        ),
    ))
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

/// Warns of networks that are skipped.
pub fn warn_of_unknown_networks(unknown: &BTreeSet<String>, watch: &dyn RunObserver) {
    for network in unknown {
        watch.warn(&format!(
            "network {network} is unknown and was skipped. To read it, declare its verbs under \
             [networks.{network}.verbs]"
        ));
    }
}

/// Returns the requirements that a state must meet.
pub fn state_requirements<'a>(job: &'a Job, model_version: &'a str) -> StateRequirements<'a> {
    StateRequirements {
        model_version,
        hash_key: Some(format!(
            "{:032x}",
            HashKey::from_text(&job.state.hash_key).hash(&["state.hash_key"])
        )),
        networks: &job.networks,
        stride: job.model.mixture().len(),
    }
}

/// Loads the newest usable state of a snapshot before `as_of`. Returns an empty state, from which everything is
/// rebuilt, if no state can be used.
pub fn load_base_state(
    job: &Job,
    output: &Store,
    published: &[Day],
    as_of: Day,
    is_rebuild: bool,
    watch: &dyn RunObserver,
) -> Result<RunState> {
    let model_version = job.compute_model_version();
    let earlier = published.iter().rev().filter(|day| **day < as_of && !is_rebuild);
    for day in earlier.take(job.state.keep) {
        let Some(manifest) = snapshots::read_manifest(output, *day)? else {
            continue;
        };
        match load_state(
            output,
            &state_folder(*day, &manifest.commit_id),
            &state_requirements(job, &model_version),
        )? {
            Ok(state) => return Ok(state),
            Err(why) => watch.warn(&format!("the state of {day} cannot be used: {why}")),
        }
    }
    if published.iter().any(|day| *day < as_of) && !is_rebuild {
        watch.warn("Rebuilding from the input: no state can be used");
    }
    Ok(RunState::empty(&job.networks))
}

/// Warns of files of closed load dates that were changed, added or removed since they were read.
pub fn warn_of_changed_files(base: &RunState, inventory: &InputInventory, watch: &dyn RunObserver) {
    let Some(closed_until) = base.as_of else {
        return;
    };
    let before: BTreeMap<&str, &StoredObject> =
        base.closed.iter().map(|object| (object.key.as_str(), object)).collect();
    let now: BTreeMap<&str, &StoredObject> = inventory
        .dated_files_between(EARLIEST_DAY, closed_until)
        .map(|object| (object.key.as_str(), object))
        .collect();
    let is_same = |a: &StoredObject, b: &StoredObject| {
        a.size == b.size && (a.etag == b.etag || a.etag.is_none() || b.etag.is_none())
    };
    let mut changed: Vec<String> = Vec::new();
    for (key, object) in &now {
        match before.get(key) {
            None => changed.push(format!("{key} (added)")),
            Some(old) if !is_same(old, object) => changed.push(format!("{key} (changed)")),
            Some(_) => {}
        }
    }
    changed.extend(
        before
            .keys()
            .filter(|key| !now.contains_key(*key))
            .map(|key| format!("{key} (removed)")),
    );
    if changed.is_empty() {
        return;
    }
    let named = changed[..changed.len().min(NAMED_FILES)].join(", ");
    let more = changed.len().saturating_sub(NAMED_FILES);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    watch.warn(&format!(
        "load dates up to {closed_until} are closed; these changes are ignored until a rebuild (--rebuild): \
         {named}{more}"
    ));
}

/// Estimated input and memory of a run.
#[derive(Clone, Debug, serde::Serialize)]
pub struct RunEstimate {
    /// Number of files: of the load dates to read, and of undated tables.
    pub files: u64,
    /// Size of these files in bytes.
    pub input_bytes: u64,
    /// Number of rows of activities, according to the Parquet footers.
    pub rows: u64,
    /// Number of pairs in the state.
    pub state_pairs: u64,
    /// Expected memory of the run, in bytes.
    pub memory_bytes: u64,
    /// Expected size of the output and the state, in bytes.
    pub output_bytes: u64,
}

/// Bytes of memory, measured on 20 million activities of a million accounts (docs/src/research/costs.md) and rounded
/// up: for the program itself, a row until it is merged, a pair with its part of the graph, and an account.
const FIXED_BYTES: u64 = 64 << 20;
const ROW_BYTES: u64 = 160;
const PAIR_BYTES: u64 = 180;
const ACCOUNT_BYTES: u64 = 500;
/// Additional bytes per pair and account if the run starts from the day before, because it scores that day again.
const PAIR_BEFORE_BYTES: u64 = 40;
const ACCOUNT_BEFORE_BYTES: u64 = 250;
/// Additional bytes per row, and per account and topic in the state, if the input has topics. Measured on 440,000 rows,
/// nearly all with tags (`benches/night.py`), and rounded up.
const TOPIC_ROW_BYTES: u64 = 450;
const TOPIC_ENTRY_BYTES: u64 = 320;

/// Estimates the needs of a run from the listing and from the row counts in Parquet footers, with one request per file.
pub fn estimate_run(input: &Store, inventory: &InputInventory, base: &RunState, as_of: Day) -> Result<RunEstimate> {
    let first = base.as_of.map_or(EARLIEST_DAY, Day::next);
    let activities = inventory.partitions_between("activities", first, as_of);
    let activities: Vec<&StoredObject> = activities.flat_map(|(_, files)| files).collect();
    let rows = count_announced_rows(input, &activities)?;
    let (pairs, accounts) = (base.pairs.len() as u64, base.accounts.len() as u64);
    let before = match base.as_of == Some(as_of.days_before(1)) {
        true => pairs * PAIR_BEFORE_BYTES + accounts * ACCOUNT_BEFORE_BYTES,
        false => 0,
    };
    let topics = match inventory.undated_files("topics").is_empty() {
        true => 0,
        false => rows * TOPIC_ROW_BYTES + base.topics.len() as u64 * TOPIC_ENTRY_BYTES,
    };
    Ok(RunEstimate {
        files: inventory.files_between(first, as_of).count() as u64,
        input_bytes: inventory.files_between(first, as_of).map(|file| file.size).sum(),
        rows,
        state_pairs: pairs,
        memory_bytes: FIXED_BYTES + rows * ROW_BYTES + pairs * PAIR_BYTES + accounts * ACCOUNT_BYTES + before + topics,
        output_bytes: (pairs + rows) * 60 + accounts * 120,
    })
}

impl RunEstimate {
    /// Refuses a run that needs more memory than `limit` bytes.
    pub fn expect_within(&self, limit: u64) -> Result<()> {
        if self.memory_bytes <= limit {
            return Ok(());
        }
        let message = format!(
            "this run needs about {} MiB for {} rows and {} pairs, but the memory limit is {limit} bytes. Raise the \
             limit, or backfill in smaller steps of days",
            self.memory_bytes >> 20,
            self.rows,
            self.state_pairs
        );
        Err(Error::new(ErrorKind::Memory, message))
    }
}

/// Returns the files that a run from `base` to `as_of` reads, in the form of the manifest.
pub fn list_input_files(inventory: &InputInventory, base: Option<Day>, as_of: Day) -> Vec<InputFile> {
    let first = base.map_or(EARLIEST_DAY, Day::next);
    inventory
        .files_between(first, as_of)
        .map(|file| InputFile {
            path: file.key.clone(),
            size: file.size,
            etag: file.etag.clone(),
        })
        .collect()
}
