//! Checks coverage and intervals from the published tables alone.

use crate::support::clout::{Site, night, run};
use crate::support::sample_data;
use crate::support::tables::{Snapshot, number};
use crate::support::warehouse::Warehouse;

/// Returns a value of `scores`.
#[track_caller]
fn value(snapshot: &Snapshot, person: &str, column: &str) -> f64 {
    number(snapshot.scores()[person], column).unwrap_or_else(|| panic!("{person} has no {column}"))
}

#[test]
fn coverage_grows_with_the_networks_of_a_person() {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &[]).exits(0);
    let snapshot = site.snapshot("2026-10-31");
    let mut whole = 0;
    for (person, row) in snapshot.scores() {
        let networks = row["networks"].as_array().unwrap().len();
        let coverage = number(row, "coverage").unwrap();
        // Every load date of every network was delivered.
        assert!(coverage < 1.0 || networks == 4, "{person}: {row:?}");
        assert!(networks != 1 || coverage < 0.6, "{person}: {row:?}");
        whole += usize::from(coverage == 1.0);
    }
    assert!(whole > 10, "{whole}");
    assert_eq!(value(&snapshot, "paul-of-four-networks", "coverage"), 1.0);
    assert!(value(&snapshot, "olga-of-one-network", "coverage") < 0.5);
    let room = |person: &str| value(&snapshot, person, "score_high") - value(&snapshot, person, "score");
    assert!(room("olga-of-one-network") > room("paul-of-four-networks") + 2.0);
}

/// Runs five equal days of two networks: eve is on both, tim on twitter alone.
fn even(without: &[&str]) -> Snapshot {
    let mut all = Warehouse::default();
    for day in 1..=5 {
        let date = format!("2026-03-0{day}");
        let twitter = format!("t{day} 10:00 ann like - tim\n u{day} 10:01 ann like - eve\n");
        let facebook = format!("f{day} 10:00 fan like - fae\n");
        for (network, rows) in [("twitter", twitter), ("facebook", facebook)] {
            if !without.contains(&format!("{network} {day}").as_str()) {
                all = all.activities(network, &date, &rows);
            }
        }
    }
    all = all.identities("2026-03-01", "eve=twitter:eve eve=facebook:fae lou=twitter:lou");
    night(&all, "2026-03-05")
}

#[test]
fn a_missing_load_date_lowers_the_coverage_of_people_on_that_network() {
    let whole = even(&[]);
    assert_eq!(value(&whole, "eve", "coverage"), 1.0);
    assert_eq!(value(&whole, "lou", "coverage"), 0.0, "only listed");
    let tim = value(&whole, "twitter:tim", "coverage");
    assert!(0.5 < tim && tim < 0.9, "{tim}");
    let coverage = |without: &[&str]| value(&even(without), "eve", "coverage");
    let (old, recent, both) = (
        coverage(&["twitter 2"]),
        coverage(&["twitter 5"]),
        coverage(&["twitter 2", "twitter 5"]),
    );
    assert!(both < recent && recent < old && old < 1.0, "{both} {recent} {old}");
    // Days before the first load date do not count as missing.
    assert_eq!(coverage(&["twitter 1", "twitter 2"]), 1.0);
}

#[test]
fn the_interval_of_a_person_with_one_fan_is_wide() {
    let snapshot = even(&[]);
    let base = 20.0 + 12.0 * 0.2_f64.log10();
    assert!((value(&snapshot, "twitter:tim", "score_low") - base).abs() < 1e-9);
    let (score, high) = (
        value(&snapshot, "twitter:tim", "score"),
        value(&snapshot, "twitter:tim", "score_high"),
    );
    assert!(high > score + 2.0, "{score} {high}");
}
