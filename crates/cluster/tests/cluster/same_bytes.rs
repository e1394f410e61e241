//! A cluster publishes the bytes of one process, and runs each shard once.

use std::path::Path;

use rstest::rstest;

use crate::support::alone::run_alone;
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::repository;
use crate::support::shard_log::{check_each_ran_once, list_executors};

/// Runs dates one after the other on a cluster, and compares each with a run of one process.
pub fn check_same_bytes(executors: usize, input: &Path, dates: &[&str], more: &[&str]) {
    let expected = run_alone(input, dates, &[]);
    let cluster = Cluster::start(executors, input);
    let mut before = 0;
    for (date, expected) in dates.iter().zip(expected) {
        cluster
            .run("output", date, &[&["--set", "run.shards=5"], more].concat())
            .exits(0)
            .resubmits(0);
        assert_eq!(cluster.hashes("output", date), expected, "{date}");
        let log = cluster.log().split_off(before);
        let steps = check_each_ran_once(&log, "output");
        assert!(steps["pairs"] > 1, "{steps:?}");
        assert_eq!(cluster.list_work("output"), Vec::<String>::new());
        before += log.len();
    }
    for step in ["read-0", "pairs"] {
        let took_part = list_executors(&cluster.log(), "output", step).len();
        // Four executors may be more than are free when the few shards of a small step are handed out.
        assert!(
            took_part == executors || executors > 2 && took_part > 1,
            "{took_part} ran {step}"
        );
    }
}

#[rstest]
#[case::one(1)]
#[case::two(2)]
#[case::four(4)]
fn the_sample_data_has_the_bytes_of_one_process(#[case] executors: usize) {
    let dates = ["2026-10-30", "2026-10-31"];
    check_same_bytes(executors, &repository().join("sample_data"), &dates, &[]);
}

#[rstest]
#[case::one(1)]
#[case::two(2)]
#[case::four(4)]
fn an_eventful_warehouse_has_the_bytes_of_one_process_night_by_night(#[case] executors: usize) {
    let input = write_warehouse(&eventful());
    check_same_bytes(executors, input.path(), &NIGHTS, &[]);
}
