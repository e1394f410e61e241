//! An executor that is killed in the middle of a shard costs the work on this shard, and nothing else.

use std::time::{Duration, Instant};

use rstest::rstest;

use crate::support::alone::run_alone;
use crate::support::clout::PATIENCE;
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::program::program;
use crate::support::shard_log::{Shard, ShardObject, check_finished_ran_once, list_finished, write_of};

const DATE: &str = NIGHTS[0];
const SET: [&str; 2] = ["--set", "run.shards=5"];

/// Most time from the kill to the receipt of the shard.
const RECOVERY: Duration = Duration::from_secs(15);

/// Kills the executor that writes an object of a shard, and starts another one after the run.
pub fn check_kill(cluster: &mut Cluster, output: &str, set: &[&str], shard: &Shard, object: ShardObject) {
    let hold = cluster.gate().hold(write_of(output, shard, object));
    let run = cluster.start_run(output, DATE, set);
    let holder = hold.wait();
    let finished = list_finished(&cluster.log(), output);
    assert!(!finished.contains_key(shard));
    cluster.kill_executor(&holder);
    let killed = Instant::now();
    drop(hold);
    run.wait(PATIENCE).exits(0).resubmits(0);
    let log = cluster.log();
    let recovery = list_finished(&log, output)[shard] - killed;
    println!("{output}: {recovery:?} from the kill to the receipt");
    assert!(recovery < RECOVERY, "{recovery:?}");
    check_finished_ran_once(&log, output, &finished);
    let ended = cluster.restart_ended_executors();
    assert_eq!(ended, 0, "executors that ended by themselves");
    cluster.start_executor(program());
}

#[rstest]
#[case::block(ShardObject::Block)]
#[case::receipt(ShardObject::Receipt)]
fn the_shard_of_a_killed_executor_runs_elsewhere(#[case] object: ShardObject) {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &[DATE], &[SET[1]]);
    let mut cluster = Cluster::start(2, input.path());
    let (hashes, shards) = cluster.run_undisturbed(DATE, &SET);
    assert_eq!(hashes, expected[0]);
    for shard in shards {
        let output = format!("killed-in-{}", shard.0);
        check_kill(&mut cluster, &output, &SET, &shard, object);
        assert_eq!(cluster.hashes(&output, DATE), expected[0]);
    }
}

#[test]
fn an_executor_that_starts_late_takes_the_shards_of_the_only_one() {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &[DATE], &[SET[1]]);
    let mut cluster = Cluster::start(1, input.path());
    let shard = ("pairs".to_owned(), 1);
    let hold = cluster.gate().hold(write_of("output", &shard, ShardObject::Block));
    let run = cluster.start_run("output", DATE, &SET);
    let holder = hold.wait();
    let finished = list_finished(&cluster.log(), "output");
    cluster.start_executor(program());
    cluster.kill_executor(&holder);
    drop(hold);
    run.wait(PATIENCE).exits(0);
    check_finished_ran_once(&cluster.log(), "output", &finished);
    assert_eq!(cluster.hashes("output", DATE), expected[0]);
}

#[test]
fn an_executor_that_was_paused_does_no_harm_when_it_goes_on() {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &NIGHTS[..2], &[SET[1]]);
    let mut cluster = Cluster::start(2, input.path());
    let shard = ("pairs".to_owned(), 1);
    let hold = cluster.gate().hold(write_of("output", &shard, ShardObject::Block));
    let run = cluster.start_run("output", DATE, &SET);
    let holder = hold.wait();
    cluster.pause_executor(&holder);
    // Its request is lost, so it writes the block again when it goes on.
    drop(hold);
    run.wait(PATIENCE).exits(0);
    cluster.resume_executor(&holder);
    cluster.wait_for_end(&holder);
    assert_eq!(cluster.restart_ended_executors(), 1);
    cluster.run("output", NIGHTS[1], &SET).exits(0);
    for (date, expected) in NIGHTS.iter().zip(expected) {
        assert_eq!(cluster.hashes("output", date), expected);
    }
    assert_eq!(cluster.list_work("output"), Vec::<String>::new());
}
