//! Tests the classification of keys into partitions.

use super::*;

fn classify(table: &'static str, key: &str) -> String {
    let object = StoredObject {
        key: key.to_owned(),
        size: 9,
        etag: None,
    };
    match classify_file(table, &object) {
        FilePlace::Hidden => "hidden".to_owned(),
        FilePlace::Misplaced(reason) => format!("misplaced: {reason}"),
        FilePlace::TableFormat(format) => format.name().to_owned(),
        FilePlace::Undated => "undated".to_owned(),
        FilePlace::In(p) => format!("{} {}", p.network, p.load_date),
    }
}

#[test]
fn partition_values_may_be_encoded_and_in_any_order() {
    let plain = "activities/network=twitter/date=2012-07-04/part-0.parquet";
    assert_eq!(classify("activities", plain), "twitter 2012-07-04");
    let odd = "activities/date=2012%2D07%2D04/network=stack%20exchange/hour=3/x";
    assert_eq!(classify("activities", odd), "stack exchange 2012-07-04");
    assert_eq!(
        classify("opt_outs", "opt_outs/date=2012-07-04/x.parquet"),
        " 2012-07-04"
    );
}

#[test]
fn hidden_files_and_folders_are_no_input() {
    for key in [
        "activities/network=t/date=2012-07-04/_SUCCESS",
        "activities/network=t/date=2012-07-04/.part-0.crc",
        "activities/network=t/date=2012-07-04/_temporary/0/part-0.parquet",
    ] {
        assert_eq!(classify("activities", key), "hidden");
    }
}

#[test]
fn folders_above_a_file_of_topics_are_ignored() {
    for key in ["topics/part-0.parquet", "topics/v2/date=today/x", "topics/network=a/x"] {
        assert_eq!(classify("topics", key), "undated");
    }
    assert_eq!(classify("topic_edges", "topic_edges/a/part-0.parquet"), "undated");
    for key in ["topics/_SUCCESS", "topics/_old/part-0.parquet", "topics/.x/y"] {
        assert_eq!(classify("topics", key), "hidden");
    }
}

#[test]
fn a_file_without_a_valid_partition_is_misplaced() {
    assert!(classify("activities", "activities/part-0.parquet").contains("network=NAME"));
    let odd = "activities/network=t/date=__HIVE_DEFAULT_PARTITION__/p";
    assert!(classify("activities", odd).contains("is not a date"));
    assert!(classify("identities", "identities/p.parquet").contains("date=YYYY-MM-DD"));
}

#[test]
fn a_key_with_two_values_of_a_level_is_misplaced() {
    let nested = "activities/network=twitter/date=2026-10-31/network=facebook/date=2026-10-30/p.parquet";
    assert!(classify("activities", nested).contains("two values of network: twitter and facebook"));
    let dates = "identities/date=2026-10-31/backup/date=2026-10-30/p.parquet";
    assert!(classify("identities", dates).contains("two values of date: 2026-10-31 and 2026-10-30"));
    let repeated = "activities/network=twitter/date=2026-10-31/date=20261031/network=twitter/p.parquet";
    assert_eq!(classify("activities", repeated), "twitter 2026-10-31");
}

#[test]
fn every_form_of_a_date_is_one_partition() {
    for date in [
        "2026-10-31",
        "20261031",
        "2026-10-31 00%3A00%3A00",
        "2026-10-31T00:00:00Z",
        "2026%2D10%2D31",
    ] {
        let key = format!("activities/network=twitter/date={date}/p.parquet");
        assert_eq!(classify("activities", &key), "twitter 2026-10-31", "{date}");
    }
    let evening = "activities/network=twitter/date=2026-10-31 18%3A00%3A00/p.parquet";
    assert!(classify("activities", evening).contains("is not a date"));
}

#[test]
fn metadata_of_table_formats_is_recognised() {
    for (table, key, format) in [
        ("activities", "activities/_delta_log/00000000000000000000.json", "Delta"),
        (
            "activities",
            "activities/network=twitter/_delta_log/0.checkpoint.parquet",
            "Delta",
        ),
        ("topics", "topics/metadata/v1.metadata.json", "Iceberg"),
        ("follows", "follows/.hoodie/hoodie.properties", "Hudi"),
    ] {
        assert_eq!(classify(table, key), format);
    }
    assert_eq!(classify("topics", "topics/metadata/part-0.parquet"), "undated");
}
