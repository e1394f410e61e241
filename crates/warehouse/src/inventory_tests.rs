//! Tests of the classification of keys into partitions.

use super::*;

fn classify(table: &'static str, key: &str) -> String {
    let object = StoredObject {
        key: key.to_owned(),
        size: 9,
        etag: None,
    };
    match placement(table, &object) {
        Placement::Hidden => "hidden".to_owned(),
        Placement::Misplaced(reason) => format!("misplaced: {reason}"),
        Placement::Undated => "undated".to_owned(),
        Placement::In(p) => format!("{} {}", p.network, p.load_date),
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
