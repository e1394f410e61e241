//! Tests of times in files: every unit to the ends of its range, and the hint of an embedded schema.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use rstest::rstest;

use crate::input_columns::columns_of_table;
use crate::testing::{
    ThriftTree, Values, activities, activities_with, admit, arrow_file, edit_footer, parquet_file, read_activities,
    read_texts,
};
use crate::thrift_reader::ThriftType;

#[track_caller]
fn read_times(file: &[u8]) -> Vec<Option<i128>> {
    let batch = read_activities(file, &["occurred_at"]);
    let times = batch.times(0).unwrap();
    (0..batch.rows).map(|row| times.micros(row)).collect()
}

#[rstest]
#[case::milliseconds("optional int64 occurred_at (TIMESTAMP_MILLIS)", 1_000)]
#[case::microseconds("optional int64 occurred_at (TIMESTAMP_MICROS)", 1)]
#[case::local("optional int64 occurred_at (TIMESTAMP(MICROS,false))", 1)]
#[case::milliseconds_utc("optional int64 occurred_at (TIMESTAMP(MILLIS,true))", 1_000)]
fn times_of_every_unit_are_exact_to_the_ends_of_their_range(#[case] field: &'static str, #[case] scale: i128) {
    let values = Values::Int64(vec![Some(i64::MAX), Some(i64::MIN), Some(1_700_000_000_000)]);
    let ends = [i64::MAX, i64::MIN, 1_700_000_000_000].map(|value| Some(i128::from(value) * scale));
    assert_eq!(read_times(&parquet_file(&activities_with(field, values))), ends);
}

#[test]
fn nanoseconds_are_rounded_down_and_nulls_are_kept() {
    let values = Values::Int64(vec![Some(i64::MIN), Some(1_999), None]);
    let file = parquet_file(&activities_with(
        "optional int64 occurred_at (TIMESTAMP(NANOS,true))",
        values,
    ));
    assert_eq!(read_times(&file), [Some(-9_223_372_036_854_776), Some(1), None]);
}

#[test]
fn int96_times_do_not_wrap_around() {
    // 9999-12-31 and 0001-01-01 are beyond 64-bit nanoseconds, the last day beyond 64-bit microseconds.
    let values = Values::Int96(vec![
        Some((1_000, 5_373_484)),
        Some((0, 1_721_426)),
        Some((0, u32::MAX)),
    ]);
    let file = parquet_file(&activities_with("optional int96 occurred_at", values));
    let expected = [
        253_402_214_400_000_001,
        -62_135_596_800_000_000,
        (4_294_967_295 - 2_440_588) * 86_400_000_000,
    ];
    assert_eq!(read_times(&file), expected.map(Some));
}

#[test]
fn a_timestamp_in_seconds_is_known_from_the_embedded_schema_only() {
    for zone in [None, Some(Arc::<str>::from("UTC"))] {
        let seconds = arrow::array::TimestampSecondArray::from(vec![Some(1_700_000_000), Some(i64::MAX), None]);
        let file = arrow_file("occurred_at", Arc::new(seconds.with_timezone_opt(zone)));
        assert_eq!(
            read_times(&file),
            [
                Some(1_700_000_000_000_000),
                Some(i128::from(i64::MAX) * 1_000_000),
                None
            ]
        );
        // Without the hint it is a plain integer.
        let bare = edit_footer(&file, |tree| tree.remove(5));
        let refusal = admit(&bare, &[], columns_of_table("activities")).unwrap_err();
        assert_eq!(refusal.reason, "column occurred_at is INT64, expected a timestamp");
    }
}

/// Returns a file in which the embedded schema is that of other columns.
fn with_arrow_schema(file: &[u8], schema: &Schema) -> Vec<u8> {
    let encoded = parquet::arrow::encode_arrow_schema(schema);
    with_pair(file, b"ARROW:schema", encoded.as_bytes())
}

fn with_pair(file: &[u8], key: &[u8], value: &[u8]) -> Vec<u8> {
    edit_footer(file, |tree| {
        let pair = [(1, key), (2, value)].map(|(id, bytes)| (id, ThriftTree::Binary(bytes.to_vec())));
        tree.set(
            5,
            ThriftTree::List(ThriftType::Struct, vec![ThriftTree::Struct(pair.into())]),
        );
    })
}

#[test]
fn an_embedded_schema_that_does_not_fit_is_ignored() {
    let file = parquet_file(&activities());
    let expected = read_texts(&file, "actor_id");
    let actor = |data_type| Field::new("actor_id", data_type, true);
    let dictionary = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let time = Field::new("occurred_at", DataType::Timestamp(TimeUnit::Second, None), true);
    for fields in [
        vec![],
        vec![actor(DataType::Int64)],
        vec![actor(DataType::new_list(DataType::Utf8, true)), time.clone()],
        vec![actor(dictionary), time, Field::new("more", DataType::Boolean, false)],
    ] {
        let stale = with_arrow_schema(&file, &Schema::new(fields));
        assert_eq!(read_texts(&stale, "actor_id"), expected);
        assert_eq!(
            read_times(&stale)[0],
            Some(1_700_000_000_000_000),
            "the annotation in the file decides"
        );
    }
    for broken in [&b"no base64!"[..], b"AAAA", b"/////wAAAAA=", &[0xff, 0xfe]] {
        let odd = with_pair(&file, b"ARROW:schema", broken);
        assert_eq!(read_texts(&odd, "actor_id"), expected);
    }
}

#[test]
fn a_hint_is_used_only_for_a_plain_integer_of_the_same_name() {
    let values = Values::Int64(vec![Some(1_700_000_000); 3]);
    let file = parquet_file(&activities_with("optional int64 occurred_at", values));
    let hint = |name, data_type| Schema::new(vec![Field::new(name, data_type, true)]);
    let seconds = DataType::Timestamp(TimeUnit::Second, None);
    let good = with_arrow_schema(&file, &hint("occurred_at", seconds.clone()));
    assert_eq!(read_times(&good)[0], Some(1_700_000_000_000_000));
    for schema in [hint("other", seconds), hint("occurred_at", DataType::Utf8)] {
        let refusal = admit(&with_arrow_schema(&file, &schema), &[], columns_of_table("activities"));
        assert!(refusal.unwrap_err().reason.contains("occurred_at is INT64"));
    }
}
