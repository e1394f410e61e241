//! Tests the lines of the JSON log.

use serde_json::Value;

use crate::support::clout::{CommandOutput, Site, clout, path};
use crate::support::warehouse::Warehouse;

const DATE: &str = "2026-03-01";

fn twitter() -> Site {
    Site::new(&Warehouse::default().activities("twitter", DATE, "a 10:00 ada like - bob\n b 10:01 bob like - cid"))
}

/// Parses each line of stderr, and checks the keys that all have.
#[track_caller]
fn log_lines(output: &CommandOutput) -> Vec<Value> {
    let lines = output.err.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"));
        let time = line["time"].as_str().unwrap();
        assert!(time.parse::<jiff::Timestamp>().is_ok() && time.ends_with('Z'), "{time}");
        assert!(
            ["INFO", "WARN", "ERROR"].contains(&line["level"].as_str().unwrap()),
            "{line}"
        );
        assert!(line["message"].is_string(), "{line}");
        for key in ["run_id", "snapshot_date", "stage"] {
            let value = line.get(key).unwrap_or_else(|| panic!("no {key} in {line}"));
            assert!(value.is_string() || value.is_null(), "{key} in {line}");
        }
        assert!(
            line.as_object().unwrap().values().all(|value| !value.is_object()),
            "{line}"
        );
        line
    });
    lines.collect()
}

#[test]
fn each_log_line_of_a_night_that_warns_and_fails_has_the_same_keys() {
    let site = twitter();
    std::fs::write(site.input().join("activities/stray.parquet"), b"x").unwrap();
    let failing = ["--set", "model.propagation.max_iterations=1", "--as-of", DATE];
    let mut arguments = vec!["--log-json", "--format", "json"];
    arguments.extend(failing);
    let output = site.run(&arguments).exits(7);
    let (lines, result) = (log_lines(&output), output.json());
    for line in &lines {
        assert_eq!(
            (&line["run_id"], &line["snapshot_date"]),
            (&result["run_id"], &DATE.into())
        );
    }
    let warning = lines.iter().find(|line| line["level"] == "WARN").unwrap();
    assert!(warning["message"].as_str().unwrap().contains("stray.parquet"));
    assert_eq!(result["warnings"][0], warning["message"]);
    assert_eq!(warning["stage"], "listing the input");
    let finished: Vec<&Value> = lines.iter().filter(|line| line["seconds"].is_number()).collect();
    assert!(finished.len() >= 3, "{lines:?}");
    assert_eq!(finished[0]["stage"], "listing the input");
    let last = lines.last().unwrap();
    let expected = ["ERROR", "propagating influence", "not_converged"];
    assert_eq!(
        ["level", "stage", "kind"].map(|key| last[key].as_str().unwrap()),
        expected
    );
    assert_eq!((&last["exit_code"], &last["hint"]), (&7.into(), &Value::Null));
    assert_eq!(last["message"], result["message"]);
}

#[test]
fn errors_before_a_run_are_log_lines_too() {
    let site = twitter();
    let usage = log_lines(&site.run(&["--log-json", "--inputs", "x"]).exits(2));
    assert_eq!(
        (usage.len(), &usage[0]["kind"], &usage[0]["exit_code"]),
        (1, &"usage".into(), &2.into())
    );
    assert!(usage[0]["run_id"].is_null(), "{usage:?}");
    let output = path(&site.output());
    let missing = log_lines(&clout(&["top", "--output", &output, "--log-json"]).exits(3));
    assert!(missing[0]["hint"].as_str().unwrap().contains("later"), "{missing:?}");
}
