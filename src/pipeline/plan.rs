//! What a run would read, from where it would go on, and whether it may.

use std::collections::{BTreeMap, BTreeSet};

use super::watch::Watch;
use crate::job::Job;
use crate::state::State;
use crate::state::files::{Wanted, load, prefix};
use clout_base::day::Day;
use clout_base::error::{Error, Kind, Result};
use clout_base::ids::HashKey;
use clout_warehouse::admission::announced_rows;
use clout_warehouse::layout::{BEGINNING, Inventory};
use clout_warehouse::manifest::InputFile;
use clout_warehouse::snapshots;
use clout_warehouse::store::{Object, Store};

/// Names of changed files that a warning spells out.
const NAMED_FILES: usize = 5;

/// Lists the input, and names what lies there and is not read.
pub fn list(job: &Job, input: &Store, watch: &dyn Watch) -> Result<Inventory> {
    let inventory = Inventory::read(input, |network| job.networks.iter().any(|n| n.name == network))?;
    warn_of_networks(&inventory.unknown_networks, watch);
    for (file, reason) in &inventory.misplaced {
        watch.warn(&format!("{file} is in no partition: {reason}"));
    }
    Ok(inventory)
}

/// The snapshot date: the one asked for, or the newest load date of a known network.
pub fn snapshot_date(inventory: &Inventory, asked: Option<Day>, root: &str) -> Result<Day> {
    let Some((oldest, newest)) = inventory.activity_dates() else {
        return Err(Error::new(
            Kind::NotReady,
            format!(
                "no activities of a known network below {root}: expected activities/network=NAME/date=YYYY-MM-DD/*.parquet"
            ),
        ));
    };
    match asked {
        Some(date) if date < oldest => Err(Error::new(
            Kind::NotReady,
            format!("nothing was delivered on or before {date}: the first load date is {oldest}"),
        )),
        Some(date) => Ok(date),
        None => Ok(newest),
    }
}

/// A date is ready when every network that the job expects has its partition.
pub fn expect_delivery(inventory: &Inventory, job: &Job, as_of: Day) -> Result<()> {
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
        Kind::NotReady,
        format!(
            "{as_of} is not ready: no activities yet of {} (input.expect); run again later",
            missing.join(", ")
        ),
    ))
}

/// Says so where nobody delivered anything on the snapshot date: legal, and sometimes a slip of the pen.
pub fn warn_of_silence(inventory: &Inventory, as_of: Day, watch: &dyn Watch) {
    if inventory.files(as_of, as_of).next().is_some() {
        return;
    }
    let newest = inventory.activity_dates().map(|(_, newest)| newest);
    let newest = newest
        .map(|day| format!("; the newest load date is {day}"))
        .unwrap_or_default();
    watch.warn(&format!("nothing was delivered on {as_of}{newest}"));
}

/// Names the networks that are skipped.
pub fn warn_of_networks(unknown: &BTreeSet<String>, watch: &dyn Watch) {
    for network in unknown {
        watch.warn(&format!(
            "network {network} is neither known nor declared: skipped. Declare its verbs under [networks.{network}.verbs] to read it"
        ));
    }
}

/// What the state must agree with.
pub fn wanted<'a>(job: &'a Job, model_version: &'a str) -> Wanted<'a> {
    Wanted {
        model_version,
        hash_key: Some(format!(
            "{:032x}",
            HashKey::of_text(&job.state.hash_key).hash(&["state.hash_key"])
        )),
        networks: &job.networks,
        stride: job.model.recency.half_lives_days.len(),
    }
}

/// The newest usable state of a snapshot before `as_of`, or the empty one where all must be rebuilt.
pub fn base(
    job: &Job,
    output: &Store,
    published: &[Day],
    as_of: Day,
    is_rebuild: bool,
    watch: &dyn Watch,
) -> Result<State> {
    let model_version = job.model_version();
    let earlier = published.iter().rev().filter(|day| **day < as_of && !is_rebuild);
    for day in earlier.take(job.state.keep) {
        let Some(manifest) = snapshots::find(output, *day)? else {
            continue;
        };
        match load(output, &prefix(*day, &manifest.commit_id), &wanted(job, &model_version))? {
            Ok(state) => return Ok(state),
            Err(why) => watch.warn(&format!("the state of {day} cannot be used: {why}")),
        }
    }
    if published.iter().any(|day| *day < as_of) && !is_rebuild {
        watch.warn("Rebuilding from the input: no state can be used");
    }
    Ok(State::empty(&job.networks))
}

/// Warns of files of closed load dates that changed, came or went since they were read.
pub fn warn_of_changes(base: &State, inventory: &Inventory, watch: &dyn Watch) {
    let Some(closed_until) = base.as_of else {
        return;
    };
    let before: BTreeMap<&str, &Object> = base.closed.iter().map(|object| (object.key.as_str(), object)).collect();
    let now: BTreeMap<&str, &Object> = inventory
        .files(BEGINNING, closed_until)
        .map(|object| (object.key.as_str(), object))
        .collect();
    let is_same =
        |a: &Object, b: &Object| a.size == b.size && (a.etag == b.etag || a.etag.is_none() || b.etag.is_none());
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
            .map(|key| format!("{key} (gone)")),
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
        "load dates up to {closed_until} are closed, so these files are ignored until a rebuild: {named}{more}"
    ));
}

/// What a run would read and need.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Estimate {
    /// Files of the load dates to read, and of tables without any.
    pub files: u64,
    /// Their size in bytes.
    pub input_bytes: u64,
    /// Rows of activities, as their footers announce.
    pub rows: u64,
    /// Pairs in the state.
    pub state_pairs: u64,
    /// Memory that the run is expected to need, in bytes.
    pub memory_bytes: u64,
    /// Bytes that the run is expected to write, the state included.
    pub output_bytes: u64,
}

/// Bytes of memory: measured on 20 million activities of a million accounts (ARCHITECTURE.md),
/// rounded up. The program itself, a row on its way to the fold, a pair with its graph, an account.
const FIXED_BYTES: u64 = 64 << 20;
const ROW_BYTES: u64 = 160;
const PAIR_BYTES: u64 = 180;
const ACCOUNT_BYTES: u64 = 500;
/// The same of the day before, which a night that goes on from it judges again: a pair, an account.
const PAIR_BEFORE_BYTES: u64 = 40;
const ACCOUNT_BEFORE_BYTES: u64 = 250;
/// Where there are topics, measured on 440,000 rows that nearly all have tags (`benches/night.py`), rounded up: a row,
/// and what the state remembers of an account and topic.
const TOPIC_ROW_BYTES: u64 = 450;
const TOPIC_ENTRY_BYTES: u64 = 320;

/// Estimates from the listing and the footers' row counts alone: one request a file.
pub fn estimate(input: &Store, inventory: &Inventory, base: &State, as_of: Day) -> Result<Estimate> {
    let first = base.as_of.map_or(BEGINNING, Day::next);
    let activities = inventory.delivered("activities", first, as_of);
    let activities: Vec<&Object> = activities.flat_map(|(_, files)| files).collect();
    let rows = announced_rows(input, &activities)?;
    let (pairs, accounts) = (base.pairs.len() as u64, base.accounts.len() as u64);
    let before = match base.as_of == Some(as_of.minus(1)) {
        true => pairs * PAIR_BEFORE_BYTES + accounts * ACCOUNT_BEFORE_BYTES,
        false => 0,
    };
    let topics = match inventory.undated("topics").is_empty() {
        true => 0,
        false => rows * TOPIC_ROW_BYTES + base.topics.len() as u64 * TOPIC_ENTRY_BYTES,
    };
    Ok(Estimate {
        files: inventory.read_between(first, as_of).count() as u64,
        input_bytes: inventory.read_between(first, as_of).map(|file| file.size).sum(),
        rows,
        state_pairs: pairs,
        memory_bytes: FIXED_BYTES + rows * ROW_BYTES + pairs * PAIR_BYTES + accounts * ACCOUNT_BYTES + before + topics,
        output_bytes: (pairs + rows) * 60 + accounts * 120,
    })
}

impl Estimate {
    /// Refuses a run that would need more memory than `limit` bytes.
    pub fn expect_within(&self, limit: u64) -> Result<()> {
        if self.memory_bytes <= limit {
            return Ok(());
        }
        let what = format!(
            "this run would need about {} MiB for {} rows and {} pairs, the memory limit is {limit} bytes. Raise it, or \
             backfill in smaller steps of days",
            self.memory_bytes >> 20,
            self.rows,
            self.state_pairs
        );
        Err(Error::new(Kind::Memory, what))
    }
}

/// The files that a run from `base` to `as_of` reads, as the manifest names them.
pub fn inputs(inventory: &Inventory, base: Option<Day>, as_of: Day) -> Vec<InputFile> {
    let first = base.map_or(BEGINNING, Day::next);
    inventory
        .read_between(first, as_of)
        .map(|file| InputFile {
            path: file.key.clone(),
            size: file.size,
            etag: file.etag.clone(),
        })
        .collect()
}
