//! Nights with files from public bug reports (`reports` in `../shared/data`), and with similar files that these tests make.
//!
//! Each file holds the same rows as `canonical.parquet`, in a form that some reader once refused or misread.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray, TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray};
use rstest::rstest;

use crate::support::clout::{CommandOutput, Site, clout, path};
use crate::support::shared_data;
use crate::support::tables::Snapshot;
use crate::support::warehouse::{Form, Row, Warehouse, activity_columns, write_file};

const DATE: &str = "2026-10-31";
const FOLDER: &str = "activities/network=twitter/date=2026-10-31";

/// Builds a site with two good days.
fn two_good_days() -> Site {
    Site::new(
        &Warehouse::default()
            .activities(
                "twitter",
                "2026-10-29",
                "a1 10:00 ada like - bob\n a2 11:00 bob tweet o1 -",
            )
            .activities(
                "twitter",
                "2026-10-30",
                "b1 10:00 bob reply - ada\n b2 11:00 eve retweet - bob",
            ),
    )
}

/// Copies a report's file into a folder of the input; returns false, and prints a message, if it is absent.
fn copy_report(site: &Site, name: &str, folder: &str) -> bool {
    let Some(data) = shared_data() else {
        return false;
    };
    let target = site.input().join(folder);
    std::fs::create_dir_all(&target).unwrap();
    std::fs::copy(data.join("reports").join(name), target.join(name)).unwrap();
    true
}

/// Publishes the night of these report files; none if they are absent.
fn night_of(names: &[&str]) -> Option<Snapshot> {
    let site = two_good_days();
    names.iter().all(|name| copy_report(&site, name, FOLDER)).then(|| {
        site.run(&["--as-of", DATE, "--set", "input.max_refused_share=1"])
            .exits(0);
        site.snapshot(DATE)
    })
}

/// Compares the published bytes of the tables that follow from the rows.
#[track_caller]
fn check_same(found: &Snapshot, expected: &Snapshot) {
    for table in ["scores", "network_scores", "influences"] {
        assert_eq!(found.hashes(&[])[table], expected.hashes(&[])[table], "{table}");
    }
}

#[rstest]
#[case::pruned_by_parquet_java("pruned_by_parquet_java.parquet")]
#[case::stale_arrow_schema("stale_arrow_schema_more_fields.parquet")]
#[case::verb_enum("verb_enum_parquet_mr.parquet")]
#[case::dictionary_page_offset_zero("dictionary_page_offset_zero.parquet")]
#[case::full_dictionary("dictionary_int8_of_128.parquet")]
#[case::metadata_that_is_not_utf8("kv_invalid_utf8.parquet")]
#[case::constant_payload("constant_payload.parquet")]
fn a_reported_file_gives_the_bytes_of_its_plain_twin(#[case] name: &str) {
    let Some(expected) = night_of(&["canonical.parquet"]) else {
        return;
    };
    assert!(expected.metric("rows_read", "twitter") >= 12.0);
    let found = night_of(&[name]).unwrap();
    assert_eq!(found.rejects(), Vec::<String>::new());
    check_same(&found, &expected);
}

#[test]
fn a_row_with_an_id_that_is_not_utf8_is_refused_alone() {
    let Some(found) = night_of(&["actor_invalid_utf8_one_row.parquet"]) else {
        return;
    };
    let rejects = found.rejects();
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert!(
        rejects[0].contains("/actor_invalid_utf8_one_row.parquet:"),
        "{rejects:?}"
    );
    assert!(rejects[0].contains(" actor_id is not UTF-8"), "{rejects:?}");
    let canonical = night_of(&["canonical.parquet"]).unwrap();
    let rows = |snapshot: &Snapshot| snapshot.metric("rows_read", "twitter");
    assert_eq!(rows(&found), rows(&canonical));
    assert_eq!(found.metric("rows_refused", "twitter"), 1.0);
}

#[test]
fn a_footer_of_two_billion_row_groups_costs_its_file_only() {
    let bomb = "row_groups_list_bomb.parquet";
    let Some(found) = night_of(&["canonical.parquet", bomb]) else {
        return;
    };
    check_same(&found, &night_of(&["canonical.parquet"]).unwrap());
    let rejects = found.rejects();
    assert!(rejects.len() == 1 && rejects[0].contains(bomb), "{rejects:?}");
    let site = two_good_days();
    copy_report(&site, bomb, "opt_outs/date=2026-10-31");
    copy_report(&site, bomb, FOLDER);
    let checked = clout(&["check", "--input", &path(&site.input()), "--format", "json"]);
    assert!([0, 4].contains(&checked.code), "{}", checked.err);
    let rejects = checked.json()["rejects"].as_array().unwrap().clone();
    assert_eq!(rejects.len(), 2, "{rejects:?}");
    assert!(rejects.iter().all(|reject| {
        reject["reason"]
            .as_str()
            .unwrap()
            .contains("announces 2147483647 elements")
    }));
}

/// Returns columns of one good row per actor and verb.
fn columns(rows: &str) -> Vec<(&'static str, ArrayRef)> {
    let date = crate::support::days::day(DATE);
    let rows: Vec<Row> = rows.lines().map(|line| Row::parse(date, line)).collect();
    activity_columns(&rows, &Form::default())
}

const ROWS: &str = "c1 10:00 ada like - bob\nc2 10:01 eve reply - ada\nc3 10:02 bob tweet o2 -";

fn night_with(columns: &[(&str, ArrayRef)], arguments: &[&str]) -> (Site, CommandOutput) {
    let site = two_good_days();
    write_file(&site.input().join(FOLDER).join("part.parquet"), columns);
    let mut all = vec!["--as-of", DATE, "--set", "input.max_refused_share=1"];
    all.extend(arguments);
    let result = site.run(&all);
    (site, result)
}

#[test]
fn column_names_in_upper_case_are_read() {
    let plain = columns(ROWS);
    let upper: Vec<(String, ArrayRef)> = plain
        .iter()
        .map(|(name, array)| (name.to_uppercase(), array.clone()))
        .collect();
    let upper: Vec<(&str, ArrayRef)> = upper
        .iter()
        .map(|(name, array)| (name.as_str(), array.clone()))
        .collect();
    let (expected, result) = night_with(&plain, &[]);
    result.exits(0);
    let (found, result) = night_with(&upper, &[]);
    result.exits(0);
    assert_eq!(found.snapshot(DATE).rejects(), Vec::<String>::new());
    check_same(&found.snapshot(DATE), &expected.snapshot(DATE));
}

#[rstest]
#[case::the_end_of_seconds(Arc::new(TimestampSecondArray::from(vec![Some(i64::MAX); 3])), "+292277026596-12-04")]
#[case::the_start_of_milliseconds(Arc::new(TimestampMillisecondArray::from(vec![Some(i64::MIN); 3])), "-292275055-05-16")]
#[case::not_a_time(Arc::new(TimestampNanosecondArray::from(vec![Some(i64::MIN); 3])), "1677-09-21")]
#[case::the_last_day(Arc::new(TimestampMillisecondArray::from(vec![Some(253_402_300_799_999); 3])), "9999-12-31")]
#[case::the_first_day(Arc::new(TimestampMillisecondArray::from(vec![Some(-62_135_596_800_000); 3])), "0001-01-01")]
#[case::the_epoch(Arc::new(TimestampSecondArray::from(vec![Some(0); 3])), "1970-01-01")]
fn a_sentinel_is_refused_with_the_time_that_it_states(#[case] times: ArrayRef, #[case] day: &str) {
    let mut columns = columns(ROWS);
    let occurred_at = columns.iter_mut().find(|(name, _)| *name == "occurred_at").unwrap();
    occurred_at.1 = times;
    let site = two_good_days();
    write_file(&site.input().join(FOLDER).join("odd.parquet"), &columns);
    write_file(
        &site.input().join(FOLDER).join("good.parquet"),
        &self::columns("d1 10:00 eve like - bob"),
    );
    site.run(&["--as-of", DATE, "--set", "input.max_refused_share=1"])
        .exits(0);
    let rejects = site.snapshot(DATE).rejects();
    assert_eq!(rejects.len(), 3, "{rejects:?}");
    let is_stated =
        |reject: &String| reject.contains("/odd.parquet:") && reject.contains(&format!("occurred on {day}"));
    assert!(rejects.iter().all(is_stated), "{rejects:?}");
}

#[test]
fn a_misspelt_target_column_is_a_warning_that_names_it() {
    let mut columns = columns(ROWS);
    for (name, _) in &mut columns {
        if *name == "target_id" {
            *name = "targetid";
        }
    }
    let (_, result) = night_with(&columns, &[]);
    result
        .exits(0)
        .prints("activities of twitter: no column target_id, found `targetid`: all rows count as posts")
        .prints("part.parquet");
}

#[test]
fn a_network_of_reactions_without_a_target_column_is_a_warning() {
    let without: Vec<(&str, ArrayRef)> = columns(ROWS)
        .into_iter()
        .filter(|(name, _)| *name != "target_id")
        .collect();
    let warning = "no column target_id: all rows count as posts";
    let (_, result) = night_with(&without, &[]);
    result.exits(0).does_not_print(warning);
    let site = Site::empty();
    let folder = site.input().join("activities/network=forum/date=2026-10-31");
    write_file(&folder.join("part.parquet"), &without);
    let verbs = ["like", "reply", "tweet"].map(|verb| format!("networks.forum.verbs.{verb}=1.0"));
    let arguments: Vec<&str> = verbs.iter().flat_map(|verb| ["--set", verb]).collect();
    site.run(&arguments)
        .exits(0)
        .prints(&format!("activities of forum: {warning}"));
}

#[test]
fn check_compares_all_columns_of_a_refused_file() {
    let site = two_good_days();
    let words: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let file = Path::new(FOLDER).join("odd.parquet");
    write_file(
        &site.input().join(&file),
        &[
            ("activityid", words.clone()),
            ("occurred_at", words.clone()),
            ("actor_id", words),
        ],
    );
    let input = path(&site.input());
    let reason = "it lacks the required columns activity_id (found `activityid`), verb";
    let text = clout(&["check", "--input", &input]);
    assert!(text.out.contains(reason), "{}", text.out);
    assert!(
        text.out.contains(&format!("columns of {}", path(&file))),
        "{}",
        text.out
    );
    let row = text
        .out
        .lines()
        .find(|line| line.trim_start().starts_with("occurred_at"))
        .unwrap();
    let cells: Vec<&str> = row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells, ["occurred_at", "a timestamp, required", "STRING", "wrong type"]);
    let json = clout(&["check", "--input", &input, "--format", "json"]).json();
    let rejects = json["rejects"].as_array().unwrap();
    let columns = rejects[0]["columns"].as_array().unwrap();
    assert_eq!(columns.len(), 8);
    assert_eq!(
        columns[0],
        serde_json::json!({"column": "activity_id", "expected": "a string or an integer, required",
            "found": "`activityid`", "fault": "missing"})
    );
    assert_eq!(columns[2]["fault"], serde_json::Value::Null);
}
