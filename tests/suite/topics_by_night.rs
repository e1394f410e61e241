//! Topics day by day equal topics all at once, also with opt-outs and with a changing ontology.

use std::collections::BTreeMap;

use rstest::rstest;
use serde_json::Value;

use crate::support::clout::{Site, clout, path, run};
use crate::support::sample_data;
use crate::support::tables::{Snapshot, text};
use crate::support::warehouse::{Form, Warehouse};
use crate::topics::{CLOSE, LAST, evidence, find, town};

const TABLES: [&str; 2] = ["topic_scores", "topic_evidence"];

/// Builds the town with endorsements on two dates.
pub fn praising() -> Warehouse {
    town()
        .endorsements(
            "2026-03-04",
            "a 12:00 twitter:r5 twitter:sam coffee -\n b 12:00 twitter:r3 twitter:tim coffee 0.5",
        )
        .endorsements(
            LAST,
            "c 12:00 twitter:r5 twitter:sam coffee -\n d 12:00 twitter:r6 twitter:sam tea -",
        )
}

/// Compares both tables row by row: measures within 1e-9, all else exactly.
#[track_caller]
pub fn check(a: &Snapshot, b: &Snapshot, case: &str) {
    for table in TABLES {
        let (a, b) = (a.table(table), b.table(table));
        assert_eq!(a.len(), b.len(), "rows of {table}, {case}");
        for (a, b) in a.iter().zip(b) {
            let is_same = |(x, y): (&Value, &Value)| match (x.is_f64(), x.as_f64(), y.as_f64()) {
                (true, Some(x), Some(y)) => (x - y).abs() <= CLOSE,
                _ => x == y,
            };
            assert!(
                a.values().zip(b.values()).all(is_same),
                "{table}, {case}:\n{a:?}\n{b:?}"
            );
        }
    }
}

#[test]
fn day_by_day_equals_all_at_once_on_topics_of_the_sample() {
    let site = Site::empty();
    let (input, nightly) = (path(&sample_data()), path(&site.output_named("nightly")));
    let range = ["--from", "2026-10-24", "--to", "2026-10-31"];
    clout(&[&["backfill", "--input", &input, "--output", &nightly], &range[..]].concat()).exits(0);
    for day in 24..=31 {
        let date = format!("2026-10-{day}");
        let at_once = site.output_named(&date);
        run(&sample_data(), &at_once, &["--as-of", &date]).exits(0);
        let nightly = Snapshot::read(&site.output_named("nightly"), &date);
        assert!(nightly.table("topic_evidence").len() > 10_000);
        check(&nightly, &Snapshot::read(&at_once, &date), &date);
    }
}

#[rstest]
#[case::one_thread(Form::default(), "1")]
#[case::two_threads(Form::default(), "2")]
#[case::shuffled(Form { shuffled: Some(7), ..Form::default() }, "2")]
#[case::split(Form { files: 5, ..Form::default() }, "2")]
#[case::shuffled_and_split(Form { files: 3, shuffled: Some(9), ..Form::default() }, "1")]
fn the_bytes_do_not_depend_on_threads_order_and_files(#[case] form: Form, #[case] threads: &str) {
    let hashes = |form: &Form, threads: &str| -> BTreeMap<String, String> {
        let site = Site::with_form(&praising(), form);
        site.run(&["--as-of", LAST, "--threads", threads]).exits(0);
        site.snapshot(LAST).hashes(&["rejects"])
    };
    let (plain, other) = (hashes(&Form::default(), "2"), hashes(&form, threads));
    assert!(TABLES.iter().all(|table| plain.contains_key(*table)));
    assert_eq!(other, plain);
}

#[test]
fn an_opted_out_person_is_in_neither_table_and_gives_no_evidence() {
    let opted_out = "twitter:r5";
    let leaves = |warehouse: Warehouse| warehouse.opt_outs("2026-03-05", opted_out);
    let site = Site::new(&leaves(praising()));
    let before = site.night("2026-03-04");
    let names_them = |snapshot: &Snapshot, column: &str| {
        let rows = TABLES.iter().flat_map(|table| snapshot.table(table));
        rows.filter(|row| row.get(column).is_some_and(|id| id == opted_out))
            .count()
    };
    assert!(names_them(&before, "person_id") > 0 && names_them(&before, "source_id") > 0);
    assert_eq!(find(&before, "twitter:sam", "coffee").unwrap()["endorsers"], 1);
    let after = site.night(LAST);
    assert_eq!(
        (names_them(&after, "person_id"), names_them(&after, "source_id")),
        (0, 0)
    );
    let silent = Warehouse {
        endorsements: BTreeMap::new(),
        ..praising()
    };
    let others = "b 12:00 twitter:r3 twitter:tim coffee 0.5";
    let silent = silent
        .endorsements("2026-03-04", others)
        .endorsements(LAST, "d 12:00 twitter:r6 twitter:sam tea -");
    check(
        &after,
        &Site::new(&leaves(silent)).night(LAST),
        "without their endorsements",
    );
    let sam = find(&after, "twitter:sam", "coffee").unwrap();
    assert_eq!(sam["endorsers"], 0);
    site.run_into("at once", &["--as-of", LAST]).exits(0);
    check(&after, &Snapshot::read(&site.output_named("at once"), LAST), "at once");
}

/// Replaces the topics of a site.
fn ontology(site: &Site, topics: &str, edges: &str) {
    for table in ["topics", "topic_edges"] {
        std::fs::remove_dir_all(site.input().join(table)).ok();
    }
    let these = Warehouse::default().topics(topics).topic_edges(edges);
    these.write_topics(&site.input(), &Form::default());
}

#[test]
fn a_new_topic_matches_from_then_on_and_a_removed_topic_is_not_published() {
    let mate = |warehouse: Warehouse, number: usize, date: &str| {
        let rows = format!("m{number} 12:00 r1 like #mate early{number}\n n{number} 12:01 r2 tweet #mate -");
        warehouse.activities("twitter", date, &rows)
    };
    let dates = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"];
    let warehouse = dates
        .iter()
        .enumerate()
        .fold(town(), |all, (number, date)| mate(all, number, date));
    let site = Site::new(&warehouse);
    let on = |snapshot: &Snapshot, topic: &str| -> Vec<String> {
        let rows = snapshot.table("topic_scores").iter();
        let own = rows.filter(|row| text(row, "topic_id") == topic);
        own.map(|row| text(row, "person_id").to_owned()).collect()
    };
    let before = site.night("2026-03-03");
    assert!(on(&before, "mate").is_empty() && on(&before, "coffee").len() == 22);
    ontology(
        &site,
        "drinks Drinks\n coffee Coffee\n mate Mate",
        "drinks coffee\n drinks mate",
    );
    let added = site.night("2026-03-04");
    assert_eq!(on(&added, "mate"), ["twitter:early2", "twitter:r1", "twitter:r2"]);
    assert_eq!(on(&added, "coffee").len(), 22);
    assert!(on(&added, "hot").is_empty());
    ontology(&site, "drinks Drinks\n mate Mate", "drinks mate");
    let without = site.night("2026-03-05");
    assert!(on(&without, "coffee").is_empty());
    let is_coffee = |id: Option<&Value>| id.is_some_and(|id| id == "coffee");
    let evidence_of_it = without.table("topic_evidence").iter();
    let left = evidence_of_it.filter(|row| is_coffee(row.get("topic_id")) || is_coffee(row.get("source_id")));
    assert_eq!(left.count(), 0);
    assert_eq!(on(&without, "mate").len(), 4);
    assert!(evidence(&without, "twitter:sam", "drinks").is_empty());
}
