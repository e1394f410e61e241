//! The same program from and to S3, over real HTTP.

use std::process::Stdio;

use crate::support::clout::{Site, command, path, run, said};
use crate::support::s3::{Mood, S3};
use crate::support::sample_data;
use crate::support::tables::Snapshot;

const DATE: &str = "2026-03-08";
/// No patience, so that a failing store is told soon.
const HASTY: [&str; 6] = [
    "--set",
    "storage.max_retries=1",
    "--set",
    "storage.retry_timeout_seconds=1",
    "--set",
    "storage.request_timeout_seconds=2",
];

/// A server with the eventful warehouse below `input`.
fn server() -> S3 {
    let server = S3::start();
    server.bring(&Site::of(&crate::nightly::eventful()).input(), "input");
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
    let (server, site) = (server(), Site::of(&crate::nightly::eventful()));
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
        .says("already published");
}

#[test]
fn the_sample_data_on_s3_gives_the_bytes_of_a_local_run() {
    let (server, site) = (S3::start(), Site::empty());
    server.bring(&sample_data(), "dumps/sample data");
    let urls = [S3::url("dumps/sample data"), S3::url("results")];
    server.clout(&arguments(&urls, &[])).exits(0);
    run(&sample_data(), &site.output(), &[]).exits(0);
    let local = Snapshot::of(&site.output(), "2026-10-31");
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
    let said = server.clout(&["doctor", "--output", &url, "--format", "json"]).exits(0);
    let checks = said.json();
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
    let mut hasty = vec!["doctor", "--output", &url];
    hasty.extend(HASTY);
    server.is(Mood::ReadOnly);
    server.clout(&hasty).exits(5);
    server.is(Mood::Failing);
    server.clout(&hasty).exits(5);
}

#[test]
fn a_store_that_fails_exits_5_and_nothing_is_published() {
    let server = server();
    for mood in [Mood::Failing, Mood::ReadOnly, Mood::Hanging] {
        server.is(mood);
        server.clout(&arguments(&urls(), &HASTY)).exits(5).says("later");
    }
    server.is(Mood::Well);
    assert!(!server.folder("output").join("snapshots").join(DATE).exists());
    server.clout(&arguments(&urls(), &HASTY)).exits(0);
    server.clout(&["snapshots", "verify", "--output", &urls()[1]]).exits(0);
}

/// Starts a run and waits until its manifest is at the door.
fn run_up_to_its_manifest(server: &S3) -> std::process::Child {
    server.hold_the_next_manifest();
    let urls = urls();
    let mut slow = command(&arguments(&urls, &["--threads", "1"]), &server.environment());
    slow.stdout(Stdio::piped()).stderr(Stdio::piped());
    let slow = slow.spawn().unwrap();
    server.wait_for_a_manifest();
    slow
}

/// One run waits with its manifest at the door while another publishes; returns what the loser said.
fn lost_race(server: &S3, others: &[&str]) -> crate::support::clout::Said {
    let slow = run_up_to_its_manifest(server);
    server.clout(&arguments(&urls(), others)).exits(0);
    server.let_the_manifest_in();
    said(slow.wait_with_output().unwrap())
}

/// How many runs' states of the date there are.
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
    lost_race(&server, &[]).exits(6).says("same bytes");
    server.clout(&["snapshots", "verify", "--output", &urls()[1]]).exits(0);
    assert_eq!(states(&server), 1, "the loser took its state away");
}

#[test]
fn a_loser_with_other_parameters_leaves_nothing_of_its_own() {
    let server = server();
    lost_race(&server, &["--set", "model.repeats.beta=1"])
        .exits(6)
        .says("different bytes");
    let said = server.clout(&["snapshots", "verify", "--output", &urls()[1]]);
    said.exits(0).says_nothing_of("not named");
    assert_eq!(
        server.snapshot("output", DATE).manifest["parameters"]["model"]["repeats"]["beta"],
        1.0
    );
}

#[test]
fn what_a_killed_run_left_behind_is_swept_by_the_next() {
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
fn wrong_credentials_are_told_as_such() {
    let server = server();
    let mut environment = server.environment();
    environment
        .iter_mut()
        .filter(|(name, _)| name.contains("SECRET"))
        .for_each(|(_, value)| *value = "wrong".to_owned());
    let urls = urls();
    let mut hasty = arguments(&urls, &HASTY);
    hasty.push("--quiet");
    let said = crate::support::clout::clout_with(&hasty, &environment);
    assert!(said.code == 5 || said.code == 2, "{said:?}");
    said.says_nothing_of("wrong");
}

#[test]
fn input_on_disk_may_be_published_to_s3() {
    let (server, site) = (S3::start(), Site::of(&crate::nightly::eventful()));
    let urls = [path(&site.input()), S3::url("output")];
    server.clout(&arguments(&urls, &[])).exits(0);
    assert_eq!(
        server.snapshot("output", DATE).hashes(&[]),
        site.night(DATE).hashes(&[])
    );
}
