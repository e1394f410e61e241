//! Tests topics and their hierarchy: accepted and refused rows.

use rstest::rstest;
use serde_json::Value;

use clout::ingest::ontology::{OntologyIntake, read_ontology};
use clout_base::day::Day;
use clout_warehouse::inventory::{InputInventory, InventoryRules};

use crate::support::clout::{Site, clout, path, run};
use crate::support::tables::{Snapshot, text};
use crate::support::warehouse::{Form, Warehouse};
use crate::support::{sample_data, shared_data};

pub const DATE: &str = "2026-03-02";

/// Builds Twitter on two load dates, and a few topics.
pub fn town() -> Warehouse {
    Warehouse::default()
        .activities(
            "twitter",
            "2026-03-01",
            "a 10:00 ada like - bob\n b 10:01 cid like - bob",
        )
        .activities("twitter", DATE, "c 10:00 ada like - cid")
        .topics("food Food\n coffee Coffee espresso café\n latte Latte")
        .topic_edges("food coffee\n coffee latte")
}

/// Builds one good endorsement of ada by bob, and further ones.
pub fn endorsed(others: &str) -> Warehouse {
    town().endorsements(DATE, &format!("good 10:00 bob ada coffee -\n{others}"))
}

/// Returns the rejects as `row reason`; all must belong to one table and file.
#[track_caller]
pub fn list_rejects(snapshot: &Snapshot, table: &str, file: &str) -> Vec<String> {
    let rows = snapshot.table("rejects").iter();
    rows.map(|row| {
        assert_eq!((text(row, "table"), text(row, "file")), (table, file));
        assert_eq!((&row["network"], &row["activity_id"]), (&Value::Null, &Value::Null));
        format!("{} {}", row["row_number"], text(row, "reason"))
    })
    .collect()
}

pub fn inputs(snapshot: &Snapshot) -> Vec<&str> {
    let inputs = snapshot.manifest["inputs"].as_array().unwrap().iter();
    inputs.map(|input| input["path"].as_str().unwrap()).collect()
}

#[test]
fn good_topics_and_endorsements_are_read_at_each_run_and_not_refused() {
    let site = Site::new(&endorsed("").endorsements("2026-03-01", "first 10:00 ada bob latte 0.5"));
    let first = site.night("2026-03-01");
    let second = site.night(DATE);
    assert_eq!((first.rejects(), second.rejects()), (vec![], vec![]));
    let expected = [
        "activities/network=twitter/date=2026-03-02/part-000.parquet",
        "endorsements/date=2026-03-02/part-000.parquet",
        "topics/part-000.parquet",
        "topic_edges/part-000.parquet",
    ];
    assert_eq!(inputs(&second), expected);
    assert_eq!(inputs(&first), expected.map(|path| path.replace(DATE, "2026-03-01")));
}

#[rstest]
#[case::null_topic_id("topics", "- Tea", "null topic_id")]
#[case::null_name("topics", "tea -", "null name")]
#[case::the_same_id("topics", "latte Macchiato", "given twice")]
#[case::null_parent("topic_edges", "- latte", "null parent_id")]
#[case::null_child("topic_edges", "food -", "null child_id")]
#[case::unknown_parent("topic_edges", "_ROOT_ food", "unknown topic")]
#[case::unknown_child("topic_edges", "food economics", "unknown topic")]
#[case::its_own_parent("topic_edges", "food food", "its own parent")]
#[case::a_cycle("topic_edges", "latte food", "cycle")]
fn a_bad_row_of_topics_is_one_row_of_rejects(#[case] table: &str, #[case] row: &str, #[case] reason: &str) {
    let warehouse = match table {
        "topics" => town().topics(row),
        _ => town().topic_edges(row),
    };
    let site = Site::new(&warehouse);
    let snapshot = site.night(DATE);
    let rejects = list_rejects(&snapshot, table, &format!("{table}/part-000.parquet"));
    let number = if table == "topics" { 3 } else { 2 };
    let [reject] = rejects.as_slice() else {
        panic!("one reject, not {rejects:?}");
    };
    assert!(
        reject.starts_with(&format!("{number} ")) && reject.contains(reason),
        "{reject}"
    );
    assert_eq!(snapshot.table("rejects")[0]["load_date"], Value::Null);
    assert_eq!(
        snapshot.score("twitter:bob"),
        Site::new(&town()).night(DATE).score("twitter:bob")
    );
}

#[test]
fn a_bad_file_is_one_row_of_rejects_and_refuses_strict_runs_alone() {
    let site = Site::new(&endorsed(""));
    let files = [
        "endorsements/date=2026-03-02/bad",
        "topic_edges/v2/bad",
        "topics/date=today/bad",
    ];
    for file in files {
        let path = site.input().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"not Parquet, but in its place").unwrap();
    }
    std::fs::write(site.input().join("topics/_SUCCESS"), b"").unwrap();
    site.run(&["--set", "input.strict=true"]).exits(4).prints("bad");
    let snapshot = site.night(DATE);
    let rejects = snapshot.table("rejects");
    assert_eq!(rejects.iter().map(|row| text(row, "file")).collect::<Vec<_>>(), files);
    assert!(rejects.iter().all(|row| row["row_number"].is_null()));
    assert!(
        files.iter().all(|file| inputs(&snapshot).contains(file)),
        "each file that was read is an input"
    );
}

#[test]
fn rejects_do_not_depend_on_row_order_and_file_split() {
    let bad = endorsed("good 11:00 cid ada coffee -\n x 10:00 bob ada tea -")
        .topics("latte Macchiato\n tea -")
        .topic_edges("latte food\n food coffee\n tea latte");
    let reasons = |form: &Form| {
        let snapshot = Site::with_form(&bad, form).night(DATE);
        let mut reasons: Vec<String> = snapshot
            .table("rejects")
            .iter()
            .map(|row| format!("{} {}", row["table"], row["reason"]))
            .collect();
        reasons.sort();
        (reasons, snapshot.hashes(&["rejects"]))
    };
    let plain = reasons(&Form::default());
    assert_eq!(plain.0.len(), 5, "{:?}", plain.0);
    for (files, seed) in [(2, 1), (3, 2)] {
        let form = Form {
            files,
            shuffled: Some(seed),
            ..Form::default()
        };
        assert_eq!(reasons(&form), plain);
    }
}

#[test]
fn topics_belong_to_no_load_date() {
    let site = Site::new(&town());
    site.night("2026-03-01");
    town().topics("tea Tea").write_topics(&site.input(), &Form::default());
    site.run(&["--as-of", DATE]).exits(0).does_not_print("closed");
    // Topics alone are no delivery, neither of a date nor of a warehouse.
    site.run(&["--as-of", "2026-03-09"])
        .exits(0)
        .prints("nothing was delivered on 2026-03-09");
    let alone = Site::new(&Warehouse::default().topics("tea Tea"));
    alone.run(&[]).exits(3);
}

#[test]
fn plan_and_check_read_these_tables_too() {
    let site = Site::new(&endorsed("x 10:00 bob ada tea -").topic_edges("tea latte"));
    let (input, output) = (path(&site.input()), path(&site.output()));
    let planned = clout(&["plan", "--input", &input, "--output", &output, "--format", "json"])
        .exits(0)
        .json();
    let found = clout(&["check", "--input", &input, "--format", "json"]).exits(0).json();
    let snapshot = site.night(DATE);
    assert_eq!(planned["files"], inputs(&snapshot).len());
    let refused = |rejects: &mut dyn Iterator<Item = Value>| {
        rejects
            .map(|row| format!("{} {} {}", row["file"], row["row_number"], row["reason"]))
            .collect::<Vec<_>>()
    };
    let of_check = refused(&mut found["rejects"].as_array().unwrap().iter().cloned());
    let of_run = refused(&mut snapshot.table("rejects").iter().cloned().map(Value::Object));
    assert_eq!((of_check.len(), of_check), (2, of_run));
    clout(&["check", "--input", &input]).exits(0).prints("unknown topic");
}

#[test]
fn the_sample_has_no_rejects_of_topics_and_endorsements() {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &[]).exits(0);
    let snapshot = site.snapshot("2026-10-31");
    let is_here = |table: &str| ["topics", "topic_edges", "endorsements"].contains(&table);
    assert!(snapshot.table("rejects").iter().all(|row| !is_here(text(row, "table"))));
    let paths = inputs(&snapshot);
    let files = paths
        .iter()
        .filter(|path| path.split_once('/').is_some_and(|(table, _)| is_here(table)));
    assert_eq!(files.count(), 37);
}

#[test]
fn the_ontology_of_klout_is_read_except_for_edges_of_missing_topics() {
    let Some(ontology) = shared_data()
        .map(|data| data.join("klout-ontology"))
        .filter(|root| root.is_dir())
    else {
        println!("skipped: no ../shared/data/klout-ontology");
        return;
    };
    let site = Site::new(&Warehouse {
        topics: Vec::new(),
        topic_edges: Vec::new(),
        ..town()
    });
    for table in ["topics", "topic_edges"] {
        std::fs::create_dir_all(site.input().join(table)).unwrap();
        let file = format!("{table}/part-00000.parquet");
        std::fs::copy(ontology.join(&file), site.input().join(&file)).unwrap();
    }
    let store = clout_warehouse::store::Store::open(&path(&site.input()), &Default::default()).unwrap();
    let rules = InventoryRules {
        networks: &[],
        today: Day(i32::MAX),
        ready_marker: None,
    };
    let inventory = InputInventory::list_root(&store, &rules).unwrap();
    let OntologyIntake { ontology, rejects, .. } = read_ontology(&store, &inventory).unwrap();
    assert_eq!(ontology.len(), 8_033);
    let is_expected = |reason: &str| reason.contains("_ROOT_") || reason.contains("economics");
    assert!(
        rejects
            .iter()
            .all(|reject| reject.table == "topic_edges" && is_expected(&reject.reason)),
        "{rejects:?}"
    );
    let snapshot = site.night(DATE);
    let of_edges = snapshot
        .table("rejects")
        .iter()
        .filter(|row| text(row, "table") == "topic_edges");
    println!("{} edges name missing topics", rejects.len());
    assert_eq!(of_edges.count(), rejects.len());
    assert!(!rejects.is_empty());
}
