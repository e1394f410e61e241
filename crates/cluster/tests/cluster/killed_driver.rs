//! A run after a killed one takes up its finished shards.

use crate::support::alone::run_alone;
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::gate::Hold;
use crate::support::shard_log::{
    ShardObject, check_finished_ran_once, count_calls, count_manifests, list_finished, write_of, write_of_manifest,
};

const DATE: &str = NIGHTS[0];
const SET: [&str; 2] = ["--set", "run.shards=5"];

/// Kills a run at a held request, and runs again. Returns the number of shards that executors were handed afterwards.
pub fn check_kill(cluster: &Cluster, output: &str, set: &[&str], hold: Hold) -> usize {
    let mut run = cluster.start_run(output, DATE, set);
    hold.wait();
    run.kill();
    let log = cluster.log();
    let finished = list_finished(&log, output);
    drop(hold);
    cluster.run(output, DATE, set).exits(0);
    let after = cluster.log();
    check_finished_ran_once(&after, output, &finished);
    assert_eq!(count_manifests(&after, output), 1);
    count_calls(&after[log.len()..], output).len()
}

#[test]
fn a_run_after_one_that_was_killed_in_a_step_takes_up_its_shards() {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &[DATE], &[SET[1]]);
    let cluster = Cluster::start(2, input.path());
    let (_, shards) = cluster.run_undisturbed(DATE, &SET);
    for shard in shards {
        for object in [ShardObject::Block, ShardObject::Receipt] {
            let output = format!("killed-at-{object:?}-of-{}", shard.0);
            let hold = cluster.gate().hold(write_of(&output, &shard, object));
            check_kill(&cluster, &output, &SET, hold);
            assert_eq!(cluster.hashes(&output, DATE), expected[0], "{output}");
        }
    }
}

#[test]
fn a_run_after_one_that_was_killed_before_its_manifest_runs_no_shard() {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &[DATE], &[SET[1]]);
    let cluster = Cluster::start(2, input.path());
    let hold = cluster.gate().hold(write_of_manifest("output"));
    assert_eq!(check_kill(&cluster, "output", &SET, hold), 0);
    assert_eq!(cluster.hashes("output", DATE), expected[0]);
}
