//! `clout evaluate` as it is called: what it shows and what it refuses.

use std::path::Path;

use rstest::rstest;
use serde_json::Value;

use crate::support::clout::{Said, Site, clout, path};
use crate::support::sample_data;

/// `clout evaluate` of an input, with further arguments.
pub fn evaluate(input: &Path, arguments: &[&str]) -> Said {
    let input = path(input);
    clout(&[&["evaluate", "--input", &input], arguments].concat())
}

/// The same as an object.
#[track_caller]
pub fn evaluated(input: &Path, arguments: &[&str]) -> Value {
    evaluate(input, &[arguments, &["--format", "json"]].concat())
        .exits(0)
        .json()
}

/// The rows of a list.
pub fn rows<'a>(object: &'a Value, list: &str) -> &'a [Value] {
    object[list]
        .as_array()
        .unwrap_or_else(|| panic!("no {list} in {object}"))
}

/// The row of a list that has a word in a column.
#[track_caller]
pub fn row<'a>(rows: &'a [Value], column: &str, word: &str) -> &'a Value {
    let found = rows.iter().find(|row| row[column] == word);
    found.unwrap_or_else(|| panic!("no {word} among {rows:?}"))
}

/// What is measured of each predictor.
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

/// The mean of a measure of a predictor over all windows.
fn mean(found: &Value, predictor: &str, measure: &str) -> f64 {
    let values = rows(found, "windows").iter().map(|window| {
        let row = row(rows(window, "predictors"), "predictor", predictor);
        row[measure].as_f64().unwrap()
    });
    values.sum::<f64>() / rows(found, "windows").len() as f64
}

const LAST_WEEK: [&str; 4] = ["--from", "2026-10-24", "--ahead", "1d,12h"];

#[test]
fn the_summary_is_the_mean_of_the_windows_beside_the_best_rival() {
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
        let told = row(summary, "predictor", name)[measure].as_f64().unwrap();
        assert!((told - mean(&found, name, measure)).abs() < 1e-12 && (-1.0..=1.0).contains(&told));
    }
    let ratios = rows(&found["summary"], "ratios");
    assert_eq!(ratios.len(), 4);
    for measure in &MEASURES[..4] {
        let means = names[1..].iter().map(|name| mean(&found, name, measure));
        let wanted = mean(&found, "clout", measure) / means.fold(f64::MIN, f64::max);
        let told = row(ratios, "measure", measure);
        assert!(
            (told["ratio"].as_f64().unwrap() - wanted).abs() < 1e-12,
            "{told} {wanted}"
        );
        assert!(RIVALS.contains(&told["best_rival"].as_str().unwrap()), "{told}");
    }
    let followers = &found["popularity"];
    assert!(followers["people"].as_u64().unwrap() > 500, "{followers}");
}

#[test]
fn the_table_shows_what_the_object_has() {
    let (said, found) = (
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
        assert!(said.out.lines().any(is_there), "{word} {value} in\n{}", said.out);
    }
    let said = said
        .says(found["model_version"].as_str().unwrap())
        .says("Not popularity")
        .says("14 windows");
    said.says("A network left out")
        .says("foursquare")
        .says("A tenth of all reactors")
        .says("days of silence");
}

#[test]
fn windows_cut_within_days_and_at_their_end_alike() {
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
fn threads_do_not_show() {
    let said = |threads: &str| {
        evaluate(
            &sample_data(),
            &["--every", "5d", "--format", "json", "--threads", threads],
        )
    };
    assert_eq!(said("1").exits(0).out, said("2").exits(0).out);
}

#[rstest]
#[case::nothing_lies_ahead(&["--from", "2026-10-31"], 2, "Choose an earlier --from or a shorter --ahead")]
#[case::too_far_ahead(&["--ahead", "60d"], 2, "each moment needs 60d ahead of it")]
#[case::no_unit(&["--ahead", "9w"], 2, "expected hours or days")]
#[case::no_length(&["--every", "0h"], 2, "expected 1h to 3650d")]
#[case::no_date(&["--to", "yesterday"], 2, "yesterday")]
#[case::an_unknown_parameter(&["--set", "model.trust.rat=1"], 2, "rat")]
fn what_cannot_be_evaluated_is_refused(#[case] arguments: &[&str], #[case] code: i32, #[case] says: &str) {
    let said = evaluate(&sample_data(), arguments).exits(code).says(says);
    assert!(said.out.is_empty(), "{}", said.out);
}

#[test]
fn without_an_input_there_is_nothing_to_evaluate() {
    let nowhere = Site::empty();
    evaluate(&nowhere.another("nowhere"), &[]).exits(3);
    evaluate(&nowhere.input(), &[]).exits(3);
    evaluate(&nowhere.input(), &["--attacks"]).exits(3);
    clout(&["evaluate"]).exits(2).says("input");
}
