//! Processes of another build are refused by name, because two builds may round differently.

use crate::support::clout::PATIENCE;
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::program::{program, write_other_build};
use crate::support::shard_log::count_calls;
use clout_cluster::program::program_name_of;

const DATE: &str = NIGHTS[0];

#[test]
fn a_driver_of_another_build_is_refused_by_the_scheduler() {
    let input = write_warehouse(&eventful());
    let folder = tempfile::tempdir().unwrap();
    let other = write_other_build(folder.path());
    let cluster = Cluster::start(1, input.path());
    let refused = cluster
        .start_run_of(&other, "output", DATE, &[])
        .wait(PATIENCE)
        .exits(2);
    refused
        .prints(&format!("the driver is {}", program_name_of(&other).unwrap()))
        .prints(&format!("the scheduler is {}", program_name_of(program()).unwrap()))
        .prints("start all processes from one build");
    assert!(count_calls(&cluster.log(), "output").is_empty());
    cluster.run("output", DATE, &[]).exits(0);
}

#[test]
fn an_executor_of_another_build_runs_no_shard() {
    let input = write_warehouse(&eventful());
    let folder = tempfile::tempdir().unwrap();
    let other = write_other_build(folder.path());
    let mut cluster = Cluster::start(0, input.path());
    cluster.start_executor(&other);
    let refused = cluster.run("output", DATE, &[]).exits(2);
    refused
        .prints(&format!("the driver is {}", program_name_of(program()).unwrap()))
        .prints(&format!("the executor is {}", program_name_of(&other).unwrap()));
    assert!(count_calls(&cluster.log(), "output").is_empty());
    assert_eq!(cluster.restart_ended_executors(), 0, "executors that ended");
}
