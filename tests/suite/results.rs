//! Checks the published numbers against rules that anyone can recompute from the tables alone.

use std::collections::BTreeMap;

use crate::support::clout::{Site, run};
use crate::support::sample_data;
use crate::support::tables::{Record, Snapshot, number, text};

/// Publishes two snapshots for recomputing: a small one full of ties, and a large one.
fn snapshots() -> [Snapshot; 2] {
    let site = Site::new(&crate::nightly::eventful());
    run(&sample_data(), &site.output_named("sample"), &[]).exits(0);
    [
        site.night("2026-03-08"),
        Snapshot::read(&site.output_named("sample"), "2026-10-31"),
    ]
}

fn networks_by_person(snapshot: &Snapshot) -> BTreeMap<&str, Vec<&Record>> {
    let mut by_person: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for row in snapshot.table("network_scores") {
        by_person.entry(text(row, "person_id")).or_default().push(row);
    }
    by_person
}

fn sum(rows: &[&Record], column: &str) -> f64 {
    rows.iter().filter_map(|row| number(row, column)).sum()
}

#[test]
fn ranks_ties_and_percentiles_follow_from_the_scores() {
    // No score is clamped here: the base alone gives 11 points, and no person is close to 100.
    let mut tied = 0;
    for snapshot in snapshots() {
        let scores: Vec<f64> = snapshot
            .table("scores")
            .iter()
            .filter_map(|row| number(row, "score"))
            .collect();
        for row in snapshot.table("scores") {
            let Some(score) = number(row, "score") else {
                assert!(row["rank"].is_null() && row["percentile"].is_null(), "{row:?}");
                continue;
            };
            let above = scores.iter().filter(|other| **other > score).count();
            let below = scores.iter().filter(|other| **other < score).count();
            tied += scores.len() - above - below - 1;
            assert_eq!(row["rank"], above + 1, "{row:?}");
            let percentile = 100.0 * below as f64 / scores.len() as f64;
            assert!(
                (number(row, "percentile").unwrap() - percentile).abs() < 1e-12,
                "{row:?}"
            );
        }
    }
    assert!(tied > 0, "some scores are equal");
}

#[test]
fn a_score_is_null_if_and_only_if_no_other_person_reacted() {
    for snapshot in snapshots() {
        let networks = networks_by_person(&snapshot);
        let (mut scored, mut unscored) = (0, 0);
        for row in snapshot.table("scores") {
            let reactions = sum(&networks[text(row, "person_id")], "reactions");
            assert_eq!(row["score"].is_null(), reactions == 0.0, "{row:?}");
            assert_eq!(row["audience_influence"].is_null(), reactions == 0.0, "{row:?}");
            *(if reactions == 0.0 { &mut unscored } else { &mut scored }) += 1;
            if let Some(score) = number(row, "score") {
                assert!((1.0..=100.0).contains(&score));
            }
        }
        assert!(scored > 5 && unscored > 1);
        assert_eq!(
            (snapshot.metric("persons", ""), snapshot.metric("persons_scored", "")),
            ((scored + unscored) as f64, scored as f64)
        );
    }
}

#[test]
fn shares_of_networks_sum_to_one() {
    for snapshot in snapshots() {
        let scores = snapshot.scores();
        for (person, rows) in networks_by_person(&snapshot) {
            match scores[person]["score"].is_null() {
                true => assert!(
                    rows.iter().all(|row| row["share"].is_null() && row["score"].is_null()),
                    "{person}"
                ),
                false => assert!((sum(&rows, "share") - 1.0).abs() < 1e-9, "{person}"),
            }
            assert_eq!(
                scores[person]["networks"].as_array().unwrap().len(),
                rows.len(),
                "{person}"
            );
        }
    }
}

#[test]
fn amplification_is_reactions_by_posts() {
    for snapshot in snapshots() {
        let networks = networks_by_person(&snapshot);
        for row in snapshot.table("scores") {
            let rows = &networks[text(row, "person_id")];
            let (reactions, posts) = (sum(rows, "reactions"), sum(rows, "posts"));
            let expected = (posts > 0.0).then(|| reactions / posts);
            assert_eq!(number(row, "amplification"), expected, "{row:?}");
        }
    }
}

#[test]
fn reach_lies_between_one_and_the_number_of_reactors() {
    for snapshot in snapshots() {
        for row in snapshot.table("scores").iter().filter(|row| row["score"].is_number()) {
            assert!(number(row, "reach").unwrap() >= 1.0 - 1e-12, "{row:?}");
        }
    }
}

#[test]
fn the_interval_contains_the_score() {
    for snapshot in snapshots() {
        for row in snapshot.table("scores") {
            let [low, score, high, coverage] =
                ["score_low", "score", "score_high", "coverage"].map(|name| number(row, name));
            match (low, score, high) {
                (Some(low), Some(score), Some(high)) => {
                    assert!(1.0 <= low && low <= score && score <= high && high <= 100.0, "{row:?}");
                }
                ends => assert_eq!(ends, (None, None, None), "{row:?}"),
            }
            assert!((0.0..=1.0).contains(&coverage.unwrap()), "{row:?}");
        }
    }
}

#[test]
fn influences_are_listed_for_the_top_and_at_most_twenty_a_direction() {
    for snapshot in snapshots() {
        let scores = snapshot.scores();
        let mut lists: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
        for row in snapshot.table("influences") {
            let person = text(row, "person_id");
            assert!(number(scores[person], "percentile").unwrap() >= 95.0, "{row:?}");
            assert!(row["reactions"].as_i64().unwrap() > 0);
            lists
                .entry((person, text(row, "direction")))
                .or_default()
                .push(number(row, "points").unwrap());
        }
        for ((person, direction), points) in lists {
            assert!(points.len() <= 20, "{person} {direction}");
            if direction == "influenced_by" {
                // Points are shares of the person's own score. They sum to all of it, unless some are cut off.
                let missing = number(scores[person], "score").unwrap() - points.iter().sum::<f64>();
                assert!(
                    missing > -1e-9 && (points.len() == 20 || missing < 1e-9),
                    "{person}: {missing}"
                );
            }
        }
    }
}

#[test]
fn the_mass_of_the_propagation_is_one() {
    for snapshot in snapshots() {
        assert!((snapshot.metric("mass", "") - 1.0).abs() < 1e-9);
        let in_manifest = snapshot.manifest["residual"].as_f64().unwrap();
        assert!((snapshot.metric("residual", "") - in_manifest).abs() < 1e-20);
        assert!(snapshot.metric("residual", "") <= 1e-7);
    }
}
