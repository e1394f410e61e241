//! A graph that is larger than the memory for edges is propagated on executors, one step an iteration.

use crate::killed_driver;
use crate::killed_executor;
use crate::killed_scheduler;
use crate::same_bytes::check_same_bytes;
use crate::support::alone::run_alone;
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::shard_log::{Shard, ShardObject, write_of};

/// Memory for edges that gives the small graph a few parts.
const SET: [&str; 2] = ["--set", "run.edge_memory='2kB'"];

#[test]
fn a_graph_in_parts_has_the_bytes_of_one_process() {
    let input = write_warehouse(&eventful());
    check_same_bytes(2, input.path(), &NIGHTS[..2], &SET);
}

#[test]
fn kills_in_the_middle_of_the_propagation_cost_no_finished_shard() {
    let input = write_warehouse(&eventful());
    let expected = run_alone(input.path(), &NIGHTS[..1], &[]);
    let mut cluster = Cluster::start(2, input.path());
    let (_, shards) = cluster.run_undisturbed(NIGHTS[0], &SET);
    let is_propagation = |shard: &&Shard| shard.0.starts_with("propagate-0");
    let shard = shards.iter().find(is_propagation).expect("a step of the propagation");
    killed_executor::check_kill(&mut cluster, "executor", &SET, shard, ShardObject::Block);
    killed_scheduler::check_kill(&mut cluster, "scheduler", &SET, shard);
    let hold = cluster.gate().hold(write_of("driver", shard, ShardObject::Receipt));
    killed_driver::check_kill(&cluster, "driver", &SET, hold);
    for output in ["executor", "scheduler", "driver"] {
        assert_eq!(cluster.hashes(output, NIGHTS[0]), expected[0], "{output}");
    }
}
