//! Shards in the log of requests: a shard of an executor looks for its receipt, writes its blocks, and then its receipt.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use hyper::Method;

use super::gate::{Seen, Selection, list_clients};

/// Step and number of a shard.
pub type Shard = (String, usize);

/// Object of a step in the work folder of a run.
struct WorkObject<'a> {
    output: &'a str,
    step: &'a str,
    name: &'a str,
}

impl<'a> WorkObject<'a> {
    fn parse(path: &'a str) -> Option<WorkObject<'a>> {
        let parts: Vec<&str> = path.trim_start_matches('/').splitn(7, '/').collect();
        match parts[..] {
            [_bucket, output, "work", _date, _key, step, name] => Some(WorkObject { output, step, name }),
            _ => None,
        }
    }

    /// Returns the number in the name of a receipt.
    fn receipt(&self) -> Option<usize> {
        self.name.strip_suffix(".json")?.parse().ok()
    }
}

/// Returns the shard of a receipt of a run into `output`.
fn receipt_of(seen: &Seen, output: &str) -> Option<Shard> {
    let object = WorkObject::parse(&seen.path).filter(|object| object.output == output)?;
    Some((object.step.to_owned(), object.receipt()?))
}

fn is_executor(seen: &Seen) -> bool {
    seen.client.starts_with("executor")
}

fn count_receipts(log: &[Seen], output: &str, selects: impl Fn(&Seen) -> bool) -> BTreeMap<Shard, usize> {
    let mut counts = BTreeMap::new();
    for shard in log
        .iter()
        .filter(|seen| selects(seen))
        .filter_map(|seen| receipt_of(seen, output))
    {
        *counts.entry(shard).or_default() += 1;
    }
    counts
}

/// Returns how often each shard was handed to an executor.
pub fn count_calls(log: &[Seen], output: &str) -> BTreeMap<Shard, usize> {
    count_receipts(log, output, |seen| is_executor(seen) && seen.method == Method::GET)
}

/// Returns how often each shard ran to its end.
pub fn count_runs(log: &[Seen], output: &str) -> BTreeMap<Shard, usize> {
    count_receipts(log, output, |seen| seen.method == Method::PUT)
}

/// Returns the shards that have a receipt, with the time of it.
pub fn list_finished(log: &[Seen], output: &str) -> BTreeMap<Shard, Instant> {
    let puts = log.iter().filter(|seen| seen.method == Method::PUT);
    puts.filter_map(|seen| Some((receipt_of(seen, output)?, seen.done?)))
        .collect()
}

/// Checks that shards which had a receipt at some moment did not run again, and that every shard has one now.
#[track_caller]
pub fn check_finished_ran_once(log: &[Seen], output: &str, finished: &BTreeMap<Shard, Instant>) {
    let runs = count_runs(log, output);
    for shard in finished.keys() {
        assert_eq!(runs[shard], 1, "{shard:?} of {runs:?}");
    }
    let all = list_finished(log, output);
    assert!(runs.keys().all(|shard| all.contains_key(shard)), "{runs:?} but {all:?}");
}

fn is_write_of_manifest(seen: &Seen, output: &str) -> bool {
    let path = seen.path.split_once(&format!("/{output}/snapshots/"));
    seen.method == Method::PUT && path.is_some_and(|(_, rest)| rest.ends_with("/manifest.json"))
}

/// Selects writes of the manifest.
pub fn write_of_manifest(output: &str) -> Selection {
    let output = output.to_owned();
    Box::new(move |seen| is_write_of_manifest(seen, &output))
}

/// Counts the manifests that were published.
pub fn count_manifests(log: &[Seen], output: &str) -> usize {
    let is_published = |seen: &&Seen| seen.done.is_some() && is_write_of_manifest(seen, output);
    log.iter().filter(is_published).count()
}

/// Checks that executors ran each shard of each step once, and returns the number of shards of each step.
#[track_caller]
pub fn check_each_ran_once(log: &[Seen], output: &str) -> BTreeMap<String, usize> {
    let (calls, runs) = (count_calls(log, output), count_runs(log, output));
    assert!(runs.values().all(|count| *count == 1), "{runs:?}");
    assert_eq!(calls, runs, "calls of shards, and their receipts");
    let mut steps: BTreeMap<String, usize> = BTreeMap::new();
    for (step, shard) in runs.keys() {
        let next = steps.entry(step.clone()).or_default();
        assert_eq!(shard, next, "shards of {step}");
        *next += 1;
    }
    assert!(steps.contains_key("read-0") && steps.contains_key("pairs"), "{steps:?}");
    check_blocks(log, output);
    steps
}

/// Picks a shard in the middle of a step in the middle of each kind: steps of a kind differ in the number at the end.
pub fn pick_middle_shards(steps: BTreeMap<String, usize>) -> Vec<Shard> {
    let mut kinds: BTreeMap<String, Vec<(String, usize)>> = BTreeMap::new();
    for (step, shards) in steps {
        let kind = step.trim_end_matches(|letter: char| letter.is_ascii_digit()).to_owned();
        kinds.entry(kind).or_default().push((step, shards));
    }
    let middle = |mut steps: Vec<(String, usize)>| {
        let (step, shards) = steps.swap_remove(steps.len() / 2);
        (step, shards / 2)
    };
    kinds.into_values().map(middle).collect()
}

/// Checks that only executors wrote receipts, and that each object of theirs was written once.
#[track_caller]
fn check_blocks(log: &[Seen], output: &str) {
    let in_work = |seen: &Seen| WorkObject::parse(&seen.path).is_some_and(|object| object.output == output);
    let mut paths: BTreeSet<&str> = BTreeSet::new();
    for put in log.iter().filter(|seen| seen.method == Method::PUT && in_work(seen)) {
        assert!(is_executor(put) || receipt_of(put, output).is_none(), "{put:?}");
        assert!(!is_executor(put) || paths.insert(&put.path), "{put:?} is written twice");
    }
}

/// Returns the executors that ran shards of a step.
pub fn list_executors(log: &[Seen], output: &str, step: &str) -> BTreeSet<String> {
    let ran = |seen: &Seen| receipt_of(seen, output).is_some_and(|(of, _)| of == step);
    list_clients(log, |seen| is_executor(seen) && seen.method == Method::PUT && ran(seen))
}

/// Object of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardObject {
    /// First block.
    Block,
    /// Receipt, after all blocks.
    Receipt,
}

/// Selects writes of an object of a shard by executors.
pub fn write_of(output: &str, shard: &Shard, object: ShardObject) -> Selection {
    let (output, (step, number)) = (output.to_owned(), shard.clone());
    let is_it = move |found: WorkObject<'_>| {
        let is_receipt = found.receipt().is_some();
        let of_shard = found.name.starts_with(&format!("{number:05}"));
        found.output == output && found.step == step && of_shard && is_receipt == (object == ShardObject::Receipt)
    };
    Box::new(move |seen| {
        is_executor(seen) && seen.method == Method::PUT && WorkObject::parse(&seen.path).is_some_and(&is_it)
    })
}

/// Selects reads of the context of a step by executors.
pub fn read_of_context(output: &str, step: &str) -> Selection {
    let (output, step) = (output.to_owned(), step.to_owned());
    let is_it =
        move |found: WorkObject<'_>| found.output == output && found.step == step && found.name.starts_with("context-");
    Box::new(move |seen| {
        is_executor(seen) && seen.method == Method::GET && WorkObject::parse(&seen.path).is_some_and(&is_it)
    })
}
