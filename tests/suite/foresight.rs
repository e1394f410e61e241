//! Tests the output and the refusals of `clout evaluate`.

use std::path::Path;

use rstest::rstest;
use serde_json::Value;

use crate::support::clout::{CommandOutput, Site, clout, path};
use crate::support::sample_data;

/// Runs `clout evaluate` on an input, with further arguments.
pub fn evaluate(input: &Path, arguments: &[&str]) -> CommandOutput {
    let input = path(input);
    clout(&[&["evaluate", "--input", &input], arguments].concat())
}

/// Runs the same, and parses the JSON object.
#[track_caller]
pub fn evaluated(input: &Path, arguments: &[&str]) -> Value {
    evaluate(input, &[arguments, &["--format", "json"]].concat())
        .exits(0)
        .json()
}

/// Returns the rows of a list.
pub fn rows<'a>(object: &'a Value, list: &str) -> &'a [Value] {
    object[list]
        .as_array()
        .unwrap_or_else(|| panic!("no {list} in {object}"))
}

/// Returns the row of a list that has a word in a column.
#[track_caller]
pub fn row<'a>(rows: &'a [Value], column: &str, word: &str) -> &'a Value {
    let found = rows.iter().find(|row| row[column] == word);
    found.unwrap_or_else(|| panic!("no {word} among {rows:?}"))
}

/// Names the measures of each predictor.
pub const MEASURES: [&str; 5] = ["ndcg_100", "ndcg_1000", "spearman", "auc_top", "tied"];
const RIVALS: [&str; 10] = [
    "persistence",
    "reactions",
    "distinct_reactors",
    "distinct_reactors_1d",
    "decayed_6h",
    "decayed_1d",
    "decayed_3d",
    "decayed_7d",
    "decayed_30d",
    "pagerank",
];

/// Computes the mean of a predictor's measure over all windows.
fn mean(found: &Value, predictor: &str, measure: &str) -> f64 {
    let values = rows(found, "windows").iter().map(|window| {
        let row = row(rows(window, "predictors"), "predictor", predictor);
        row[measure].as_f64().unwrap()
    });
    values.sum::<f64>() / rows(found, "windows").len() as f64
}

const LAST_WEEK: [&str; 4] = ["--from", "2026-10-24", "--ahead", "1d,12h"];

#[test]
fn the_summary_has_the_means_of_the_windows_and_the_best_rival() {
    let found = evaluated(&sample_data(), &LAST_WEEK);
    let keys: Vec<&String> = found.as_object().unwrap().keys().collect();
    let wanted = "model_version windows summary popularity missing_networks intervals time";
    assert_eq!(keys, wanted.split(' ').collect::<Vec<_>>());
    assert_eq!(
        (rows(&found, "windows").len(), &found["summary"]["windows"]),
        (14, &14.into())
    );
    let summary = rows(&found["summary"], "predictors");
    let names: Vec<&str> = summary.iter().map(|row| row["predictor"].as_str().unwrap()).collect();
    assert_eq!(names, [&["clout"], &RIVALS[..], &["followers"]].concat());
    for (measure, name) in MEASURES
        .iter()
        .flat_map(|measure| names.iter().map(move |name| (measure, name)))
    {
        let shown = row(summary, "predictor", name)[measure].as_f64().unwrap();
        assert!((shown - mean(&found, name, measure)).abs() < 1e-12 && (-1.0..=1.0).contains(&shown));
    }
    let ratios = rows(&found["summary"], "ratios");
    assert_eq!(ratios.len(), 4);
    for measure in &MEASURES[..4] {
        let means = names[1..].iter().map(|name| mean(&found, name, measure));
        let wanted = mean(&found, "clout", measure) / means.fold(f64::MIN, f64::max);
        let shown = row(ratios, "measure", measure);
        assert!(
            (shown["ratio"].as_f64().unwrap() - wanted).abs() < 1e-12,
            "{shown} {wanted}"
        );
        assert!(RIVALS.contains(&shown["best_rival"].as_str().unwrap()), "{shown}");
    }
    let followers = &found["popularity"];
    assert!(followers["people"].as_u64().unwrap() > 500, "{followers}");
}

#[test]
fn the_table_shows_the_values_of_the_json_object() {
    let (result, found) = (
        evaluate(&sample_data(), &LAST_WEEK).exits(0),
        evaluated(&sample_data(), &LAST_WEEK),
    );
    let rows = ["predictors", "ratios"].map(|list| rows(&found["summary"], list));
    for (word, value) in [
        (&rows[0][0]["predictor"], &rows[0][0]["ndcg_100"]),
        (&rows[1][1]["measure"], &rows[1][1]["ratio"]),
    ] {
        let value = format!("{:.4}", value.as_f64().unwrap());
        let is_there = |line: &str| line.trim().starts_with(word.as_str().unwrap()) && line.contains(&value);
        assert!(result.out.lines().any(is_there), "{word} {value} in\n{}", result.out);
    }
    let result = result
        .prints(found["model_version"].as_str().unwrap())
        .prints("Independence of popularity")
        .prints("14 windows");
    result
        .prints("One network left out")
        .prints("foursquare")
        .prints("One tenth of the reactors")
        .prints("days of silence");
}

#[test]
fn windows_within_days_equal_windows_at_their_end() {
    let range = ["--from", "2026-10-28", "--to", "2026-10-29", "--ahead", "12h"];
    let by = |every: &str| evaluated(&sample_data(), &[&range[..], &["--every", every]].concat());
    let (daily, hourly) = (by("1d"), by("6h"));
    assert_eq!(by("24h"), daily);
    let moments: Vec<&str> = rows(&hourly, "windows")
        .iter()
        .map(|window| window["at"].as_str().unwrap())
        .collect();
    let hours = ["29T00", "29T06", "29T12", "29T18", "30T00"].map(|hour| format!("2026-10-{hour}:00:00Z"));
    assert_eq!(moments, hours);
    assert_eq!(
        [&rows(&hourly, "windows")[0], &rows(&hourly, "windows")[4]],
        [&rows(&daily, "windows")[0], &rows(&daily, "windows")[1]]
    );
    let at_noon = &rows(&hourly, "windows")[2];
    assert!(at_noon["people"].as_u64() >= rows(&daily, "windows")[0]["people"].as_u64());
    assert_ne!(at_noon["predictors"], rows(&hourly, "windows")[1]["predictors"]);
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let result = |threads: &str| {
        evaluate(
            &sample_data(),
            &["--every", "5d", "--format", "json", "--threads", threads],
        )
    };
    assert_eq!(result("1").exits(0).out, result("2").exits(0).out);
}

#[rstest]
#[case::nothing_lies_ahead(&["--from", "2026-10-31"], 2, "Choose an earlier --from or a shorter --ahead")]
#[case::too_far_ahead(&["--ahead", "60d"], 2, "each moment needs 60d ahead of it")]
#[case::no_unit(&["--ahead", "9w"], 2, "expected hours or days")]
#[case::no_length(&["--every", "0h"], 2, "expected 1h to 3650d")]
#[case::no_date(&["--to", "yesterday"], 2, "yesterday")]
#[case::an_unknown_parameter(&["--set", "model.trust.rat=1"], 2, "rat")]
fn impossible_evaluations_are_refused(#[case] arguments: &[&str], #[case] code: i32, #[case] expected: &str) {
    let result = evaluate(&sample_data(), arguments).exits(code).prints(expected);
    assert!(result.out.is_empty(), "{}", result.out);
}

#[test]
fn an_evaluation_without_input_is_refused() {
    let nowhere = Site::empty();
    evaluate(&nowhere.output_named("nowhere"), &[]).exits(3);
    evaluate(&nowhere.input(), &[]).exits(3);
    evaluate(&nowhere.input(), &["--attacks"]).exits(3);
    clout(&["evaluate"]).exits(2).prints("input");
}
