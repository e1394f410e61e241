//! Plans a run: finds the state to start from, and estimates its needs.

use super::observer::RunObserver;
use super::run_facts::RunFact;
use crate::job::Job;
use crate::state::RunState;
use crate::state::state_files::{StatePart, StateRequirements, load_state, state_folder};
use clout_base::day::Day;
use clout_base::error::{Error, ErrorKind, Result};
use clout_base::ids::HashKey;
use clout_warehouse::admission::count_announced_rows;
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory};
use clout_warehouse::snapshots;
use clout_warehouse::store::{Store, StoredObject};

/// Returns the requirements that a state must meet.
pub fn state_requirements(job: &Job) -> StateRequirements<'_> {
    StateRequirements {
        state_version: job.compute_state_version(),
        model_version: job.compute_model_version(),
        hash_key: Some(format!(
            "{:032x}",
            HashKey::from_text(&job.state.hash_key).hash(&["state.hash_key"])
        )),
        networks: &job.networks,
        mixture: job.model.mixture(),
    }
}

/// What a run takes from an earlier state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseWanted {
    /// Everything; pairs stay in memory unless there is a memory limit.
    InMemory,
    /// Everything; other processes read the pairs from files.
    InFiles,
    /// Nothing: the whole input is read.
    None,
}

/// Loads the newest usable state of a snapshot before `as_of`. Returns an empty state, from which everything is
/// rebuilt, if no state can be used.
pub fn load_base_state(
    job: &Job,
    output: &Store,
    published: &[Day],
    as_of: Day,
    wanted: BaseWanted,
    watch: &dyn RunObserver,
) -> Result<RunState> {
    let is_rebuild = wanted == BaseWanted::None;
    let has_snapshot = published.iter().any(|day| *day < as_of);
    if has_snapshot && is_rebuild {
        watch.record(RunFact::Rebuilt("requested with --rebuild".to_owned()));
    }
    let mut reasons: Vec<String> = Vec::new();
    let earlier = published.iter().rev().filter(|day| **day < as_of && !is_rebuild);
    for day in earlier.take(job.state.keep) {
        let Some(manifest) = snapshots::read_manifest(output, *day)? else {
            continue;
        };
        match load_state(
            output,
            &state_folder(*day, &manifest.commit_id),
            &state_requirements(job),
            &StatePart::All {
                keeps_base: wanted == BaseWanted::InMemory && job.run.memory_limit.is_none(),
            },
        )? {
            Ok(loaded) => {
                reasons.iter().for_each(|reason| watch.warn(reason));
                return Ok(loaded.state);
            }
            Err(why) => reasons.push(format!("the state of {day} cannot be used: {why}")),
        }
    }
    if has_snapshot && !is_rebuild {
        reasons.iter().for_each(|reason| watch.warn(reason));
        watch.warn("Rebuilding from the input: no state can be used");
        watch.record(RunFact::Rebuilt(reasons.join("; ")));
    }
    Ok(RunState::empty(&job.networks))
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
    /// Number of accounts in the state.
    pub accounts: u64,
    /// Expected memory of the run, in bytes.
    pub memory_bytes: u64,
    /// Expected memory of the run with intermediate data in files, in bytes: the least memory limit.
    pub least_memory_bytes: u64,
    /// Expected size of the output and the state, in bytes.
    pub output_bytes: u64,
}

/// Bytes of memory, measured on 20 million activities of a million accounts (docs/src/research/costs.md) and rounded
/// up: for the program itself, a row of the load dates, a row of pairs in the base, and an account.
const FIXED_BYTES: u64 = 64 << 20;
const ROW_BYTES: u64 = 55;
const PAIR_BYTES: u64 = 45;
const ACCOUNT_BYTES: u64 = 450;
/// Additional bytes for each of the first rows, many of which bring a new account.
const NEW_ACCOUNT_BYTES: u64 = 220;
const NEW_ACCOUNT_ROWS: u64 = 2_000_000;
/// Additional bytes per pair and account if the run starts from the day before, because it compares with that day.
const PAIR_BEFORE_BYTES: u64 = 32;
const ACCOUNT_BEFORE_BYTES: u64 = 250;
/// The same with intermediate data in files, measured on 20 and on 200 million activities.
const LEAST_FIXED_BYTES: u64 = 48 << 20;
const LEAST_ROW_BYTES: u64 = 38;
const LEAST_PAIR_BYTES: u64 = 40;
/// Additional bytes per row, and per account and topic in the state, if the input has topics. Measured on 440,000 rows,
/// nearly all with tags (`benches/night.py`), and rounded up.
const TOPIC_ROW_BYTES: u64 = 320;
const TOPIC_ENTRY_BYTES: u64 = 320;

/// Estimates the needs of a run from the listing and from the row counts in Parquet footers, with one request per file.
pub fn estimate_run(input: &Store, inventory: &InputInventory, base: &RunState, as_of: Day) -> Result<RunEstimate> {
    let first = base.as_of.map_or(EARLIEST_DAY, Day::next);
    let activities = inventory.partitions_between("activities", first, as_of);
    let activities: Vec<&StoredObject> = activities.flat_map(|(_, files)| files).collect();
    let rows = count_announced_rows(input, &activities)?;
    let (pairs, accounts) = (base.pairs.base_rows(), base.accounts.len() as u64);
    let before = match base.as_of == Some(as_of.days_before(1)) {
        true => pairs * PAIR_BEFORE_BYTES + accounts * ACCOUNT_BEFORE_BYTES,
        false => 0,
    };
    let topics = match inventory.undated_files("topics").is_empty() {
        true => 0,
        false => rows * TOPIC_ROW_BYTES + base.topics.len() as u64 * TOPIC_ENTRY_BYTES,
    };
    let new_accounts = rows.min(NEW_ACCOUNT_ROWS) * NEW_ACCOUNT_BYTES;
    let common = new_accounts + topics + accounts * ACCOUNT_BYTES + before;
    let whole = FIXED_BYTES + rows * ROW_BYTES + pairs * PAIR_BYTES;
    let least = LEAST_FIXED_BYTES + rows * LEAST_ROW_BYTES + pairs * LEAST_PAIR_BYTES;
    Ok(RunEstimate {
        files: inventory.files_between(first, as_of).count() as u64,
        input_bytes: inventory.files_between(first, as_of).map(|file| file.size).sum(),
        rows,
        state_pairs: pairs,
        accounts,
        memory_bytes: whole + common,
        least_memory_bytes: least + common,
        output_bytes: (pairs + rows) * 30 + accounts * 120,
    })
}

impl RunEstimate {
    /// Refuses a run that needs more memory than `limit` bytes, even with intermediate data in files.
    pub fn expect_within(&self, limit: u64) -> Result<()> {
        if self.least_memory_bytes <= limit {
            return Ok(());
        }
        let message = format!(
            "this run needs about {} MiB for {} rows and {} pairs, even with intermediate data in files, but the memory \
             limit is {limit} bytes. Raise the limit, or backfill in smaller steps of days",
            self.least_memory_bytes >> 20,
            self.rows,
            self.state_pairs
        );
        Err(Error::new(ErrorKind::Memory, message))
    }
}
