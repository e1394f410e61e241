//! A scale of a house's own: found on a snapshot, put into a job, and what the next run makes of it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::clout::{Said, Site, clout, path, run};
use crate::support::sample_data;
use crate::support::tables::{Snapshot, number};

const DATE: &str = "2026-10-31";

/// The sample data, scored once.
fn scored() -> Site {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &[]).exits(0);
    site
}

fn calibrate(site: &Site, arguments: &[&str]) -> Said {
    let output = path(&site.output());
    clout(&[&["calibrate", "--output", &output], arguments].concat())
}

/// Scores in order.
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
    let place = share * (ordered.len() - 1) as f64;
    let (below, above) = (ordered[place.floor() as usize], ordered[place.ceil() as usize]);
    below + place.fract() * (above - below)
}

fn ranks(snapshot: &Snapshot) -> BTreeMap<String, Option<i64>> {
    let scores = snapshot.scores();
    let rank = |(person, row): (&&str, &&_)| ((*person).to_owned(), number(row, "rank").map(|rank| rank as i64));
    scores.iter().map(rank).collect()
}

#[test]
fn a_run_with_the_new_scale_gives_the_scores_that_were_asked_for() {
    let site = scored();
    let (before, scale) = (site.snapshot(DATE), path(&site.another("scale.toml")));
    let found = calibrate(
        &site,
        &["--median", "25", "--p99", "62.5", "--to", &scale, "--format", "json"],
    );
    let found = found.exits(0).json();
    run(&sample_data(), &site.another("own"), &[&scale]).exits(0);
    let after = Snapshot::of(&site.another("own"), DATE);
    let ordered = scores(&after);
    assert!((quantile(&ordered, 0.5) - 25.0).abs() < 1e-6, "{found}");
    assert!((quantile(&ordered, 0.99) - 62.5).abs() < 1e-6, "{found}");
    assert_eq!(ranks(&after), ranks(&before));
    // What was foretold is what came.
    let told = |figure: &str| found["after"][figure].as_f64().unwrap();
    assert!((told("max") - ordered[ordered.len() - 1]).abs() < 1e-6);
    assert!((told("p95") - quantile(&ordered, 0.95)).abs() < 1e-6);
    assert_eq!(
        told("at_1") as usize,
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
    // And from the new scale back to the old one.
    let old = scores(&before);
    let (median, p99) = (quantile(&old, 0.5).to_string(), quantile(&old, 0.99).to_string());
    let own = path(&site.another("own"));
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
fn the_answer_is_shown_twice_alike_and_never_written_over_a_file() {
    let site = scored();
    let file = site.another("scale.toml");
    let said = calibrate(&site, &[]).exits(0);
    assert_eq!(said.out, calibrate(&site, &["--as-of", DATE]).exits(0).out);
    said.says("[model.scale]")
        .says("points_per_decade = ")
        .says("reads the whole input again");
    calibrate(&site, &["--to", &path(&file)]).exits(0);
    let written = std::fs::read_to_string(&file).unwrap();
    calibrate(&site, &["--to", &path(&file), "--median", "21"])
        .exits(2)
        .says("scale.toml");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
    // A job that is not the snapshot's is told so.
    calibrate(&site, &["--set", "model.repeats.beta=1.5"])
        .exits(0)
        .says("model.repeats.beta");
}

#[test]
fn what_cannot_be_is_refused() {
    let site = scored();
    calibrate(&site, &["--median", "60", "--p99", "20"])
        .exits(2)
        .says("median < p99");
    calibrate(&site, &["--median", "1", "--p99", "20"]).exits(2);
    calibrate(&site, &["--median", "20", "--p99", "100"]).exits(2);
    let few = Site::of(&crate::nightly::eventful());
    few.run(&[]).exits(0);
    calibrate(&few, &[]).exits(2).says("at least 100");
    calibrate(&site, &["--as-of", "2020-01-01"])
        .exits(3)
        .says("the nearest is");
    calibrate(&Site::empty(), &[]).exits(3).says("no snapshot");
    // A scale so steep that the upper limit holds the 99th percentile person.
    let steep = [
        "--set",
        "model.scale.points_per_decade=90",
        "--set",
        "model.scale.one_reactor=20",
    ];
    run(&sample_data(), &site.another("steep"), &steep).exits(0);
    clout(&["calibrate", "--output", &path(&site.another("steep"))])
        .exits(2)
        .says("the 99th percentile person stands at a limit");
}
