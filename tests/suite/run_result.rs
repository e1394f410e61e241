//! Tests the result object of a run on each exit code.

use rstest::rstest;
use serde_json::Value;

use crate::support::clout::{CommandOutput, Site, clout, clout_with, path};
use crate::support::warehouse::Warehouse;

const DATE: &str = "2026-03-01";

/// Keys of every result.
const KEYS: [&str; 16] = [
    "status",
    "exit_code",
    "kind",
    "message",
    "hint",
    "is_retryable",
    "snapshot_date",
    "run_id",
    "warnings",
    "checks",
    "rebuilt",
    "unread_deliveries",
    "late_deliveries",
    "bytes_read",
    "seconds",
    "peak_memory_bytes",
];

/// A warehouse of four reactions.
fn twitter() -> Site {
    let rows = "a 10:00 ada like - bob\n b 10:01 bob like - cid\n c 10:02 cid retweet - ada\n d 10:03 bob like - ada";
    Site::new(&Warehouse::default().activities("twitter", DATE, rows))
}

/// Checks the keys and types that results have on every exit code.
#[track_caller]
fn check_keys(result: &Value, code: i32) {
    let object = result.as_object().unwrap_or_else(|| panic!("no object: {result}"));
    for key in KEYS {
        assert!(object.contains_key(key), "no key {key} in {result}");
    }
    assert_eq!(result["exit_code"], code);
    for list in ["warnings", "checks", "unread_deliveries", "late_deliveries"] {
        assert!(result[list].is_array(), "{list} in {result}");
    }
    assert!(
        result["bytes_read"].is_u64() && result["seconds"].is_number(),
        "{result}"
    );
    if cfg!(target_os = "linux") {
        let peak = result["peak_memory_bytes"].as_u64().unwrap();
        assert!(peak > 1 << 20 && peak < 1 << 40, "{peak} bytes");
    }
    assert_eq!(result["is_retryable"], code == 3 || code == 5);
    assert_eq!(result["hint"].is_string(), code == 3 || code == 5);
}

/// Runs with `--format json`, and checks the result of a failure.
#[track_caller]
fn check_failure(site: &Site, arguments: &[&str], code: i32, kind: &str) -> Value {
    let mut all = vec!["--format", "json"];
    all.extend(arguments);
    let output = site.run(&all).exits(code);
    let result = output.json();
    check_keys(&result, code);
    assert_eq!((&result["status"], &result["kind"]), (&"failed".into(), &kind.into()));
    let message = result["message"].as_str().unwrap();
    assert!(
        !message.is_empty() && output.err.contains(message.lines().next().unwrap()),
        "{output:?}"
    );
    result
}

#[test]
fn a_night_that_publishes_has_a_result_with_its_counts() {
    let site = twitter();
    let result = site.run(&["--format", "json"]).exits(0).json();
    check_keys(&result, 0);
    assert_eq!(
        (&result["status"], &result["snapshot_date"]),
        (&"published".into(), &DATE.into())
    );
    assert_eq!((&result["kind"], &result["message"]), (&Value::Null, &Value::Null));
    assert_eq!(result["run_id"], site.snapshot(DATE).manifest["run_id"]);
    assert_eq!((&result["rows_read"], &result["persons"]), (&4.into(), &3.into()));
    assert!(
        result["timings"]["total"].is_number() && result["rejects"].is_array(),
        "{result}"
    );

    let again = site
        .run(&["--format", "json", "--set", "model.repeats.beta=2.5"])
        .exits(0)
        .json();
    check_keys(&again, 0);
    assert_eq!(
        (&again["status"], &again["snapshot_date"]),
        (&"already_published".into(), &DATE.into())
    );
    assert_eq!(again["differing_parameters"], serde_json::json!(["model.repeats.beta"]));
    assert_eq!(again["published_run_id"], result["run_id"]);
    assert_ne!(again["run_id"], result["run_id"], "each run has an id of its own");
}

#[rstest]
#[case::a_wrong_value(&["--set", "model.repeats.beta=-1"], 2, "usage")]
#[case::a_job_file_that_is_missing(&["missing.toml"], 2, "usage")]
#[case::before_the_first_delivery(&["--as-of", "2026-02-28"], 3, "not_ready")]
#[case::no_convergence(&["--set", "model.propagation.max_iterations=1"], 7, "not_converged")]
#[case::too_little_memory(&["--memory-limit", "1MiB"], 8, "memory")]
fn a_night_that_fails_has_a_result(#[case] arguments: &[&str], #[case] code: i32, #[case] kind: &str) {
    let result = check_failure(&twitter(), arguments, code, kind);
    assert!(result["run_id"].is_string(), "{result}");
    if arguments[0] == "--as-of" {
        assert_eq!(result["snapshot_date"], arguments[1]);
    }
}

#[test]
fn a_damaged_snapshot_is_an_internal_error_in_the_result() {
    let site = twitter();
    site.night(DATE);
    std::fs::write(site.output().join("snapshots/2026-03-01/manifest.json"), b"{").unwrap();
    check_failure(&site, &[], 1, "internal");
}

/// Returns more rows of an unknown verb than a partition may have.
fn bad_rows() -> String {
    (0..21).map(|row| format!("bad{row} 10:00 ada poke - bob\n")).collect()
}

#[test]
fn refused_input_and_a_failing_store_have_a_result() {
    let site = Site::new(&Warehouse::default().activities("twitter", DATE, &bad_rows()));
    let refused = check_failure(&site, &["--set", "input.max_refused_share=0.1"], 4, "refused");
    assert!(
        refused["message"].as_str().unwrap().contains("date=2026-03-01"),
        "{refused}"
    );

    let site = twitter();
    std::fs::write(site.output(), b"a file where a folder should be").unwrap();
    check_failure(&site, &[], 2, "usage");
}

#[test]
fn a_store_that_does_not_answer_has_a_result() {
    let site = twitter();
    let input = path(&site.input());
    let mut arguments = vec![
        "run",
        "--input",
        &input,
        "--output",
        "s3://bucket/clout",
        "--format",
        "json",
    ];
    arguments.extend([
        "--set",
        "storage.max_retries=0",
        "--set",
        "storage.retry_timeout_seconds=1",
    ]);
    let variables = [
        ("AWS_ENDPOINT", "http://127.0.0.1:9"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let result = clout_with(&arguments, &variables).exits(5).json();
    check_keys(&result, 5);
    assert_eq!(
        (&result["status"], &result["kind"]),
        (&"failed".into(), &"storage".into())
    );
}

#[test]
fn two_runs_at_once_both_have_a_result() {
    let site = twitter();
    let results: Vec<CommandOutput> = std::thread::scope(|scope| {
        let run = || site.run(&["--format", "json"]);
        let runs = [scope.spawn(run), scope.spawn(run)];
        runs.map(|run| run.join().unwrap()).into()
    });
    for result in &results {
        check_keys(&result.json(), result.code);
        let expected = if result.code == 6 {
            "conflict".into()
        } else {
            Value::Null
        };
        assert_eq!(result.json()["kind"], expected);
    }
    assert!(site.output().join("snapshots").exists());
}

#[test]
fn arguments_that_clap_refuses_have_a_result_too() {
    for arguments in [
        &["run", "--format", "json", "--inputs", "x"][..],
        &["run", "--format=json", "--as-of", "yesterday"],
        &["--quiet", "run", "--threads", "many", "--format", "json"],
    ] {
        let output = clout(arguments).exits(2);
        let result = output.json();
        check_keys(&result, 2);
        assert_eq!(
            (&result["status"], &result["kind"]),
            (&"failed".into(), &"usage".into())
        );
        assert!(
            result["run_id"].is_null() && result["snapshot_date"].is_null(),
            "{result}"
        );
        let message = result["message"].as_str().unwrap();
        assert!(output.err.contains(message.lines().next().unwrap()), "{output:?}");
        assert!(!message.contains("--help"), "{message}");
    }
    let text = clout(&["run", "--inputs", "x"]).exits(2);
    assert!(text.out.is_empty() && text.err.contains("--input"), "{text:?}");
    for arguments in [["run", "--help"], ["--version", "--quiet"]] {
        assert!(!clout(&arguments).exits(0).out.contains("exit_code"));
    }
}

#[test]
fn a_backfill_prints_the_results_of_its_dates_and_the_failed_one_last() {
    let warehouse = Warehouse::default()
        .activities("twitter", DATE, "a 10:00 ada like - bob")
        .activities("twitter", "2026-03-02", &bad_rows());
    let site = Site::new(&warehouse);
    let (input, output) = (path(&site.input()), path(&site.output()));
    let backfill = |range: &[&str]| {
        let mut all = vec!["backfill", "--input", &input, "--output", &output, "--format", "json"];
        all.extend(range);
        clout(&all)
    };
    let results = backfill(&["--from", "2026-02-27", "--to", "2026-03-03"])
        .exits(4)
        .json();
    let results = results.as_array().unwrap();
    let shown: Vec<(&Value, &Value)> = results.iter().map(|r| (&r["status"], &r["snapshot_date"])).collect();
    let (published, failed) = ("published".into(), "failed".into());
    let (first, second) = (DATE.into(), "2026-03-02".into());
    assert_eq!(shown, [(&published, &first), (&failed, &second)]);
    check_keys(&results[0], 0);
    check_keys(&results[1], 4);
    assert_ne!(results[0]["run_id"], results[1]["run_id"]);
    let warning = results[0]["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("2026-02-27"),
        "the listing warns of skipped dates: {warning}"
    );

    let reversed = backfill(&["--from", "2026-03-03", "--to", "2026-03-01"])
        .exits(2)
        .json();
    check_keys(&reversed[0], 2);
    let unknown = backfill(&["--form", "2026-03-03"]).exits(2).json();
    check_keys(&unknown[0], 2);
}
