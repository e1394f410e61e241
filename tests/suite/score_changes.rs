//! Checks the causes of score changes: they sum to the published change, each where it belongs.

use std::collections::BTreeSet;

use crate::nightly::{DATES, eventful};
use crate::support::clout::{Site, clout, path, run};
use crate::support::sample_data;
use crate::support::tables::{Record, Snapshot, number, text};

const CAUSES: [&str; 12] = [
    "corroboration",
    "faded_reactions",
    "identity_changed",
    "network_joined",
    "network_left",
    "new_reactions",
    "opted_out_reactors",
    "reactors_fell",
    "reactors_rose",
    "recalibrated",
    "repeats_saturated",
    "scale_limit",
];

/// Returns (cause, detail, points) of a person.
pub fn reasons<'a>(snapshot: &'a Snapshot, person: &str) -> Vec<(&'a str, &'a str, f64)> {
    let rows = snapshot.table("score_changes").iter();
    let own = rows.filter(|row| row["person_id"] == person);
    own.map(|row| (text(row, "cause"), text(row, "detail"), number(row, "points").unwrap()))
        .collect()
}

/// Checks that the points of each person sum to their delta, that a person without a delta has none, and that the
/// contract lists each cause. Returns the number of people with causes.
#[track_caller]
pub fn check_sums(snapshot: &Snapshot) -> usize {
    let rows = snapshot.table("score_changes");
    let mut explained = 0;
    for row in snapshot.table("scores") {
        let own = rows.iter().filter(|other| other["person_id"] == row["person_id"]);
        let points: Vec<f64> = own.map(|row| number(row, "points").unwrap()).collect();
        match number(row, "delta_1d") {
            None => assert!(points.is_empty(), "{row:?} {points:?}"),
            Some(delta) => {
                let sum: f64 = points.iter().sum();
                assert!((sum - delta).abs() < 1e-9, "{row:?} {points:?}");
                explained += usize::from(!points.is_empty());
            }
        }
    }
    assert!(rows.iter().all(|row| CAUSES.contains(&text(row, "cause"))));
    assert!(snapshot.metric("score_changes_missed", "") < 1e-9);
    explained
}

#[test]
fn every_delta_of_the_eventful_warehouse_is_the_sum_of_its_causes() {
    let site = Site::new(&eventful());
    let explained: usize = DATES.iter().map(|date| check_sums(&site.night(date))).sum();
    assert!(explained > 20, "{explained}");
}

#[test]
fn every_delta_of_a_month_is_the_sum_of_its_causes() {
    let site = Site::empty();
    let input = path(&site.input());
    clout(&[
        "generate",
        "--to",
        &input,
        "--persons",
        "120",
        "--days",
        "34",
        "--seed",
        "3",
    ])
    .exits(0);
    let output = path(&site.output());
    let newest = clout(&["check", "--input", &input, "--format", "json"]);
    assert!(newest.code == 0 || newest.code == 4);
    let dates = load_dates(&site);
    let (first, last) = (&dates[3], &dates[dates.len() - 1]);
    clout(&[
        "backfill", "--input", &input, "--output", &output, "--from", first, "--to", last,
    ])
    .exits(0);
    let explained: usize = dates[4..].iter().map(|date| check_sums(&site.snapshot(date))).sum();
    assert!(explained > 1_000, "{explained}");
    assert_eq!(dates[4..].len(), 30);
}

/// Returns the load dates of Twitter, in order.
fn load_dates(site: &Site) -> Vec<String> {
    let folder = site.input().join("activities/network=twitter");
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let dates: BTreeSet<String> = names
        .filter_map(|name| name.strip_prefix("date=").map(str::to_owned))
        .collect();
    dates.into_iter().collect()
}

#[test]
fn the_sample_adds_up_and_the_bought_reactions_are_the_cause_of_berts_rise() {
    let site = Site::empty();
    let night = |date: &str| {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
        site.snapshot(date)
    };
    night("2026-10-30");
    let last = night("2026-10-31");
    assert!(check_sums(&last) > 1_500);
    let bert = reasons(&last, "bert-the-buyer");
    let largest = bert.iter().max_by(|a, b| a.2.abs().total_cmp(&b.2.abs())).unwrap();
    assert_eq!(largest.0, "reactors_rose", "{bert:?}");
    assert!(largest.1.starts_with("twitter: twitter:"), "{bert:?}");
}

#[test]
fn only_people_with_a_reaction_of_the_day_have_new_reactions() {
    let site = Site::new(&eventful());
    let warehouse = eventful();
    for pair in DATES.windows(2) {
        site.run(&["--as-of", pair[0]]).exits(0);
        let snapshot = site.night(pair[1]);
        let on_day = warehouse
            .activities
            .iter()
            .filter(|((_, day), _)| day.to_string() == pair[1]);
        let named: BTreeSet<String> = on_day
            .flat_map(|((network, _), rows)| rows.iter().map(move |row| (network, row)))
            .filter_map(|(network, row)| Some(format!("{network}:{}", row.target.as_ref()?)))
            .collect();
        let unclaimed = |row: &&Record| text(row, "person_id").contains(':');
        let new = snapshot
            .table("score_changes")
            .iter()
            .filter(|row| row["cause"] == "new_reactions");
        // Co-visits are reactions without a row.
        let stated = new
            .filter(unclaimed)
            .filter(|row| !text(row, "person_id").starts_with("foursquare"));
        for row in stated {
            assert!(named.contains(text(row, "person_id")), "{row:?}");
        }
    }
}
