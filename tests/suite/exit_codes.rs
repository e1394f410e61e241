//! Tests each exit code of the contract with its message.

use rstest::rstest;

use crate::support::clout::{Site, clout, collect_output, command, path, run};
use crate::support::warehouse::Warehouse;

fn twitter() -> Site {
    let rows = "a 10:00 ada like - bob\n b 10:01 bob like - cid\n c 10:02 cid retweet - ada\n d 10:03 bob like - ada";
    Site::new(&Warehouse::default().activities("twitter", "2026-03-01", rows))
}

/// Runs with further arguments. No snapshot may exist unless the code is 0.
#[track_caller]
fn check(arguments: &[&str], code: i32, expected: &[&str]) {
    let site = twitter();
    let mut result = site.run(arguments).exits(code);
    for text in expected {
        result = result.prints(text);
    }
    assert_eq!(site.output().join("snapshots").exists(), code == 0);
}

#[test]
fn done_and_already_done_are_0() {
    let site = twitter();
    site.run(&[]).exits(0).prints("published 2026-03-01");
    site.run(&[]).exits(0).prints("already published");
}

#[test]
fn a_damaged_snapshot_is_1() {
    let site = twitter();
    site.night("2026-03-01");
    std::fs::write(site.output().join("snapshots/2026-03-01/manifest.json"), b"{").unwrap();
    site.run(&[]).exits(1).prints("damaged manifest");
}

#[rstest]
#[case::an_unknown_flag(&["--inputs", "x"], "--input")]
#[case::an_unknown_key(&["--set", "model.repeats.betta=1"], "did you mean `model.repeats.beta`?")]
#[case::an_unknown_section(&["--set", "modle.repeats.beta=1"], "`model")]
#[case::a_value_that_cannot_be(&["--set", "model.repeats.beta=-1"], "model.repeats.beta")]
#[case::a_value_of_another_type(&["--set", "input.expect=3"], "input.expect")]
#[case::no_date(&["--as-of", "yesterday"], "YYYY-MM-DD")]
#[case::no_threads(&["--threads", "0"], "threads")]
#[case::no_size(&["--memory-limit", "much"], "memory")]
#[case::a_job_file_that_is_not_there(&["missing.toml"], "missing.toml")]
#[case::a_negative_weight(&["--set", "networks.x.verbs.y=-1"], "networks.x.verbs.y")]
fn usage_is_2(#[case] arguments: &[&str], #[case] expected: &str) {
    check(arguments, 2, &[expected]);
}

#[test]
fn a_mistake_in_a_job_file_is_2_with_its_line_and_the_nearest_key() {
    let site = twitter();
    let job = site.output_named("job.toml");
    let text = format!(
        "[input]\nroot = '{}'\nrooot = 'x'\n[output]\nroot = 'y'\n",
        path(&site.input())
    );
    std::fs::write(&job, text).unwrap();
    clout(&["run", &path(&job)])
        .exits(2)
        .prints("job.toml:3")
        .prints("input.rooot")
        .prints("did you mean `input.root`");
}

#[test]
fn a_missing_or_invalid_root_is_2() {
    clout(&["run", "--output", "/tmp/x"]).exits(2).prints("input.root");
    clout(&["run", "--input", "/tmp/x"]).exits(2).prints("output.root");
    let result = clout(&["run", "--input", "ftp://user:secret@host/x", "--output", "/tmp/x"]).exits(2);
    result.does_not_print("secret");
}

#[test]
fn missing_input_is_3() {
    let site = Site::empty();
    site.run(&[]).exits(3).prints("activities/network=");
    run(&site.output_named("nowhere"), &site.output(), &[]).exits(3);
}

#[test]
fn input_of_undeclared_networks_only_is_2() {
    let unknown = Warehouse::default().activities("orkut", "2026-03-01", "a 10:00 ada wave - bob");
    Site::new(&unknown).run(&[]).exits(2).prints("orkut");
}

#[rstest]
#[case::before_the_first_delivery(&["--as-of", "2026-02-28"], "2026-03-01")]
#[case::an_expected_network(&["--set", "input.expect=['twitter', 'facebook']"], "facebook")]
#[case::an_expected_date(&["--as-of", "2026-03-02", "--set", "input.expect=['twitter']"], "2026-03-02")]
fn input_that_is_not_ready_is_3(#[case] arguments: &[&str], #[case] expected: &str) {
    check(arguments, 3, &[expected, "later"]);
}

#[test]
fn a_delivered_expected_network_is_0() {
    check(&["--set", "input.expect=['twitter']"], 0, &["published"]);
}

#[test]
fn missing_results_are_3() {
    let site = twitter();
    let output = path(&site.output());
    clout(&["top", "--output", &output]).exits(3);
    clout(&["snapshots", "verify", "--output", &output]).exits(3);
    site.night("2026-03-01");
    clout(&["top", "--output", &output, "--as-of", "2026-03-02"])
        .exits(3)
        .prints("2026-03-01");
}

/// Returns rows of a verb that twitter does not have.
fn bad_rows(count: usize) -> String {
    (0..count)
        .map(|row| format!("bad{row} 10:00 ada poke - bob\n"))
        .collect()
}

#[test]
fn refused_input_is_4() {
    let site = Site::new(&Warehouse::default().activities("twitter", "2026-03-01", &bad_rows(21)));
    site.run(&[]).exits(4).prints("21 of 21 rows");
    let input = path(&site.input());
    clout(&["check", "--input", &input]).exits(4);
}

// `s3` and `concurrent_runs` test 5, a failing store, and 6, a lost race.

#[test]
fn an_output_that_is_a_file_is_2() {
    let site = twitter();
    std::fs::write(site.output(), b"a file where a folder should be").unwrap();
    site.run(&[]).exits(2).prints("choose another folder");
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_is_2() {
    use std::os::unix::fs::PermissionsExt;

    let site = twitter();
    let set_mode = |folder: &std::path::Path, mode| {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    std::fs::create_dir(site.output()).unwrap();
    for (folder, mode) in [(site.output(), 0o500), (site.input(), 0o000)] {
        set_mode(&folder, mode);
        // The superuser may do everything, so there the rule is tested by the unit tests only.
        let is_enforced = match mode {
            0o500 => std::fs::write(folder.join("probe"), b"").is_err(),
            _ => std::fs::read_dir(&folder).is_err(),
        };
        if is_enforced {
            site.run(&[]).exits(2).prints("Check the owner and mode");
        } else {
            println!("skipped: this user ignores the mode of {}", folder.display());
        }
        set_mode(&folder, 0o700);
    }
}

#[rstest]
#[case("s3:/bucket/clout", "did you mean 's3://bucket/clout'?")]
#[case("s3//bucket/clout", "did you mean 's3://bucket/clout'?")]
#[case("$DATA/x", "'$DATA'")]
#[case("~/x", "full path")]
#[case("http://host/x", "AWS_ENDPOINT_URL")]
fn a_mistyped_root_is_2_and_becomes_no_folder(#[case] root: &str, #[case] suggestion: &str) {
    let site = twitter();
    let (input, output) = (path(&site.input()), path(&site.output()));
    let folder = site.output_named("elsewhere");
    std::fs::create_dir(&folder).unwrap();
    for arguments in [
        ["run", "--input", &input, "--output", root],
        ["run", "--input", root, "--output", &output],
    ] {
        let mut mistyped = command(&arguments, &[]);
        let result = collect_output(mistyped.current_dir(&folder).output().unwrap());
        result.exits(2).prints(suggestion);
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    assert!(!site.output().exists());
}

#[test]
fn a_propagation_that_does_not_converge_is_7_and_publishes_only_if_the_job_allows_it() {
    let hasty = ["--set", "model.propagation.max_iterations=1"];
    check(&hasty, 7, &["model.propagation.max_iterations"]);
    let site = twitter();
    let mut allowed = hasty.to_vec();
    allowed.extend(["--set", "run.allow_unconverged=true"]);
    site.run(&allowed).exits(0);
    let manifest = site.snapshot("2026-03-01").manifest;
    assert_eq!(manifest["converged"], false);
    assert!(manifest["residual"].as_f64().unwrap() > 1e-7);
}

#[test]
fn more_memory_than_allowed_is_8() {
    check(&["--memory-limit", "1MiB"], 8, &["memory limit"]);
    check(&["--memory-limit", "4GiB"], 0, &["published"]);
    let site = twitter();
    let (input, output) = (path(&site.input()), path(&site.output()));
    clout(&["plan", "--input", &input, "--output", &output, "--memory-limit", "1MiB"]).exits(8);
}

#[test]
fn backfill_stops_at_the_first_failed_date() {
    let good = "a 10:00 ada like - bob";
    let warehouse = Warehouse::default()
        .activities("twitter", "2026-03-01", good)
        .activities("twitter", "2026-03-02", &bad_rows(21))
        .activities("twitter", "2026-03-03", "c 10:00 ada like - bob");
    let site = Site::new(&warehouse);
    let (input, output) = (path(&site.input()), path(&site.output()));
    let backfill = |from, to| {
        clout(&[
            "backfill", "--input", &input, "--output", &output, "--from", from, "--to", to,
        ])
    };
    backfill("2026-03-01", "2026-03-03").exits(4).prints("2026-03-02");
    assert!(
        site.output().join("snapshots/2026-03-01").exists() && !site.output().join("snapshots/2026-03-03").exists()
    );
    backfill("2026-03-03", "2026-03-01").exits(2);
}
