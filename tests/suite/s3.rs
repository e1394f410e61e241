//! Tests the same program from and to S3, over real HTTP.

use std::process::Stdio;
use std::sync::Arc;

use rstest::rstest;

use crate::support::clout::{Site, clout_with, collect_output, command, path, run};
use crate::support::faults::{Fault, FaultPlan};
use crate::support::s3::{S3, ServerMode};
use crate::support::sample_data;
use crate::support::tables::Snapshot;

const DATE: &str = "2026-03-08";
/// Limits retries, so that a failing store is reported soon.
const FEW_RETRIES: [&str; 6] = [
    "--set",
    "storage.max_retries=1",
    "--set",
    "storage.retry_timeout_seconds=1",
    "--set",
    "storage.request_timeout_seconds=2",
];

/// Starts a server with the eventful warehouse below `input`.
fn server() -> S3 {
    let server = S3::start();
    server.copy_in(&Site::new(&crate::nightly::eventful()).input(), "input");
    server
}

fn arguments<'a>(urls: &'a [String; 2], more: &[&'a str]) -> Vec<&'a str> {
    let mut all = vec!["run", "--input", &urls[0], "--output", &urls[1]];
    all.extend(more);
    all
}

fn urls() -> [String; 2] {
    ["input", "output"].map(S3::url)
}

#[test]
fn a_run_from_and_to_s3_gives_the_bytes_of_a_local_one() {
    let (server, site) = (server(), Site::new(&crate::nightly::eventful()));
    for date in crate::nightly::DATES {
        server.clout(&arguments(&urls(), &["--as-of", date])).exits(0);
        assert_eq!(
            server.snapshot("output", date).hashes(&[]),
            site.night(date).hashes(&[]),
            "{date}"
        );
    }
    server
        .clout(&arguments(&urls(), &[]))
        .exits(0)
        .prints("already published");
}

#[test]
fn the_sample_data_on_s3_gives_the_bytes_of_a_local_run() {
    let (server, site) = (S3::start(), Site::empty());
    server.copy_in(&sample_data(), "dumps/sample data");
    let urls = [S3::url("dumps/sample data"), S3::url("results")];
    server.clout(&arguments(&urls, &[])).exits(0);
    run(&sample_data(), &site.output(), &[]).exits(0);
    let local = Snapshot::read(&site.output(), "2026-10-31");
    assert_eq!(server.snapshot("results", "2026-10-31").hashes(&[]), local.hashes(&[]));
    let output = &urls[1];
    server.clout(&["snapshots", "verify", "--output", output]).exits(0);
    let top = server
        .clout(&["top", "--output", output, "-n", "1", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(top[0]["person_id"], "ada-the-specialist");
}

#[test]
fn doctor_passes_on_a_good_store_and_fails_on_others() {
    let server = S3::start();
    let url = S3::url("output");
    let result = server.clout(&["doctor", "--output", &url, "--format", "json"]).exits(0);
    let checks = result.json();
    let checks = checks.as_array().unwrap();
    assert!(
        checks.len() >= 3 && checks.iter().all(|check| check["is_ok"] == true),
        "{checks:?}"
    );
    assert_eq!(
        crate::support::files_below(&server.folder("output")),
        Vec::<String>::new(),
        "what doctor leaves"
    );
    let mut few_retries = vec!["doctor", "--output", &url];
    few_retries.extend(FEW_RETRIES);
    server.set_mode(ServerMode::ReadOnly);
    server.clout(&few_retries).exits(5);
    server.set_mode(ServerMode::Refusing(500, "InternalError"));
    server.clout(&few_retries).exits(5);
    server.set_mode(ServerMode::Refusing(403, "AccessDenied"));
    server
        .clout(&few_retries)
        .exits(2)
        .prints("Check that these credentials");
    server.set_mode(ServerMode::Unconditional);
    server.clout(&few_retries).exits(2).prints("create-only");
}

#[test]
fn a_store_that_fails_exits_5_and_nothing_is_published() {
    let server = server();
    let failing = ServerMode::Refusing(500, "InternalError");
    for mode in [failing, ServerMode::ReadOnly, ServerMode::Hanging] {
        server.set_mode(mode);
        server.clout(&arguments(&urls(), &FEW_RETRIES)).exits(5).prints("later");
    }
    server.set_mode(ServerMode::Normal);
    assert!(!server.folder("output").join("snapshots").join(DATE).exists());
    server.clout(&arguments(&urls(), &FEW_RETRIES)).exits(0);
    server.clout(&["snapshots", "verify", "--output", &urls()[1]]).exits(0);
}

/// Starts a run and waits until the server holds its manifest.
fn run_up_to_its_manifest(server: &S3) -> std::process::Child {
    server.hold_next_manifest();
    let urls = urls();
    let mut slow = command(&arguments(&urls, &["--threads", "1"]), &server.environment());
    slow.stdout(Stdio::piped()).stderr(Stdio::piped());
    let slow = slow.spawn().unwrap();
    server.wait_for_manifest();
    slow
}

/// Holds the manifest of one run while another run publishes, and returns the output of the loser.
fn lost_race(server: &S3, others: &[&str]) -> crate::support::clout::CommandOutput {
    let slow = run_up_to_its_manifest(server);
    server.clout(&arguments(&urls(), others)).exits(0);
    server.release_manifest();
    collect_output(slow.wait_with_output().unwrap())
}

/// Counts the runs with a state of the date.
fn states(server: &S3) -> usize {
    let commits = std::fs::read_dir(server.folder("output/state").join(DATE)).unwrap();
    let has_files = |folder: std::path::PathBuf| !crate::support::files_below(&folder).is_empty();
    commits
        .filter(|commit| has_files(commit.as_ref().unwrap().path()))
        .count()
}

#[test]
fn of_two_runs_the_one_whose_manifest_lands_first_wins_and_the_other_exits_6() {
    let server = server();
    lost_race(&server, &[]).exits(6).prints("same bytes");
    server.clout(&["snapshots", "verify", "--output", &urls()[1]]).exits(0);
    assert_eq!(states(&server), 1, "the loser took its state away");
}

#[test]
fn a_loser_with_other_parameters_leaves_nothing_of_its_own() {
    let server = server();
    lost_race(&server, &["--set", "model.repeats.beta=1"])
        .exits(6)
        .prints("different bytes");
    let result = server.clout(&["snapshots", "verify", "--output", &urls()[1]]);
    result.exits(0).does_not_print("not named");
    assert_eq!(
        server.snapshot("output", DATE).manifest["parameters"]["model"]["repeats"]["beta"],
        1.0
    );
}

#[test]
fn the_next_run_deletes_the_files_of_a_killed_run() {
    let server = server();
    let mut killed = run_up_to_its_manifest(&server);
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(
        !server
            .folder("output/snapshots")
            .join(DATE)
            .join("manifest.json")
            .exists()
    );
    assert_eq!(states(&server), 1);
    server
        .clout(&arguments(&urls(), &["--set", "model.repeats.beta=1"]))
        .exits(0);
    server.clout(&["snapshots", "verify", "--output", &urls()[1]]).exits(0);
    assert_eq!(states(&server), 1);
}

#[test]
fn wrong_credentials_are_2_and_are_not_printed() {
    let server = server();
    let mut environment = server.environment();
    environment
        .iter_mut()
        .filter(|(name, _)| name.contains("SECRET"))
        .for_each(|(_, value)| *value = "wrong".to_owned());
    let urls = urls();
    let mut few_retries = arguments(&urls, &FEW_RETRIES);
    few_retries.push("--quiet");
    clout_with(&few_retries, &environment)
        .exits(2)
        .prints("SignatureDoesNotMatch")
        .prints("Check the credentials")
        .does_not_print("wrong");
}

#[rstest]
#[case(403, "AccessDenied", "Check that these credentials may list")]
#[case(403, "InvalidAccessKeyId", "Check the credentials")]
#[case(401, "Unauthorized", "Check the credentials")]
#[case(400, "ExpiredToken", "have not expired")]
#[case(404, "NoSuchBucket", "the bucket or container exists")]
#[case(501, "NotImplemented", "create-only puts")]
fn a_store_that_refuses_for_good_is_2(#[case] status: u16, #[case] code: &'static str, #[case] advice: &str) {
    let (server, urls) = (server(), urls());
    server.set_mode(ServerMode::Refusing(status, code));
    server
        .clout(&arguments(&urls, &FEW_RETRIES))
        .exits(2)
        .prints(code)
        .prints(advice)
        .does_not_print("later");
}

#[test]
fn a_store_without_conditional_puts_is_2_and_nothing_is_published() {
    let (server, urls) = (server(), urls());
    server.set_mode(ServerMode::Unconditional);
    server
        .clout(&arguments(&urls, &FEW_RETRIES))
        .exits(2)
        .prints("create-only puts");
    assert!(!server.folder("output/snapshots").exists());
}

#[test]
fn a_bucket_that_does_not_exist_is_2() {
    let server = server();
    let missing = "s3://no-such-bucket/output".to_owned();
    for urls in [[urls()[0].clone(), missing.clone()], [missing, urls()[1].clone()]] {
        server
            .clout(&arguments(&urls, &FEW_RETRIES))
            .exits(2)
            .prints("NoSuchBucket");
    }
}

#[test]
fn missing_credentials_are_2() {
    let server = server();
    let is_kept = |(name, _): &(String, String)| !name.contains("KEY");
    let mut environment: Vec<_> = server.environment().into_iter().filter(is_kept).collect();
    // The answer of a machine without a role.
    server.set_mode(ServerMode::Refusing(404, "NotFound"));
    environment.push((
        "AWS_METADATA_ENDPOINT".to_owned(),
        "http://169.254.169.254:1".to_owned(),
    ));
    let urls = urls();
    clout_with(&arguments(&urls, &FEW_RETRIES), &environment)
        .exits(2)
        .prints("No credentials were found");
}

#[test]
fn an_answer_that_breaks_off_is_requested_again() {
    let server = S3::start();
    server.copy_in(&Site::new(&crate::faulty_store::warehouse()).input(), "input");
    let input = S3::url("input");
    let arguments = ["check", "--input", &input, "--set", "storage.retry_timeout_seconds=1"];
    let check = |plan: FaultPlan| {
        let plan = Arc::new(plan);
        server.set_faults(Some(plan.clone()));
        (server.clout(&arguments), plan.arrived())
    };
    let (undisturbed, requests) = check(FaultPlan::default());
    assert_eq!(undisturbed.code, 0, "{undisturbed:?}");
    for number in 0..requests {
        for fault in [Fault::CutBody, Fault::LongBody, Fault::ResetAfter] {
            let (result, _) = check(FaultPlan::with_fault(number, fault));
            assert_eq!(result.out, undisturbed.out, "{fault:?} at request {number}: {result:?}");
        }
    }
}

#[test]
fn input_on_disk_may_be_published_to_s3() {
    let (server, site) = (S3::start(), Site::new(&crate::nightly::eventful()));
    let urls = [path(&site.input()), S3::url("output")];
    server.clout(&arguments(&urls, &[])).exits(0);
    assert_eq!(
        server.snapshot("output", DATE).hashes(&[]),
        site.night(DATE).hashes(&[])
    );
}
