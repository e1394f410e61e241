//! A store that fails for a while delays a shard; one that fails for good ends the run with its message.

use std::path::Path;
use std::time::Duration;

use hyper::Method;

use crate::support::alone::{Hashes, run_alone};
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::shard_log::{
    Shard, ShardObject, check_finished_ran_once, count_calls, count_runs, list_finished, read_of_context, write_of,
};

const DATE: &str = NIGHTS[0];
/// Without retries of requests, so that each refused request fails a shard.
const SET: [&str; 4] = ["--set", "run.shards=5", "--set", "storage.max_retries=0"];
/// Time in which a shard that goes on would write its receipt.
const AFTERMATH: Duration = Duration::from_secs(3);
/// With retries of requests.
const PATIENT: [&str; 2] = ["--set", "run.shards=5"];

fn expected(input: &Path) -> Hashes {
    run_alone(input, &[DATE], &["run.shards=5"]).remove(0)
}

/// Returns a shard in the middle of each step of a run.
fn middle_shards(cluster: &Cluster) -> Vec<Shard> {
    cluster.run_undisturbed(DATE, &PATIENT).1
}

#[test]
fn a_shard_is_tried_again_after_each_refused_request() {
    let input = write_warehouse(&eventful());
    let cluster = Cluster::start(2, input.path());
    for shard in middle_shards(&cluster) {
        let output = format!("refused-in-{}", shard.0);
        cluster.gate().refuse(2, write_of(&output, &shard, ShardObject::Block));
        cluster
            .gate()
            .refuse(1, write_of(&output, &shard, ShardObject::Receipt));
        cluster.run(&output, DATE, &SET).exits(0).resubmits(0);
        let log = cluster.log();
        assert_eq!(
            count_calls(&log, &output)[&shard],
            4,
            "two blocks and a receipt are refused"
        );
        let others = count_runs(&log, &output)
            .into_iter()
            .filter(|(other, _)| *other != shard);
        assert!(others.into_iter().all(|(_, count)| count == 1));
        assert_eq!(cluster.hashes(&output, DATE), expected(input.path()), "{output}");
    }
}

#[test]
fn a_refused_context_is_read_again() {
    let input = write_warehouse(&eventful());
    let cluster = Cluster::start(2, input.path());
    for (step, _) in middle_shards(&cluster) {
        let output = format!("refused-context-of-{step}");
        cluster.gate().refuse(2, read_of_context(&output, &step));
        cluster.run(&output, DATE, &SET).exits(0).resubmits(0);
        assert_eq!(cluster.hashes(&output, DATE), expected(input.path()), "{output}");
    }
}

#[test]
fn a_shard_that_the_store_always_refuses_ends_the_run_and_the_others_are_kept() {
    let input = write_warehouse(&eventful());
    let cluster = Cluster::start(2, input.path());
    for shard in middle_shards(&cluster) {
        let output = format!("always-refused-in-{}", shard.0);
        cluster
            .gate()
            .refuse(usize::MAX, write_of(&output, &shard, ShardObject::Block));
        let failed = cluster.run(&output, DATE, &SET).exits(5);
        failed.prints("503").prints("the same command may succeed later");
        cluster.gate().end_rules();
        let finished = list_finished(&cluster.log(), &output);
        cluster.run(&output, DATE, &SET).exits(0);
        check_finished_ran_once(&cluster.log(), &output, &finished);
        assert_eq!(cluster.hashes(&output, DATE), expected(input.path()), "{output}");
    }
}

#[test]
fn a_lost_answer_to_a_write_does_no_harm() {
    let input = write_warehouse(&eventful());
    let cluster = Cluster::start(2, input.path());
    for shard in middle_shards(&cluster) {
        for (set, name) in [(&PATIENT[..], "patient"), (&SET[..], "impatient")] {
            let output = format!("{name}-in-{}", shard.0);
            for object in [ShardObject::Block, ShardObject::Receipt] {
                cluster.gate().lose_answers(1, write_of(&output, &shard, object));
            }
            cluster.run(&output, DATE, set).exits(0);
            assert!(cluster.gate().end_rules(), "{output} had no answer to lose");
            assert_eq!(cluster.hashes(&output, DATE), expected(input.path()), "{output}");
        }
    }
}

#[test]
fn a_running_shard_of_a_failed_job_is_cancelled() {
    let input = write_warehouse(&eventful());
    let cluster = Cluster::start(2, input.path());
    let shard = |number: usize| ("pairs".to_owned(), number);
    let gate = cluster.gate();
    let hold = gate.hold(write_of("output", &shard(3), ShardObject::Block));
    gate.refuse(usize::MAX, write_of("output", &shard(0), ShardObject::Block));
    cluster.run("output", DATE, &SET).exits(5);
    let holder = hold.wait();
    let before = cluster.log().len();
    hold.release();
    std::thread::sleep(AFTERMATH);
    let after = cluster.log().split_off(before);
    let writes = after
        .iter()
        .filter(|seen| seen.client == holder && seen.method == Method::PUT);
    assert_eq!(writes.count(), 0, "{after:?}");
}
