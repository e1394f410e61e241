//! Runs the shards of steps in other processes: the bytes and errors are those of one process, and each shard runs once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clout::pipeline::RunOutcome;
use clout::pipeline::remote_steps::StepStores;
use clout_base::error::{ErrorKind, Result};
use clout_steps::{RemoteCall, StepCall, StepRunner, WorkFolder, encode_context};

use crate::nightly::eventful;
use crate::support::clout::{Site, path};
use crate::support::days::day;
use crate::support::library_run::{open, run_here};
use crate::support::other_process::OtherProcess;
use crate::support::sample_data;
use crate::support::tables::Snapshot;
use crate::support::warehouse::{Form, Warehouse};

const DATES: [&str; 3] = ["2026-03-06", "2026-03-07", "2026-03-08"];

fn run(input: &Path, output: &Path, date: &str, set: &[&str], runner: Arc<dyn StepRunner>) -> Result<RunOutcome> {
    run_here(input, output, date, set, Some(&move |_| Arc::clone(&runner)))
}

/// Runs the dates with each shard in another process; returns the hashes of all parts of each snapshot. Checks that the
/// `wanted` steps ran, and each shard once.
fn run_remotely(
    input: &Path,
    output: &Path,
    dates: &[&str],
    set: &[&str],
    wanted: &[&str],
) -> Vec<BTreeMap<String, String>> {
    let night = |date: &&str| {
        let other = OtherProcess::new(&path(input), &path(output));
        run(input, output, date, set, other.clone()).unwrap();
        let runs = other.runs();
        let steps: Vec<&str> = runs.keys().map(|(step, _)| step.as_str()).collect();
        for step in wanted.iter().chain(&["read-0", "pairs"]) {
            assert!(steps.contains(step), "no {step} in {steps:?}");
        }
        assert!(runs.values().all(|count| *count == 1), "{runs:?}");
        assert_eq!(open(output).list("work").unwrap().objects.len(), 0);
        Snapshot::read(output, date).hashes(&[])
    };
    dates.iter().map(night).collect()
}

fn check_same_bytes(input: &Path, dates: &[&str], set: &[&str], wanted: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (alone, remote) = (folder.path().join("alone"), folder.path().join("remote"));
    let night = |date: &&str| {
        crate::support::clout::run(input, &alone, &["--as-of", date]).exits(0);
        Snapshot::read(&alone, date).hashes(&[])
    };
    let expected: Vec<BTreeMap<String, String>> = dates.iter().map(night).collect();
    assert_eq!(run_remotely(input, &remote, dates, set, wanted), expected);
}

#[test]
fn shards_in_other_processes_give_the_same_bytes_night_by_night() {
    let site = Site::with_form(&eventful(), &Form::default());
    check_same_bytes(&site.input(), &DATES, &["run.shards=5"], &[]);
}

#[test]
fn a_graph_in_parts_in_other_processes_gives_the_same_bytes() {
    let site = Site::with_form(&eventful(), &Form::default());
    check_same_bytes(
        &site.input(),
        &DATES,
        &["run.edge_memory='1B'"],
        &["propagate-000", "propagate-001"],
    );
}

#[test]
fn the_sample_data_with_topics_has_the_same_bytes() {
    check_same_bytes(&sample_data(), &["2026-10-30", "2026-10-31"], &["run.shards=3"], &[]);
}

#[test]
fn after_a_failure_only_the_shards_without_a_receipt_run_again() {
    let site = Site::new(&eventful());
    let (input, output) = (site.input(), site.output());
    let (input_root, output_root) = (path(&input), path(&output));
    let set = ["run.shards=4"];
    let expected = run_remotely(&input, &site.output_named("undisturbed"), &DATES[..1], &set, &[]);
    let mut all: BTreeMap<(String, usize), usize> = BTreeMap::new();
    for limit in (1..).step_by(3) {
        let other = OtherProcess::failing_after(&input_root, &output_root, Some(limit));
        let outcome = run(&input, &output, DATES[0], &set, other.clone());
        for (shard, count) in other.runs() {
            *all.entry(shard).or_default() += count;
        }
        match outcome {
            Ok(_) => break,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Storage, "{error}"),
        }
    }
    assert!(all.len() > 4 && all.values().all(|count| *count == 1), "{all:?}");
    assert_eq!(vec![Snapshot::read(&output, DATES[0]).hashes(&[])], expected);
}

#[test]
fn refused_input_has_the_same_error_as_in_one_process() {
    let rows: Vec<String> = (0..300).map(|row| format!("a{row} 10:00 u{row} shout - u1")).collect();
    let site = Site::new(&Warehouse::default().activities("twitter", DATES[0], &rows.join("\n")));
    let alone = site.run(&["--as-of", DATES[0]]).exits(4);
    let (input, output) = (site.input(), site.output_named("remote"));
    let other = OtherProcess::new(&path(&input), &path(&output));
    let error = run(&input, &output, DATES[0], &[], other).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert!(alone.err.contains(&error.to_string()), "{error}\n{}", alone.err);
}

#[test]
fn an_unknown_step_and_a_stopped_one_are_errors() {
    let site = Site::new(&eventful());
    let output = open(&site.output());
    let folder = WorkFolder::new(&output, day(DATES[0]), "key");
    let step = StepCall {
        step: "divine".to_owned(),
        shards: 1,
    };
    let call = RemoteCall {
        work: folder.prefix().to_owned(),
        context: folder.create("divine/context", encode_context(&1).unwrap()).unwrap(),
        step,
    };
    let stores = StepStores::new(open(&site.input()), output, 0);
    let run = |stop: bool| {
        stores
            .run_shard(&call, 0, &Arc::new(AtomicBool::new(stop)))
            .unwrap_err()
    };
    assert!(run(false).to_string().contains("has no step divine"));
    assert!(run(true).to_string().contains("cancelled"));
}
