//! A shard that panics, or finds a damaged block, ends the run with an internal error, and the executors live on.

use std::sync::Arc;

use clout::job::Job;
use clout_base::error::{Error, ErrorKind, Result};
use clout_cluster::call::ClusterCall;
use clout_cluster::failure::find_failure;
use clout_cluster::job::{ClusterJob, JobOutcome};
use clout_cluster::node::ShardExec;
use clout_steps::{RemoteCall, StepRunner};

use crate::support::alone::{run_alone, run_here};
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::eventful::{NIGHTS, eventful};
use crate::support::program::program;
use crate::support::shard_log::{check_each_ran_once, list_executors, read_of_context};
use clout_cluster::program::program_name_of;

const DATE: &str = NIGHTS[0];
const SET: [&str; 2] = ["--set", "run.shards=5"];

/// Checks that both executors run the next date well.
fn check_executors_live(cluster: &mut Cluster) {
    assert_eq!(cluster.restart_ended_executors(), 0, "executors that ended");
    cluster.run("next", DATE, &SET).exits(0);
    let log = cluster.log();
    check_each_ran_once(&log, "next");
    assert_eq!(list_executors(&log, "next", "pairs").len(), 2);
    assert_eq!(
        cluster.hashes("next", DATE),
        run_alone(cluster.input(), &[DATE], &[SET[1]])[0]
    );
}

/// Runs shards that do not exist, beside those of a step.
struct WrongShards {
    job: Job,
    scheduler: String,
}

impl WrongShards {
    /// Submits shards, and returns the text of the failure.
    async fn submit(&self, step: &RemoteCall, shards: &[usize]) -> String {
        let call = ClusterCall {
            program: program_name_of(program()).unwrap(),
            input: self.job.input.root.clone(),
            output: self.job.output.root.clone(),
            storage: self.job.storage.clone(),
            step: step.clone(),
        };
        let plan = ShardExec::plan(call.encode().unwrap(), shards).unwrap();
        let mut job = ClusterJob::submit(&self.scheduler, "wrong", plan).await.unwrap();
        loop {
            match job.poll().await.unwrap() {
                JobOutcome::Running => {}
                JobOutcome::Succeeded => panic!("a shard that does not exist has a result"),
                JobOutcome::Failed(text) => return text,
            }
        }
    }
}

impl StepRunner for WrongShards {
    fn program(&self) -> &str {
        "a driver with a bug"
    }

    fn run_shards(&self, call: &RemoteCall, shards: &[usize]) -> Result<()> {
        let wrong = [&[call.step.shards + 7], shards].concat();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let text = runtime.block_on(self.submit(call, &wrong));
        Err(find_failure(&text).unwrap_or_else(|| Error::internal(format!("no failure of a shard: {text}"))))
    }
}

#[test]
fn a_panic_in_a_shard_is_an_internal_error_and_the_executors_live_on() {
    let input = write_warehouse(&eventful());
    let mut cluster = Cluster::start(2, input.path());
    let scheduler = cluster.scheduler_url();
    let runner = move |job: &Job| {
        let (job, scheduler) = (job.clone(), scheduler.clone());
        Arc::new(WrongShards { job, scheduler }) as Arc<dyn StepRunner>
    };
    let output = tempfile::tempdir().unwrap();
    let error = run_here(input.path(), output.path(), DATE, &[SET[1]], Some(&runner)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
    let message = error.to_string();
    assert!(message.contains("this is a bug in Clout"), "{message}");
    assert!(message.contains("index out of bounds"), "{message}");
    check_executors_live(&mut cluster);
}

#[test]
fn a_damaged_block_is_named_and_the_advice_helps() {
    let input = write_warehouse(&eventful());
    let mut cluster = Cluster::start(2, input.path());
    let (hashes, shards) = cluster.run_undisturbed(DATE, &SET);
    for (step, _) in shards {
        let output = format!("damaged-{step}");
        let hold = cluster.gate().hold(read_of_context(&output, &step));
        let run = cluster.start_run(&output, DATE, &SET);
        hold.wait();
        for file in cluster.list_work(&output) {
            if file.contains("/context-") {
                std::fs::write(file, "damage").unwrap();
            }
        }
        hold.release();
        let failed = run.wait(crate::support::clout::PATIENCE).exits(1);
        failed
            .prints(&format!("/{step}/context-"))
            .prints("is missing or damaged; delete work/");
        std::fs::remove_dir_all(cluster.s3.server.folder(&output).join("work")).unwrap();
        cluster.run(&output, DATE, &SET).exits(0);
        assert_eq!(cluster.hashes(&output, DATE), hashes);
    }
    check_executors_live(&mut cluster);
}
