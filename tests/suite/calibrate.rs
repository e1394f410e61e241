//! Calibrates a custom scale on a snapshot, puts it into a job, and checks the next run.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::clout::{CommandOutput, Site, clout, path, run};
use crate::support::sample_data;
use crate::support::tables::{Snapshot, number};

const DATE: &str = "2026-10-31";

/// Scores the sample data once.
fn scored() -> Site {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &[]).exits(0);
    site
}

fn calibrate(site: &Site, arguments: &[&str]) -> CommandOutput {
    let output = path(&site.output());
    clout(&[&["calibrate", "--output", &output], arguments].concat())
}

/// Returns the scores in order.
fn scores(snapshot: &Snapshot) -> Vec<f64> {
    let mut scores: Vec<f64> = snapshot
        .table("scores")
        .iter()
        .filter_map(|row| number(row, "score"))
        .collect();
    scores.sort_by(f64::total_cmp);
    scores
}

fn quantile(ordered: &[f64], share: f64) -> f64 {
    let position = share * (ordered.len() - 1) as f64;
    let (below, above) = (ordered[position.floor() as usize], ordered[position.ceil() as usize]);
    below + position.fract() * (above - below)
}

fn ranks(snapshot: &Snapshot) -> BTreeMap<String, Option<i64>> {
    let scores = snapshot.scores();
    let rank = |(person, row): (&&str, &&_)| ((*person).to_owned(), number(row, "rank").map(|rank| rank as i64));
    scores.iter().map(rank).collect()
}

#[test]
fn a_run_with_the_new_scale_gives_the_requested_scores() {
    let site = scored();
    let (before, scale) = (site.snapshot(DATE), path(&site.output_named("scale.toml")));
    let found = calibrate(
        &site,
        &["--median", "25", "--p99", "62.5", "--to", &scale, "--format", "json"],
    );
    let found = found.exits(0).json();
    run(&sample_data(), &site.output_named("own"), &[&scale]).exits(0);
    let after = Snapshot::read(&site.output_named("own"), DATE);
    let ordered = scores(&after);
    assert!((quantile(&ordered, 0.5) - 25.0).abs() < 1e-6, "{found}");
    assert!((quantile(&ordered, 0.99) - 62.5).abs() < 1e-6, "{found}");
    assert_eq!(ranks(&after), ranks(&before));
    // The predicted figures equal the published ones.
    let predicted = |figure: &str| found["after"][figure].as_f64().unwrap();
    assert!((predicted("max") - ordered[ordered.len() - 1]).abs() < 1e-6);
    assert!((predicted("p95") - quantile(&ordered, 0.95)).abs() < 1e-6);
    assert_eq!(
        predicted("at_1") as usize,
        ordered.iter().filter(|score| **score == 1.0).count()
    );
    assert_eq!(found["persons_scored"], ordered.len());
    assert_eq!(found["model_version"], after.manifest["model_version"]);
    assert_eq!(found["snapshot_model_version"], before.manifest["model_version"]);
    assert_ne!(after.manifest["model_version"], before.manifest["model_version"]);
    assert_eq!(
        (&found["differs_in"], &found["file"]),
        (&Value::Array(Vec::new()), &scale.as_str().into())
    );
    // Calibrates back from the new scale to the old one.
    let old = scores(&before);
    let (median, p99) = (quantile(&old, 0.5).to_string(), quantile(&old, 0.99).to_string());
    let own = path(&site.output_named("own"));
    let back = clout(&[
        "calibrate",
        &scale,
        "--output",
        &own,
        "--median",
        &median,
        "--p99",
        &p99,
        "--format",
        "json",
    ]);
    let back = back.exits(0).json();
    assert!(
        (back["after"]["points_per_decade"].as_f64().unwrap() - 12.0).abs() < 1e-6,
        "{back}"
    );
    assert!(
        (back["after"]["one_reactor"].as_f64().unwrap() - 20.0).abs() < 1e-6,
        "{back}"
    );
}

#[test]
fn the_answer_is_reproducible_and_never_overwrites_a_file() {
    let site = scored();
    let file = site.output_named("scale.toml");
    let result = calibrate(&site, &[]).exits(0);
    assert_eq!(result.out, calibrate(&site, &["--as-of", DATE]).exits(0).out);
    result
        .prints("[model.scale]")
        .prints("points_per_decade = ")
        .prints("applies it to the kept");
    calibrate(&site, &["--to", &path(&file)]).exits(0);
    let written = std::fs::read_to_string(&file).unwrap();
    calibrate(&site, &["--to", &path(&file), "--median", "21"])
        .exits(2)
        .prints("scale.toml");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
    // The command names a job that differs from the snapshot's.
    calibrate(&site, &["--set", "model.repeats.beta=1.5"])
        .exits(0)
        .prints("model.repeats.beta");
}

#[test]
fn impossible_targets_are_refused() {
    let site = scored();
    calibrate(&site, &["--median", "60", "--p99", "20"])
        .exits(2)
        .prints("median < p99");
    calibrate(&site, &["--median", "1", "--p99", "20"]).exits(2);
    calibrate(&site, &["--median", "20", "--p99", "100"]).exits(2);
    let few = Site::new(&crate::nightly::eventful());
    few.run(&[]).exits(0);
    calibrate(&few, &[]).exits(2).prints("at least 100");
    calibrate(&site, &["--as-of", "2020-01-01"])
        .exits(3)
        .prints("the nearest is");
    calibrate(&Site::empty(), &[]).exits(3).prints("no snapshot");
    // A scale so steep that the person at the 99th percentile is at the upper limit.
    let steep = [
        "--set",
        "model.scale.points_per_decade=90",
        "--set",
        "model.scale.one_reactor=20",
    ];
    run(&sample_data(), &site.output_named("steep"), &steep).exits(0);
    clout(&["calibrate", "--output", &path(&site.output_named("steep"))])
        .exits(2)
        .prints("the 99th percentile person is at a limit");
}
