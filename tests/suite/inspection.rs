//! Tests the commands that inspect input and output: plan, check, snapshots.

use serde_json::Value;

use crate::cli::{DATE, columns, two_nights};
use crate::support::clout::{Site, clout, path, run};
use crate::support::{files_below, sample_data};

#[test]
fn plan_lists_the_files_that_a_run_reads() {
    let site = Site::new(&crate::nightly::eventful());
    let (input, output) = (path(&site.input()), path(&site.output()));
    let plan = |more: &[&str]| {
        let mut all = vec!["plan", "--input", &input, "--output", &output];
        all.extend(more);
        clout(&all).exits(0)
    };
    let before = plan(&["--format", "json"]).json();
    assert_eq!(
        (&before["snapshot_date"], &before["is_published"], &before["state_of"]),
        (&DATE.into(), &false.into(), &Value::Null)
    );
    assert!(before["memory_bytes"].as_u64() > Some(0) && before["rows"].as_u64() > Some(100));
    assert_eq!(
        files_below(&site.output()),
        Vec::<String>::new(),
        "a plan writes nothing"
    );
    site.night("2026-03-07");
    let after = plan(&["--format", "json"]).json();
    assert_eq!(
        (&after["state_of"], &after["first_load_date"]),
        (&"2026-03-07".into(), &DATE.into())
    );
    let read = site.night(DATE).manifest["inputs"].as_array().unwrap().len();
    assert_eq!(after["files"], read, "and a run reads what was planned");
    plan(&[]).prints("already published");
}

#[test]
fn check_tests_the_input_only() {
    let result = clout(&["check", "--input", &path(&sample_data()), "--format", "json"]).exits(0);
    let found = result.json();
    assert_eq!(found["is_accepted"], true);
    let rejects = found["rejects"].as_array().unwrap();
    assert_eq!(
        columns(&found["rejects"]),
        [
            "table",
            "network",
            "load_date",
            "file",
            "row_number",
            "reason",
            "activity_id"
        ]
    );
    let of_activities = rejects.iter().filter(|reject| reject["table"] == "activities");
    let (rows, files): (Vec<_>, Vec<_>) = of_activities.partition(|reject| reject["row_number"].is_number());
    assert_eq!(
        (rows.len(), files.len()),
        (98, 2),
        "as the README of sample_data has it"
    );
    assert_eq!(found["rows_refused"], 98);
    let one_day = [
        "check",
        "--input",
        &path(&sample_data()),
        "--from",
        "2026-10-20",
        "--as-of",
        "2026-10-20",
    ];
    clout(&one_day).exits(0).prints("part-00040.parquet");
}

#[test]
fn a_run_refuses_the_rows_that_check_reports() {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &[]).exits(0);
    let rejects = site.snapshot("2026-10-31");
    let checked = clout(&["check", "--input", &path(&sample_data()), "--format", "json"])
        .exits(0)
        .json();
    let of_run: Vec<String> = rejects
        .table("rejects")
        .iter()
        .map(|row| format!("{} {}", row["file"], row["row_number"]))
        .collect();
    let of_check: Vec<String> = checked["rejects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["file"], row["row_number"]))
        .collect();
    assert_eq!(of_run, of_check);
}

#[test]
fn snapshots_are_listed_and_shown() {
    let (site, output) = two_nights();
    let list = clout(&["snapshots", "list", "--output", &output, "--format", "json"])
        .exits(0)
        .json();
    let dates: Vec<&Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["snapshot_date"])
        .collect();
    assert_eq!(dates, ["2026-03-07", DATE]);
    assert_eq!(list[1]["persons"], site.snapshot(DATE).people().len());
    let shown = clout(&["snapshots", "show", "--output", &output, "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(shown["commit_id"], site.snapshot(DATE).manifest["commit_id"]);
    clout(&["snapshots", "show", "--output", &output, "--as-of", "2026-03-07"])
        .exits(0)
        .prints("2026-03-07");
    let verified = clout(&["snapshots", "verify", "--output", &output, "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(
        (&verified["files"], &verified["problems"]),
        (&10.into(), &Value::Array(Vec::new()))
    );
    let empty = clout(&["snapshots", "list", "--output", "/nowhere/at/all", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(empty, Value::Array(Vec::new()));
}
