//! A run without a scheduler or without executors ends after the grace time, with exit code 5 and advice.

use std::time::{Duration, Instant};

use crate::support::alone::run_alone;
use crate::support::clout::PATIENCE;
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::program::program;
use crate::support::shard_log::{ShardObject, check_finished_ran_once, list_finished, write_of};

const DATE: &str = NIGHTS[0];
const SET: [&str; 2] = ["--set", "run.shards=5"];
/// Seconds of grace.
const GRACE: [&str; 2] = ["--grace", "2"];

fn check_grace(started: Instant) {
    let time = started.elapsed();
    println!("the run gave up after {time:?}");
    assert!(time > Duration::from_secs(2), "{time:?}");
}

#[test]
fn a_run_without_a_scheduler_exits_5() {
    let input = write_warehouse(&eventful());
    let cluster = Cluster::without_processes(input.path());
    let started = Instant::now();
    let lost = cluster.run("output", DATE, &GRACE).exits(5);
    lost.prints(&format!("the scheduler {} does not respond", cluster.scheduler_url()))
        .prints("start scheduler and executors")
        .prints("the same command may succeed later");
    check_grace(started);
}

#[test]
fn a_run_without_any_executor_exits_5() {
    let input = write_warehouse(&eventful());
    let cluster = Cluster::start(0, input.path());
    let started = Instant::now();
    let lost = cluster.run("output", DATE, &GRACE).exits(5);
    lost.prints("no executor is registered")
        .prints("start scheduler and executors");
    check_grace(started);
}

#[test]
fn a_run_that_loses_all_executors_exits_5_and_the_next_one_takes_up_its_shards() {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &[DATE], &[SET[1]]);
    let mut cluster = Cluster::start(2, input.path());
    let (_, shards) = cluster.run_undisturbed(DATE, &SET);
    for shard in shards {
        let output = format!("lost-in-{}", shard.0);
        let hold = cluster.gate().hold(write_of(&output, &shard, ShardObject::Receipt));
        let run = cluster.start_run(&output, DATE, &[&SET[..], &GRACE].concat());
        hold.wait();
        let finished = list_finished(&cluster.log(), &output);
        cluster.kill_executors();
        let killed = Instant::now();
        drop(hold);
        let lost = run.wait(PATIENCE).exits(5);
        lost.prints("the cluster could not run a step")
            .prints("start scheduler and executors");
        check_grace(killed);
        (0..2).for_each(|_| cluster.start_executor(program()));
        cluster.run(&output, DATE, &SET).exits(0);
        check_finished_ran_once(&cluster.log(), &output, &finished);
        assert_eq!(cluster.hashes(&output, DATE), expected[0]);
    }
}
