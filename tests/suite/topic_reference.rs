//! Compares topic scores and their evidence with a slow reference, which is written in another way.

use std::collections::BTreeMap;

use clout_base::day::Day;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::against_the_reference::{CONVERGED, is_close};
use crate::random::{NIGHTS, date, with_people};
use crate::support::clout::Site;
use crate::support::days::day;
use crate::support::reference::{TopicScore, compute_topic_scores};
use crate::support::tables::{Record, Snapshot, number, text};
use crate::support::warehouse::Warehouse;
use crate::topics::{LAST, town};
use crate::topics_by_night;

/// Bounds the pieces of evidence of a kind.
const NAMED: usize = 3;

/// Kind, source and weight.
type Piece<'a> = (&'a str, &'a str, f64);

fn run_into(site: &Site, name: &str, date: &str) -> Snapshot {
    // Random identities shrink.
    let allowed = ["--set", "checks.max_dropped_identities=1"];
    let arguments: Vec<&str> = ["--as-of", date].into_iter().chain(CONVERGED).chain(allowed).collect();
    site.run_into(name, &arguments).exits(0);
    Snapshot::read(&site.output_named(name), date)
}

/// Compares each row of both tables with the reference.
#[track_caller]
fn check(snapshot: &Snapshot, warehouse: &Warehouse, as_of: Day) {
    let expected = compute_topic_scores(warehouse, as_of);
    let claim = |row: &Record| (text(row, "person_id").to_owned(), text(row, "topic_id").to_owned());
    let mut evidence: BTreeMap<(String, String), Vec<Piece>> = BTreeMap::new();
    for row in snapshot.table("topic_evidence") {
        let piece = (
            text(row, "kind"),
            text(row, "source_id"),
            number(row, "weight").unwrap(),
        );
        evidence.entry(claim(row)).or_default().push(piece);
    }
    let rows = snapshot.table("topic_scores");
    let found: Vec<(String, String)> = rows.iter().map(claim).collect();
    assert_eq!(found, expected.keys().cloned().collect::<Vec<_>>(), "rows of {as_of}");
    for (row, claim) in rows.iter().zip(&found) {
        let wanted = &expected[claim];
        for (column, wanted) in [("score", wanted.score), ("confidence", wanted.confidence)] {
            let found = number(row, column);
            assert!(is_close(found, Some(wanted)), "{claim:?}: {column} {found:?} {wanted}");
        }
        let (first, last) = wanted.rank_in_topic;
        let rank = row["rank_in_topic"].as_u64().unwrap() as usize;
        assert!(
            (first..=last).contains(&rank),
            "{claim:?}: rank {rank}, not {first} to {last}"
        );
        let counts = (&row["reactors"], &row["endorsers"], &row["is_shown"]);
        let wanted_counts = (
            &wanted.reactors.into(),
            &wanted.endorsers.into(),
            &wanted.is_shown.into(),
        );
        assert_eq!(counts, wanted_counts, "{claim:?}");
        match wanted.is_shown || wanted.is_broader {
            true => check_evidence(claim, &evidence.remove(claim).unwrap_or_default(), wanted),
            false => assert!(
                !evidence.contains_key(claim),
                "{claim:?}: evidence of a topic that is not shown"
            ),
        }
    }
    assert!(evidence.is_empty(), "of no row: {evidence:?}");
    let people = snapshot.people();
    assert!(
        found.iter().all(|(person, _)| people.contains(&person.as_str())),
        "not in scores"
    );
}

/// Checks the weight of each piece, and that the greatest of each kind are listed.
fn check_evidence(claim: &(String, String), found: &[Piece], wanted: &TopicScore) {
    for kind in ["ancestor", "audience", "endorsement", "tag", "text"] {
        let pieces: Vec<_> = found.iter().filter(|piece| piece.0 == kind).collect();
        for (_, source, weight) in &pieces {
            let wanted = wanted.evidence.get(&(kind, (*source).to_owned())).copied();
            assert!(
                is_close(Some(*weight), wanted),
                "{claim:?}: {kind} {source} {weight} {wanted:?}"
            );
        }
        let most_of = if kind == "tag" { 2 * NAMED } else { NAMED };
        let greatest = |weights: &mut dyn Iterator<Item = f64>| {
            let mut weights: Vec<f64> = weights.collect();
            weights.sort_by(|a, b| b.total_cmp(a));
            weights.truncate(most_of);
            weights
        };
        let listed = greatest(&mut pieces.iter().map(|piece| piece.2));
        let of_kind = wanted.evidence.iter().filter(|((other, _), _)| *other == kind);
        let most = greatest(&mut of_kind.map(|(_, weight)| *weight));
        let is_same = listed.iter().zip(&most).all(|(a, b)| is_close(Some(*a), Some(*b)));
        assert!(
            pieces.len() == most.len() && is_same,
            "{claim:?}: {kind} {listed:?} {most:?}"
        );
    }
}

#[test]
fn a_warehouse_with_endorsements_has_the_topic_rows_of_the_reference() {
    let warehouse = topics_by_night::praising();
    let site = Site::new(&warehouse);
    for date in ["2026-03-04", LAST] {
        check(&run_into(&site, "out", date), &warehouse, day(date));
    }
    let endorsed = |row: &&Record| row["endorsers"].as_u64() > Some(0);
    let snapshot = Snapshot::read(&site.output_named("out"), LAST);
    assert!(snapshot.table("topic_scores").iter().any(|row| endorsed(&row)));
}

#[test]
fn a_circle_of_endorsements_is_reduced_as_the_reference_says() {
    let word = |(from, to): (usize, usize)| format!("w{from}-{to} 12:00 twitter:r{from} twitter:r{to} tea -\n");
    let circle = (0..8)
        .map(|i| (i, (i + 1) % 8))
        .chain([(0, 4), (9, 0), (4, 10), (11, 9), (5, 4)]);
    let warehouse = town().endorsements("2026-03-05", &circle.map(word).collect::<String>());
    check(&run_into(&Site::new(&warehouse), "out", LAST), &warehouse, day(LAST));
}

/// Generates the random warehouse with tags, a topic hierarchy and endorsements.
fn with_topics() -> impl Strategy<Value = Warehouse> {
    let tags = vec(
        prop::sample::select(vec!["", "", "#tea", "#tea,milk", "#coffee", "#odd", "#milk,hot"]),
        100,
    );
    // Load date, id, days late, hour, endorser, endorsee, topic, weight.
    let word = (
        0..NIGHTS,
        0..25_u32,
        0..3_i32,
        0..24_u32,
        0..9_usize,
        0..9_usize,
        0..5_usize,
        0..3_usize,
    );
    (with_people(), tags, vec(word, 0..25)).prop_map(|(mut warehouse, tags, words)| {
        let rows = warehouse.activities.values_mut().flatten();
        for (row, tags) in rows.zip(tags.iter().cycle()) {
            let object = row.object.take().unwrap_or_default();
            row.object = Some(format!("{object}{tags}")).filter(|object| !object.is_empty());
        }
        for (night, id, late, hour, endorser, endorsee, topic, weight) in words {
            let person = |index: usize| match index {
                0..3 => format!("p{index}"),
                3..6 => format!("linkedin:a{}", index - 3),
                _ => format!("twitter:a{}", index - 6),
            };
            let topic = ["tea", "milk", "coffee", "hot", "drinks"][topic];
            let (endorser, endorsee, weight) = (person(endorser), person(endorsee), ["-", "0.4", "7"][weight]);
            let line = format!("e{id} D-{late}T{hour}:00 {endorser} {endorsee} {topic} {weight}");
            warehouse = warehouse.endorsements(&date(night), &line);
        }
        warehouse
            .topics("drinks Drinks\n hot Hot\n tea Tea\n coffee Coffee\n milk Milk")
            .topic_edges("drinks hot\n drinks milk\n hot tea\n hot coffee\n drinks tea")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn day_by_day_at_once_and_reference_agree_on_topics_of_random_warehouses(warehouse in with_topics(), skipped in 1..NIGHTS) {
        let site = Site::new(&warehouse);
        for night in (0..NIGHTS - 1).filter(|night| *night != skipped) {
            run_into(&site, "nightly", &date(night));
        }
        let last = date(NIGHTS - 1);
        let (nightly, at_once) = (run_into(&site, "nightly", &last), run_into(&site, "at once", &last));
        topics_by_night::check(&nightly, &at_once, "at random");
        check(&at_once, &warehouse, day(&last));
    }
}
