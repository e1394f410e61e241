//! Runs one date in two processes at once, on local folders.

use std::path::Path;
use std::process::Stdio;

use crate::support::clout::{CommandOutput, Site, clout, collect_output, command, path};
use crate::support::sample_data;

fn race(input: &Path, output: &Path, arguments: [&[&str]; 2]) -> Vec<CommandOutput> {
    let (input, output) = (path(input), path(output));
    let start = |more: &&[&str]| {
        let mut all = vec!["run", "--input", &input, "--output", &output];
        all.extend(*more);
        command(&all, &[])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let both: Vec<_> = arguments.iter().map(start).collect();
    both.into_iter()
        .map(|run| collect_output(run.wait_with_output().unwrap()))
        .collect()
}

/// Checks that exactly one run publishes. The other exits with 6, or with 0 if it began after that.
#[track_caller]
fn check(runs: &[CommandOutput], output: &Path) {
    let published = runs
        .iter()
        .filter(|run| run.code == 0 && run.out.contains("published 2026"))
        .count();
    let lost = runs
        .iter()
        .filter(|run| run.code == 6 || (run.code == 0 && run.out.contains("already published")))
        .count();
    assert_eq!((published, lost), (1, 1), "{runs:?}");
    clout(&["snapshots", "verify", "--output", &path(output)]).exits(0);
}

#[test]
fn of_two_concurrent_runs_exactly_one_publishes() {
    for _ in 0..6 {
        let site = Site::new(&crate::nightly::eventful());
        check(&race(&site.input(), &site.output(), [&[], &[]]), &site.output());
    }
}

#[test]
fn of_two_concurrent_runs_with_other_parameters_one_publishes_a_complete_snapshot() {
    for _ in 0..3 {
        let site = Site::new(&crate::nightly::eventful());
        let runs = race(&site.input(), &site.output(), [&["--set", "model.repeats.beta=1"], &[]]);
        check(&runs, &site.output());
    }
}

#[test]
fn of_two_concurrent_runs_over_the_sample_data_one_publishes() {
    let site = Site::empty();
    check(
        &race(
            &sample_data(),
            &site.output(),
            [&["--threads", "1"], &["--threads", "1"]],
        ),
        &site.output(),
    );
}
