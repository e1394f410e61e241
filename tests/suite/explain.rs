//! Tests `clout explain`: one answer for one person, from published tables and the state.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::clout::{Site, run};
use crate::support::explain::{assert_close, explain, explain_json, points, quiet};
use crate::support::sample_data;
use crate::support::tables::{Snapshot, number, text};

const DATE: &str = "2026-10-31";

#[test]
fn the_answer_contains_the_published_rows_and_the_additions_of_the_state() {
    let site = Site::empty();
    for date in ["2026-10-29", "2026-10-30", DATE] {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
    }
    let snapshot = site.snapshot(DATE);
    for person in ["ada-the-specialist", "cleo-the-celebrity", "twitter:20053159"] {
        let answer = explain_json(&site.output(), &[person]);
        assert_eq!(
            (&answer["snapshot_date"], &answer["person_id"]),
            (&DATE.into(), &person.into())
        );
        let published = snapshot.scores()[person];
        for (column, value) in published.iter().filter(|(name, _)| *name != "last_active_at") {
            let shown = &answer["scores"][column];
            // The last digit of a number's text may differ.
            let is_close = |(a, b): (f64, f64)| (a - b).abs() < 1e-12 * (1.0 + b.abs());
            let is_same = shown == value || shown.as_f64().zip(value.as_f64()).is_some_and(is_close);
            assert!(is_same, "{column} of {person}: {shown} {value}");
        }
        let scored = snapshot
            .table("scores")
            .iter()
            .filter(|row| !row["score"].is_null())
            .count();
        assert_eq!(answer["persons_scored"], scored);
        let shares = answer["network_scores"].as_array().unwrap().iter();
        assert_close(shares.map(|row| row["share"].as_f64().unwrap()).sum(), 1.0, 1e-9);
        assert_eq!(answer["missing"], Value::Array(Vec::new()));
        check_neighbours(&snapshot, person, &answer);
        check_prospects(&answer);
        check_changes(&answer);
    }
    check_text(&site);
    // Without the state, people at the top still have their published neighbours.
    let with = explain_json(&site.output(), &["ada-the-specialist"]);
    std::fs::remove_dir_all(site.output().join("state")).unwrap();
    let without = explain_json(&site.output(), &["ada-the-specialist"]);
    let ids = |answer: &Value| -> Vec<Value> {
        let rows = answer["influences"].as_array().unwrap().iter();
        rows.map(|row| row["other_person_id"].clone()).collect()
    };
    assert_eq!(ids(&with), ids(&without));
}

/// Checks the rows of `influences` if the person is listed there, and that the parts add up to the score.
fn check_neighbours(snapshot: &Snapshot, person: &str, answer: &Value) {
    let shown = answer["influences"].as_array().unwrap();
    let key = |row: &Value| [&row["direction"], &row["other_person_id"]].map(|text| text.as_str().unwrap().to_owned());
    let by_key: BTreeMap<_, _> = shown
        .iter()
        .map(|row| (key(row), (points(row), &row["reactions"])))
        .collect();
    let listed: Vec<_> = snapshot
        .table("influences")
        .iter()
        .filter(|row| text(row, "person_id") == person)
        .collect();
    let is_listed = number(snapshot.scores()[person], "percentile") >= Some(95.0);
    assert_eq!(listed.len(), if is_listed { shown.len() } else { 0 }, "{person}");
    for row in listed {
        let (again, reactions) = by_key[&[text(row, "direction"), text(row, "other_person_id")].map(str::to_owned)];
        assert_close(again, number(row, "points").unwrap(), 1e-9);
        assert_eq!(reactions, &row["reactions"]);
    }
    let by = |row: &&Value| row["direction"] == "influenced_by";
    let sum: f64 = shown.iter().filter(by).map(points).sum();
    let score = answer["scores"]["score"].as_f64().unwrap();
    match shown.iter().filter(by).count() {
        20 => assert!(sum < score),
        _ => assert_close(sum, score, 1e-9),
    }
}

fn check_prospects(answer: &Value) {
    let silence = answer["silence"].as_array().unwrap();
    let costs: Vec<f64> = silence.iter().map(points).collect();
    assert!(
        costs.len() == 3 && costs[0] < 0.0 && costs.is_sorted_by(|a, b| a > b),
        "{costs:?}"
    );
    assert_eq!(silence[2]["snapshot_date"], "2026-11-30");
    let networks = answer["one_more"]["networks"].as_array().unwrap();
    let names: Vec<&str> = networks.iter().map(|on| on["network"].as_str().unwrap()).collect();
    assert_eq!(names, ["facebook", "foursquare", "linkedin", "twitter"]);
    for on in networks {
        let [newcomer, stranger] = ["newcomer", "stranger"].map(|kind| points(&on[kind]));
        assert!(newcomer > stranger && stranger >= 0.0, "{on}");
        assert_eq!(on["reactor"].is_null(), on["reactor_person_id"].is_null());
    }
    for on in answer["one_more"]["topics"].as_array().unwrap() {
        assert!(points(on) > 0.0, "{on}");
    }
}

/// Checks that the reasons add up to the change if each date has them, and that missing dates are named otherwise.
fn check_changes(answer: &Value) {
    let changes = answer["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 3);
    let columns = ["delta_1d", "delta_7d", "delta_30d"];
    for ((change, column), since) in changes
        .iter()
        .zip(columns)
        .zip(["2026-10-30", "2026-10-24", "2026-10-01"])
    {
        assert_eq!(
            (&change["points"], &change["since"]),
            (&answer["scores"][column], &since.into())
        );
        assert_eq!(change["points"].is_null(), change["why_unknown"].is_string());
        let Some(delta) = change["points"].as_f64() else {
            continue;
        };
        let causes = change["causes"].as_array().unwrap();
        match change["missing_nights"].as_array().unwrap().is_empty() {
            true => assert_close(causes.iter().map(points).sum(), delta, 1e-9),
            false => assert!(causes.is_empty(), "one night, and it is missing"),
        }
    }
}

fn check_text(site: &Site) {
    let result = explain(&site.output(), &["ada-the-specialist"]).exits(0);
    for part in [
        "1st of 1,713 people with a score",
        "By network",
        "Changes (points)",
        "Forecast if no data arrives",
        "Effect of one more reaction (added points",
        "Influenced by (points of this person's score",
        "Influences (points of the other person's score",
        "Evidence for coffee",
    ] {
        assert!(result.out.contains(part), "no '{part}' in\n{}", result.out);
    }
    assert!(
        !result.err.contains("ada") && result.err.contains("scoring the state"),
        "{}",
        result.err
    );
}

#[test]
fn without_the_state_the_answer_names_its_missing_parts() {
    let site = Site::new(&quiet());
    site.night("2026-03-06");
    let snapshot = site.night("2026-03-07");
    std::fs::remove_dir_all(site.output().join("state")).unwrap();
    let answer = explain_json(&site.output(), &["ada"]);
    assert_eq!(answer["scores"]["score"].as_f64(), snapshot.score("ada"));
    assert_eq!(answer["changes"][0]["points"], snapshot.scores()["ada"]["delta_1d"]);
    let parts: Vec<&Value> = answer["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|missing| &missing["part"])
        .collect();
    assert_eq!(parts, ["influences", "silence", "one_more"]);
    assert!(parts.iter().all(|part| answer[part.as_str().unwrap()].is_null()));
    explain(&site.output(), &["ada"])
        .exits(0)
        .prints("Not available: influences, silence, one_more (the state of 2026-03-07 cannot be used: ")
        .prints("Score (points, 1 to 100)");
}

#[test]
fn the_manifest_gives_the_job_unless_it_has_seeds() {
    let site = Site::new(&quiet());
    let networks = "networks.linkedin.verbs.comment=4";
    let night = [
        "--as-of",
        "2026-03-07",
        "--set",
        "state.hash_key=secret",
        "--set",
        networks,
    ];
    site.run(&night).exits(0);
    assert_eq!(
        explain_json(&site.output(), &["ada"])["missing"],
        Value::Array(Vec::new())
    );
    let seeds = "model.trust.seeds=['twitter:fan8']";
    site.run_into("seeded", &["--as-of", "2026-03-07", "--set", seeds])
        .exits(0);
    let seeded = site.output_named("seeded");
    explain(&seeded, &["ada"])
        .exits(0)
        .prints("model.trust.seeds")
        .does_not_print("fan8");
    assert_eq!(
        explain_json(&seeded, &["ada", "--set", seeds])["missing"],
        Value::Array(Vec::new())
    );
}

#[test]
fn a_person_without_a_score_gets_the_effect_of_a_first_reaction() {
    let site = Site::new(&quiet());
    site.night("2026-03-07");
    let answer = explain_json(&site.output(), &["twitter:fan0"]);
    assert_eq!(
        (&answer["scores"]["score"], &answer["silence"]),
        (&Value::Null, &Value::Array(Vec::new()))
    );
    let networks = answer["one_more"]["networks"].as_array().unwrap();
    let twitter = networks.iter().find(|on| on["network"] == "twitter").unwrap();
    assert_eq!(
        (&twitter["is_there"], &twitter["newcomer"]["points"]),
        (&true.into(), &Value::Null)
    );
    // One new, trusted, ordinary reactor alone gives 20 points in the long run, and more in a young warehouse.
    let alone = twitter["newcomer"]["score"].as_f64().unwrap();
    assert!((20.0..28.0).contains(&alone), "{alone}");
    assert_eq!(twitter["reactor"], Value::Null);
    explain(&site.output(), &["twitter:fan0"])
        .exits(0)
        .prints("No score yet: no reaction by another person")
        .prints("Effect of one more reaction (score in points after it");
}

#[test]
fn hostile_ids_send_no_control_characters() {
    let hostile = "\u{1b}[2Jmallory\u{202e}";
    let site = Site::new(&quiet().identities("2026-03-02", &format!("ada=twitter:a {hostile}=twitter:fan0")));
    site.night("2026-03-07");
    for (asked, code) in [("ada", 0), (hostile, 0), ("\u{1b}[2Jmalory\u{202e}", 2)] {
        let result = explain(&site.output(), &[asked]).exits(code);
        assert!(
            !(result.out + &result.err).contains(['\u{1b}', '\u{202e}']),
            "{asked:?}"
        );
    }
    assert_eq!(explain_json(&site.output(), &[hostile])["person_id"], hostile);
}
