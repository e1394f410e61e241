//! A scheduler that is killed in the middle of a step costs no finished shard.

use std::time::Duration;

use crate::support::alone::run_alone;
use crate::support::clout::PATIENCE;
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::shard_log::{
    Shard, ShardObject, check_finished_ran_once, count_manifests, list_finished, write_of,
};

const DATE: &str = NIGHTS[0];
const SET: [&str; 2] = ["--set", "run.shards=5"];

/// Time without a scheduler, within which executors do not end.
const SHORT: Duration = Duration::from_secs(1);

/// Kills the scheduler while an executor writes a block of a shard, and starts it again.
pub fn check_kill(cluster: &mut Cluster, output: &str, set: &[&str], shard: &Shard) {
    let hold = cluster.gate().hold(write_of(output, shard, ShardObject::Block));
    let run = cluster.start_run(output, DATE, set);
    hold.wait();
    let finished = list_finished(&cluster.log(), output);
    cluster.kill_scheduler();
    hold.release();
    std::thread::sleep(SHORT);
    cluster.start_scheduler();
    cluster.supervise(run).exits(0);
    check_finished_ran_once(&cluster.log(), output, &finished);
}

#[test]
fn a_run_goes_on_with_a_scheduler_that_was_restarted() {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &[DATE], &[SET[1]]);
    let mut cluster = Cluster::start(2, input.path());
    let (_, shards) = cluster.run_undisturbed(DATE, &SET);
    for shard in shards {
        let output = format!("restarted-in-{}", shard.0);
        check_kill(&mut cluster, &output, &SET, &shard);
        assert_eq!(cluster.hashes(&output, DATE), expected[0]);
    }
}

#[test]
fn the_run_after_a_long_outage_takes_up_the_finished_shards() {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &[DATE], &[SET[1]]);
    let mut cluster = Cluster::start(2, input.path());
    let shard = ("pairs".to_owned(), 2);
    let hold = cluster.gate().hold(write_of("output", &shard, ShardObject::Receipt));
    let impatient = [&SET[..], &["--grace", "1"]].concat();
    let run = cluster.start_run("output", DATE, &impatient);
    hold.wait();
    cluster.kill_scheduler();
    let lost = run.wait(PATIENCE).exits(5);
    lost.prints("does not respond").prints("start scheduler and executors");
    hold.release();
    cluster.wait_for_ends();
    let finished = list_finished(&cluster.log(), "output");
    cluster.start_scheduler();
    assert_eq!(
        cluster.restart_ended_executors(),
        2,
        "executors without a scheduler end"
    );
    cluster.run("output", DATE, &SET).exits(0);
    let log = cluster.log();
    check_finished_ran_once(&log, "output", &finished);
    assert_eq!(count_manifests(&log, "output"), 1);
    assert_eq!(cluster.hashes("output", DATE), expected[0]);
}
