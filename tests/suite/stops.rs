//! Bad input stops a run before anything is published, and a repaired night has the bytes of an undisturbed one.

use std::path::Path;

use rstest::rstest;

use crate::support::columns::{Texts, texts};
use crate::support::daily_site::{DailySite, LAST, ROWS, SMALL, only_file, truncate_file};
use crate::support::days::day;
use crate::support::warehouse::{Form, Row, activity_columns, write_file};

/// Writes a file of opt-outs.
fn write_opt_outs(file: &Path, column: &str, ids: &[Option<&str>]) {
    let ids: Vec<Option<String>> = ids.iter().map(|id| id.map(str::to_owned)).collect();
    write_file(file, &[(column, texts(&ids, Texts::Plain))]);
}

/// Replaces twitter's last delivery by `good` good and `bad` bad rows.
fn write_rows(site: &DailySite, good: usize, bad: usize) {
    let line = |number: usize, verb: &str| format!("n{number} 10:00 fan{number} {verb} - star1");
    let rows = (0..good).map(|number| line(number, "like"));
    let rows = rows.chain((good..good + bad).map(|number| line(number, "poke")));
    let rows: Vec<Row> = rows.map(|line| Row::parse(day(LAST), &line)).collect();
    let file = only_file(&site.folder("activities/network=twitter"));
    write_file(&file, &activity_columns(&rows, &Form::default()));
}

fn empty_file(folder: &Path) {
    std::fs::write(only_file(folder), b"").unwrap();
}

/// Writes a file below the input root.
pub fn write_file_at(site: &DailySite, key: &str, content: &str) {
    let file = site.input().join(key);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, content).unwrap();
}

pub const TWITTER: &str = "activities/network=twitter";
const EXPECT: [&str; 2] = ["--set", "input.expect=['twitter']"];
const STRICT: [&str; 2] = ["--set", "input.strict=true"];

#[rstest]
#[case::a_truncated_partition(|site: &DailySite| truncate_file(&site.folder(TWITTER)), &[], 4,
    &["activities of twitter on 2026-03-10: none of 1 files can be read", "input.max_refused_share = 1"])]
#[case::an_empty_partition(|site: &DailySite| empty_file(&site.folder(TWITTER)), &[], 4, &["0 bytes", "none of 1 files"])]
#[case::a_truncated_expected_partition(|site: &DailySite| truncate_file(&site.folder(TWITTER)), &EXPECT, 3,
    &["no file of activities of twitter can be read (input.expect)"])]
#[case::a_truncated_expected_partition_of_a_large_network(|site: &DailySite| truncate_file(&site.folder(TWITTER)),
    &["--set", "input.expect=['twitter']", "--set", "checks.min_rows=20"], 3, &["input.expect"])]
#[case::an_empty_expected_partition(|site: &DailySite| empty_file(&site.folder(TWITTER)), &EXPECT, 3, &["input.expect"])]
#[case::rejected_rows(|site: &DailySite| write_rows(site, 20, 21), &[], 4,
    &["21 of 41 rows are rejected", "input.max_refused_share (5.0 %)", "row 20: unknown verb: 'poke'"])]
#[case::rows_of_an_unreadable_file(|site: &DailySite| {
    write_rows(site, 30, 0);
    let folder = site.folder(TWITTER);
    let half = std::fs::read(only_file(&folder)).unwrap();
    std::fs::write(folder.join("part-001.parquet"), &half[..half.len() - 9]).unwrap();
}, &[], 4, &["30 of 60 rows are rejected (with the rows of 1 unreadable files, by their bytes)"])]
#[case::opt_outs_of_zero_bytes(|site: &DailySite| empty_file(&site.folder("opt_outs")), &[], 4,
    &["opt_outs/date=2026-03-10/part-0.parquet", "Nothing is published past an opt-out that cannot be read"])]
#[case::opt_outs_of_another_column(
    |site: &DailySite| write_opt_outs(&only_file(&site.folder("opt_outs")), "user_id", &[Some("person18")]), &[], 4,
    &["opt_outs/date=2026-03-10/part-0.parquet", "person_id"])]
#[case::an_opt_out_of_blanks(
    |site: &DailySite| write_opt_outs(&only_file(&site.folder("opt_outs")), "person_id", &[Some(" \u{200b}")]), &[], 4,
    &["row 0: empty person_id", "correct or remove the row"])]
#[case::an_opt_out_outside_a_partition(|site: &DailySite| write_file_at(site, "opt_outs/list.parquet", "x"), &[], 4,
    &["opt_outs/list.parquet cannot be read", "move the file to opt_outs/date=YYYY-MM-DD/"])]
#[case::an_empty_opt_out_file_with_an_equals_sign(
    |site: &DailySite| write_file_at(site, "opt_outs/date=2026-03-10/part=1.parquet", ""), &[], 4, &["part=1.parquet"])]
#[case::a_truncated_file_beside_one_without_rows(|site: &DailySite| {
    let folder = site.folder(TWITTER);
    truncate_file(&folder);
    write_file(&folder.join("part-001.parquet"), &activity_columns(&[], &Form::default()));
}, &[], 4, &["none of 1 files can be read"])]
#[case::a_load_date_before_2004(|site: &DailySite| write_file_at(site, "activities/network=twitter/date=1970-01-01/p.parquet", "x"),
    &STRICT, 4, &["its load date 1970-01-01 is before 2004-01-01"])]
#[case::a_null_opt_out(
    |site: &DailySite| write_opt_outs(&only_file(&site.folder("opt_outs")), "person_id", &[Some("person18"), None]), &[], 4,
    &["part-0.parquet row 1: null person_id"])]
#[case::a_broken_opt_out_of_a_closed_date(
    |site: &DailySite| write_file_at(site, "opt_outs/date=2026-03-05/late.parquet", "no Parquet"), &[], 4,
    &["opt_outs/date=2026-03-05/late.parquet"])]
#[case::a_missing_network(|site: &DailySite| std::fs::remove_dir_all(site.folder(TWITTER)).unwrap(), &SMALL, 3,
    &["activities of twitter on 2026-03-10 are missing", "networks.twitter.ended = \"2026-03-10\"", "checks.presence"])]
#[case::a_small_delivery(|site: &DailySite| write_rows(site, ROWS / 5 - 1, 0), &SMALL, 4,
    &["activities of twitter on 2026-03-10 have 17.5 % of the usual rows", "checks.min_volume"])]
#[case::identities_without_rows(|site: &DailySite| {
    let none = || texts(&[], Texts::Plain);
    let columns = [("person_id", none()), ("network", none()), ("account_id", none())];
    write_file(&only_file(&site.folder("identities")), &columns);
}, &[], 4, &["identities of 2026-03-10 drop 100.0 %", "checks.max_dropped_identities"])]
#[case::a_delta_table(|site: &DailySite| write_file_at(site, "activities/_delta_log/00000000000000000000.json", "{}"), &[], 4,
    &["activities/ is a table of the format Delta", "[sources.activities]", "delta = true"])]
#[case::an_iceberg_table(|site: &DailySite| write_file_at(site, "topics/metadata/v1.metadata.json", "{}"), &[], 4,
    &["topics/ is a table of the format Iceberg"])]
#[case::a_hudi_table(|site: &DailySite| write_file_at(site, "follows/.hoodie/hoodie.properties", ""), &[], 4,
    &["follows/ is a table of the format Hudi"])]
#[case::a_path_with_two_dates(|site: &DailySite| write_file_at(site,
    "activities/network=twitter/date=2026-03-10/network=facebook/date=2026-03-09/p.parquet", "x"), &STRICT, 4,
    &["two values of network: twitter and facebook", "input.strict"])]
#[case::an_unknown_date(|site: &DailySite| write_file_at(site, "activities/network=twitter/date=10.3.2026/p.parquet", "x"),
    &STRICT, 4, &["'10.3.2026' is not a date"])]
#[case::a_misspelt_table(|site: &DailySite| write_file_at(site, "activity/network=twitter/date=2026-03-10/p.parquet", "x"),
    &STRICT, 4, &["did you mean activities/?"])]
#[case::an_expected_network(|site: &DailySite| std::fs::remove_dir_all(site.folder(TWITTER)).unwrap(), &EXPECT, 3,
    &["activities of twitter are missing (input.expect)"])]
#[case::topics_that_cannot_be_read(|site: &DailySite| truncate_file(&site.input().join("topics")), &[], 4,
    &["topics: none of 1 files can be read"])]
fn a_bad_delivery_publishes_nothing_and_its_repair_is_undisturbed(
    #[case] spoil: fn(&DailySite),
    #[case] arguments: &[&str],
    #[case] code: i32,
    #[case] says: &[&str],
) {
    let site = DailySite::new();
    spoil(&site);
    let stopped = site.run(arguments).exits(code);
    says.iter().fold(stopped, |stopped, text| stopped.prints(text));
    site.expect_nothing_published();
    site.repair();
    site.run(arguments).exits(0);
    site.expect_undisturbed();
}

#[test]
fn a_rebuild_from_trimmed_input_publishes_nothing() {
    let site = DailySite::new();
    std::fs::remove_dir_all(site.output().join("state")).unwrap();
    for number in 1..=5 {
        std::fs::remove_dir_all(site.input().join(format!("{TWITTER}/date=2026-03-0{number}"))).unwrap();
    }
    let says = [
        "the input of twitter begins on 2026-03-06",
        "from 2026-03-01 on",
        "--rebuild",
    ];
    says.iter()
        .fold(site.run(&[]).exits(4), |stopped, text| stopped.prints(text));
    site.expect_nothing_published();
    site.repair();
    site.run(&[]).exits(0);
    // A rebuild reads more rows than a night, which only the metrics show.
    site.expect_undisturbed_but(&["run_metrics"]);
}

#[test]
fn a_requested_rebuild_accepts_trimmed_input() {
    let site = DailySite::new();
    std::fs::remove_dir_all(site.input().join(format!("{TWITTER}/date=2026-03-01"))).unwrap();
    let result = site.run(&["--rebuild", "--format", "json"]).exits(0).json();
    assert_eq!(result["rebuilt"], "requested with --rebuild");
}

#[rstest]
#[case::a_truncated_partition(|site: &DailySite| truncate_file(&site.folder(TWITTER)), &["--set", "input.max_refused_share=1"], &[])]
#[case::rejected_rows(|site: &DailySite| write_rows(site, 20, 21), &["--set", "input.max_refused_share=0.6"], &[])]
#[case::twenty_rejected_rows(|site: &DailySite| write_rows(site, 20, 20), &[], &[])]
#[case::a_missing_network(|site: &DailySite| std::fs::remove_dir_all(site.folder(TWITTER)).unwrap(),
    &["--set", "checks.min_rows=20", "--set", "checks.presence=warn"], &["are missing"])]
#[case::an_ended_network(|site: &DailySite| std::fs::remove_dir_all(site.folder(TWITTER)).unwrap(),
    &["--set", "checks.min_rows=20", "--set", "networks.twitter.ended=2026-03-10"], &[])]
#[case::a_small_network(|site: &DailySite| std::fs::remove_dir_all(site.folder(TWITTER)).unwrap(), &[], &[])]
#[case::a_small_delivery(|site: &DailySite| write_rows(site, 3, 0),
    &["--set", "checks.min_rows=20", "--set", "checks.min_volume=warn"], &["have 7.5 % of the usual rows"])]
#[case::a_path_with_two_dates(|site: &DailySite| write_file_at(site,
    "activities/network=twitter/date=2026-03-10/network=facebook/date=2026-03-09/p.parquet", "x"), &[],
    &["two values of network"])]
#[case::a_misspelt_table(|site: &DailySite| write_file_at(site, "activity/network=twitter/date=2026-03-10/p.parquet", "x"), &[],
    &["activity/ is not an input table and is not read: did you mean activities/?"])]
#[case::a_misspelt_network(|site: &DailySite| write_file_at(site, "activities/network=Twitter/date=2026-03-10/p.parquet", "x"),
    &[], &["network Twitter is unknown and was skipped. Did you mean twitter?"])]
fn the_named_key_allows_the_delivery(#[case] spoil: fn(&DailySite), #[case] arguments: &[&str], #[case] says: &[&str]) {
    let site = DailySite::new();
    spoil(&site);
    let published = site.run(arguments).exits(0);
    says.iter().fold(published, |published, text| published.prints(text));
}

#[test]
fn every_fault_is_named_at_once_and_check_exits_as_the_run_would() {
    let site = DailySite::new();
    write_rows(&site, 20, 100);
    empty_file(&site.folder("opt_outs"));
    write_file_at(&site, "activities/_delta_log/0.json", "{}");
    let listing = site.check(&["--format", "json"]).exits(4).json();
    assert_eq!(listing["is_accepted"], false);
    let stops: Vec<&str> = listing["stops"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["message"].as_str().unwrap())
        .collect();
    assert_eq!(stops.len(), 3, "{stops:?}");
    let failed = listing["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["status"] == "fail");
    let failed: Vec<&str> = failed.map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(failed, ["max_refused_share", "opt_outs", "table_formats"]);
    let rows = listing["rejects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|reject| !reject["row_number"].is_null());
    assert_eq!(rows.count(), 100, "every rejected row");
    site.run(&[]).exits(4).prints("format Delta");
    std::fs::remove_dir_all(site.input().join("activities/_delta_log")).unwrap();
    site.run(&[])
        .exits(4)
        .prints("opt_outs/date=2026-03-10")
        .prints("100 of 120 rows");
}

#[test]
fn a_full_snapshot_with_an_unreadable_file_leaves_the_one_before_in_force() {
    let site = DailySite::new();
    let identities = site.folder("identities");
    let good = std::fs::read(only_file(&identities)).unwrap();
    std::fs::write(identities.join("part-1.parquet"), &good[..good.len() / 2]).unwrap();
    site.run(&[])
        .exits(0)
        .prints("identities of 2026-03-10 are not used")
        .prints("the snapshot before stays in force");
    let snapshot = crate::support::tables::Snapshot::read(&site.output(), LAST);
    assert!(snapshot.people().contains(&"person7"), "{:?}", snapshot.people());
    assert!(!snapshot.people().contains(&"twitter:fan7"));
}

#[test]
fn every_check_is_in_the_result_of_a_run_that_passes_and_of_one_that_fails() {
    let names = |result: &serde_json::Value| -> Vec<(String, String)> {
        let checks = result["checks"].as_array().unwrap().iter();
        let text = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap().to_owned();
        checks
            .map(|check| (text(check, "name"), text(check, "status")))
            .collect()
    };
    let all = [
        "table_formats",
        "file_places",
        "expect",
        "max_refused_share",
        "opt_outs",
        "presence",
        "min_volume",
        "max_dropped_identities",
        "trimmed_input",
    ];
    let site = DailySite::new();
    std::fs::remove_dir_all(site.folder(TWITTER)).unwrap();
    let failed = site.run(&[&SMALL[..], &["--format", "json"]].concat()).exits(3).json();
    site.repair();
    let passed = site.run(&[&SMALL[..], &["--format", "json"]].concat()).exits(0).json();
    for name in all {
        for result in [&failed, &passed] {
            assert!(
                names(result).iter().any(|(found, _)| found == name),
                "{name} in {result}"
            );
        }
    }
    let of = |result, name: &str| names(result).into_iter().find(|(found, _)| found == name).unwrap().1;
    assert!(names(&failed).contains(&("presence".to_owned(), "fail".to_owned())));
    assert!(
        names(&passed)
            .iter()
            .all(|(_, status)| status == "pass" || status == "skipped")
    );
    assert_eq!(of(&passed, "min_volume"), "pass");
    assert_eq!(of(&passed, "trimmed_input"), "skipped");
}
