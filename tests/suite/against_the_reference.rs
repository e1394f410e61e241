//! Compares the program with a slow reference of the whole model, which is written in another way.

use std::collections::BTreeMap;

use clout_base::day::Day;

use crate::support::clout::Site;
use crate::support::days::day;
use crate::support::reference::{PersonScore, compute_scores};
use crate::support::tables::{Record, Snapshot, number, text};
use crate::support::warehouse::Warehouse;
use crate::support::{read_back, sample_data};

/// Lets both sides converge: at the usual tolerance the program stops up to 1e-6 short of the fixed point.
pub const CONVERGED: [&str; 4] = [
    "--set",
    "model.propagation.tolerance=1e-14",
    "--set",
    "model.propagation.max_iterations=2000",
];

/// Returns true if two values are equal within 1e-9 of the greater one, or of 1.
pub fn is_close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Compares each person of a snapshot with the reference.
#[track_caller]
pub fn check(snapshot: &Snapshot, warehouse: &Warehouse, as_of: Day) {
    let expected = compute_scores(warehouse, as_of);
    assert_eq!(
        snapshot.people(),
        expected.keys().map(String::as_str).collect::<Vec<_>>(),
        "people of {as_of}"
    );
    for (person, row) in snapshot.scores() {
        check_person(person, row, &expected[person]);
    }
    let parts: usize = expected.values().map(|person| person.networks.len()).sum();
    assert_eq!(snapshot.table("network_scores").len(), parts, "networks of persons");
    for row in snapshot.table("network_scores") {
        let (person, name) = (text(row, "person_id"), text(row, "network"));
        let part = expected[person]
            .networks
            .get(name)
            .unwrap_or_else(|| panic!("{person} is not on {name}"));
        let found = ["score", "reach", "reactions", "posts", "share"].map(|column| number(row, column));
        let wanted = [
            part.score,
            Some(part.reach),
            Some(part.reactions as f64),
            Some(part.posts as f64),
            part.share,
        ];
        assert!(
            found.iter().zip(wanted).all(|(a, b)| is_close(*a, b)),
            "{person} on {name}: {found:?} {wanted:?}"
        );
    }
    check_influences(snapshot, &expected);
}

fn check_person(person: &str, row: &Record, expected: &PersonScore) {
    let columns = ["score", "amplification", "audience_influence", "reach"];
    let found = columns.map(|column| number(row, column));
    let reach = if expected.score.is_some() { expected.reach } else { 0.0 };
    let wanted = [
        expected.score,
        expected.amplification,
        expected.audience_influence,
        Some(reach),
    ];
    assert!(
        found.iter().zip(wanted).all(|(a, b)| is_close(*a, b)),
        "{person}: {columns:?} {found:?} {wanted:?}"
    );
    let coverage = number(row, "coverage");
    assert!(
        is_close(coverage, Some(expected.coverage)),
        "{person}: {coverage:?} {}",
        expected.coverage
    );
    let ends = number(row, "score_low").zip(number(row, "score_high"));
    // The program sums replicates in single precision.
    let are_close = match (ends, expected.interval) {
        (Some(found), Some(wanted)) => (found.0 - wanted.0).abs().max((found.1 - wanted.1).abs()) < 1e-4,
        (found, wanted) => found.is_none() && wanted.is_none(),
    };
    assert!(are_close, "{person}: ends {ends:?} {:?}", expected.interval);
    assert_eq!(row["last_active_at"].as_i64(), expected.last_active_at, "{person}");
    let networks: Vec<&str> = row["networks"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|name| name.as_str())
        .collect();
    assert_eq!(networks, expected.networks.keys().collect::<Vec<_>>(), "{person}");
}

/// Compares each row of `influences` by points and reactions, and checks that the strongest 20 are present.
fn check_influences(snapshot: &Snapshot, expected: &BTreeMap<String, PersonScore>) {
    let percentile = |row: &Record| number(row, "percentile").is_some_and(|p| p >= 95.0);
    let listed: Vec<&str> = snapshot
        .table("scores")
        .iter()
        .filter(|row| percentile(row))
        .map(|row| text(row, "person_id"))
        .collect();
    let points = |target: &str, reactor: &str| {
        let scored = &expected[target];
        let (share, reactions) = scored.reactors.get(reactor).copied()?;
        Some((scored.score? * share, reactions))
    };
    let mut lists: BTreeMap<(&str, &str), Vec<f64>> = BTreeMap::new();
    for row in snapshot.table("influences") {
        let (person, other, direction) = (
            text(row, "person_id"),
            text(row, "other_person_id"),
            text(row, "direction"),
        );
        let edge = if direction == "influenced_by" {
            points(person, other)
        } else {
            points(other, person)
        };
        let (wanted, reactions) = edge.unwrap_or_else(|| panic!("no edge {person} {other}"));
        assert!(
            is_close(number(row, "points"), Some(wanted)),
            "{person} {direction} {other}: {wanted}"
        );
        assert_eq!(row["reactions"].as_u64(), Some(reactions));
        lists.entry((person, direction)).or_default().push(wanted);
    }
    for person in listed {
        let strongest = |mut all: Vec<f64>| {
            all.sort_by(|a, b| b.total_cmp(a));
            all.truncate(20);
            all
        };
        let received = expected[person]
            .reactors
            .keys()
            .filter_map(|other| points(person, other))
            .map(|(p, _)| p);
        let sent = expected
            .keys()
            .filter_map(|other| points(other, person))
            .map(|(p, _)| p);
        for (direction, all) in [
            ("influenced_by", received.collect::<Vec<_>>()),
            ("influences", sent.collect()),
        ] {
            let (wanted, found) = (
                strongest(all),
                strongest(lists.remove(&(person, direction)).unwrap_or_default()),
            );
            assert_eq!(wanted.len(), found.len(), "{person} {direction}");
            assert!(
                wanted.iter().zip(&found).all(|(a, b)| is_close(Some(*a), Some(*b))),
                "{person} {direction}"
            );
        }
    }
    assert!(lists.is_empty(), "people below the percentile: {:?}", lists.keys());
}

#[test]
fn the_sample_data_is_scored_as_the_reference_says() {
    let warehouse = read_back::read(&sample_data());
    let site = Site::empty();
    // A date in the middle whose next date has late rows, and the last date, on one state.
    for date in ["2026-10-13", "2026-10-31"] {
        let output = site.output();
        let mut arguments = vec!["--as-of", date];
        arguments.extend(CONVERGED);
        crate::support::clout::run(&sample_data(), &output, &arguments).exits(0);
        check(&site.snapshot(date), &warehouse, day(date));
    }
}

#[test]
fn a_warehouse_with_all_kinds_of_rows_is_scored_as_the_reference_says() {
    let warehouse = crate::nightly::eventful();
    let site = Site::new(&warehouse);
    for date in crate::nightly::DATES {
        let mut arguments = vec!["--as-of", date];
        arguments.extend(CONVERGED);
        site.run(&arguments).exits(0);
        check(&site.snapshot(date), &warehouse, day(date));
    }
}
